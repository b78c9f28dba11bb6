package dev.jevent.io.waits;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.loop.nio.NioLoopProvider;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubFactory;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.Set;

/**
 * A real hub with real threads, files and processes, in which a greenlet's waits are counted, so that something can be done in exactly
 * one of them: when it begins, before anything can end it.
 */
final class CountedWaits implements Environment {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Set<String> WAITS = Set.of("wait", "yield"); // what interpose is told of waits

    private volatile Greenlet<?> counted;
    private int left;
    private Runnable then;

    /** What is run as main of the hub. */
    interface Body {
        void run(Hub hub, CountedWaits waits) throws Exception;
    }

    static void run(Body body) throws Exception {
        CountedWaits waits = new CountedWaits();
        Throwable[] failure = new Throwable[1];
        Thread thread = Thread.ofPlatform().daemon().name("counted-waits").start(() -> {
            HubFactory factory = ServiceLoader.load(HubFactory.class).findFirst().orElseThrow();
            try (Hub hub = factory.open(waits, Settings.process(), new NioLoopProvider())) {
                body.run(hub, waits);
            } catch (Throwable e) {
                failure[0] = e;
            }
        });
        if (!thread.join(LIMIT)) {
            AssertionError hangs = new AssertionError(thread + " hangs");
            hangs.setStackTrace(thread.getStackTrace());
            throw hangs;
        }
        if (failure[0] != null) {
            throw new AssertionError(failure[0]);
        }
    }

    /** On the hub's thread. @param number of the wait, from 1 */
    void at(Greenlet<?> who, int number, Runnable action) {
        left = number;
        then = action;
        counted = who;
    }

    @Override
    public void interpose(String where) {
        if (counted != null && WAITS.contains(where) && Greenlet.current() == counted && --left == 0) {
            counted = null;
            then.run();
        }
    }

    @Override
    public boolean simulated() {
        return true;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }
}
