package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** A group as a scope: nothing outlives it. */
@OnHub
class ScopeTest {
    private static void sleep(Hub hub, int seconds) {
        hub.sleep(Duration.ofSeconds(seconds));
    }

    @Test
    void returnsWhatTheBodyReturnsAfterAllHaveEnded(Hub hub, VirtualClock clock) throws Exception {
        List<String> events = new ArrayList<>();
        int sum = Group.scoped(group -> {
            Greenlet<Integer> one = group.spawn(() -> 1);
            Greenlet<Integer> other = group.spawn(() -> 2);
            group.spawn(() -> {
                sleep(hub, 1);
                group.spawn(() -> {
                    sleep(hub, 1);
                    events.add("grandchild");
                });
            });
            return one.get() + other.get();
        });
        assertThat(sum).isEqualTo(3);
        assertThat(events).containsExactly("grandchild");
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2));
    }

    @Test
    void aMembersFailureEndsTheOthersAndIsThrown(Hub hub, VirtualClock clock, Errors errors) {
        errors.expect(IOException.class);
        Greenlet<?>[] other = new Greenlet<?>[1];
        assertThatThrownBy(() -> Group.runScoped(group -> {
            other[0] = group.spawn(() -> sleep(hub, 100));
            group.spawn(() -> {
                sleep(hub, 1);
                throw new IOException("first");
            });
        })).isInstanceOf(ExecutionException.class).hasRootCauseMessage("first").hasNoSuppressedExceptions();
        assertThat(other[0].exit()).isNotNull();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aMembersFailureInterruptsTheBody(Hub hub, VirtualClock clock, Errors errors) {
        errors.expect(IOException.class);
        List<String> events = new ArrayList<>();
        assertThatThrownBy(() -> Group.runScoped(group -> {
            group.spawn(() -> {
                throw new IOException("first");
            });
            try {
                sleep(hub, 100);
            } catch (GreenletExit e) {
                events.add("interrupted");
                throw e;
            }
        })).isInstanceOf(ExecutionException.class).hasRootCauseMessage("first");
        assertThat(events).containsExactly("interrupted");
        sleep(hub, 1); // nothing is left that could hit the caller later
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aBodyThatMeetsTheFailureItselfThrowsItOnce(Errors errors) {
        errors.expect(IOException.class);
        assertThatThrownBy(() -> Group.scoped(group -> group.spawn(() -> {
            throw new IOException("first");
        }).get())).isInstanceOf(ExecutionException.class).hasRootCauseMessage("first").hasNoSuppressedExceptions();
    }

    @Test
    void aBodyThatSwallowsTheInterruptLeavesNothingBehind(Hub hub, VirtualClock clock, Errors errors) {
        errors.expect(IOException.class);
        assertThatThrownBy(() -> Group.runScoped(group -> {
            group.spawn(() -> {
                throw new IOException("first");
            });
            Greenlet<Void> other = group.spawn(() -> sleep(hub, 100));
            try {
                sleep(hub, 100);
            } catch (GreenletExit e) {
                sleep(hub, 2);
                assertThat(other.exit()).isNotNull();
            }
        })).isInstanceOf(ExecutionException.class).hasRootCauseMessage("first");
        sleep(hub, 1);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aFailureRightAtTheEndOfTheBodyLeavesNothingBehind(Hub hub, Errors errors) {
        errors.expect(IOException.class);
        assertThatThrownBy(() -> Group.runScoped(group -> {
            group.spawn(() -> {
                throw new IOException("first");
            });
            hub.yieldNow(); // the member has failed; the interrupt is on its way
        })).isInstanceOf(ExecutionException.class).hasRootCauseMessage("first");
        sleep(hub, 1);
    }

    @Test
    void theBodysFailureEndsTheMembers(Hub hub, VirtualClock clock) {
        List<String> events = new ArrayList<>();
        assertThatThrownBy(() -> Group.<Void, IOException>scoped(group -> {
            group.spawn(() -> {
                try {
                    sleep(hub, 100);
                } finally {
                    sleep(hub, 1);
                    events.add("cleaned up");
                }
            });
            hub.yieldNow();
            throw new IOException("of the body");
        })).isInstanceOf(IOException.class).hasMessage("of the body");
        assertThat(events).containsExactly("cleaned up");
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aFailureOfADyingMemberDoesNotHideTheBodys(Hub hub, Errors errors) {
        errors.expect(ArithmeticException.class);
        assertThatThrownBy(() -> Group.<Void, IOException>scoped(group -> {
            group.spawn(() -> {
                try {
                    sleep(hub, 100);
                } finally {
                    throwArithmetic();
                }
            });
            hub.yieldNow();
            throw new IOException("of the body");
        })).isInstanceOf(IOException.class);
        sleep(hub, 1);
    }

    private static void throwArithmetic() {
        throw new ArithmeticException("while dying");
    }

    @Test
    void aKillOfTheOwnerReachesTheMembersAndGoesOn(Hub hub) {
        Greenlet<?>[] member = new Greenlet<?>[1];
        Greenlet<Void> owner = hub.spawn(() -> {
            Group.runScoped(group -> {
                member[0] = group.spawn(() -> sleep(hub, 100));
            });
        });
        hub.yieldNow();
        hub.yieldNow();
        GreenletExit kill = new GreenletExit();
        owner.kill(kill);
        assertThat(owner.exit()).isSameAs(kill);
        assertThat(member[0].exit()).isNotNull();
    }

    @Test
    void aTimeoutAroundItEndsTheMembers(Hub hub, VirtualClock clock) {
        Greenlet<?>[] member = new Greenlet<?>[1];
        assertThatThrownBy(() -> Timeout.run(Duration.ofSeconds(3), () -> Group.runScoped(group -> {
            member[0] = group.spawn(() -> sleep(hub, 100));
        }))).isInstanceOf(TimeoutException.class);
        assertThat(member[0].exit()).isNotNull();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aSecondKillDoesNotWaitForStubbornMembers(Hub hub, VirtualClock clock) {
        Greenlet<?>[] member = new Greenlet<?>[1];
        Greenlet<Void> owner = hub.spawn(() -> {
            Group.runScoped(group -> {
                member[0] = group.spawn(() -> {
                    try {
                        sleep(hub, 100);
                    } finally {
                        sleep(hub, 10);
                    }
                });
            });
        });
        sleep(hub, 1);
        assertThat(owner.kill(new GreenletExit(), Duration.ofSeconds(1))).isFalse();
        owner.kill();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(2));
        member[0].join();
    }

    @Test
    void aKillWhileMembersEndStillWaitsForThem(Hub hub, VirtualClock clock) {
        Greenlet<?>[] member = new Greenlet<?>[1];
        GreenletExit kill = new GreenletExit();
        Greenlet<Void> owner = hub.spawn(() -> {
            try {
                Group.<Void, IOException>scoped(group -> {
                    member[0] = group.spawn(() -> {
                        try {
                            sleep(hub, 100);
                        } finally {
                            sleep(hub, 10);
                        }
                    });
                    hub.yieldNow();
                    throw new IOException("of the body");
                });
            } finally {
                assertThat(member[0].dead()).isTrue();
            }
        });
        sleep(hub, 1);
        owner.kill(kill);
        assertThat(owner.exit()).isSameAs(kill);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void aKilledMemberIsNoFailure(Hub hub) throws Exception {
        assertThat(Group.<Integer, RuntimeException>scoped(group -> {
            Greenlet<Void> member = group.spawn(() -> sleep(hub, 100));
            hub.yieldNow();
            member.kill();
            return 1;
        })).isEqualTo(1);
    }

    @Test
    void itsGroupRefusesMembersAfterwards() throws Exception {
        Group[] escaped = new Group[1];
        Group.runScoped(group -> escaped[0] = group);
        assertThatThrownBy(() -> escaped[0].spawn(() -> 1)).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void aScopeWithALimit(Hub hub, VirtualClock clock) throws Exception {
        int most = Pool.scoped(2, pool -> {
            int[] running = new int[2];
            for (int i = 0; i < 6; i++) {
                pool.spawn(() -> {
                    running[1] = Math.max(running[1], ++running[0]);
                    sleep(hub, 1);
                    running[0]--;
                });
            }
            pool.join();
            return running[1];
        });
        assertThat(most).isEqualTo(2);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
    }

    @Test
    void aFailureEndsTheWaitForASlot(Hub hub, VirtualClock clock, Errors errors) {
        errors.expect(IOException.class);
        assertThatThrownBy(() -> Pool.runScoped(2, pool -> {
            pool.spawn(() -> sleep(hub, 100));
            pool.spawn(() -> {
                sleep(hub, 1);
                throw new IOException("first");
            });
            pool.spawn(() -> sleep(hub, 100));
        })).isInstanceOf(ExecutionException.class).hasRootCauseMessage("first");
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void scopesNest(Hub hub, Errors errors) {
        errors.expect(IOException.class);
        List<String> events = new ArrayList<>();
        assertThatThrownBy(() -> Group.runScoped(outer -> {
            outer.spawn(() -> {
                try {
                    Group.runScoped(inner -> {
                        inner.spawn(() -> sleep(hub, 100));
                    });
                } finally {
                    events.add("inner left");
                }
            });
            outer.spawn(() -> {
                sleep(hub, 1);
                throw new IOException("first");
            });
        })).isInstanceOf(ExecutionException.class).hasRootCauseMessage("first");
        assertThat(events).containsExactly("inner left");
    }
}
