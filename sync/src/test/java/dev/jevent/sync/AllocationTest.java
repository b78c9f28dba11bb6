package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.HubTest;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;

/** What a wait costs in garbage: nothing. Counted on the hub's thread, which is charged with what its greenlets allocate. */
class AllocationTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final int BATCHES = 12;
    private static final int ROUNDS = 10_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    /** One round of what is measured; two greenlets run it in turns. */
    interface Round {
        void run() throws Exception;
    }

    /** Bytes per round of both, in the best batch: while code is being compiled, the JVM copies stacks anew. */
    static double bytes(Hub hub, Round first, Round second) throws Exception {
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

    private static void repeat(Round round) throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("Waiting for an event, with a limit or without, allocates nothing")
    void event(Hub hub) throws Exception {
        Event ping = new Event();
        Event pong = new Event();
        assertThat(bytes(hub, () -> {
            ping.set();
            pong.await();
            pong.clear();
        }, () -> {
            ping.await(LONG);
            ping.clear();
            pong.set();
        })).isLessThan(8);
    }

    @HubTest(virtualTime = false)
    @DisplayName("Waiting for a permit allocates nothing")
    void semaphore(Hub hub) throws Exception {
        Semaphore ping = new Semaphore(0);
        Semaphore pong = new Semaphore(0, true);
        assertThat(bytes(hub, () -> {
            ping.release();
            pong.acquire();
        }, () -> {
            ping.acquire(LONG);
            pong.release();
        })).isLessThan(8);
    }

    @HubTest(virtualTime = false)
    @DisplayName("Waiting for a mutex allocates nothing")
    void mutex(Hub hub) throws Exception {
        ReentrantMutex mutex = new ReentrantMutex(true);
        Semaphore ping = new Semaphore(0);
        Semaphore pong = new Semaphore(0);
        assertThat(bytes(hub, () -> {
            mutex.lock();
            ping.release();
            pong.acquire();
            mutex.unlock();
        }, () -> {
            ping.acquire();
            pong.release();
            mutex.lock(); // the other has it
            mutex.unlock();
        })).isLessThan(8);
    }

    @HubTest(virtualTime = false)
    @DisplayName("Waiting for a condition allocates nothing")
    void condition(Hub hub) throws Exception {
        ReentrantMutex mutex = new ReentrantMutex();
        MutexCondition condition = mutex.newCondition();
        boolean[] turn = new boolean[1];
        assertThat(bytes(hub, () -> handOver(mutex, condition, turn, true), () -> handOver(mutex, condition, turn, false)))
                .isLessThan(8);
    }

    private static void handOver(ReentrantMutex mutex, MutexCondition condition, boolean[] turn, boolean mine)
            throws InterruptedException {
        mutex.lock();
        try {
            while (turn[0] == mine) {
                condition.await();
            }
            turn[0] = mine;
            condition.signal();
        } finally {
            mutex.unlock();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("A timeout around a wait that ends in time costs no more than the Timeout itself")
    void timeout(Hub hub) throws Exception {
        Event ping = new Event();
        Event pong = new Event();
        assertThat(bytes(hub, () -> Timeout.call(LONG, () -> {
            ping.set();
            pong.await();
            pong.clear();
            return this;
        }), () -> Timeout.call(LONG, () -> {
            ping.await();
            ping.clear();
            pong.set();
            return this;
        }))).isLessThan(2 * 96); // the Timeout and the lambda's instance, twice
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-TMO-13: an absent limit allocates nothing")
    void absentLimit(Hub hub) throws Exception {
        Event event = new Event();
        event.set();
        assertThat(bytes(hub, () -> {
            try (Timeout timeout = Timeout.none()) {
                timeout.start();
                event.await();
            }
        }, () -> {})).isLessThan(8);
    }
}
