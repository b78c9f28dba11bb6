package dev.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Interest;
import dev.jevent.Loop.Mode;
import dev.jevent.Pollable;
import dev.jevent.Settings;
import dev.jevent.Watcher;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Watchers of readiness are the same to their users on both kinds of poller. */
class IoWatcherTest {
    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();
    private static final Pollable D = World.descriptor(7);

    private abstract static class OnBoth {
        final World world;
        final ScriptedPoller poller;
        final PollingLoop loop;
        final RecordingHost host = new RecordingHost();

        OnBoth(World world) {
            this.world = world;
            poller = world.poller;
            loop = world.loop();
        }

        /** A watcher whose callback says what is ready. */
        Watcher.Io started(int interest, String name) {
            Watcher.Io io = loop.io(D, interest);
            io.start(() -> world.log.add(name + " " + io.ready()));
            return io;
        }

        void iterate() {
            loop.run(Mode.NO_WAIT);
        }

        @Test
        @DisplayName("F-WAT-04: fires as long as readiness lasts, and only then")
        void firesAsLongAsReadinessLasts() {
            started(READ, "read");
            iterate();
            assertThat(world.log).isEmpty();
            poller.ready(D, READ);
            for (int i = 0; i < 3; i++) {
                iterate();
            }
            assertThat(world.log).containsExactly("read 1", "read 1", "read 1");
            poller.drain(D, READ);
            iterate();
            iterate();
            assertThat(world.log).hasSize(3);
            poller.ready(D, READ);
            iterate();
            assertThat(world.log).hasSize(4);
        }

        @Test
        void sleepsWhileNothingIsReady() {
            Watcher.Io io = started(READ, "read");
            poller.after(Duration.ofMillis(5), () -> poller.ready(D, READ));
            loop.run(Mode.ONCE);
            assertThat(world.log).containsExactly("read 1");
            poller.drain(D, READ);
            io.drained();
            poller.after(Duration.ofMillis(7), () -> poller.ready(D, READ));
            loop.run(Mode.ONCE);
            assertThat(world.log).hasSize(2);
            assertThat(world.sinceStart()).isEqualTo(12_000_000);
        }

        @Test
        void readinessFromBeforeTheStartIsSeen() {
            poller.ready(D, READ | WRITE);
            Watcher.Io read = started(READ, "read");
            iterate();
            read.stop();
            iterate();
            started(WRITE, "write");
            iterate();
            read.start(() -> world.log.add("read again"));
            iterate();
            assertThat(world.log).startsWith("read 1", "write 2").contains("read again");
        }

        @Test
        void readinessThatCameWhileStoppedIsSeen() {
            Watcher.Io read = started(READ, "read");
            iterate();
            read.stop();
            poller.ready(D, READ);
            iterate();
            iterate();
            assertThat(world.log).isEmpty();
            read.start(() -> world.log.add("later"));
            iterate();
            assertThat(world.log).containsExactly("later");
        }

        @Test
        void readinessThatLastsIsSeenByTheNextStart() {
            Watcher.Io read = started(READ, "never");
            read.start(() -> {
                world.log.add("once");
                read.stop(); // has read but a part
            });
            poller.ready(D, READ);
            iterate();
            iterate();
            assertThat(world.log).containsExactly("once");
            read.start(() -> world.log.add("rest"));
            iterate();
            assertThat(world.log).containsExactly("once", "rest");
        }

        @Test
        void severalWatchersOfOneDescriptorAreEachToldTheirs() {
            Watcher.Io a = started(READ, "a");
            Watcher.Io b = started(READ, "b");
            Watcher.Io c = started(WRITE, "c");
            Watcher.Io d = started(Interest.BOTH, "d");
            poller.ready(D, READ);
            iterate();
            assertThat(world.log).containsExactly("a 1", "b 1", "d 1");
            world.log.clear();
            poller.ready(D, WRITE);
            a.stop();
            iterate();
            assertThat(world.log).containsExactlyInAnyOrder("b 1", "c 2", "d 3");
            assertThat(loop.statistics().registrations()).isEqualTo(1);
            assertThat(loop.statistics().active()).isEqualTo(3);
            a.close();
            b.close();
            c.close();
            assertThat(poller.isRegistered(D)).isTrue();
            d.close();
            assertThat(poller.isRegistered(D)).isFalse();
            assertThat(loop.statistics().registrations()).isZero();
        }

        @Test
        @DisplayName("O-WAT-01, F-WAT-03: a failing io watcher is stopped")
        void aFailingOneIsStopped() {
            loop.host(host);
            Watcher.Io failing = loop.io(D, READ);
            failing.start(() -> {
                throw new IllegalStateException("io");
            });
            Watcher.Io internal = loop.io(D, READ);
            internal.start((dev.jevent.spi.CarrierCallback) () -> {
                throw new IllegalStateException("internal");
            });
            started(READ, "other");
            poller.ready(D, READ);
            iterate();
            assertThat(failing.active()).isFalse();
            assertThat(internal.active()).isFalse();
            assertThat(host.failures).hasSize(2);
            iterate();
            assertThat(host.failures).hasSize(2);
            assertThat(world.log).containsExactly("other 1", "other 1");
        }

        @Test
        @DisplayName("B-WAT-07: a mask that is neither READ nor WRITE nor both is refused")
        void masksAreChecked() {
            for (int mask : new int[] {0, 4, -1}) {
                assertThatIllegalArgumentException().isThrownBy(() -> loop.io(D, mask))
                        .withMessageContaining("interest: " + mask);
            }
            Watcher.Io io = started(READ, "read");
            assertThatIllegalStateException().isThrownBy(() -> io.interest(WRITE)).withMessageContaining("active");
            io.stop();
            assertThatIllegalArgumentException().isThrownBy(() -> io.interest(8));
            io.interest(WRITE);
            assertThat(io.interest()).isEqualTo(WRITE);
            assertThat(io.pollable()).isEqualTo(D);
            io.start(() -> world.log.add("now write " + io.ready()));
            poller.ready(D, Interest.BOTH);
            iterate();
            assertThat(world.log).containsExactly("now write 2");
            assertThat(io.ready()).as("outside of its callback").isZero();
        }

        @Test
        @DisplayName("B-WAT-06: after the last watcher is closed a new one of the same descriptor is fresh")
        void aNewWatcherIsFresh() {
            Watcher.Io old = started(READ, "old");
            iterate();
            long token = poller.token(D);
            old.close();
            started(READ, "new");
            assertThat(poller.token(D)).isNotEqualTo(token);
            poller.ready(D, READ);
            iterate();
            assertThat(world.log).containsExactly("new 1");
        }

        @Test
        @DisplayName("a late report of a descriptor that was closed and used again wakes nobody")
        void aStaleTokenWakesNobody() {
            Watcher.Io old = started(READ, "old");
            iterate();
            long stale = poller.token(D);
            old.close();
            Watcher.Io fresh = started(READ, "new");
            assertThat((int) poller.token(D)).as("the slot is used again").isEqualTo((int) stale);
            poller.forge(stale, READ);
            poller.forge(-1, READ);
            poller.forge(stale + 100_000, READ);
            iterate();
            assertThat(world.log).isEmpty();
            poller.forge(poller.token(D), READ);
            iterate();
            assertThat(world.log).containsExactly("new 1");
            fresh.close();
        }

        @Test
        @DisplayName("F-LOOP-17: closing a descriptor calls its watchers, and none of them sees a later owner's events")
        void closingCallsTheWatchers() {
            Watcher.Io a = started(READ, "a");
            Watcher.Io b = started(WRITE, "b");
            Watcher.Io stopped = loop.io(D, READ);
            iterate();
            assertThat(loop.closing(D)).isTrue();
            assertThat(poller.isRegistered(D)).as("before closing() returns").isFalse();
            assertThat(world.log).isEmpty();
            Watcher.Io next = started(READ, "next owner");
            iterate();
            assertThat(world.log).containsExactly("a 1", "b 2");
            poller.ready(D, Interest.BOTH);
            iterate();
            assertThat(world.log).containsExactly("a 1", "b 2", "next owner 1");
            world.log.clear();
            next.stop();
            a.stop();
            a.start(() -> world.log.add("a sees the close"));
            stopped.start(() -> world.log.add("stopped sees it, too"));
            iterate();
            iterate();
            assertThat(world.log).containsExactly("a sees the close", "stopped sees it, too");
            a.close();
            b.close();
            stopped.close();
            assertThat(poller.isRegistered(D)).as("the next owner's").isTrue();
            next.close();
            assertThat(poller.isRegistered(D)).isFalse();
            assertThat(loop.closing(D)).isFalse();
        }

        @Test
        void closingWithoutActiveWatchersSaysSo() {
            Watcher.Io io = started(READ, "io");
            io.stop();
            assertThat(loop.closing(D)).isFalse();
            assertThat(loop.closing(World.descriptor(1000))).isFalse();
            assertThat(poller.isRegistered(D)).isFalse();
        }

        @Test
        void whatThePollerRefusesIsThrownByStart() {
            poller.refusal = new IOException("operation not permitted");
            Watcher.Io io = loop.io(D, READ);
            assertThatThrownBy(() -> io.start(() -> {})).isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("descriptor 7").hasMessageContaining("not permitted");
            assertThat(io.active()).isFalse();
            assertThat(loop.statistics().registrations()).isZero();
            poller.refusal = null;
            io.start(() -> world.log.add("now"));
            poller.ready(D, READ);
            iterate();
            assertThat(world.log).containsExactly("now");
        }

        @Test
        void whilePutOffByTheHostItDoesNotKeepThePollAwake() {
            loop.host(host);
            Watcher.Io io = started(READ, "io");
            poller.ready(D, READ);
            host.parked = true;
            iterate();
            assertThat(io.pending()).isTrue();
            world.poller.after(Duration.ofMillis(5), () -> loop.post(host::unpark));
            loop.run(Mode.ONCE); // would come back at once if the readiness were reported
            assertThat(world.sinceStart()).isEqualTo(5_000_000);
            assertThat(world.log).isEmpty();
            iterate();
            assertThat(world.log).startsWith("io 1");
            iterate();
            assertThat(world.log).as("it lasts").hasSizeGreaterThan(1);
        }

        @Test
        void stoppedAndStartedByAnEarlierCallbackOfTheStepItIsCalledLaterIfStillReady() {
            Watcher.Io second = loop.io(D, READ);
            Watcher.Io first = loop.io(World.descriptor(1), READ);
            first.start(() -> {
                first.stop();
                second.stop();
                second.start(() -> world.log.add("second"));
            });
            second.start(() -> world.log.add("never"));
            poller.ready(World.descriptor(1), READ);
            poller.ready(D, READ);
            iterate();
            assertThat(world.log).isEmpty();
            iterate();
            assertThat(world.log).containsExactly("second");
        }

        @Test
        void manyRegistrationsComeAndGo() {
            Watcher.Io[] all = new Watcher.Io[500];
            int[] calls = new int[all.length];
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < all.length; i++) {
                    int index = i;
                    all[i] = loop.io(World.descriptor(100 + i), READ);
                    all[i].start(() -> calls[index]++);
                    poller.ready(World.descriptor(100 + i), READ);
                }
                iterate();
                for (int i = all.length - 1; i >= 0; i--) {
                    assertThat(calls[i]).isEqualTo(round + 1);
                    all[i].close();
                    poller.drain(World.descriptor(100 + i), READ);
                }
                iterate();
                assertThat(loop.statistics().registrations()).isZero();
            }
        }
    }

    @Nested
    class LevelTriggered extends OnBoth {
        LevelTriggered() {
            super(World.levelTriggered());
        }

        @Test
        @DisplayName("B-WAT-15: the interest is always the union of the active watchers', and none at the end")
        void theInterestIsTheUnion() {
            Watcher.Io read = started(READ, "read");
            Watcher.Io write = started(WRITE, "write");
            iterate();
            assertThat(poller.interest(D)).isEqualTo(3);
            read.stop();
            iterate();
            assertThat(poller.interest(D)).isEqualTo(2);
            write.stop();
            iterate();
            assertThat(poller.interest(D)).isEqualTo(0);
            read.start(() -> {});
            iterate();
            assertThat(poller.interest(D)).isEqualTo(1);
            assertThat(poller.calls).containsExactly("register 1", "modify 3", "modify 2", "modify 0", "modify 1");
        }

        @Test
        void stoppedAndStartedBetweenTwoPollsCostsNothing() {
            Watcher.Io read = started(READ, "read");
            iterate();
            for (int i = 0; i < 3; i++) {
                read.stop();
                read.start(() -> {});
                iterate();
            }
            assertThat(poller.calls).containsExactly("register 1");
        }

        @Test
        void whatThePollerRefusesLaterIsReportedAndWakesTheWatchers() {
            loop.host(host);
            Watcher.Io read = started(READ, "read");
            iterate();
            started(WRITE, "write");
            poller.refusal = new IOException("gone");
            iterate();
            assertThat(host.failures).containsExactly(poller.refusal);
            assertThat(world.log).containsExactly("read 1", "write 2");
            assertThat(read.active()).isTrue();
        }
    }

    @Nested
    class EdgeTriggered extends OnBoth {
        EdgeTriggered() {
            super(World.edgeTriggered());
        }

        @Test
        @DisplayName("one registration for both directions, and no call of the poller for a wait after would-block")
        void waitingAfterWouldBlockCostsNothing() {
            Watcher.Io read = loop.io(D, READ);
            Watcher.Io write = loop.io(D, WRITE);
            for (int i = 0; i < 5; i++) {
                read.drained();
                read.start(() -> {
                    world.log.add("read");
                    read.stop();
                });
                write.start(() -> {});
                write.stop();
                iterate();
                poller.ready(D, READ);
                iterate();
                poller.drain(D, READ);
            }
            assertThat(world.log).hasSize(5);
            assertThat(poller.calls).containsExactly("register 3");
        }

        @Test
        void aWatcherThatStaysActiveAndDrainsCostsNothing() {
            Watcher.Io read = loop.io(D, READ);
            read.start(() -> {
                world.log.add("read");
                poller.drain(D, READ);
                read.drained();
            });
            for (int i = 0; i < 5; i++) {
                poller.ready(D, READ);
                iterate();
            }
            assertThat(world.log).hasSize(5);
            assertThat(poller.calls).containsExactly("register 3");
        }

        @Test
        @DisplayName("who was woken has its turn before the poller is asked again, however many polls are in between")
        void whoWasWokenHasItsTurnBeforeThePollerIsAsked() {
            World world = World.edgeTriggered();
            try (PollingLoop loop = world.loop(Settings.process().with(Settings.CALLBACK_SLICE, Duration.ZERO))) {
                Watcher.Io read = loop.io(D, READ);
                read.start(() -> {
                    for (int i = 0; i < 1000; i++) {
                        loop.execute(() -> {});
                    }
                    loop.execute(() -> {
                        read.drained();
                        read.stop();
                        world.log.add("polls " + world.poller.timeouts.size());
                    });
                });
                world.poller.ready(D, READ);
                while (world.log.isEmpty()) {
                    loop.run(Mode.NO_WAIT);
                }
                assertThat(world.log).doesNotContain("polls 1", "polls 2", "polls 3");
                loop.run(Mode.NO_WAIT);
                assertThat(world.poller.calls).containsExactly("register 3");
            }
        }

        @Test
        void whoNeverStopsYieldingDoesNotKeepThePollerFromBeingAsked() {
            World world = World.edgeTriggered();
            try (PollingLoop loop = world.loop(Settings.process().with(Settings.CALLBACK_SLICE, Duration.ZERO))) {
                loop.execute(new Runnable() {
                    @Override
                    public void run() {
                        loop.execute(this);
                    }
                });
                Watcher.Io read = loop.io(D, READ);
                read.start(() -> world.log.add("read"));
                world.poller.ready(D, READ);
                for (int i = 0; i < 10; i++) {
                    loop.run(Mode.NO_WAIT);
                }
                assertThat(world.log).hasSizeGreaterThan(3);
            }
        }

        @Test
        void withoutTheHintThePollerIsAskedOncePerWait() {
            Watcher.Io read = loop.io(D, READ);
            for (int i = 0; i < 3; i++) {
                read.start(() -> {
                    world.log.add("read");
                    read.stop();
                });
                iterate();
                poller.ready(D, READ);
                iterate();
                poller.drain(D, READ);
            }
            assertThat(world.log).hasSize(3);
            assertThat(poller.calls).containsExactly("register 3", "modify 3", "modify 3");
        }

        @Test
        void onceThePollerFoundNothingItIsNotAskedAgain() {
            Watcher.Io read = started(READ, "read");
            poller.ready(D, READ);
            iterate();
            poller.drain(D, READ);
            for (int i = 0; i < 3; i++) {
                iterate();
                read.stop();
                read.start(() -> world.log.add("never"));
            }
            assertThat(world.log).containsExactly("read 1");
            assertThat(poller.calls).containsExactly("register 3", "modify 3");
        }

        @Test
        void theEndOfAStreamLastsWithoutAskingAgain() {
            Watcher.Io read = loop.io(D, Interest.BOTH);
            read.start(() -> {
                world.log.add("ended " + read.ready());
                read.drained();
                read.stop();
            });
            poller.ready(D, READ | Poller.READ_LASTS);
            iterate();
            for (int i = 0; i < 2; i++) {
                read.start(() -> {
                    world.log.add("still " + read.ready());
                    read.stop();
                });
                loop.run(Mode.ONCE);
            }
            read.start(() -> world.log.add("active " + read.ready()));
            iterate();
            iterate();
            assertThat(world.log).containsExactly("ended 1", "still 1", "still 1", "active 1", "active 1");
            assertThat(poller.calls).containsExactly("register 3");
        }
    }
}
