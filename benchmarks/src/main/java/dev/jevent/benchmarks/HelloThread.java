package dev.jevent.benchmarks;

/** The smallest program with a virtual thread, for benchmarks/startup. */
public final class HelloThread {
    private HelloThread() {}

    public static void main(String[] args) throws InterruptedException {
        Thread.startVirtualThread(() -> System.out.println("hello, world")).join();
    }
}
