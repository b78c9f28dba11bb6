package dev.jevent.loop;

import dev.jevent.spi.LoopHost;

/** Confinement of a loop to the thread that made it, and to the virtual threads that this one carries. */
final class LoopThread {
    private final Thread owner;
    private volatile LoopHost host;

    LoopThread(Thread owner) {
        this.owner = owner;
    }

    LoopHost host() {
        return host;
    }

    void host(LoopHost host) {
        this.host = host;
    }

    /** Any thread. */
    boolean isCurrent() {
        Thread caller = Thread.currentThread();
        return caller == owner || isCarried(caller);
    }

    private boolean isCarried(Thread caller) {
        if (!caller.isVirtual()) {
            return false;
        }
        LoopHost host = this.host;
        return host != null && host.isCurrent();
    }

    /** @throws WrongThreadException naming both threads, unless the caller runs on this one */
    void check(Object subject) {
        if (!isCurrent()) {
            throw new WrongThreadException(subject + " belongs to " + owner + " and was used on " + Thread.currentThread()
                    + "; hand the work over with runCallbackThreadSafe");
        }
    }

    /** As {@link #check}; but once the owner has ended somebody else must clean up. */
    void checkUnlessEnded(Object subject) {
        if (owner.isAlive()) {
            check(subject);
        }
    }

    Thread owner() {
        return owner;
    }
}
