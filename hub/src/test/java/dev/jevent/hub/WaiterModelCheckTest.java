package dev.jevent.hub;

import static dev.jevent.hub.Interleavings.check;
import static dev.jevent.hub.Interleavings.together;

import dev.jevent.GreenletInterrupted;
import dev.jevent.Guard;
import dev.jevent.Linkable;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import org.junit.jupiter.api.Test;

/** The life of a wait, among threads in every interleaving: exactly one of those who would end it does. */
class WaiterModelCheckTest {
    @Test
    void ofThreeWakersOneWinsAndItsValueArrives() {
        Interleavings.of(() -> {
            Waiter[] waiting = new Waiter[1];
            boolean[] won = new boolean[3];
            Object[] got = new Object[1];
            Flagged armed = new Flagged();
            together(() -> {
                Waiter mine = new ThreadWaiter();
                mine.arm("a value");
                waiting[0] = mine;
                armed.flag = true;
                got[0] = mine.await(-1);
            }, () -> {
                if (armed.flag && waiting[0].tryClaim()) {
                    won[0] = true;
                    waiting[0].wake(0);
                }
            }, () -> {
                while (!armed.flag) {
                    Thread.onSpinWait();
                }
                for (int i = 1; i < 3; i++) {
                    if (waiting[0].tryClaim()) {
                        won[i] = true;
                        waiting[0].wake(i);
                    }
                }
            });
            check((won[0] ? 1 : 0) + (won[1] ? 1 : 0) + (won[2] ? 1 : 0) == 1);
            check(won[(Integer) got[0]]);
        });
    }

    private static final class Flagged {
        volatile boolean flag;
    }

    /** A queue whose waiters are woken one by one, or all at once. */
    private static final class Line extends Guard {
        final WaitQueue queue = new WaitQueue();

        Object await(Waiter waiter) {
            enter();
            return await(queue, waiter, this, -1);
        }

        boolean wakeOne(Object value) {
            enter();
            WaitNode node = queue.claimFirst();
            leave();
            if (node != null) {
                node.wake(value);
            }
            return node != null;
        }

        boolean wakeAll(Object value) {
            enter();
            WaitNode chain = queue.claimAll();
            leave();
            WaitQueue.wakeAll(chain, value);
            return chain != null;
        }

        int size() {
            enter();
            int size = queue.size();
            leave();
            return size;
        }
    }

    @Test
    void aWakeUpThatRacesWithTheEndOfTheTimeIsEitherTakenOrLeft() {
        Interleavings.of(() -> {
            Line line = new Line();
            Waiter[] waiting = new Waiter[1];
            Object[] got = new Object[1];
            boolean[] woken = new boolean[1];
            together(() -> {
                waiting[0] = new ThreadWaiter();
                got[0] = line.await(waiting[0]);
            }, () -> { // as its timer does
                while (line.size() == 0 && got[0] == null) {
                    Thread.onSpinWait();
                }
                if (waiting[0].tryClaim()) {
                    waiting[0].wake(Waiter.TIMED_OUT);
                }
            }, () -> woken[0] = line.wakeOne("value"));
            check(got[0] == (woken[0] ? "value" : Waiter.TIMED_OUT));
            check(line.size() == 0);
        });
    }

    @Test
    void allWhoAreInTheQueueAreWokenOnce() {
        Interleavings.of(() -> {
            Line line = new Line();
            Object[] got = new Object[2];
            together(
                    () -> got[0] = line.await(new ThreadWaiter()),
                    () -> got[1] = line.await(new ThreadWaiter()),
                    () -> {
                        while (got[0] == null || got[1] == null) {
                            line.wakeAll("all");
                        }
                    });
            check(got[0] == "all" && got[1] == "all" && line.size() == 0);
        });
    }

    @Test
    void anInterruptThatRacesWithAWakeUpLosesNothingThatWasHandedOver() {
        Interleavings.of(() -> {
            Line line = new Line();
            Object[] got = new Object[1];
            boolean[] woken = new boolean[1];
            Thread victim = new Thread(() -> {
                try {
                    got[0] = line.await(new ThreadWaiter());
                } catch (GreenletInterrupted e) {
                    got[0] = e;
                }
            });
            victim.start();
            together(victim::interrupt, () -> woken[0] = line.wakeOne("value"));
            try {
                victim.join();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            check(woken[0] ? got[0] == "value" : got[0] instanceof GreenletInterrupted);
            check(line.size() == 0);
        });
    }

    /** Something to link to, without a hub: what a link does when it is called is a wake-up here. */
    private static final class Source extends Linkable<Source> {
        private volatile boolean ready;

        @Override
        protected boolean isReady() {
            return ready;
        }

        void set() {
            enter();
            ready = true;
            WaitNode chain = claimWaiters();
            leave();
            WaitQueue.wakeAll(chain, this);
        }

        boolean await() {
            return awaitReady(-1);
        }
    }

    @Test
    void whoWaitsForSomethingThatBecomesReadyMeanwhileMissesNothing() {
        Interleavings.of(() -> {
            Source source = new Source();
            together(source::await, source::await, source::set);
            check(source.linkCount() == 0);
        });
    }

    @Test
    void anArmIsWokenOrTakenOut() {
        Interleavings.of(() -> {
            Source source = new Source();
            int[] wakeUps = new int[1];
            WaitNode arm = new WaitNode() {
                @Override
                protected boolean claim() {
                    return true;
                }

                @Override
                public void wake(Object value) {
                    wakeUps[0]++;
                }
            };
            boolean[] registered = new boolean[1];
            together(() -> {
                registered[0] = source.register(arm);
                source.unregister(arm);
            }, source::set);
            check(wakeUps[0] <= (registered[0] ? 1 : 0));
            check(source.linkCount() == 0);
        });
    }
}
