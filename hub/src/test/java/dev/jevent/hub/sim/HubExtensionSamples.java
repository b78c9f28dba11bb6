package dev.jevent.hub.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Task;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import dev.jevent.testkit.World;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.Selector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that {@link HubExtensionTest} runs; some of them are meant to fail. */
final class HubExtensionSamples {
    private HubExtensionSamples() {}

    static class Good {
        private final List<Object> hubs = new ArrayList<>();

        @BeforeEach
        void before() {
            hubs.add(Hub.current());
        }

        @AfterEach
        void after() {
            assertThat(hubs).allMatch(hub -> hub == Hub.current());
        }

        @HubTest
        void runsAsMainOfTheHubGiven(Hub hub) {
            hubs.add(hub);
            assertThat(Thread.currentThread()).isSameAs(hub.thread());
        }

        @HubTest(inGreenlet = true)
        void runsInAGreenlet(Hub hub) {
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            assertThat(hub.isCurrent()).isTrue();
        }

        @HubTest
        void sleepsAnHourAtOnce(Hub hub, VirtualClock clock) {
            hub.sleep(Duration.ofHours(1));
            assertThat(clock.elapsed()).isEqualTo(Duration.ofHours(1));
        }

        @HubTest
        void advanceRunsWhatIsDue(Hub hub, VirtualClock clock) {
            List<String> events = new ArrayList<>();
            for (int seconds : new int[] {3, 1, 2, 5}) {
                hub.spawn((Task) () -> {
                    hub.sleep(Duration.ofSeconds(seconds));
                    events.add("after " + seconds);
                });
            }
            clock.advance(Duration.ofSeconds(3));
            assertThat(events).containsExactly("after 1", "after 2", "after 3");
            clock.advance(Duration.ofSeconds(2));
        }

        @HubTest
        void timeStandsStillWhenTold(Hub hub, VirtualClock clock) {
            clock.autoJump(false);
            Greenlet<Void> sleeper = hub.spawn((Task) () -> hub.sleep(Duration.ofSeconds(1)));
            clock.advance(Duration.ofMillis(999));
            assertThat(sleeper.dead()).isFalse();
            clock.advance(Duration.ofMillis(1));
            assertThat(sleeper.dead()).isTrue();
        }

        @HubTest
        void timeStandsStillWhileARealThreadWorks(Hub hub, VirtualClock clock) throws InterruptedException {
            Hub.Hold hold = hub.hold();
            Greenlet<Void> sleeper = hub.spawn((Task) () -> hub.sleep(Duration.ofSeconds(1)));
            Greenlet<Void> waiter = hub.spawn((Task) LockSupport::park);
            Thread worker = new Thread(() -> {
                while (waiter.thread().getState() != Thread.State.WAITING) {
                    Thread.onSpinWait();
                }
                LockSupport.unpark(waiter.thread());
            });
            worker.start();
            waiter.join();
            assertThat(clock.elapsed()).isZero();
            worker.join();
            hold.close();
            sleeper.join();
        }

        @HubTest
        void expectedErrorsAreExpected(Hub hub, Errors errors) {
            errors.expect(IOException.class);
            hub.spawn((Task) () -> {
                throw new IOException("expected");
            }).join();
            assertThat(errors.reported()).hasSize(1);
        }

        @HubTest
        void livesInAWorld(World world) {
            world.foreign(() -> {});
            world.hub().sleep(Duration.ofSeconds(1));
            assertThat(world.elapsed()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        }

        @HubTest(virtualTime = false)
        void hasRealTimeToo(Hub hub) {
            assertThat(hub.loop().name()).isNotEqualTo("virtual");
            hub.sleep(Duration.ofMillis(1));
        }

        @HubTest
        void closesTheHubItself(Hub hub) {
            hub.close();
            Jevent.sleep(Duration.ofMillis(1)); // on a new one
            Hub.current().close();
            hubs.clear();
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2})
        @OnHub
        void takesArgumentsToo(int argument, Hub hub) {
            assertThat(hub.isCurrent()).isTrue();
            assertThat(argument).isPositive();
        }
    }

    @OnHub(inGreenlet = true)
    static class AllOnHub {
        @Test
        void runsInAGreenlet() {
            assertThat(Hub.ifExists()).isNotNull();
            assertThat(Thread.currentThread().isVirtual()).isTrue();
        }
    }

    static class LeavesAGreenlet {
        @HubTest
        void test(Hub hub) {
            hub.spawn((Task) () -> hub.sleep(Duration.ofHours(1)));
        }
    }

    static class LeavesAWatcher {
        @HubTest
        void test(Hub hub) {
            hub.loop().async().start(() -> {});
        }
    }

    static class LeavesATimer {
        @HubTest
        void test(Hub hub) {
            hub.loop().timer(Duration.ofHours(1)).start(() -> {});
        }
    }

    static class LeavesAHold {
        @HubTest
        void test(Hub hub) {
            hub.hold();
        }
    }

    static class LeavesAThread {
        static Thread left;

        @HubTest
        void test() {
            left = new Thread(LockSupport::park, "left behind");
            left.setDaemon(true);
            left.start();
        }
    }

    static class LeavesADescriptor {
        static FileChannel left;

        @HubTest
        void test() throws IOException {
            Path file = Files.createTempFile("descriptor", "");
            left = FileChannel.open(file);
            Files.delete(file);
        }
    }

    static class LeavesASelector {
        static Selector left;

        @HubTest
        void test() throws IOException {
            left = Selector.open();
        }
    }

    /** What it leaves has another number than what there was before, and no name: it is as good. */
    static class ReplacesASelector {
        static Selector left;

        @BeforeAll
        static void open() throws IOException {
            left = Selector.open();
        }

        @HubTest
        void test() throws IOException {
            Selector old = left;
            left = Selector.open();
            old.close();
        }

        @AfterAll
        static void close() throws IOException {
            left.close();
        }
    }

    static class FailsSilently {
        @HubTest
        void test(Hub hub) {
            hub.spawn((Task) () -> {
                throw new IOException("nobody looks");
            }).join();
        }
    }

    static class ExpectsTooMuch {
        @HubTest
        void test(Errors errors) {
            errors.expect(IOException.class);
        }
    }

    static class WaitsForNobody {
        @HubTest
        void test(Hub hub) {
            new Greenlet<>(hub, () -> null).join();
        }
    }

    static class HangsInAJdkCall {
        @HubTest(limitSeconds = 1)
        void test() {
            while (!Thread.currentThread().isInterrupted()) {
                LockSupport.park("the sample's blocker");
            }
        }
    }

    static class HangsOnTheHub {
        @HubTest(limitSeconds = 1)
        void test(Hub hub) {
            Hub.Hold hold = hub.hold();
            try {
                new Greenlet<>(hub, () -> null).join();
            } finally {
                hold.close();
            }
        }
    }

    static class FailsInAGreenlet {
        @HubTest(inGreenlet = true)
        void test() throws IOException {
            throw new IOException("as the test's own failure");
        }
    }

    static class AsksForAClockThatIsNotThere {
        @HubTest(virtualTime = false)
        void test(VirtualClock clock) {}
    }
}
