package dev.jevent.io;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * Native threads for calls that block for as long as they like: as many as there are such calls at the moment. A hub's thread
 * pool would not do: it has few threads, and what waits for another process must not wait for a free one.
 *
 * <p>An idle thread is used again, and ends after {@link #IDLE_NANOS}. No lock, since greenlets call this: {@link Idle} ones are
 * a stack, from which whoever takes one hands it its next call.
 */
final class NativeThreads {
    private static final long IDLE_NANOS = 200_000_000;

    /** Reading and writing need little; the JDK's native code keeps 8 KB on the stack. */
    private static final long STACK = 256 * 1024;

    private static final AtomicReference<Idle> IDLE = new AtomicReference<>();
    private static final AtomicInteger STARTED = new AtomicInteger();
    private static final Runnable ENDED = () -> {};

    private NativeThreads() {}

    /** @throws OutOfMemoryError if the system has no thread to give; {@code call} is not run then */
    static void run(Runnable call) {
        Idle idle;
        while ((idle = IDLE.get()) != null) {
            if (IDLE.compareAndSet(idle, idle.next) && idle.compareAndSet(null, call)) {
                LockSupport.unpark(idle.thread);
                return;
            }
        }
        Thread thread = Thread.ofPlatform()
                .daemon()
                .name("jevent-io-" + STARTED.incrementAndGet())
                .stackSize(STACK)
                .inheritInheritableThreadLocals(false)
                .unstarted(() -> work(call));
        thread.setContextClassLoader(null); // it outlives whoever was the first to need it
        thread.start();
    }

    private static void work(Runnable first) {
        for (Runnable call = first; call != null; call = next()) {
            try {
                call.run();
            } catch (Throwable e) {
                Thread thread = Thread.currentThread();
                thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
            }
            Thread.interrupted();
        }
    }

    private static Runnable next() {
        Idle idle = new Idle(Thread.currentThread()); // a fresh one each time, so that the stack needs no counter
        do {
            idle.next = IDLE.get();
        } while (!IDLE.compareAndSet(idle.next, idle));
        long end = System.nanoTime() + IDLE_NANOS;
        long left;
        while (idle.get() == null && (left = end - System.nanoTime()) > 0) {
            LockSupport.parkNanos(idle, left);
        }
        return idle.compareAndSet(null, ENDED) ? null : idle.get(); // one that has ended is dropped when it is met
    }

    /** A thread without a call; the value is the next one. */
    private static final class Idle extends AtomicReference<Runnable> {
        private static final long serialVersionUID = 1;

        private final transient Thread thread;
        private transient Idle next;

        Idle(Thread thread) {
            this.thread = thread;
        }
    }
}
