package dev.jevent.testkit.tck;

/** Threads that help a test. */
final class Helpers {
    private Helpers() {}

    /** What another thread does. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }

    static Thread start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }, "helper");
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    /** Returns when {@code thread} waits, or after so many looks: in native code it counts as running. */
    static void awaitWaiting(Thread thread) {
        for (int looks = 0; looks < 10_000 && thread.getState() == Thread.State.RUNNABLE; looks++) {
            Thread.yield();
        }
    }
}
