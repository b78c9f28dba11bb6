package dev.jevent.hub;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.monitor.Monitor;
import dev.jevent.monitor.MonitorEvent;
import dev.jevent.monitor.Stall;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * The thread that looks at all hubs.
 *
 * <pre>
 *   none ── a hub is opened ──▶ LOOKING ── all hubs sleep, and nothing else is to be done ──▶ DORMANT
 *                                  ▲───────────── a hub becomes active ─────────────────────────┘
 * </pre>
 *
 * <p>A hub pays one read of {@link #dormant} for each sleep, and for each wait of its main. The monitor becomes dormant first and then
 * looks once more, so that a hub which saw it looking is seen.
 */
public final class HubMonitor implements Monitor, Runnable {
    private static final long SHORTEST = 5_000_000; // nanoseconds between two looks [F-MOM-02]
    private static final long LONGEST = 2_000_000_000; // [B-MON-13]
    private static final long SOCKET_WAITS = 50_000_000;
    private static final int QUIET_LOOKS = 4;

    private static final AtomicReference<Thread> THREAD = new AtomicReference<>();
    private static final CopyOnWriteArrayList<Consumer<? super MonitorEvent>> SUBSCRIBERS = new CopyOnWriteArrayList<>();
    private static final CopyOnWriteArrayList<Periodic> PERIODIC = new CopyOnWriteArrayList<>();
    private static final Set<Thread> IGNORED = ConcurrentHashMap.newKeySet();

    private static volatile boolean dormant = true;

    /** For ServiceLoader. */
    public HubMonitor() {}

    /** A function of {@link #every}. */
    private record Periodic(long period, Consumer<? super Hub> function, long[] next) {}

    /** Any thread. */
    static void hubIsActive() {
        if (dormant) {
            wake();
        }
    }

    /** It may have to be looked at sooner than any before. */
    static void hubIsOpen() {
        wake();
    }

    private static void wake() {
        Thread running = THREAD.get();
        if (running == null) {
            Thread thread = new Thread(new HubMonitor(), "jevent-monitor");
            thread.setDaemon(true);
            if (!THREAD.compareAndSet(null, thread)) {
                return; // it looks, now that it starts
            }
            dormant = false;
            thread.start();
        } else {
            dormant = false;
            LockSupport.unpark(running);
        }
    }

    // ---- the thread ----

    @Override
    public void run() {
        MemoryWatch memory = memoryWatch();
        long memoryPeriod = Durations.nanos("period", Settings.process().get(Settings.MEMORY_MONITOR_PERIOD));
        long nextMemory = System.nanoTime();
        int quiet = 0;
        while (true) {
            long wanted = Math.max(SHORTEST, memory == null ? shortest() : Math.min(shortest(), memoryPeriod));
            long before = System.nanoTime();
            LockSupport.parkNanos(this, wanted);
            long now = System.nanoTime();
            boolean stoodStill = now - before > 2 * wanted; // a pause of the JVM, of the machine: no hub's fault
            boolean active = true;
            try {
                active = look(now, stoodStill);
                callPeriodic(now);
                if (memory != null && now - nextMemory >= 0) {
                    nextMemory = now + memoryPeriod;
                    tell(memory.look(), null);
                }
            } catch (OutOfMemoryError e) {
                // Whoever uses up the memory hears of it. The next look may have some.
            }
            quiet = active || memory != null || !PERIODIC.isEmpty() ? 0 : quiet + 1;
            if (quiet >= QUIET_LOOKS) {
                sleep();
                quiet = 0;
            }
        }
    }

    private static MemoryWatch memoryWatch() {
        long limit = Settings.process().get(Settings.MAX_MEMORY_USAGE);
        return limit <= 0 ? null : new MemoryWatch(limit, MemoryWatch::used);
    }

    private void sleep() {
        dormant = true;
        HubRegistry.forEach(LoopHub::clockIsOld);
        while (dormant && PERIODIC.isEmpty() && !anyActive()) {
            LockSupport.park(this);
        }
        dormant = false;
        HubRegistry.forEach(hub -> {
            if (hub.stallWatch() != null) {
                hub.stallWatch().restart(System.nanoTime());
            }
        });
    }

    private static boolean anyActive() {
        boolean[] any = new boolean[1];
        HubRegistry.forEach(hub -> any[0] |= hub.stallWatch() != null && hub.stallWatch().isActive() || hub.hasSocketWaits());
        return any[0];
    }

    /** Nanoseconds until something may be due: half a limit, so that a stall is seen after one and a half at most. */
    private static long shortest() {
        long[] least = {LONGEST};
        HubRegistry.forEach(hub -> {
            if (hub.stallWatch() != null) {
                least[0] = Math.min(least[0], hub.stallWatch().limit() / 2);
            }
            if (hub.hasSocketWaits()) {
                least[0] = Math.min(least[0], SOCKET_WAITS);
            }
        });
        for (Periodic periodic : PERIODIC) {
            least[0] = Math.min(least[0], periodic.period);
        }
        return least[0];
    }

    /** @return whether a hub works */
    private static boolean look(long now, boolean stoodStill) {
        boolean[] active = new boolean[1];
        HubSocketWaits.look();
        HubRegistry.forEach(hub -> {
            active[0] |= hub.hasSocketWaits();
            hub.lookAtSocketWaits();
            StallWatch watch = hub.stallWatch();
            if (watch == null) {
                return;
            }
            active[0] |= watch.isActive();
            if (stoodStill) {
                watch.restart(now);
                return;
            }
            Stall stall = watch.look(now);
            if (stall != null) {
                Recording.stalled(stall);
                tell(stall, hub);
                if (watch.prints()) {
                    hub.errors().print(stall);
                }
            }
        });
        return active[0];
    }

    static boolean isAnyIgnored() {
        return !IGNORED.isEmpty();
    }

    static boolean isIgnored(Thread thread) {
        return IGNORED.contains(thread);
    }

    private static void tell(MonitorEvent event, LoopHub hub) {
        if (event == null) {
            return;
        }
        for (Consumer<? super MonitorEvent> subscriber : SUBSCRIBERS) {
            try {
                subscriber.accept(event);
            } catch (Throwable t) {
                failed(hub, subscriber, t);
            }
        }
    }

    private static void callPeriodic(long now) {
        for (Periodic periodic : PERIODIC) {
            if (now - periodic.next[0] >= 0) {
                periodic.next[0] = now + periodic.period;
                HubRegistry.forEach(hub -> call(periodic, hub));
            }
        }
    }

    private static void call(Periodic periodic, LoopHub hub) {
        if (!PERIODIC.contains(periodic)) {
            return; // failed with another hub
        }
        try {
            periodic.function.accept(hub);
        } catch (Throwable t) {
            PERIODIC.remove(periodic);
            failed(hub, periodic.function, t);
        }
    }

    /** @param hub null: of any hub */
    private static void failed(LoopHub hub, Object context, Throwable error) {
        LoopHub[] which = {hub};
        HubRegistry.forEach(any -> which[0] = which[0] == null ? any : which[0]);
        if (which[0] != null) {
            which[0].handleError(context, error);
        } else {
            Thread current = Thread.currentThread();
            current.getUncaughtExceptionHandler().uncaughtException(current, error);
        }
    }

    // ---- for users ----

    @Override
    public Registration subscribe(Consumer<? super MonitorEvent> subscriber) {
        Objects.requireNonNull(subscriber, "subscriber");
        SUBSCRIBERS.add(subscriber);
        return () -> SUBSCRIBERS.remove(subscriber);
    }

    @Override
    public Registration every(Duration period, Consumer<? super Hub> function) {
        Objects.requireNonNull(function, "function");
        long nanos = Durations.nanos("period", period);
        if (nanos == 0) {
            throw new IllegalArgumentException("period: " + period + " (expected: > 0)");
        }
        Periodic periodic = new Periodic(nanos, function, new long[] {System.nanoTime() + nanos});
        PERIODIC.add(periodic);
        wake();
        return () -> PERIODIC.remove(periodic);
    }

    @Override
    public Registration ignoringStalls() {
        Thread current = Thread.currentThread();
        IGNORED.add(current);
        return () -> IGNORED.remove(current);
    }

    @Override
    public String report() {
        return HubReport.ofAll();
    }
}
