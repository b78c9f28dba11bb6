package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.sleep;

import dev.jevent.Hub;
import dev.jevent.sync.Group;
import java.time.Duration;
import java.util.concurrent.ExecutionException;

/** Greenlets that nothing outlives: a scope ends when all have ended, and the first failure ends the others. */
public final class GroupScope {
    private GroupScope() {}

    public static void main(String[] args) throws Exception {
        run(() -> {
            IO.println("sum: " + sum());
            Hub.current().notErrors(OutOfStock.class::isInstance); // the scope throws it; a report would be the second
            try {
                order();
            } catch (ExecutionException e) {
                IO.println("no order: " + e.getCause().getMessage());
            }
        });
    }

    private static int sum() throws Exception {
        return Group.scoped(group -> {
            var one = group.spawn(() -> price(10));
            var other = group.spawn(() -> price(20));
            return one.get() + other.get();
        });
    }

    private static int price(int milliseconds) {
        sleep(Duration.ofMillis(milliseconds)); // stands for a question to some server
        return milliseconds;
    }

    private static final class OutOfStock extends Exception {
        private static final long serialVersionUID = 1;

        OutOfStock(String what) {
            super(what + " is out of stock");
        }
    }

    private static void order() throws Exception {
        Group.runScoped(group -> {
            group.spawn(() -> {
                try {
                    sleep(Duration.ofHours(1));
                } finally {
                    IO.println("payment: taken back");
                }
            });
            group.spawn(() -> {
                sleep(Duration.ofMillis(5));
                throw new OutOfStock("tea");
            });
        });
    }
}
