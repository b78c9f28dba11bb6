package dev.jevent.io;

import java.io.IOException;
import java.lang.ref.Cleaner;

/**
 * Closes a pipe that nobody refers to any more: a program that ran, and whose pipes nobody read or closed, leaves no descriptor for
 * ever. The JDK does so with its own.
 */
record Forgotten(Readiness readiness) implements Runnable {
    private static final Cleaner CLEANER = Cleaner.create();

    /**
     * @param pipe whose end it is to be out of reach; {@code readiness} may not lead to it
     * @return to be cleaned when it is closed
     */
    static Cleaner.Cleanable closeAfter(Object pipe, Readiness readiness) {
        return CLEANER.register(pipe, new Forgotten(readiness));
    }

    /** On the cleaner's thread, or again for one that is closed already. */
    @Override
    public void run() {
        try {
            readiness.close();
        } catch (IOException e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e); // a cleaner drops what is thrown
        }
    }
}
