package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Task;
import dev.jevent.WaitNode;
import dev.jevent.Waitable;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.DisplayName;

/** Waiting for several at once. */
class JoinTest {
    private static final Duration SHORT = Duration.ofMillis(10);
    private static final Duration LONG = Duration.ofSeconds(10);

    @HubTest
    @DisplayName("B-JOI-01: three that succeed are joined, and their values are there")
    void threeThatSucceedAreJoined(Hub hub) throws Exception {
        List<Greenlet<Integer>> greenlets = List.of(hub.spawn(() -> 1), hub.spawn(() -> 2), hub.spawn(() -> 3));
        assertThat(hub.joinAllOrThrow(greenlets)).isEqualTo(greenlets);
        assertThat(greenlets).extracting(Greenlet::value).containsExactly(1, 2, 3);
        assertThat(hub.joinAll(greenlets)).isEqualTo(greenlets);
        assertThat(Jevent.joinAll(greenlets)).isEqualTo(greenlets);
        assertThat(Jevent.joinAllOrThrow(greenlets)).isEqualTo(greenlets);
    }

    @HubTest
    @DisplayName("B-JOI-03: joinAllOrThrow throws what failed first by time, not by place")
    void whatFailedFirstByTimeIsThrown(Hub hub, Errors errors) {
        errors.expect(IOException.class, 2);
        Greenlet<Void> later = hub.spawn((Task) () -> {
            hub.sleep(SHORT);
            throw new IOException("first");
        });
        Greenlet<Void> atOnce = hub.spawn((Task) () -> {
            throw new IOException("second");
        });
        assertThatThrownBy(() -> hub.joinAllOrThrow(List.of(later, atOnce)))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .hasMessage("second");
        assertThat(later.dead()).isFalse();
        assertThat(later.linkCount()).isZero();
        later.join();
    }

    @HubTest
    @DisplayName("B-JOI-04: a wait for one of two returns when the failing one has ended; the endless one still runs")
    void aWaitForOneOfTwoReturnsWithTheFirst(Hub hub, Errors errors) {
        errors.expect(IOException.class);
        Greenlet<Void> endless = hub.spawn((Task) () -> {
            while (true) {
                hub.sleep(SHORT);
            }
        });
        Greenlet<Void> failing = hub.spawn((Task) () -> {
            hub.sleep(Duration.ofMillis(15));
            throw new IOException("ended");
        });
        assertThat(hub.collect(List.of(endless, failing), null, 1)).containsExactly(failing);
        assertThat(endless.dead()).isFalse();
        assertThat(endless.linkCount()).isZero();
        assertThat(Jevent.waitAny(List.of(endless, failing))).isSameAs(failing);
        endless.kill();
    }

    @HubTest
    @DisplayName("B-JOI-07: leaving an iwait early leaves no link on what wasn't ready")
    void leavingEarlyLeavesNoLink(Hub hub) {
        Greenlet<Integer> soon = hub.spawn(() -> 1);
        Flag never = new Flag();
        try (Hub.Ready<Waitable> ready = Jevent.iwait(List.of(never, soon))) {
            assertThat(ready.next()).isSameAs(soon);
            assertThat(never.linkCount()).isEqualTo(1);
        }
        assertThat(never.linkCount()).isZero();
    }

    @HubTest
    @DisplayName("B-JOI-10: waiting for one, or two, of ten returns exactly as many, the first; the sender goes on")
    void waitingForACountReturnsExactlyAsMany(Hub hub) {
        List<Flag> flags = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            flags.add(new Flag("flag " + i));
        }
        Greenlet<Void> sender = hub.spawn((Task) () -> {
            for (Flag flag : flags) {
                hub.sleep(SHORT);
                flag.set();
            }
        });
        assertThat(hub.collect(flags, null, 1)).containsExactly(flags.get(0));
        assertThat(sender.dead()).isFalse();
        assertThat(hub.collect(flags.subList(1, 10), LONG, 2)).containsExactly(flags.get(1), flags.get(2));
        assertThat(sender.dead()).isFalse();
        assertThat(hub.waitAll(flags, Duration.ofMillis(35))).isEqualTo(flags.subList(0, 6));
        assertThat(hub.waitAll(flags)).containsExactlyInAnyOrderElementsOf(flags);
        sender.join();
    }

    @HubTest
    @DisplayName("O-JOI-01: two of three, the third set first, then the first: in the order they were set")
    void theOrderIsThatOfBecomingReady(Hub hub) {
        List<Flag> flags = List.of(new Flag("one"), new Flag("two"), new Flag("three"));
        hub.spawn((Task) () -> {
            flags.get(2).set();
            flags.get(0).set();
        });
        assertThat(hub.collect(flags, null, 2)).containsExactly(flags.get(2), flags.get(0));
    }

    @HubTest
    void joiningOverTimeReturnsThoseThatHaveEnded(Hub hub, VirtualClock clock) {
        Greenlet<Void> soon = hub.spawn(() -> hub.sleep(SHORT));
        Greenlet<Void> late = hub.spawn(() -> hub.sleep(LONG));
        assertThat(hub.joinAll(List.of(late, soon), Duration.ofSeconds(1))).containsExactly(soon);
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
        assertThat(hub.joinAll(List.of(late, soon), Duration.ZERO)).containsExactly(soon);
        late.kill();
    }

    @HubTest
    void anObjectGivenTwiceComesTwice(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        assertThat(hub.waitAll(List.of(greenlet, greenlet))).containsExactly(greenlet, greenlet);
    }

    @HubTest
    void nothingIsWaitedForAtOnce(Hub hub) {
        assertThat(hub.waitAll(List.<Waitable>of())).isEmpty();
        assertThat(hub.joinAll(List.<Greenlet<?>>of())).isEmpty();
        assertThatThrownBy(() -> hub.waitAny(List.<Waitable>of())).isInstanceOf(NoSuchElementException.class);
        assertThat(hub.collect(List.of(new Flag()), null, 0)).isEmpty();
        assertThatThrownBy(() -> hub.collect(List.of(new Flag()), null, -3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("count: -3 (expected: >= 0)");
    }

    @HubTest
    void anIwaitSaysWhenItIsOver(Hub hub) {
        Flag never = new Flag();
        try (Hub.Ready<Flag> ready = hub.iwait(List.of(never), SHORT)) {
            assertThat(ready.hasNext()).isFalse();
            assertThat(ready.hasNext()).isFalse();
            assertThatThrownBy(ready::next).isInstanceOf(NoSuchElementException.class).hasMessage("timed out, 1 not ready");
        }
        never.set();
        try (Hub.Ready<Flag> ready = hub.iwait(List.of(never), null)) {
            assertThat((Iterable<Flag>) ready).containsExactly(never);
            assertThatThrownBy(ready::next).isInstanceOf(NoSuchElementException.class).hasMessage("all objects were ready");
        }
    }

    @HubTest
    void aSetThatCannotRegisterWithAllRegistersWithNone(Hub hub) {
        Flag flag = new Flag();
        Waitable broken = new Waitable() {
            @Override
            public boolean ready() {
                return false;
            }

            @Override
            public boolean register(WaitNode node) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void unregister(WaitNode node) {
                // was never there
            }

            @Override
            public int linkCount() {
                return 0;
            }
        };
        assertThatThrownBy(() -> hub.waitAll(List.of(flag, broken))).hasMessage("broken");
        assertThat(flag.linkCount()).isZero();
        assertThatThrownBy(() -> hub.waitAll(Arrays.asList(flag, null))).isInstanceOf(NullPointerException.class);
        assertThat(flag.linkCount()).isZero();
    }

    @HubTest
    void aKilledWaiterLeavesNoLink(Hub hub) {
        List<Flag> flags = List.of(new Flag(), new Flag());
        Greenlet<Void> waiting = hub.spawn((Task) () -> hub.waitAll(flags));
        hub.yieldNow();
        assertThat(flags).allMatch(flag -> flag.linkCount() == 1);
        waiting.kill(new GreenletExit());
        assertThat(flags).allMatch(flag -> flag.linkCount() == 0);
    }
}
