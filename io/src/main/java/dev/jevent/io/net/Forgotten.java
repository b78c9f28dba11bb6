package dev.jevent.io.net;

import dev.jevent.io.Readiness;
import java.io.IOException;
import java.lang.ref.Cleaner;

/**
 * Closes a socket that nobody refers to any more. Programs count on it, since the JDK does so with its own sockets: the JDK
 * itself asks one that it never closes which options there are.
 */
final class Forgotten implements Runnable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final Readiness readiness;
    private final Gate[] gates;

    private Forgotten(Readiness readiness, Gate... gates) {
        this.readiness = readiness;
        this.gates = gates;
    }

    /**
     * @param socket whose end it is to be out of reach; neither the others nor what they refer to may lead to it
     * @return to be cleaned when it is closed
     */
    static Cleaner.Cleanable closeAfter(Object socket, Readiness readiness, Gate... gates) {
        return CLEANER.register(socket, new Forgotten(readiness, gates));
    }

    /** On the cleaner's thread, or again for one that is closed already. */
    @Override
    public void run() {
        for (Gate gate : gates) {
            gate.close();
        }
        try {
            readiness.close();
        } catch (IOException e) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e); // a cleaner drops what is thrown
        }
    }
}
