package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.GreenletInterrupted;
import dev.jevent.Guard;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Threads without a hub use one object in thousands of different interleavings, spins and parks included, that a model
 * checker chooses: one that waits for ever, having missed its wake-up, is found as a hang.
 */
class ModelCheckTest {
    static final int INTERLEAVINGS = Integer.getInteger("jevent.test.schedules", 20_000) / 80;

    interface Body {
        void run() throws Exception;
    }

    /** Lincheck takes what is reachable through lambdas alone for a thread's own, and looks away. */
    private static Object seen;

    /** Runs the bodies at once, each in a thread of its own, and waits for them. */
    static void together(Body... bodies) {
        seen = bodies;
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread[] threads = new Thread[bodies.length];
        for (int i = 0; i < bodies.length; i++) {
            Body body = bodies[i];
            threads[i] = new Thread(() -> {
                try {
                    body.run();
                } catch (Throwable t) {
                    failure.set(t);
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        if (failure.get() != null) {
            throw new AssertionError(failure.get());
        }
    }

    static void check(boolean condition) {
        if (!condition) {
            throw new AssertionError();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("F-LCK-07: no wake-up of a semaphore is lost when one waits and one releases")
    void semaphoreOfTwo(boolean fair) {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Semaphore semaphore = new Semaphore(1, fair);
            Body use = () -> {
                semaphore.acquire();
                semaphore.release();
            };
            together(use, use);
            check(semaphore.availablePermits() == 1 && semaphore.queueLength() == 0);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("F-LCK-07: as many are woken as permits are released")
    void semaphoreReleasedTwice(boolean fair) {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Semaphore semaphore = new Semaphore(0, fair);
            together(semaphore::acquire, semaphore::acquire, () -> {
                semaphore.release();
                semaphore.release();
            });
            check(semaphore.availablePermits() == 0 && semaphore.queueLength() == 0);
        });
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("F-LCK-06: of three that come again and again no two are inside, and each comes to its end")
    void semaphoreOfThree(boolean fair) {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Semaphore semaphore = new Semaphore(1, fair);
            int[] inside = new int[1];
            Body use = () -> {
                for (int i = 0; i < 2; i++) {
                    semaphore.acquire();
                    check(++inside[0] == 1);
                    inside[0]--;
                    semaphore.release();
                }
            };
            together(use, use, use);
            check(semaphore.availablePermits() == 1 && semaphore.queueLength() == 0);
        });
    }

    @Test
    @DisplayName("F-LCK-04: who waits for a free permit is told of each release that leaves one")
    void observers() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Semaphore semaphore = new Semaphore(0);
            together(semaphore::release, semaphore::awaitAvailable, semaphore::awaitAvailable);
            check(semaphore.availablePermits() == 1 && semaphore.linkCount() == 0);
        });
    }

    @Test
    @DisplayName("F-EVT-05: no set() of an event is missed")
    void event() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Event there = new Event();
            Event back = new Event();
            together(() -> {
                for (int i = 0; i < 2; i++) {
                    there.set();
                    back.await();
                    back.clear();
                }
            }, () -> {
                for (int i = 0; i < 2; i++) {
                    there.await();
                    there.clear();
                    back.set();
                }
            });
            check(there.linkCount() == 0 && back.linkCount() == 0);
        });
    }

    @Test
    @DisplayName("D-05: of two that set a result one wins, and all who wait get that one's value")
    void asyncResult() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            AsyncResult<Integer> result = new AsyncResult<>();
            boolean[] won = new boolean[2];
            int[] got = new int[2];
            together(
                    () -> won[0] = result.trySet(0),
                    () -> won[1] = result.trySetException(new IllegalStateException()),
                    () -> {
                        try {
                            got[0] = result.get();
                        } catch (ExecutionException e) {
                            got[0] = 1;
                        }
                    });
            check(won[0] ^ won[1]);
            check(won[got[0]]);
        });
    }

    @Test
    @DisplayName("F-LCK-09: a mutex is never owned by two, nor missed by one that waits")
    void mutex() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            ReentrantMutex mutex = new ReentrantMutex();
            int[] inside = new int[1];
            Body use = () -> {
                mutex.lock();
                mutex.lock();
                check(++inside[0] == 1);
                inside[0]--;
                mutex.unlock();
                mutex.unlock();
            };
            together(use, use, use);
            check(!mutex.locked());
        });
    }

    @Test
    @DisplayName("F-LCK-11: no signal of a condition is lost")
    void condition() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            ReentrantMutex mutex = new ReentrantMutex();
            MutexCondition changed = mutex.newCondition();
            int[] slot = new int[1];
            together(() -> {
                for (int i = 0; i < 2; i++) {
                    mutex.lock();
                    while (slot[0] == 1) {
                        changed.await();
                    }
                    slot[0] = 1;
                    changed.signal();
                    mutex.unlock();
                }
            }, () -> {
                for (int i = 0; i < 2; i++) {
                    mutex.lock();
                    while (slot[0] == 0) {
                        changed.await();
                    }
                    slot[0] = 0;
                    changed.signal();
                    mutex.unlock();
                }
            });
            check(slot[0] == 0 && !mutex.locked() && changed.queueLength() == 0);
        });
    }

    @Test
    @DisplayName("B-GRN-13: an interrupt that races with a release loses no permit")
    void interrupt() {
        Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
            Semaphore semaphore = new Semaphore(0);
            Thread victim = new Thread(() -> {
                try {
                    semaphore.acquire();
                } catch (GreenletInterrupted e) {
                    return;
                }
                semaphore.release();
            });
            victim.start();
            together(semaphore::release, victim::interrupt, () -> {
                semaphore.acquire();
                semaphore.release();
            });
            try {
                victim.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            check(semaphore.availablePermits() == 1 && semaphore.queueLength() == 0);
        });
    }

    @Test
    @DisplayName("The model checker sees what is wrong: a flag that is looked at before queueing only")
    void checkerFindsALostWakeUp() {
        AtomicReference<Throwable> found = new AtomicReference<>();
        try {
            Lincheck.runConcurrentTest(INTERLEAVINGS, () -> {
                Careless flag = new Careless();
                together(flag::set, flag::await);
            });
        } catch (AssertionError e) {
            found.set(e);
        }
        assertThat(found.get()).isNotNull();
        assertThat(found.get().getMessage()).contains("hung");
    }

    /** As an event, without the second look inside the guard. */
    private static final class Careless extends Guard {
        private final WaitQueue queue = new WaitQueue();
        private volatile boolean set;

        void set() {
            enter();
            set = true;
            WaitNode all = queue.claimAll();
            leave();
            WaitQueue.wakeAll(all, this);
        }

        void await() {
            if (!set) {
                Waiter waiter = Waiter.current();
                enter();
                await(queue, waiter, this, -1);
            }
        }
    }
}
