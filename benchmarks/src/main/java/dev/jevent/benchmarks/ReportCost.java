package dev.jevent.benchmarks;

import dev.jevent.Hub;
import dev.jevent.monitor.Monitor;
import dev.jevent.sync.Event;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * How long the monitor's report of many greenlets takes, for benchmarks/report, and for how long their hub stands still meanwhile. They wait at
 * four places, behind some calls. Argument: how many. Prints the seconds that each of ten reports took, the first in code that
 * has just been loaded; the lines of one; and the longest gap, in seconds, between two turns of a greenlet that does nothing but yield.
 */
public final class ReportCost {
    private static final int REPORTS = 10;
    private static final int CALLS = 10;

    private ReportCost() {}

    public static void main(String[] args) throws Exception {
        int count = Integer.parseInt(args[0]);
        try (Hub hub = Hub.current()) {
            OnHub.join(hub.spawn(() -> run(hub, count)));
        }
    }

    private static void run(Hub hub, int count) throws Exception {
        Event event = new Event();
        for (int i = 0; i < count; i++) {
            int place = i % 4;
            hub.spawn(() -> behind(CALLS, place, hub, event));
        }
        while (hub.statistics().ready() > 0) {
            hub.yieldNow();
        }
        LinkedBlockingQueue<double[]> done = new LinkedBlockingQueue<>();
        Thread reporter = new Thread(() -> done.add(reports()));
        reporter.start();
        double gap = 0;
        long last = System.nanoTime();
        while (done.isEmpty()) {
            hub.yieldNow();
            long now = System.nanoTime();
            gap = Math.max(gap, (now - last) / 1e9);
            last = now;
        }
        double[] told = done.take();
        System.out.printf("first %.3f%n", told[0]);
        double[] rest = Arrays.copyOfRange(told, 1, REPORTS);
        Arrays.sort(rest);
        System.out.printf("median %.3f%n", rest[rest.length / 2]);
        System.out.printf("most %.3f%n", rest[rest.length - 1]);
        System.out.printf("lines %.0f%n", told[REPORTS]);
        System.out.printf("gap %.3f%n", gap);
        event.set();
    }

    /** Ten times, then the lines of the last. */
    private static double[] reports() {
        double[] told = new double[REPORTS + 1];
        for (int i = 0; i < REPORTS; i++) {
            long start = System.nanoTime();
            String report = Monitor.get().report();
            told[i] = (System.nanoTime() - start) / 1e9;
            told[REPORTS] = report.lines().count();
        }
        return told;
    }

    private static void behind(int calls, int place, Hub hub, Event event) {
        if (calls > 0) {
            behind(calls - 1, place, hub, event);
            return;
        }
        switch (place) {
            case 0 -> event.await();
            case 1 -> event.await(Duration.ofHours(1));
            case 2 -> hub.await(hub.loop().timer(Duration.ofHours(1)), Duration.ofHours(1));
            default -> waitInOtherCode(event);
        }
    }

    private static void waitInOtherCode(Event event) {
        event.await();
    }
}
