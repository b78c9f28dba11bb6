package dev.jevent.testkit;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.contract.Switches;
import dev.jevent.monitor.Monitor;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Assertions about whether code lets others run: gevent's {@code assert_switches}. [F-UTL-03] */
public final class Switching {
    private static final Duration LOOK = Duration.ofMillis(5);

    private Switching() {}

    /**
     * Runs {@code body}, which has to let something else of its hub run at least once. What it throws goes first.
     *
     * @throws AssertionError if nothing else ran
     */
    @Switches
    public static void assertSwitches(Task body) throws Exception {
        Hub hub = Hub.current();
        long before = turns(hub);
        body.run();
        if (turns(hub) == before) {
            throw new AssertionError(hub + " ran nothing else while " + name(body) + " did");
        }
    }

    /**
     * Runs {@code body}, which must not keep its hub for longer than {@code longest} at a time; less than that it need not let anybody
     * run. What it throws goes first. Longer spells are seen to about 10 ms.
     *
     * @throws AssertionError if it did
     */
    @Switches
    public static void assertSwitches(Duration longest, Task body) throws Exception {
        long limit = Durations.nanos("longest", longest);
        Hub hub = Hub.current();
        AtomicLong worst = new AtomicLong();
        Spell spell = new Spell(hub, worst);
        try (var _ = Monitor.get().every(LOOK, looked -> spell.look(looked == hub))) {
            body.run();
        }
        spell.look(true);
        if (worst.get() > limit) {
            throw new AssertionError(hub + " ran nothing else for " + Duration.ofNanos(worst.get()).toMillis() + " ms while "
                    + name(body) + " did (expected: at most " + longest.toMillis() + " ms)");
        }
    }

    /** How long nothing but the body has run. */
    private static final class Spell {
        private final Hub hub;
        private final AtomicLong worst;
        private long turns;
        private long since = System.nanoTime();

        Spell(Hub hub, AtomicLong worst) {
            this.hub = hub;
            this.worst = worst;
            turns = turns(hub);
        }

        synchronized void look(boolean mine) {
            if (!mine) {
                return;
            }
            long now = System.nanoTime();
            long seen = turns(hub);
            if (seen == turns) {
                worst.accumulateAndGet(now - since, Math::max);
            } else {
                turns = seen;
                since = now;
            }
        }
    }

    private static long turns(Hub hub) {
        return hub.statistics().loop().tasks();
    }

    private static String name(Task body) {
        String name = body.getClass().getName();
        int lambda = name.indexOf("$$Lambda");
        return lambda < 0 ? name : name.substring(0, lambda) + " lambda";
    }
}
