package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.jevent.loop.Poller;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/** The rules of {@link PollerTck} about how long a poll waits, and what ends it. */
interface PollerWaitRules {
    Poller poller();

    /** @return how many reports there were */
    int poll(long nanos) throws IOException;

    void registerSomethingIdle() throws IOException;

    /** Fails if the limit was over, and ended what was waited for. */
    void inTime(String what);

    @Test
    default void doesNotWaitIfToldSo() throws IOException {
        assertEquals(0, poll(0));
        registerSomethingIdle();
        assertEquals(0, poll(0));
        inTime("a poll that doesn't wait");
    }

    @Test
    default void waitsNotLessThanItsTimeWithoutAReason() throws IOException {
        assertTrue(waitsItsTime(), "most polls didn't wait as long as told");
        registerSomethingIdle();
        assertTrue(waitsItsTime(), "most polls didn't wait as long as told, with something to watch");
    }

    /** Some polls may return early, but not most of them. */
    private boolean waitsItsTime() throws IOException {
        long nanos = 1_900_000; // no whole number of milliseconds
        int polls = 15;
        int early = 0;
        for (int i = 0; i < polls; i++) {
            long began = System.nanoTime();
            poll(nanos);
            if (System.nanoTime() - began < nanos) {
                early++;
            }
        }
        return early <= polls / 2;
    }

    @Test
    default void aWakeUpEndsThePollInProgress() throws Exception {
        Thread owner = Thread.currentThread();
        Thread waker = Helpers.start(() -> {
            Helpers.awaitWaiting(owner);
            poller().wakeup();
        });
        poll(Long.MAX_VALUE);
        inTime("the poll was not woken");
        waker.join();
    }

    @Test
    default void aWakeUpEndsThePollInProgressWithSomethingToWatch() throws Exception {
        registerSomethingIdle();
        Thread waker = Helpers.start(() -> {
            for (int i = 0; i < 100; i++) {
                Thread.yield();
            }
            poller().wakeup();
        });
        poll(Long.MAX_VALUE);
        inTime("the poll was not woken");
        waker.join();
    }

    @Test
    default void aWakeUpBeforeThePollEndsTheNext() throws IOException {
        poller().wakeup();
        poll(Long.MAX_VALUE);
        registerSomethingIdle();
        poller().wakeup();
        poll(Long.MAX_VALUE);
        inTime("the poll was not woken");
    }

    @Test
    default void severalWakeUpsAreAsOne() throws IOException {
        registerSomethingIdle();
        for (int i = 0; i < 20; i++) {
            poller().wakeup();
        }
        poll(Long.MAX_VALUE);
        assertTrue(waitsItsTime(), "still being woken after several polls");
    }

    @Test
    default void anInterruptedThreadDoesNotWaitAndStaysInterrupted() throws IOException {
        for (int i = 0; i < 2; i++) {
            Thread.currentThread().interrupt();
            poll(Long.MAX_VALUE);
            assertTrue(Thread.interrupted(), "the poll took the interrupt");
            registerOnce(i);
        }
        inTime("the poll waited though interrupted");
    }

    private void registerOnce(int round) throws IOException {
        if (round == 0) {
            registerSomethingIdle();
        }
    }
}
