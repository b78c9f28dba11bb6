package dev.jevent.io;

import java.io.IOException;
import java.lang.ref.Cleaner;

/**
 * Closes what nobody refers to any more. The JDK does so with its own sockets and with pipes of programs, and programs count on it: the
 * JDK itself asks a socket that it never closes which options there are.
 */
record Forgotten(Readiness readiness, Runnable before) implements Runnable {
    private static final Cleaner CLEANER = Cleaner.create();

    Cleaner.Cleanable after(Object user) {
        return CLEANER.register(user, this);
    }

    /** On the cleaner's thread, or again for one that is closed already. */
    @Override
    public void run() {
        before.run();
        try {
            readiness.close();
        } catch (IOException e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e); // a cleaner drops what is thrown
        }
    }
}
