package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.testkit.HubTest;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * What a switch costs in garbage, on the hub's thread, which is charged with what its greenlets allocate: nothing of ours. The
 * JDK's own share is measured alike, with bare virtual threads that unpark each other: nothing either, once their stacks have
 * been copied as large as they get.
 */
class AllocationTest {
    private static final int ROUNDS = 10_000;
    private static final int BATCHES = 15;

    /** Less than the smallest object in a round, and more than what a batch's own start costs, shared among its rounds. */
    private static final double NOTHING = 8;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** Bytes per round of both, in the best batch: while code is being compiled, the JVM copies stacks anew. */
    private static double bytes(Hub hub, Task first, Task second) throws Exception {
        long least = Long.MAX_VALUE;
        for (int batch = 0; batch < BATCHES; batch++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            Greenlet<Void> one = hub.spawn(() -> repeat(first));
            Greenlet<Void> other = hub.spawn(() -> repeat(second));
            one.get();
            other.get();
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least / (double) ROUNDS;
    }

    private static void repeat(Task round) throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
    }

    @HubTest(virtualTime = false)
    void theJdkItselfAllocatesNothingWhenVirtualThreadsUnparkEachOther(Hub hub) throws Exception {
        Thread[] partners = new Thread[2];
        int[] turns = new int[2];
        assertThat(bytes(hub, () -> parkInTurns(partners, turns, 0), () -> parkInTurns(partners, turns, 1))).isLessThan(NOTHING);
    }

    private static void parkInTurns(Thread[] partners, int[] turns, int self) {
        partners[self] = Thread.currentThread();
        turns[1 - self]++;
        LockSupport.unpark(partners[1 - self]);
        while (turns[self] == 0) {
            LockSupport.park();
        }
        turns[self]--;
    }

    @HubTest(virtualTime = false)
    void yieldingAllocatesNothing(Hub hub) throws Exception {
        assertThat(bytes(hub, hub::yieldNow, hub::yieldNow)).isLessThan(NOTHING);
    }

    @HubTest(virtualTime = false)
    void wakingAndWaitingAllocateNothing(Hub hub) throws Exception {
        for (long nanos : new long[] {-1, 1_000_000_000_000L}) {
            Permits ping = new Permits();
            Permits pong = new Permits();
            assertThat(bytes(hub, () -> {
                ping.release();
                pong.acquire(nanos);
            }, () -> {
                ping.acquire(nanos);
                pong.release();
            })).isLessThan(NOTHING);
        }
    }

    @HubTest(virtualTime = false)
    void aWaitWhoseTimeIsOverAllocatesNothing(Hub hub) throws Exception {
        Permits none = new Permits();
        Task turn = () -> none.acquire(1);
        assertThat(bytes(hub, turn, turn)).isLessThan(NOTHING);
    }

    @HubTest(virtualTime = false)
    void sleepingAllocatesNothing(Hub hub) throws Exception {
        Duration nap = Duration.ofNanos(1);
        Task turn = () -> hub.sleep(nap);
        assertThat(bytes(hub, turn, turn)).isLessThan(NOTHING);
    }

    @HubTest(virtualTime = false)
    void mainYieldingToAGreenletAllocatesNothing(Hub hub) throws Exception {
        Greenlet<Void> yielder = hub.spawn((Task) () -> {
            while (true) {
                hub.yieldNow();
            }
        });
        long least = Long.MAX_VALUE;
        for (int batch = 0; batch < BATCHES; batch++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            repeat(hub::yieldNow);
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least / (double) ROUNDS).isLessThan(NOTHING);
        yielder.kill();
    }

    @HubTest(virtualTime = false)
    void mainWaitingForAGreenletAllocatesNothing(Hub hub) throws Exception {
        Permits ping = new Permits();
        Permits pong = new Permits();
        Greenlet<Void> partner = hub.spawn((Task) () -> {
            while (true) {
                ping.acquire(-1);
                pong.release();
            }
        });
        long least = Long.MAX_VALUE;
        for (int batch = 0; batch < BATCHES; batch++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            repeat(() -> {
                ping.release();
                pong.acquire(1_000_000_000_000L);
            });
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least / (double) ROUNDS).isLessThan(NOTHING);
        partner.kill();
    }
}
