package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.LoopExit;
import dev.jevent.Task;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(10);
    private static final Duration LONG = Duration.ofHours(1);

    /** Waits past every short timeout, so that one that strayed would hit here. */
    private static void settle(Hub hub) {
        hub.sleep(SHORT.multipliedBy(3));
        hub.yieldNow();
    }

    @Nested
    class AsScope {
        @HubTest
        @DisplayName("B-TMO-01: a body that ends in time meets no error, then or later")
        void bodyInTimeMeetsNoError(Hub hub) throws Exception {
            Timeout timeout = new Timeout(SHORT);
            assertThat(timeout.call(() -> {
                hub.yieldNow();
                assertThat(timeout.pending()).isTrue();
                return "value";
            })).isEqualTo("value");
            assertThat(timeout.pending()).isFalse();
            settle(hub);
        }

        @HubTest
        @DisplayName("B-TMO-17: a body that takes longer ends with TimeoutException, which names the duration and where it waited")
        void longerBodyEndsWithTimeoutException(Hub hub) throws Exception {
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> {
                    hub.sleep(LONG);
                    return "never";
                }))
                .isInstanceOf(TimeoutException.class)
                .hasMessage("timed out after 0.01 seconds")
                .cause()
                .isInstanceOf(TimeoutExpired.class)
                .satisfies(expired -> assertThat(expired.getStackTrace())
                        .anySatisfy(frame -> assertThat(frame.getClassName()).startsWith(TimeoutTest.class.getName())));
        }

        @HubTest
        @DisplayName("B-TMO-17: a body that takes longer gives the fallback, a shorter one its value")
        void fallback(Hub hub) throws Exception {
            assertThat(Timeout.call(SHORT, () -> {
                hub.sleep(LONG);
                return "never";
            }, "fallback")).isEqualTo("fallback");
            assertThat(Timeout.call(LONG, () -> {
                hub.yieldNow();
                return "value";
            }, "fallback")).isEqualTo("value");
        }

        @HubTest
        void runEndsWithTimeoutException(Hub hub) throws Exception {
            Timeout.run(LONG, hub::yieldNow);
            assertThatThrownBy(() -> Timeout.run(SHORT, () -> hub.sleep(LONG))).isInstanceOf(TimeoutException.class);
        }

        @HubTest
        @DisplayName("B-TMO-05: a silent scope ends quietly when its time is over")
        void silentScopeEndsQuietly(Hub hub) throws Exception {
            assertThat(Timeout.silent(SHORT).run(() -> hub.sleep(LONG))).isFalse();
            assertThat(Timeout.silent(LONG).run(hub::yieldNow)).isTrue();
            assertThat(Timeout.silent(SHORT).<String, RuntimeException>call(() -> {
                hub.sleep(LONG);
                return "never";
            })).isNull();
        }

        @HubTest
        @DisplayName("B-TMO-07: an inner silent scope does not swallow the outer one")
        void innerSilentScopePassesOuterOn(Hub hub) throws Exception {
            List<String> reached = new ArrayList<>();
            boolean done = Timeout.silent(SHORT).run(() -> {
                Timeout.silent(LONG).run(() -> hub.sleep(LONG));
                reached.add("after the inner scope");
            });
            assertThat(done).isFalse();
            assertThat(reached).isEmpty();
        }

        @HubTest
        @DisplayName("B-TMO-08: the outer one is thrown while the inner is pending until its scope ends")
        void outerPassesThroughInner(Hub hub) throws Exception {
            Timeout outer = new Timeout(SHORT);
            Timeout inner = new Timeout(LONG);
            assertThatThrownBy(() -> outer.run(() -> inner.run(() -> {
                        try {
                            hub.sleep(LONG);
                        } catch (TimeoutExpired e) {
                            assertThat(e.timeout()).isSameAs(outer);
                            assertThat(inner.pending()).isTrue();
                            assertThat(outer.pending()).isFalse();
                            throw e;
                        }
                    })))
                    .isInstanceOf(TimeoutException.class)
                    .hasMessage("timed out after 0.01 seconds");
            assertThat(inner.pending()).isFalse();
        }

        @HubTest
        void innerIsCaughtInsideOfOuter(Hub hub) throws Exception {
            assertThat(Timeout.call(LONG, () -> {
                try {
                    Timeout.run(SHORT, () -> hub.sleep(LONG));
                    return "not timed out";
                } catch (TimeoutException e) {
                    return "inner";
                }
            })).isEqualTo("inner");
        }

        @HubTest
        void whenBothAreOverTheOuterWins(Hub hub) throws Exception {
            List<String> reached = new ArrayList<>();
            assertThat(Timeout.call(SHORT, () -> Timeout.call(SHORT, () -> {
                hub.sleep(LONG);
                return "never";
            }, "inner"), "outer")).isEqualTo("outer");
            // Both are over before the body waits: outer's error comes first, and inner must not replace it.
            String result = Timeout.call(SHORT, () -> {
                String value = Timeout.call(SHORT, () -> {
                    Greenlet.shielded(() -> {
                        settle(hub);
                        return null;
                    });
                    hub.sleep(LONG);
                    return "never";
                }, "inner");
                reached.add(value);
                hub.sleep(LONG);
                return value;
            }, "outer");
            assertThat(result).isEqualTo("outer");
            assertThat(reached).isEmpty();
            settle(hub);
        }

        @HubTest
        @DisplayName("A value counts when the body ends after its time without having waited again, and nothing is left")
        void valueWinsWhenBodyEndsWithoutMeetingTheError(Hub hub) throws Exception {
            Timeout timeout = new Timeout(SHORT);
            assertThat(timeout.call(() -> {
                Greenlet.shielded(() -> {
                    settle(hub);
                    return null;
                });
                assertThat(timeout.pending()).isFalse();
                return "value";
            })).isEqualTo("value");
            settle(hub);
        }

        @HubTest
        void valueOfBodyThatSwallowsTheErrorCounts(Hub hub) throws Exception {
            assertThat(Timeout.call(SHORT, () -> {
                try {
                    hub.sleep(LONG);
                } catch (TimeoutExpired e) {
                    return "swallowed";
                }
                return "never";
            })).isEqualTo("swallowed");
            settle(hub);
        }

        @HubTest
        void checkedExceptionOfBodyKeepsItsType(Hub hub) throws Exception {
            try {
                Timeout.call(LONG, () -> {
                    hub.yieldNow();
                    throw new IOException("of the body");
                }, "fallback");
                throw new AssertionError("no exception");
            } catch (IOException e) {
                assertThat(e).hasMessage("of the body");
            }
            settle(hub);
        }

        @HubTest
        @DisplayName("An exception of a body that goes on after its time is suppressed in the TimeoutException")
        void lateExceptionIsSuppressed(Hub hub) throws Exception {
            assertThatThrownBy(() -> Timeout.run(SHORT, () -> {
                        Greenlet.shielded(() -> {
                            settle(hub);
                            return null;
                        });
                        throw new IOException("of the body");
                    }))
                    .isInstanceOf(TimeoutException.class)
                    .satisfies(e -> assertThat(e.getSuppressed()).singleElement().isInstanceOf(IOException.class));
            settle(hub);
        }

        @HubTest
        @DisplayName("A kill passes through a scope whose time is over, too")
        void killPassesThrough(Hub hub) throws Exception {
            List<String> reached = new ArrayList<>();
            Greenlet<String> victim = hub.spawn(() -> {
                String value = Timeout.call(SHORT, () -> {
                    Greenlet.shielded(() -> {
                        Greenlet.current().killLater(); // queued before the timeout's error
                        settle(hub);
                        return null;
                    });
                    hub.sleep(LONG);
                    return "never";
                }, "fallback");
                reached.add(value);
                return value;
            });
            victim.join();
            assertThat(victim.exit()).isNotNull();
            assertThat(reached).isEmpty();
        }

        @HubTest(virtualTime = false)
        @DisplayName("A JDK call is interrupted: InterruptedException becomes a TimeoutException, and no interrupt is left")
        void jdkCallIsInterrupted(Hub hub) throws Exception {
            hub.spawn(() -> {
                    assertThatThrownBy(() -> Timeout.run(SHORT, () -> Thread.sleep(LONG)))
                            .isInstanceOf(TimeoutException.class)
                            .satisfies(e -> assertThat(e.getSuppressed())
                                    .singleElement().isInstanceOf(InterruptedException.class));
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    assertThat(Timeout.call(SHORT, () -> {
                        Thread.sleep(LONG);
                        return "never";
                    }, "fallback")).isEqualTo("fallback");
                    Thread.sleep(1);
                    settle(hub);
                })
                .get();
        }

        @HubTest(virtualTime = false)
        void interruptThatTheBodySetAgainIsNotLeft(Hub hub) throws Exception {
            hub.spawn(() -> {
                assertThatThrownBy(() -> Timeout.run(SHORT, () -> {
                            try {
                                Thread.sleep(LONG);
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                                throw new IOException("interrupted", e);
                            }
                        }))
                        .isInstanceOf(TimeoutException.class);
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
                settle(hub);
            }).get();
        }

        @HubTest(virtualTime = false)
        void bodyThatOnlyNoticesTheInterruptMeetsTheErrorAtItsNextWait(Hub hub) throws Exception {
            hub.spawn(() -> {
                    assertThatThrownBy(() -> Timeout.run(SHORT, () -> {
                                LockSupport.park();
                                hub.sleep(LONG);
                            }))
                            .isInstanceOf(TimeoutException.class)
                            .hasCauseInstanceOf(TimeoutExpired.class);
                    assertThat(Thread.currentThread().isInterrupted()).isFalse();
                    settle(hub);
                })
                .get();
        }

        @HubTest
        @DisplayName("B-TMO-11: one thrown by hand, never started, is not pending; in its scope it ends that")
        void thrownByHand(Hub hub) throws Exception {
            Timeout timeout = new Timeout(LONG);
            Throwable caught = catchThrowable(() -> {
                throw new TimeoutExpired(timeout);
            });
            assertThat(((TimeoutExpired) caught).timeout()).isSameAs(timeout);
            assertThat(caught.getStackTrace()).isNotEmpty();
            assertThat(timeout.pending()).isFalse();
            assertThatThrownBy(() -> timeout.run(() -> {
                        throw new TimeoutExpired(timeout);
                    }))
                    .isInstanceOf(TimeoutException.class);
            assertThat(timeout.pending()).isFalse();
        }

        @HubTest
        @DisplayName("F-TMO-04: a given error is thrown as it is")
        void givenErrorIsThrown(Hub hub) throws Exception {
            IOException given = new IOException("given");
            assertThatThrownBy(() -> new Timeout(SHORT, given).run(() -> hub.sleep(LONG))).isSameAs(given);
            assertThatThrownBy(() -> new Timeout(SHORT, () -> new IOException("made")).run(() -> hub.sleep(LONG)))
                    .isInstanceOf(IOException.class)
                    .hasMessage("made");
            assertThatThrownBy(() -> new Timeout(SHORT, () -> {
                        throw new IllegalStateException("of the supplier");
                    }).run(() -> hub.sleep(LONG)))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(new Timeout(SHORT, given).call(() -> {
                hub.sleep(LONG);
                return "never";
            }, "fallback")).isEqualTo("fallback");
            settle(hub);
        }

        @HubTest
        @DisplayName("B-TMO-14: a message is at the end of the error's")
        void messageIsAtTheEnd(Hub hub) throws Exception {
            Timeout timeout = new Timeout(SHORT, "fetching the page");
            assertThatThrownBy(() -> timeout.run(() -> hub.sleep(LONG)))
                    .hasMessage("timed out after 0.01 seconds: fetching the page")
                    .cause()
                    .isInstanceOf(TimeoutExpired.class)
                    .hasMessage("0.01 seconds: fetching the page");
        }

        @HubTest
        void oneScopeAfterAnotherReusesNothingOfTheOther(Hub hub) throws Exception {
            for (int i = 0; i < 1000; i++) {
                int round = i;
                assertThat(Timeout.call(LONG, () -> {
                    hub.yieldNow();
                    return round;
                })).isEqualTo(round);
            }
            Timeout again = new Timeout(SHORT);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> again.run(() -> hub.sleep(LONG))).isInstanceOf(TimeoutException.class);
            }
            settle(hub);
        }

        @HubTest
        @DisplayName("Scopes of many greenlets expire each in its own")
        void scopesOfManyGreenlets(Hub hub) throws Exception {
            List<Greenlet<String>> greenlets = new ArrayList<>();
            for (int i = 0; i < 600; i++) {
                boolean expires = i % 3 == 0;
                int number = i;
                greenlets.add(hub.spawn(() -> Timeout.call(expires ? SHORT : LONG, () -> {
                    hub.sleep(expires ? LONG : SHORT);
                    return "value " + number;
                }, "fallback " + number)));
            }
            hub.joinAll(greenlets);
            for (int i = 0; i < greenlets.size(); i++) {
                assertThat(greenlets.get(i).get()).isEqualTo((i % 3 == 0 ? "fallback " : "value ") + i);
            }
        }
    }

    @Nested
    class ByHand {
        @HubTest
        @DisplayName("B-TMO-02: the error thrown is the timeout's own")
        void ownErrorIsThrown(Hub hub) throws Exception {
            try (Timeout timeout = Timeout.startNew(SHORT)) {
                assertThat(timeout.pending()).isTrue();
                assertThatThrownBy(() -> hub.sleep(LONG))
                        .isInstanceOf(TimeoutExpired.class)
                        .isNotInstanceOf(Exception.class)
                        .satisfies(e -> assertThat(((TimeoutExpired) e).timeout()).isSameAs(timeout));
                assertThat(timeout.pending()).isFalse();
            }
        }

        @HubTest
        @DisplayName("B-TMO-04, B-TMO-16: a cancelled one never throws")
        void cancelledNeverThrows(Hub hub) throws Exception {
            Timeout timeout = Timeout.startNew(SHORT);
            timeout.cancel();
            assertThat(timeout.pending()).isFalse();
            timeout.cancel();
            settle(hub);
            assertThat(new Timeout(SHORT).call(() -> {
                timeout.start();
                timeout.cancel();
                return "value";
            })).isEqualTo("value");
            Timeout inScope = new Timeout(SHORT);
            assertThat(inScope.call(() -> {
                inScope.cancel();
                settle(hub);
                return "value";
            })).isEqualTo("value");
        }

        @HubTest
        @DisplayName("B-TMO-13: a silent one throws where there is no scope")
        void silentThrowsWithoutScope(Hub hub) throws Exception {
            Timeout timeout = Timeout.silent(SHORT);
            timeout.start();
            assertThatThrownBy(() -> hub.sleep(LONG))
                    .isInstanceOf(TimeoutExpired.class)
                    .hasMessageEndingWith("(silent)");
            timeout.close();
        }

        @HubTest
        @DisplayName("O-TMO-03: starting a pending one is refused; restarting after its end or cancel is not, after close is")
        void startTwiceIsRefused(Hub hub) throws Exception {
            Timeout timeout = Timeout.startNew(SHORT);
            assertThatThrownBy(timeout::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("0.01 seconds")
                    .hasMessageContaining("pending");
            assertThatThrownBy(() -> hub.sleep(LONG)).isInstanceOf(TimeoutExpired.class);
            timeout.start();
            assertThat(timeout.pending()).isTrue();
            assertThatThrownBy(() -> hub.sleep(LONG)).isInstanceOf(TimeoutExpired.class);
            timeout.start();
            timeout.cancel();
            timeout.start();
            timeout.close();
            assertThat(timeout.pending()).isFalse();
            timeout.close();
            timeout.cancel();
            assertThatThrownBy(timeout::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
        }

        @HubTest
        void startedInAShieldedPartItWorksThereAndOuterOnesWaitForItsEnd(Hub hub) throws Exception {
            List<String> log = new ArrayList<>();
            Greenlet<Void> greenlet = hub.spawn(() -> {
                try {
                    hub.sleep(LONG);
                } finally {
                    Greenlet.shielded(() -> {
                        Timeout outer = Timeout.startNew(SHORT.multipliedBy(3));
                        Greenlet.shielded(() -> {
                            assertThatThrownBy(() -> Timeout.run(SHORT, () -> hub.sleep(LONG))).isInstanceOf(TimeoutException.class);
                            assertThatThrownBy(() -> Timeout.run(SHORT, () -> Thread.sleep(LONG))).isInstanceOf(TimeoutException.class);
                            hub.sleep(SHORT.multipliedBy(5));
                            log.add("inner part");
                            return null;
                        });
                        assertThatThrownBy(() -> hub.sleep(LONG)).isInstanceOf(TimeoutExpired.class);
                        outer.close();
                        hub.sleep(SHORT);
                        log.add("outer part");
                        return null;
                    });
                    hub.yieldNow();
                    log.add("not reached");
                }
            });
            hub.yieldNow();
            greenlet.killLater();
            hub.yieldNow();
            greenlet.kill(new GreenletExit("the second"));
            assertThat(log).containsExactly("inner part", "outer part");
            assertThat(greenlet.exit()).hasMessage("the second");
        }

        @HubTest
        void restartTakesBackWhatWasNotDelivered(Hub hub) throws Exception {
            Timeout timeout = Timeout.startNew(SHORT);
            Greenlet.shielded(() -> {
                settle(hub);
                return null;
            });
            timeout.start();
            hub.yieldNow();
            assertThat(timeout.pending()).isTrue();
            timeout.close();
            settle(hub);
        }

        @HubTest
        @DisplayName("O-TMO-02: zero is over when the loop next handles timers: two yields don't meet it, a sleep does")
        void zeroIsOverWhenTheLoopHandlesTimers(Hub hub) throws Exception {
            try (Timeout timeout = Timeout.startNew(Duration.ZERO)) {
                hub.yieldNow();
                hub.yieldNow();
                assertThat(timeout.pending()).isTrue();
                assertThatThrownBy(() -> hub.sleep(SHORT)).isInstanceOf(TimeoutExpired.class);
            }
        }

        @HubTest
        void absentLimitCostsNothing(Hub hub) throws Exception {
            Timeout none = Timeout.ofNullable(null);
            assertThat(none).isSameAs(Timeout.none()).hasToString("never");
            assertThat(none.duration()).isNull();
            none.start();
            none.start();
            assertThat(none.pending()).isFalse();
            assertThat(none.call(() -> "value")).isEqualTo("value");
            none.close();
            assertThat(none.call(() -> "value", "fallback")).isEqualTo("value");
            assertThat(Timeout.ofNullable(SHORT).duration()).isEqualTo(SHORT);
        }

        @HubTest
        @DisplayName("F-TMO-12: without ref it does not keep main's wait from being found hopeless")
        void withoutRefItDoesNotKeepTheLoopGoing(Hub hub) throws Exception {
            Timeout timeout = new Timeout(LONG);
            timeout.ref(false);
            assertThat(timeout.ref()).isFalse();
            timeout.start();
            assertThatThrownBy(() -> new Event().await()).isInstanceOf(LoopExit.class);
            timeout.close();
        }

        @HubTest
        void callbackOfLoopIsRefused(Hub hub) throws Exception {
            AsyncResult<Throwable> refusal = new AsyncResult<>();
            Timeout timeout = new Timeout(SHORT);
            hub.loop().runCallback(() -> refusal.set(catchThrowable(timeout::start)));
            assertThat(refusal.get()).isInstanceOf(BlockingSwitchOutException.class);
            assertThat(timeout.pending()).isFalse();
        }

        @HubTest
        void anotherThreadCannotEndIt(Hub hub) throws Exception {
            Timeout timeout = Timeout.startNew(LONG);
            HubThread.startPlain(() -> assertThatThrownBy(timeout::cancel)
                            .isInstanceOf(WrongThreadException.class)
                            .hasMessageContaining("main"))
                    .join();
            assertThat(timeout.pending()).isTrue();
            timeout.close();
        }

        @Test
        void threadWithoutHubGetsOne() throws Exception {
            Throwable[] failure = new Throwable[1];
            Thread fresh = Thread.ofPlatform().daemon().start(() -> failure[0] = catchThrowable(() -> {
                assertThat(Hub.ifExists()).isNull();
                Timeout timeout = Timeout.startNew(SHORT);
                try (Hub hub = Hub.ifExists()) {
                    assertThat(hub).isNotNull();
                    assertThatThrownBy(() -> hub.sleep(LONG)).isInstanceOf(TimeoutExpired.class);
                    timeout.close();
                }
            }));
            assertThat(fresh.join(Duration.ofSeconds(60))).isTrue();
            assertThat(failure[0]).isNull();
        }

        @HubTest
        void hubThatWasClosedLeavesNothingToEnd(Hub hub) throws Exception {
            Timeout pending = Timeout.startNew(LONG);
            Timeout expired = new Timeout(SHORT, () -> new IllegalStateException("made"));
            expired.start();
            Greenlet.shielded(() -> {
                settle(hub);
                return null;
            });
            hub.close();
            pending.cancel();
            expired.close();
        }

        @HubTest
        void greenletThatEndsBeforeItsTimeoutIsLeftAlone(Hub hub) throws Exception {
            Greenlet<Timeout> greenlet = hub.spawn(() -> Timeout.startNew(SHORT));
            Timeout timeout = greenlet.get();
            assertThat(timeout.pending()).isTrue();
            settle(hub);
            assertThat(timeout.pending()).isFalse();
            assertThat(greenlet.successful()).isTrue();
        }
    }

    @Nested
    class Races {
        @HubTest
        @DisplayName("F-TMO-03: what is due in the same turn of the loop wins, and the error does not stray")
        void dueInTheSameTurnWins(Hub hub) throws Exception {
            Event never = new Event();
            assertThat(Timeout.call(SHORT, () -> never.await(SHORT), null)).isFalse();
            assertThat(Timeout.call(SHORT, () -> {
                hub.sleep(SHORT);
                return "slept";
            }, "fallback")).isEqualTo("slept");
            settle(hub);
        }

        @HubTest(virtualTime = false)
        @DisplayName("A wake-up queued before the time is over wins, and the error does not stray")
        void wakeUpQueuedBeforeWins(Hub hub) throws Exception {
            Event event = new Event();
            Greenlet<String> waiting = hub.spawn(() -> {
                String value = Timeout.call(SHORT, () -> {
                    event.await();
                    return "value";
                }, "fallback");
                settle(hub);
                return value;
            });
            hub.yieldNow();
            event.set();
            // The hub doesn't come to its timers before the time is over.
            long end = System.nanoTime() + SHORT.multipliedBy(2).toNanos();
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
            assertThat(waiting.get()).isEqualTo("value");
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        @OnHub
        @DisplayName("An error that comes behind the wake-up is taken back when the scope is left")
        void errorOnItsWayIsTakenBack(boolean setterFirst, Hub hub) throws Exception {
            Event event = new Event();
            Task setting = () -> {
                hub.sleep(SHORT);
                event.set();
            };
            Greenlet<Void> early = setterFirst ? hub.spawn(setting) : null;
            Greenlet<String> waiting = hub.spawn(() -> {
                String value = Timeout.call(SHORT, () -> {
                    event.await();
                    return "value";
                }, "fallback");
                settle(hub); // would meet it
                return value;
            });
            Greenlet<Void> setter = setterFirst ? early : hub.spawn(setting);
            assertThat(waiting.get()).isEqualTo(setterFirst ? "value" : "fallback");
            setter.join();
        }
    }

    @Nested
    class Memory {
        @HubTest
        @DisplayName("B-TMO-10: the error is not kept once the scope was left")
        void errorIsNotKept(Hub hub) throws Exception {
            WeakReference<Throwable> error = leaveScopeWithError(hub);
            awaitCleared(error);
        }

        private WeakReference<Throwable> leaveScopeWithError(Hub hub) throws Exception {
            Exception error = new Exception("not to be kept");
            try (Timeout timeout = new Timeout(LONG, error)) {
                timeout.start();
                hub.yieldNow();
            }
            return new WeakReference<>(error);
        }

        @HubTest
        @DisplayName("B-TMO-19: nothing is left of timeouts that expired")
        void nothingIsLeftOfExpiredTimeouts(Hub hub) throws Exception {
            List<WeakReference<Throwable>> thrown = new ArrayList<>();
            for (int i = 0; i < 15; i++) {
                thrown.add(expire(hub));
            }
            for (WeakReference<Throwable> each : thrown) {
                awaitCleared(each);
            }
        }

        private WeakReference<Throwable> expire(Hub hub) {
            return new WeakReference<>(catchThrowable(() -> Timeout.run(Duration.ofMillis(1), () -> hub.sleep(LONG))));
        }

        private void awaitCleared(WeakReference<?> reference) {
            for (int i = 0; i < 100 && reference.get() != null; i++) {
                System.gc();
            }
            assertThat(reference.get()).isNull();
        }
    }

    @Nested
    class Text {
        @Test
        @DisplayName("F-TMO-09: the text names seconds, message and silence")
        void text() {
            assertThat(new Timeout(Duration.ofSeconds(1))).hasToString("1 second");
            assertThat(new Timeout(Duration.ofSeconds(2))).hasToString("2 seconds");
            assertThat(new Timeout(Duration.ofSeconds(100))).hasToString("100 seconds");
            assertThat(new Timeout(Duration.ofMillis(1500))).hasToString("1.5 seconds");
            assertThat(new Timeout(Duration.ZERO)).hasToString("0 seconds");
            assertThat(Timeout.silent(Duration.ofSeconds(2))).hasToString("2 seconds (silent)");
            assertThat(new Timeout(Duration.ofSeconds(2), "message")).hasToString("2 seconds: message");
            assertThat(new Timeout(Duration.ofSeconds(2), new GreenletExit("given"))).asString().contains("2 seconds: ").contains("given");
        }

        @Test
        @DisplayName("F-TMO-11: they are ordered by their durations")
        void order() {
            List<Timeout> timeouts = new ArrayList<>(
                    List.of(Timeout.none(), new Timeout(LONG), new Timeout(Duration.ZERO), new Timeout(SHORT)));
            timeouts.sort(null);
            assertThat(timeouts).extracting(Timeout::duration).containsExactly(Duration.ZERO, SHORT, LONG, null);
        }

        @Test
        void negativeDurationIsRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new Timeout(Duration.ofMillis(-1)))
                    .withMessage("duration: PT-0.001S (expected: >= 0)");
        }

        @HubTest
        void veryLongDurationNeverEnds(Hub hub) throws Exception {
            assertThat(Timeout.call(Duration.ofSeconds(Long.MAX_VALUE), () -> {
                hub.sleep(LONG.multipliedBy(1000));
                return "value";
            })).isEqualTo("value");
        }
    }

    @Test
    @DisplayName("F-TMO-01: catch (Exception) does not swallow it")
    void isNoException() {
        assertThat(Exception.class.isAssignableFrom(TimeoutExpired.class)).isFalse();
    }

    @HubTest(virtualTime = false)
    void worksInJeventRun(Hub hub) throws Exception {
        assertThat(Jevent.<String, Exception>run(
                    () -> Timeout.call(SHORT, () -> {
                        Thread.sleep(LONG);
                        return "never";
                    }, "fallback")))
            .isEqualTo("fallback");
    }
}
