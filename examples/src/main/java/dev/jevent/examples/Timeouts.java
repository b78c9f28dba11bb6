package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.sleep;
import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.yieldNow;

import dev.jevent.sync.AsyncResult;
import dev.jevent.sync.Timeout;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/** Limits on the time that code takes: on one call, on a piece of code, nested, and with a value instead of an error. */
public final class Timeouts {
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofHours(1);

    private Timeouts() {}

    public static void main(String[] args) throws InterruptedException {
        run(() -> {
            oneCall();
            aPieceOfCode();
            aValueInstead();
            nested();
            kill();
        });
    }

    private static void oneCall() {
        var answer = new AsyncResult<String>();
        IO.println("one call: " + (answer.join(SHORT) ? "answered" : "not in time"));
    }

    private static void aPieceOfCode() {
        try {
            Timeout.run(SHORT, () -> {
                for (int step = 0; ; step++) {
                    sleep(SHORT.dividedBy(4)); // none of these takes too long: all of them do
                }
            });
        } catch (TimeoutException e) {
            IO.println("a piece of code: " + e.getMessage());
        }
    }

    private static void aValueInstead() throws InterruptedException {
        var price = Timeout.call(SHORT, () -> {
            Thread.sleep(LONG); // the JDK's calls are interrupted
            return "fresh";
        }, "stale");
        IO.println("a value instead: " + price);
    }

    /** The outer one is over first. The inner scope knows that the error isn't its own, and lets it pass. */
    private static void nested() {
        try {
            Timeout.run(SHORT, () -> {
                try {
                    Timeout.run(LONG, () -> sleep(LONG));
                } catch (TimeoutException e) {
                    IO.println("never printed");
                }
            });
        } catch (TimeoutException e) {
            IO.println("nested: the outer one, " + e.getMessage());
        }
    }

    private static void kill() {
        var greenlet = spawn(() -> {
            try {
                sleep(LONG);
            } finally {
                IO.println("kill: it may clean up");
            }
        });
        yieldNow(); // one that never began would never run
        greenlet.kill();
        IO.println("kill: " + greenlet.phase());
    }
}
