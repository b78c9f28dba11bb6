package dev.jevent.hub;

import dev.jevent.ProviderException;
import dev.jevent.spi.Availability;
import dev.jevent.spi.PackageOpener;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.locks.LockSupport;

/**
 * The only class, with {@link PollerBridge}, that knows the JDK's insides: how a virtual thread is given a scheduler, and which
 * platform thread carries the caller.
 *
 * <p>Facts (JDK 21 to 25). A virtual thread runs on the {@code Executor} that its builder was constructed with; the
 * constructor that takes one is package-private. If the executor is a {@link ForkJoinPool}, JDK 25 also hands it the timed
 * waits of its threads. A virtual thread started by another inherits the scheduler.
 *
 * <p>Decision. The constructor is called through a handle, which needs {@code java.base/java.lang} open to us: by the manifest or a
 * flag already, else by a {@link PackageOpener}, which is looked for only then. A public scheduler interface, should the
 * JDK get one, becomes another branch of {@link #load()}; nothing else will change.
 */
final class CarrierBridge {
    private static final CarrierBridge INSTANCE = load();

    private final MethodHandle builder; // (ForkJoinPool)Thread.Builder.OfVirtual
    private final ProviderException refusal;
    private final String explanation;

    private CarrierBridge(MethodHandle builder, ProviderException refusal, String explanation) {
        this.builder = builder;
        this.refusal = refusal;
        this.explanation = explanation;
    }

    static CarrierBridge get() {
        return INSTANCE;
    }

    private static CarrierBridge load() {
        try {
            return new CarrierBridge(
                    constructor(), null, "virtual threads scheduled by the hub (java.base/java.lang is open)");
        } catch (IllegalAccessException e) {
            return loadOpened();
        } catch (ReflectiveOperationException | LinkageError e) {
            return noWayIn(e);
        }
    }

    private static MethodHandle constructor() throws ReflectiveOperationException {
        Class<?> type = Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder");
        return MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                .findConstructor(type, MethodType.methodType(void.class, Executor.class))
                .asType(MethodType.methodType(Thread.Builder.OfVirtual.class, ForkJoinPool.class));
    }

    /** With the help of the first opener that can. */
    private static CarrierBridge loadOpened() {
        StringBuilder refusals = new StringBuilder();
        try {
            String opener = open("java.lang", refusals);
            if (opener != null) {
                return new CarrierBridge(constructor(), null,
                        "virtual threads scheduled by the hub (java.base/java.lang was opened by " + opener + ")");
            }
        } catch (ReflectiveOperationException | LinkageError e) {
            return noWayIn(e);
        }
        return refuse("java.base/java.lang is not open to " + asker(), refusals.toString(), null);
    }

    /**
     * Has a package of java.base opened to us by the first {@link PackageOpener} that can.
     *
     * @param refusals gets a line for each that cannot
     * @return the opener's name, or null
     */
    static String open(String packageName, StringBuilder refusals) {
        Module mine = CarrierBridge.class.getModule();
        try {
            for (PackageOpener opener : ServiceLoader.load(PackageOpener.class, CarrierBridge.class.getClassLoader())) {
                Availability availability = opener.availability();
                if (availability.available() && opener.open(Object.class.getModule(), packageName, mine)) {
                    return opener.name();
                }
                String reason = availability.available() ? "this JDK (" + Runtime.version() + ") has no way in that it knows" : availability.reason();
                refusals.append("  (").append(opener.name()).append(" cannot open it: ").append(reason).append(")\n");
            }
        } catch (ServiceConfigurationError e) {
            refusals.append("  (").append(e.getMessage()).append(")\n");
        }
        return null;
    }

    private static CarrierBridge noWayIn(Throwable cause) {
        return refuse("this JDK (" + Runtime.version() + ") has no way in that jevent knows", "", cause);
    }

    /** The module to which packages have to be open, as {@code --add-opens} has it. */
    static String asker() {
        Module module = CarrierBridge.class.getModule();
        return module.isNamed() ? module.getName() : "ALL-UNNAMED";
    }

    /** @param refusals lines about openers that there are, and that could not help */
    private static CarrierBridge refuse(String fact, String refusals, Throwable cause) {
        boolean named = CarrierBridge.class.getModule().isNamed();
        String flag = "--add-opens java.base/java.lang=" + asker();
        String message = "[jevent/NoScheduler] A hub cannot schedule virtual threads here: " + fact + ".\n"
                + (named ? "  on the module path    " : "  on the class path     ")
                + "jevent-loop-epoll-jni, which opens it by itself     (Linux)\n"
                + refusals
                + "  on the command line   " + flag + "\n"
                + (named ? "" : "  in an executable jar  Add-Opens: java.base/java.lang          (in its manifest)\n")
                + "  in Surefire           <argLine>" + flag + "</argLine>\n"
                + "Each of these alone is enough.";
        return new CarrierBridge(null, new ProviderException(message, cause), fact);
    }

    /**
     * Keeps the JDK's pollers out of hubs.
     *
     * <p>Facts. By default the first blocking socket call of a JVM starts them as virtual threads, which inherit the scheduler
     * of the caller. Made by a greenlet, they would belong to its hub, and hang every socket of the JVM when it closes.
     * {@code jdk.pollerMode=1} makes them platform threads, which inherit nothing; it is read when they are started.
     *
     * <p>Decision. Where nobody chose a mode, that one. Where somebody chose another, a platform thread starts the pollers
     * while the first hub is being made; a greenlet that comes earlier waits for the end of their class initialisation.
     *
     * <p>Price. Virtual threads outside of hubs share one read and one write poller. Starting the pollers in any case would
     * cost a program that never opens a socket 300 ms at its exit, as long as HotSpot waits for a thread in native code.
     */
    static void protectPollers() {
        Pollers.begin();
    }

    /** Waits until no greenlet can come first any more: the pollers are being initialised, or are. On a platform thread. */
    static void awaitPollers() {
        Thread initialiser = Pollers.initialiser;
        if (initialiser == null) {
            return;
        }
        while (initialiser.isAlive() && !Pollers.isInitialisedBy(initialiser)) {
            LockSupport.parkNanos(200_000);
        }
        Pollers.initialiser = null;
    }

    private static final class Pollers implements Runnable {
        private static final String POLLER = "sun.nio.ch.Poller";
        private static final String MODE = "jdk.pollerMode";
        private static final String PLATFORM_THREADS = "1";

        private static volatile Thread initialiser = start(); // until it is known to have begun; null: not needed

        /** Initialises this class, which does it. */
        static void begin() {}

        private static Thread start() {
            String chosen = System.getProperty(MODE);
            if (chosen == null) {
                System.setProperty(MODE, PLATFORM_THREADS);
            }
            if (chosen == null || chosen.equals(PLATFORM_THREADS)) {
                return null;
            }
            Thread thread = new Thread(new Pollers(), "jevent-poller-initialiser");
            thread.setDaemon(true);
            thread.start();
            return thread;
        }

        @Override
        public void run() {
            try {
                Class.forName(POLLER, true, null);
            } catch (ClassNotFoundException e) {
                // A JDK without that class has no pollers to protect.
            }
        }

        static boolean isInitialisedBy(Thread thread) {
            for (StackTraceElement frame : thread.getStackTrace()) {
                if (frame.getClassName().equals(POLLER) && frame.getMethodName().equals("<clinit>")) {
                    return true;
                }
            }
            return false;
        }
    }

    /** How greenlets are scheduled here, or why they cannot be. */
    String explanation() {
        return explanation;
    }

    boolean available() {
        return refusal == null;
    }

    /** @throws ProviderException saying what to add, if the JDK refuses access */
    void check() {
        if (refusal != null) {
            throw new ProviderException(refusal.getMessage(), refusal.getCause());
        }
    }

    /**
     * A builder of virtual threads that run on {@code scheduler}.
     *
     * @throws ProviderException saying what to add, if the JDK refuses access
     */
    Thread.Builder.OfVirtual builder(ForkJoinPool scheduler) {
        check();
        try {
            return (Thread.Builder.OfVirtual) builder.invokeExact(scheduler);
        } catch (Throwable e) {
            throw new ProviderException("[jevent/NoScheduler] The JDK's virtual thread builder failed: " + e, e);
        }
    }

    /** The platform thread that runs the caller: itself, or the carrier of a mounted virtual thread. */
    static Thread currentCarrier() {
        try {
            return (Thread) Carrier.CURRENT.invokeExact();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Whether {@code carrier} runs {@code virtual} now. Any thread. */
    static boolean isCarriedBy(Thread virtual, Thread carrier) {
        return Carried.CARRIER.get(virtual) == carrier;
    }

    /** Where greenlets go on that outlive their hub. */
    static ForkJoinPool defaultScheduler() {
        return DefaultScheduler.POOL;
    }

    // Handles that a program may never need are made at first use.

    private static final class Carrier {
        static final MethodHandle CURRENT;

        static {
            try {
                CURRENT = MethodHandles.privateLookupIn(Thread.class, MethodHandles.lookup())
                        .findStatic(Thread.class, "currentCarrierThread", MethodType.methodType(Thread.class));
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    private static final class Carried {
        static final VarHandle CARRIER; // (Thread)Thread

        static {
            try {
                Class<?> type = Class.forName("java.lang.VirtualThread");
                CARRIER = MethodHandles.privateLookupIn(type, MethodHandles.lookup())
                        .findVarHandle(type, "carrierThread", Thread.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    private static final class DefaultScheduler {
        static final ForkJoinPool POOL;

        static {
            try {
                var method = Class.forName("java.lang.VirtualThread").getDeclaredMethod("defaultScheduler");
                method.setAccessible(true);
                POOL = (ForkJoinPool) method.invoke(null);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }
}
