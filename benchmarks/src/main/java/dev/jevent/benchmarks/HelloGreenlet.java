package dev.jevent.benchmarks;

import dev.jevent.Jevent;

/** The smallest program with a greenlet, for benchmarks/startup. */
public final class HelloGreenlet {
    private HelloGreenlet() {}

    public static void main(String[] args) {
        Jevent.run(() -> System.out.println("hello, world"));
    }
}
