package dev.jevent.jni;

import java.io.IOException;

/** A system call failed: {@code epoll_create1: EMFILE (Too many open files)}. */
public final class ErrnoException extends IOException {
    private final String call;
    private final int number;

    /** @param number what {@code errno} was, as this system counts */
    public ErrnoException(String call, int number) {
        super(call + ": " + Errno.describe(number));
        this.call = call;
        this.number = number;
    }

    /** The name of the call. */
    public String call() {
        return call;
    }

    /** Null for one that {@link Errno} doesn't list. */
    public Errno errno() {
        return Errno.of(number);
    }

    /** As this system counts. */
    public int number() {
        return number;
    }
}
