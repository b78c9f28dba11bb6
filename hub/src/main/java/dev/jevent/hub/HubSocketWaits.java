package dev.jevent.hub;

import dev.jevent.HubProvider;
import dev.jevent.ProviderException;
import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import dev.jevent.spi.SocketWaits;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Each of the JDK's pollers is replaced once, by one that asks who begins to wait: a greenlet goes to its hub's
 * {@link PolledWaits}, everybody else to the poller that was there.
 *
 * <pre>
 *   OFF ── on ──▶ ARMED ── the JDK has begun to use its pollers, and woken a greenlet ──▶ INSTALLING ──▶ INSTALLED
 *                   └─────────────── it has used them before ──────────────────────────────▲
 *                   └── the classes cannot be defined ──▶ FAILED
 * </pre>
 *
 * The JDK's pollers aren't started just to be replaced: the end of a process waits 300 ms for their threads, which are in
 * native code. Turned off, what is installed stays, and sends greenlets to the poller that was there, too.
 */
public final class HubSocketWaits implements SocketWaits {
    private enum Progress { OFF, ARMED, INSTALLING, INSTALLED, FAILED }

    private static final AtomicReference<Progress> PROGRESS = new AtomicReference<>(Progress.OFF);

    /** How often the monitor looks for those whom {@link #install} came too late to see. */
    private static final int SWEEPS = 20;

    private static volatile boolean on;
    private static volatile boolean awaitsStart;
    private static volatile String failure;
    private static volatile List<Replaced> replaced = List.of();
    private static int sweeps; // by the monitor's thread

    /** For ServiceLoader. */
    public HubSocketWaits() {}

    /** One of the JDK's pollers, and what stands in its place. */
    private record Replaced(Object before, Object now) {}

    // ---- on and off ----

    @Override
    public boolean on() {
        if (!on && obstacle() == null) {
            CarrierBridge.protectPollers(); // before anything starts them
            if (PROGRESS.compareAndSet(Progress.OFF, Progress.ARMED)) {
                define();
            }
            on = PROGRESS.get() != Progress.FAILED;
        }
        return isOn();
    }

    private static void define() {
        PollerBridge bridge = PollerBridge.get();
        try {
            bridge.define();
        } catch (ReflectiveOperationException | LinkageError e) {
            fail(e);
            return;
        }
        if (bridge.started()) {
            install();
        } else {
            awaitsStart = true;
        }
    }

    /** A thread that is no hub's makes a greenlet ready: a poller of the JDK's perhaps, the first time. Never blocks. */
    static void wokenFromOutside() {
        if (awaitsStart && PollerBridge.get().started()) {
            awaitsStart = false;
            ForkJoinPool.commonPool().execute(HubSocketWaits::install);
        }
    }

    private static void install() {
        if (!PROGRESS.compareAndSet(Progress.ARMED, Progress.INSTALLING)) {
            return;
        }
        try {
            replaced = replaceAll();
            wakeStrays();
            PROGRESS.set(Progress.INSTALLED);
        } catch (RuntimeException | LinkageError e) {
            fail(e);
        }
    }

    private static List<Replaced> replaceAll() {
        List<Replaced> done = new ArrayList<>();
        for (boolean reading : new boolean[] {true, false}) {
            Object[] pollers = PollerBridge.get().array(reading);
            for (int i = 0; i < pollers.length; i++) {
                Object before = pollers[i];
                pollers[i] = PollerBridge.get().inPlaceOf(
                        descriptor -> begin(before, reading, descriptor), descriptor -> end(before, reading, descriptor));
                done.add(new Replaced(before, pollers[i]));
            }
        }
        VarHandle.fullFence(); // whoever is woken from here on sees them
        return List.copyOf(done);
    }

    private static void fail(Throwable cause) {
        failure = "the JDK's pollers cannot be replaced, or another jevent of this process has replaced them: " + cause;
        PROGRESS.set(Progress.FAILED);
    }

    /**
     * Who waits with a poller that was replaced would not hear of a close of his socket. So he is unparked too early, looks at it
     * again, and waits with the one that is there now.
     */
    private static void wakeStrays() {
        for (Replaced each : replaced) {
            PollerBridge.get().wakeStrays(each.before, each.now);
        }
    }

    /** The monitor looks at all hubs: somebody may have had a poller in hand already when it was replaced. */
    static void look() {
        if (sweeps < SWEEPS && !replaced.isEmpty()) {
            sweeps++;
            wakeStrays();
        }
    }

    @Override
    public void off() {
        on = false;
    }

    @Override
    public boolean isOn() {
        return on && obstacle() == null;
    }

    // ---- whether it can be ----

    @Override
    public String obstacle() {
        if (failure != null) {
            return failure;
        }
        String refusal = PollerBridge.get().refusal();
        return refusal != null ? refusal : unsuitableLoop();
    }

    /** Of the hubs that are open, one at least has to be able to; without any, the one that would be opened now. */
    private static String unsuitableLoop() {
        HubLoop[] unsuitable = new HubLoop[1];
        boolean[] suitable = new boolean[1];
        HubRegistry.forEach(hub -> {
            suitable[0] |= hub.takesSocketWaits();
            unsuitable[0] = hub.hubLoop();
        });
        if (suitable[0]) {
            return null;
        }
        return unsuitable[0] != null ? reason(unsuitable[0].name()) : Chosen.REASON;
    }

    private static String reason(String loop) {
        return "the loop " + loop + " cannot watch descriptors: put jevent-loop-epoll-jni (Linux) or jevent-loop-kqueue-jni (macOS) on the"
                + " class path, or choose it with the setting " + Settings.LOOP.property();
    }

    /** What the first hub would have; asked once. */
    private static final class Chosen {
        static final String REASON = reason();

        private static String reason() {
            try {
                LoopProvider provider = ProviderChooser.loop(Settings.process());
                try (HubLoop loop = ProviderChooser.create(provider, Environment.system(), Settings.process())) {
                    return loop.capabilities().descriptors() ? null : HubSocketWaits.reason(provider.name());
                }
            } catch (ProviderException e) {
                return e.getMessage();
            }
        }
    }

    // ---- waits ----

    /** The caller, a virtual thread, will wait for {@code descriptor}. */
    private static void begin(Object before, boolean reading, int descriptor) {
        try {
            LoopHub hub = on ? hubOfCaller() : null;
            if (hub == null || !hub.socketWaits(reading).begin(descriptor)) {
                PollerBridge.get().register(before, descriptor);
            }
        } catch (IOException e) {
            throw HubSocketWaits.<RuntimeException>asItIs(e); // the JDK's poller expects it
        }
    }

    /** The caller has waited. */
    private static void end(Object before, boolean reading, int descriptor) {
        LoopHub hub = hubOfCaller();
        if (hub == null || !hub.socketWaits(reading).end(descriptor)) {
            PollerBridge.get().deregister(before, descriptor);
        }
    }

    @SuppressWarnings("unchecked")
    private static <E extends Throwable> E asItIs(Throwable error) throws E {
        throw (E) error;
    }

    /** Null: none that could take the wait. */
    private static LoopHub hubOfCaller() {
        LoopHub hub = (LoopHub) HubProvider.get().ifExists();
        return hub == null || hub.isClosed() || !hub.takesSocketWaits() ? null : hub;
    }
}
