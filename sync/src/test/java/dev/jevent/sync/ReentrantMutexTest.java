package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.testkit.HubTest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReentrantMutexTest {
    private static final Duration SHORT = Duration.ofMillis(10);
    private static final Duration LONG = Duration.ofHours(1);

    @HubTest
    @DisplayName("F-LCK-09: its owner may lock it again, and has to unlock it as often")
    void reentrant(Hub hub) throws Exception {
        ReentrantMutex mutex = new ReentrantMutex();
        assertThat(mutex.locked()).isFalse();
        mutex.lock();
        assertThat(mutex.tryLock()).isTrue();
        assertThat(mutex.lock(Duration.ZERO)).isTrue();
        assertThat(mutex.tryLock(0, TimeUnit.SECONDS)).isTrue();
        mutex.lockInterruptibly();
        assertThat(mutex.holdCount()).isEqualTo(5);
        assertThat(mutex.isHeldByCurrentThread()).isTrue();
        Greenlet<Void> other = hub.spawn(() -> {
            assertThat(mutex.tryLock()).isFalse();
            assertThat(mutex.lock(SHORT)).isFalse();
            assertThat(mutex.tryLock(1, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(mutex.tryLock(-1, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(mutex.isHeldByCurrentThread()).isFalse();
            assertThat(mutex.holdCount()).isZero();
            mutex.lock();
            mutex.unlock();
        });
        hub.sleep(SHORT.multipliedBy(3));
        for (int i = 0; i < 5; i++) {
            assertThat(other.dead()).isFalse();
            assertThat(mutex.locked()).isTrue();
            mutex.unlock();
        }
        other.join();
        assertThat(mutex.locked()).isFalse();
    }

    @HubTest
    @DisplayName("B-LCK-10, F-LCK-09: unlocking what is free, or another's, is refused and names both")
    void unlockByAnotherIsRefused(Hub hub) throws Exception {
        ReentrantMutex mutex = new ReentrantMutex();
        assertThatThrownBy(mutex::unlock)
                .isInstanceOf(IllegalMonitorStateException.class)
                .hasMessageContaining("free")
                .hasMessageContaining(Thread.currentThread().toString());
        mutex.lock();
        hub.spawn(() -> {
            Thread.currentThread().setName("intruder");
            assertThatThrownBy(mutex::unlock)
                    .isInstanceOf(IllegalMonitorStateException.class)
                    .hasMessageContaining("intruder")
                    .hasMessageContaining("locked by " + hub.thread());
        }).get();
        assertThat(mutex.holdCount()).isEqualTo(1);
        mutex.unlock();
    }

    @SuppressWarnings("try") // closing before the end of the block is what is tested
    @HubTest
    void scopeUnlocksOnce(Hub hub) throws Exception {
        ReentrantMutex mutex = new ReentrantMutex();
        mutex.lock();
        try (ReentrantMutex.Held held = mutex.hold()) {
            assertThat(mutex.holdCount()).isEqualTo(2);
            held.close();
            assertThat(mutex.holdCount()).isEqualTo(1);
        }
        assertThat(mutex.holdCount()).isEqualTo(1);
        mutex.unlock();
    }

    @HubTest
    @DisplayName("B-LCK-12: of ten workers at most three are inside of a bounded semaphore of three")
    void tenWorkers(Hub hub) throws Exception {
        BoundedSemaphore semaphore = new BoundedSemaphore(3);
        ReentrantMutex mutex = new ReentrantMutex();
        int[] running = new int[2]; // now, and at most
        List<Greenlet<Void>> workers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            workers.add(hub.spawn(() -> {
                try (Semaphore.Permit permit = semaphore.hold()) {
                    try (ReentrantMutex.Held held = mutex.hold()) {
                        running[0]++;
                        running[1] = Math.max(running[1], running[0]);
                        hub.yieldNow();
                    }
                    hub.sleep(Duration.ofMillis(1));
                    try (ReentrantMutex.Held held = mutex.hold()) {
                        running[0]--;
                        hub.yieldNow();
                    }
                }
            }));
        }
        hub.joinAllOrThrow(workers);
        assertThat(running).containsExactly(0, 3);
        assertThat(semaphore.availablePermits()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("B-LCK-09: another hub's main and greenlets, and a thread without a hub, get the lock when it is free")
    void acrossThreads(boolean limited) throws Exception {
        ReentrantMutex mutex = new ReentrantMutex();
        CountDownLatch waiting = new CountDownLatch(2);
        int[] count = new int[1];
        HubThread.PlainBody body = () -> {
            waiting.countDown();
            for (int i = 0; i < 500; i++) {
                if (limited) {
                    assertThat(mutex.lock(LONG)).isTrue();
                } else {
                    mutex.lock();
                }
                mutex.lock();
                count[0]++;
                mutex.unlock();
                mutex.unlock();
            }
        };
        HubThread[] threads = new HubThread[3];
        HubThread.run(hub -> {
            mutex.lock();
            threads[0] = HubThread.start("there", there -> {
                try (Hub.Hold hold = there.hold()) {
                    Greenlet<Void> greenlet = there.spawn(() -> {
                        try {
                            body.run();
                        } catch (Throwable t) {
                            throw new AssertionError(t);
                        }
                    });
                    body.run();
                    greenlet.get();
                }
            });
            threads[1] = HubThread.startPlain(body);
            waiting.await();
            assertThat(count[0]).isZero();
            mutex.unlock();
        });
        HubThread.joinAll(threads[0], threads[1]);
        assertThat(count[0]).isEqualTo(1500);
        assertThat(mutex.locked()).isFalse();
        assertThat(mutex.queueLength()).isZero();
    }

    @HubTest
    void interruptEndsWhatItsContractSays(Hub hub) throws Exception {
        ReentrantMutex mutex = new ReentrantMutex();
        mutex.lock();
        Greenlet<String> waiting = hub.spawn(() -> {
            try {
                mutex.lockInterruptibly();
                return "locked";
            } catch (InterruptedException e) {
                return "interrupted";
            }
        });
        Greenlet<String> limited = hub.spawn(() -> {
            try {
                return mutex.tryLock(1, TimeUnit.HOURS) ? "locked" : "late";
            } catch (InterruptedException e) {
                return "interrupted";
            }
        });
        hub.yieldNow();
        waiting.thread().interrupt();
        limited.thread().interrupt();
        assertThat(waiting.get()).isEqualTo("interrupted");
        assertThat(limited.get()).isEqualTo("interrupted");
        assertThat(mutex.queueLength()).isZero();
        mutex.unlock();
        hub.spawn(() -> {
            Thread.currentThread().interrupt();
            assertThatThrownBy(mutex::lockInterruptibly).isInstanceOf(InterruptedException.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
        }).get();
        assertThat(mutex.locked()).isFalse();
    }

    @HubTest
    void hopelessWaitNamesTheOwner(Hub hub) throws Exception {
        ReentrantMutex mutex = new ReentrantMutex();
        Greenlet<Void> owner = hub.spawn(() -> {
            Thread.currentThread().setName("owner of the lock");
            mutex.lock();
        });
        owner.join();
        assertThatThrownBy(mutex::lock)
                .isInstanceOf(LoopExit.class)
                .hasMessageContaining("<ReentrantMutex at 0x")
                .hasMessageContaining("owner of the lock");
        assertThat(mutex.queueLength()).isZero();
    }

    @Nested
    class OfCondition {
        @HubTest
        @DisplayName("F-LCK-11: a signal wakes the one that waits longest, signalAll() all, each with the mutex locked as before")
        void signalWakesInOrder(Hub hub) throws Exception {
            Lock mutex = new ReentrantMutex();
            Condition condition = mutex.newCondition();
            List<Integer> woken = new ArrayList<>();
            List<Greenlet<Void>> waiting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int number = i;
                waiting.add(hub.spawn(() -> {
                    mutex.lock();
                    mutex.lock();
                    condition.await();
                    assertThat(((ReentrantMutex) mutex).holdCount()).isEqualTo(2);
                    woken.add(number);
                    mutex.unlock();
                    hub.yieldNow();
                    mutex.unlock();
                }));
            }
            hub.yieldNow();
            mutex.lock();
            condition.signal();
            hub.yieldNow();
            assertThat(woken).as("while the signaller holds the mutex").isEmpty();
            mutex.unlock();
            waiting.getFirst().join();
            assertThat(woken).containsExactly(0);
            mutex.lock();
            condition.signalAll();
            condition.signal();
            mutex.unlock();
            hub.joinAllOrThrow(waiting);
            assertThat(woken).containsExactly(0, 1, 2, 3);
            assertThat(((ReentrantMutex) mutex).locked()).isFalse();
        }

        @HubTest
        void callsWithoutTheMutexAreRefused(Hub hub) throws Exception {
            ReentrantMutex mutex = new ReentrantMutex();
            MutexCondition condition = mutex.newCondition();
            assertThatThrownBy(condition::await).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(() -> condition.await(SHORT)).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(condition::awaitUninterruptibly).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(condition::signal).isInstanceOf(IllegalMonitorStateException.class);
            assertThatThrownBy(condition::signalAll)
                    .isInstanceOf(IllegalMonitorStateException.class)
                    .hasMessageContaining("signalAll");
            assertThat(condition.toString()).contains("MutexCondition at 0x").contains("ReentrantMutex at 0x");
        }

        @HubTest
        void limitedWaits(Hub hub) throws Exception {
            ReentrantMutex mutex = new ReentrantMutex();
            MutexCondition condition = mutex.newCondition();
            mutex.lock();
            assertThat(condition.await(SHORT)).isFalse();
            assertThat(condition.await(Duration.ZERO)).isFalse();
            assertThat(condition.await(1, TimeUnit.MILLISECONDS)).isFalse();
            assertThat(condition.awaitNanos(1_000_000)).isNotPositive();
            assertThat(condition.awaitUntil(Date.from(Instant.now().plus(SHORT)))).isFalse();
            assertThat(condition.awaitUntil(new Date(0))).isFalse();
            hub.spawn(() -> {
                mutex.lock();
                condition.signal();
                mutex.unlock();
            });
            assertThat(condition.awaitNanos(LONG.toNanos())).isPositive();
            assertThat(condition.queueLength()).isZero();
            assertThat(mutex.holdCount()).isEqualTo(1);
            mutex.unlock();
        }

        @HubTest
        @DisplayName("A kill while waiting locks the mutex again before it is thrown")
        void killLocksAgain(Hub hub) throws Exception {
            ReentrantMutex mutex = new ReentrantMutex();
            MutexCondition condition = mutex.newCondition();
            List<String> reached = new ArrayList<>();
            Greenlet<Void> victim = hub.spawn(() -> {
                mutex.lock();
                mutex.lock();
                try {
                    condition.await();
                } catch (GreenletExit e) {
                    reached.add("holds " + mutex.holdCount());
                    throw e;
                } finally {
                    mutex.unlock();
                    mutex.unlock();
                }
            });
            hub.yieldNow();
            mutex.lock();
            victim.killLater();
            hub.yieldNow();
            hub.yieldNow();
            assertThat(reached).isEmpty(); // it waits for the mutex
            assertThat(condition.queueLength()).isZero();
            mutex.unlock();
            victim.join();
            assertThat(reached).containsExactly("holds 2");
            assertThat(victim.exit()).isNotNull();
            assertThat(mutex.locked()).isFalse();
        }

        @HubTest
        @DisplayName("A kill of one that was signalled comes after its wait: the signal isn't lost")
        void signalledThenKilled(Hub hub) throws Exception {
            ReentrantMutex mutex = new ReentrantMutex();
            MutexCondition condition = mutex.newCondition();
            int[] consumed = new int[1];
            Greenlet<Void> victim = hub.spawn(() -> {
                mutex.lock();
                try {
                    condition.await();
                    consumed[0]++;
                    hub.yieldNow();
                    consumed[0]++;
                } finally {
                    mutex.unlock();
                }
            });
            hub.yieldNow();
            mutex.lock();
            condition.signal();
            victim.killLater();
            hub.yieldNow();
            hub.yieldNow();
            mutex.unlock();
            victim.join();
            assertThat(consumed[0]).isEqualTo(1);
            assertThat(victim.exit()).isNotNull();
            assertThat(mutex.locked()).isFalse();
        }

        @HubTest
        @DisplayName("A signal after a kill goes to the next that waits")
        void killedThenSignalled(Hub hub) throws Exception {
            ReentrantMutex mutex = new ReentrantMutex();
            MutexCondition condition = mutex.newCondition();
            List<Greenlet<Void>> waiting = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                waiting.add(hub.spawn(() -> {
                    mutex.lock();
                    try {
                        condition.await();
                    } finally {
                        mutex.unlock();
                    }
                }));
            }
            hub.yieldNow();
            mutex.lock();
            waiting.getFirst().killLater();
            hub.spawn(condition::toString); // a turn
            hub.yieldNow();
            condition.signal();
            mutex.unlock();
            hub.joinAll(waiting);
            assertThat(waiting.get(0).exit()).isNotNull();
            assertThat(waiting.get(1).exit()).isNull();
            assertThat(condition.queueLength()).isZero();
        }

        @HubTest
        void timeoutOfScopeLocksAgain(Hub hub) throws Exception {
            ReentrantMutex mutex = new ReentrantMutex();
            MutexCondition condition = mutex.newCondition();
            mutex.lock();
            assertThatThrownBy(() -> Timeout.run(SHORT, condition::await)).isInstanceOf(TimeoutException.class);
            assertThat(mutex.holdCount()).isEqualTo(1);
            mutex.unlock();
        }

        @HubTest
        void hopelessWaitWhoseMutexNobodyWillUnlockEndsWithoutIt(Hub hub) throws Exception {
            ReentrantMutex mutex = new ReentrantMutex();
            MutexCondition condition = mutex.newCondition();
            Event never = new Event();
            mutex.lock();
            Greenlet<Void> owner = hub.spawn(() -> {
                mutex.lock();
                try {
                    never.await();
                } finally {
                    mutex.unlock();
                }
            });
            assertThatThrownBy(condition::await).isInstanceOf(LoopExit.class).hasMessageContaining("waits for <ReentrantMutex");
            assertThat(mutex.isHeldByCurrentThread()).isFalse();
            assertThat(condition.queueLength() + mutex.queueLength()).isZero();
            owner.kill();
            assertThat(mutex.locked()).isFalse();
        }

        @HubTest
        void interrupts(Hub hub) throws Exception {
            ReentrantMutex mutex = new ReentrantMutex();
            MutexCondition condition = mutex.newCondition();
            Greenlet<String> waiting = hub.spawn(() -> {
                mutex.lock();
                try {
                    condition.await();
                    return "signalled";
                } catch (InterruptedException e) {
                    return "interrupted " + mutex.holdCount();
                } finally {
                    mutex.unlock();
                }
            });
            Greenlet<String> stubborn = hub.spawn(() -> {
                mutex.lock();
                try {
                    condition.awaitUninterruptibly();
                    boolean again = Thread.currentThread().isInterrupted();
                    condition.awaitUninterruptibly();
                    return again + " " + Thread.currentThread().isInterrupted() + " " + mutex.holdCount();
                } finally {
                    mutex.unlock();
                }
            });
            hub.yieldNow();
            waiting.thread().interrupt();
            assertThat(waiting.get()).isEqualTo("interrupted 1");
            stubborn.thread().interrupt();
            hub.sleep(Duration.ofMillis(1));
            assertThat(stubborn.dead()).isFalse();
            mutex.lock();
            condition.signal();
            mutex.unlock();
            assertThat(stubborn.get()).isEqualTo("true true 1");
        }

        @Test
        @DisplayName("F-LCK-11: hubs and a thread without one hand items over through a condition")
        void acrossThreads() throws Exception {
            int each = 500;
            ReentrantMutex mutex = new ReentrantMutex();
            MutexCondition filled = mutex.newCondition();
            MutexCondition emptied = mutex.newCondition();
            int[] slot = {-1};
            List<Integer> taken = new ArrayList<>();
            HubThread.PlainBody producer = () -> {
                for (int i = 0; i < each; i++) {
                    mutex.lock();
                    try {
                        while (slot[0] >= 0) {
                            emptied.await();
                        }
                        slot[0] = i;
                        filled.signal();
                    } finally {
                        mutex.unlock();
                    }
                }
            };
            HubThread.PlainBody consumer = () -> {
                for (int i = 0; i < each; i++) {
                    mutex.lock();
                    try {
                        while (slot[0] < 0) {
                            filled.await();
                        }
                        taken.add(slot[0]);
                        slot[0] = -1;
                        emptied.signal();
                    } finally {
                        mutex.unlock();
                    }
                }
            };
            HubThread hubs = HubThread.start("producer and consumer", hub -> {
                try (Hub.Hold hold = hub.hold()) {
                    Greenlet<Void> greenlet = hub.spawn(() -> {
                        try {
                            producer.run();
                        } catch (Throwable t) {
                            throw new AssertionError(t);
                        }
                    });
                    consumer.run();
                    greenlet.get();
                }
            });
            HubThread.joinAll(hubs, HubThread.startPlain(producer), HubThread.startPlain(consumer));
            assertThat(taken).hasSize(2 * each);
            assertThat(slot[0]).isEqualTo(-1);
            assertThat(mutex.locked()).isFalse();
            assertThat(filled.queueLength() + emptied.queueLength()).isZero();
        }
    }
}
