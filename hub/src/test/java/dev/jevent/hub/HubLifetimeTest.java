package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.InvalidSwitchException;
import dev.jevent.Loop;
import dev.jevent.LoopExit;
import dev.jevent.Strand;
import dev.jevent.Task;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.Watcher;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class HubLifetimeTest {
    private static final Duration SHORT = Duration.ofMillis(10);
    private static final Duration LONG = Duration.ofSeconds(10);

    @HubTest
    @DisplayName("B-HUB-01: a hub without work is joined at once, again and again, and works in between")
    void aHubWithoutWorkIsJoinedAtOnce(Hub hub) {
        hub.join();
        assertThat(hub.join(LONG)).isTrue();
        hub.sleep(SHORT);
        assertThat(hub.join(Duration.ZERO)).isTrue();
        assertThat(hub.isClosed()).isFalse();
    }

    @Test
    @DisplayName("B-HUB-04: ten threads with a hub each, joined and closed: no hub and no greenlet stays reachable")
    void nothingOfClosedHubsStaysReachable() throws Exception {
        List<WeakReference<?>> made = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            OwnThread.run(() -> {
                try (Hub hub = Hub.current()) {
                    Greenlet<Void> greenlet = hub.spawn(() -> hub.sleep(Duration.ofMillis(1)));
                    Greenlet<Void> killed = hub.spawn(() -> hub.sleep(LONG));
                    greenlet.join();
                    hub.loop().runCallback(() -> {});
                    hub.spawnLater(Duration.ofMillis(1), () -> {});
                    killed.kill();
                    hub.join();
                    made.add(new WeakReference<>(hub));
                    made.add(new WeakReference<>(greenlet));
                    made.add(new WeakReference<>(greenlet.thread()));
                    made.add(new WeakReference<>(hub.loop()));
                }
            });
        }
        Eventually.until("everything is collected", () -> {
            System.gc();
            return made.stream().allMatch(reference -> reference.get() == null);
        });
    }

    @Test
    @DisplayName("B-HUB-07: a thread that closed its hub gets another one with another loop")
    void aThreadThatClosedItsHubGetsAnotherOne() throws Exception {
        OwnThread.run(() -> {
            Hub first = Hub.current();
            Loop loop = first.loop();
            int ident = first.ident();
            first.close();
            assertThat(first.isClosed()).isTrue();
            assertThat(loop.isClosed()).isTrue();
            assertThat(Hub.ifExists()).isNull();
            assertThat(first.toString()).contains("closed");
            first.close();
            try (Hub second = Hub.current()) {
                assertThat(second).isNotSameAs(first);
                assertThat(second.loop()).isNotSameAs(loop);
                assertThat(second.ident()).isEqualTo(ident);
                assertThat(second.spawn(() -> 1).get()).isEqualTo(1);
            }
        });
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-HUB-09: a signal watcher that isn't ref'd doesn't hold a join that waits for a greenlet")
    void aSignalWatcherDoesNotHoldAJoin(Hub hub) {
        try (Watcher.Signal watcher = hub.loop().signal("USR2")) {
            watcher.start(() -> {});
            assertThat(watcher.ref()).isFalse();
            Greenlet<Integer> greenlet = hub.spawn(() -> 1);
            assertThat(hub.join(Duration.ofMinutes(1))).isTrue();
            assertThat(greenlet.dead()).isTrue();
        }
    }

    @HubTest
    @DisplayName("B-HUB-10: a join with a timeout says that a greenlet is still to come; after its kill nothing is")
    void aJoinWithATimeoutSaysWhatIsStillToCome(Hub hub, VirtualClock clock) {
        Greenlet<Void> later = hub.spawnLater(LONG, () -> {});
        assertThat(hub.join(SHORT)).isFalse();
        assertThat(clock.elapsed()).isEqualTo(SHORT);
        assertThat(later.dead()).isFalse();
        later.kill();
        assertThat(hub.join(LONG)).isTrue();
        assertThat(clock.elapsed()).isEqualTo(SHORT);
    }

    @HubTest
    @DisplayName("B-HUB-12: what was handed to a waiter before it waits is there at once, a value or an error")
    void whatWasHandedToAWaiterIsThereAtOnce() {
        Waiter waiter = Waiter.current();
        waiter.arm("a value");
        assertThat(waiter.tryClaim()).isTrue();
        assertThat(waiter.tryClaim()).isFalse();
        waiter.wake("value");
        assertThat(waiter.isDone()).isTrue();
        assertThat(waiter.await(-1)).isEqualTo("value");

        waiter.arm("an error");
        assertThat(waiter.tryClaim()).isTrue();
        waiter.fail(new IOException("failed"));
        assertThatThrownBy(() -> waiter.await(-1)).isInstanceOf(IOException.class).hasMessage("failed");
        assertThat(waiter.waitingOn()).isNull();
    }

    @HubTest
    @DisplayName("B-HUB-15: one who sleeps and is woken with something else is told, an unpark of its thread does nothing")
    void oneWhoSleepsAndIsWokenWithSomethingElseIsTold(Hub hub, Errors errors, VirtualClock clock) {
        errors.expect(InvalidSwitchException.class);
        Greenlet<Void> sleeping = hub.spawn(() -> hub.sleep(LONG));
        hub.yieldNow();
        LockSupport.unpark(sleeping.thread());
        hub.sleep(SHORT);
        assertThat(sleeping.dead()).isFalse();
        Strand strand = sleeping.strand();
        assertThat(strand.tryClaim()).isTrue();
        strand.wake("foreign");
        sleeping.join();
        assertThat(sleeping.exception())
                .isInstanceOf(InvalidSwitchException.class)
                .hasMessage(sleeping + " was woken from its sleep with foreign");
        assertThat(clock.elapsed()).isEqualTo(SHORT);
    }

    @HubTest
    @DisplayName("B-HUB-16: one who waits for a watcher and is woken with something else gets an error, not a false event")
    void oneWhoWaitsForAWatcherIsNotToldOfAFalseEvent(Hub hub, Errors errors) {
        errors.expect(InvalidSwitchException.class);
        Watcher.Timer watcher = hub.loop().timer(LONG);
        Greenlet<Void> waiting = hub.spawn((Task) () -> hub.await(watcher));
        hub.yieldNow();
        hub.loop().runCallback(() -> {
            assertThat(waiting.strand().tryClaim()).isTrue();
            waiting.strand().wake(null);
        });
        waiting.join();
        assertThat(waiting.exception()).isInstanceOf(InvalidSwitchException.class);
        assertThat(watcher.active()).isFalse();
        watcher.close();
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-HUB-18: main, and a greenlet, that yield for ever don't keep timers from firing")
    void yieldingForEverDoesNotStarveTimers(Hub hub) {
        boolean[] fired = new boolean[2];
        Greenlet<Void> yielder = hub.spawn((Task) () -> {
            while (!fired[0]) {
                hub.yieldNow();
            }
        });
        hub.spawnLater(Duration.ofMillis(5), () -> fired[0] = true);
        yielder.join();
        hub.spawnLater(Duration.ofMillis(5), () -> fired[1] = true);
        while (!fired[1]) {
            hub.yieldNow();
        }
    }

    // ---- LoopExit ----

    @HubTest
    @DisplayName("O-HUB-01: when nothing can wake main, main alone gets LoopExit; the greenlet that is blocked, too, can still be woken")
    void whenNothingCanWakeMainItGetsLoopExit(Hub hub) {
        Flag flag = new Flag("the flag");
        Greenlet<String> blocked = hub.spawn(() -> {
            flag.await();
            return "woken";
        });
        Flag other = new Flag("another flag");
        assertThatThrownBy(other::await).isInstanceOf(LoopExit.class);
        assertThat(blocked.dead()).isFalse();
        assertThatThrownBy(other::await).isInstanceOf(LoopExit.class);
        flag.set();
        blocked.join();
        assertThat(blocked.value()).isEqualTo("woken");
    }

    @HubTest
    @DisplayName("O-HUB-02: only main can join the hub")
    void onlyMainCanJoinTheHub(Hub hub, Errors errors) {
        errors.expect(IllegalStateException.class);
        Greenlet<Void> greenlet = hub.spawn(() -> hub.join());
        greenlet.join();
        assertThat(greenlet.exception())
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("join() waits until " + hub + " has nothing left to do; only its main can, not " + greenlet
                        + ", which is itself left");
    }

    @HubTest
    @DisplayName("O-HUB-04: a callback that sleeps gets an error, which is reported; the loop goes on")
    void aCallbackThatSleepsGetsAnError(Hub hub, Errors errors) {
        errors.expect(BlockingSwitchOutException.class);
        List<String> log = new ArrayList<>();
        hub.loop().runCallback(() -> {
            log.add("called");
            hub.sleep(SHORT);
            log.add("not reached");
        });
        hub.loop().runCallback(() -> log.add("next"));
        hub.sleep(SHORT);
        assertThat(log).containsExactly("called", "next");
        assertThat(errors.reported().getFirst().error().getMessage())
                .contains("called something that waits")
                .contains("spawn a greenlet in the callback instead");
    }

    // ---- watchers ----

    @HubTest
    void aWatcherIsAwaitedForATime(Hub hub, VirtualClock clock) {
        try (Watcher.Timer timer = hub.loop().timer(Duration.ofSeconds(2))) {
            assertThat(hub.await(timer, Duration.ofSeconds(1))).isFalse();
            assertThat(timer.active()).isFalse();
            assertThat(hub.await(timer, Duration.ofSeconds(3))).isTrue();
            assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(3));
            assertThat(hub.await(timer, Duration.ZERO)).isFalse();
            hub.await(timer);
            assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(5));
        }
    }

    @HubTest
    void aSecondWaiterOfAWatcherIsRefusedNamingBoth(Hub hub, Errors errors) {
        errors.expect(ConcurrentUseException.class);
        try (Watcher.Async watcher = hub.loop().async()) {
            Greenlet<Void> one = hub.spawn((Task) () -> hub.await(watcher));
            Greenlet<Void> two = hub.spawn((Task) () -> hub.await(watcher));
            two.join();
            assertThat(two.exception()).hasMessageContaining(one.toString()).hasMessageContaining(two.toString());
            watcher.send();
            one.join();
            assertThat(one.successful()).isTrue();
        }
    }

    @HubTest
    void aWaitForAWatcherCanBeCancelledWithAnError(Hub hub) {
        try (Watcher.Async watcher = hub.loop().async()) {
            IOException closed = new IOException("closed in another greenlet");
            hub.spawn((Task) () -> hub.cancelWait(watcher, closed));
            assertThatThrownBy(() -> hub.await(watcher)).isSameAs(closed);
            assertThat(watcher.active()).isFalse();
            hub.cancelWait(watcher, new IOException("nobody waits"));
            hub.yieldNow();
            assertThatThrownBy(() -> hub.cancelWait(watcher, null)).hasMessage("error");
        }
    }

    @HubTest
    void aCancelThatComesTooLateHitsNoLaterWait(Hub hub, VirtualClock clock) {
        try (Watcher.Async watcher = hub.loop().async();
                Watcher.Async next = hub.loop().async()) {
            next.start(() -> hub.cancelWait(watcher, new IOException("late")));
            hub.spawn((Task) () -> {
                watcher.send();
                next.send();
            });
            hub.await(watcher);
            hub.sleep(SHORT);
            assertThat(clock.elapsed()).isEqualTo(SHORT);
        }
    }

    @HubTest
    void idleComesWhenNothingElseIsPending(Hub hub) {
        List<String> log = new ArrayList<>();
        Greenlet<Void> idle = hub.spawn((Task) () -> {
            hub.idle(0);
            log.add("idle");
        });
        for (int i = 0; i < 3; i++) {
            hub.spawn((Task) () -> {
                hub.yieldNow();
                log.add("busy");
            });
        }
        idle.join();
        assertThat(log).containsExactly("busy", "busy", "busy", "idle");
    }

    // ---- holds ----

    @HubTest(virtualTime = false)
    void aHoldKeepsMainWaitingForAThreadThatNobodyKnows(Hub hub) throws Exception {
        try (ExecutorService unknown = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < 2000; i++) {
                Flag flag = new Flag();
                Hub.Hold hold = hub.hold();
                unknown.execute(() -> {
                    flag.set();
                    hold.close();
                    hold.close();
                });
                flag.await();
            }
        }
        assertThat(hub.statistics().holds()).isZero();
    }

    @HubTest(virtualTime = false)
    void theEndOfAHoldEndsAWaitThatNobodyCanEnd(Hub hub) throws Exception {
        Hub.Hold hold = hub.hold();
        Thread thread = new Thread(() -> {
            Eventually.until("main polls", () -> hub.statistics().loop().iterations() > 0);
            hold.close();
        });
        thread.start();
        assertThatThrownBy(new Flag()::await).isInstanceOf(LoopExit.class);
        thread.join();
    }

    @HubTest(virtualTime = false)
    void aJoinSeesWhatWasPostedBeforeTheLastHoldWasClosed(Hub hub) throws Exception {
        try (ExecutorService unknown = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < 2000; i++) {
                Hub.Hold hold = hub.hold();
                AtomicReference<Greenlet<?>> spawned = new AtomicReference<>();
                unknown.execute(() -> {
                    spawned.set(hub.spawn(() -> 1));
                    hold.close();
                });
                hub.join();
                assertThat(spawned.get().dead()).isTrue();
            }
        }
    }

    // ---- its other properties ----

    @HubTest
    void aHubHasANameANumberAndAText(Hub hub) {
        assertThat(hub.name()).isEqualTo(Thread.currentThread().getName());
        hub.name("front");
        assertThat(hub.name()).isEqualTo("front");
        assertThat(hub.toString()).matches("<hub \\d+ \"front\" on .*>");
        assertThatThrownBy(() -> hub.name(null)).hasMessage("name");
        assertThat(hub.isCurrent()).isTrue();
        assertThat(hub.main().toString()).isEqualTo("<main of " + hub + ">");
        assertThat(hub.main().phase()).isEqualTo(Greenlet.Phase.RUNNING);
    }

    @HubTest
    void theLiveGreenletsAreListedInTheOrderOfTheirStarts(Hub hub) {
        Greenlet<Void> one = hub.spawn(() -> hub.sleep(LONG));
        Greenlet<Void> two = hub.spawnLater(LONG, () -> {});
        Greenlet<Void> three = hub.spawn(() -> hub.sleep(LONG));
        new Greenlet<>(() -> "never started");
        assertThat(hub.greenlets()).containsExactly(one, two, three);
        two.kill();
        assertThat(hub.greenlets()).containsExactly(one, three);
        hub.killAll(List.of(one, three));
        assertThat(hub.greenlets()).isEmpty();
        Hub.Statistics statistics = hub.statistics();
        assertThat(statistics.greenlets()).isZero();
        assertThat(statistics.spawned()).isEqualTo(3);
        assertThat(statistics.ended()).isEqualTo(3);
        assertThat(statistics.closed()).isFalse();
    }

    @HubTest
    void aThreadHasOneHubAtATime() {
        assertThatThrownBy(() -> LoopHub.open(dev.jevent.spi.Environment.system(), dev.jevent.Settings.process(), null))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has " + Hub.current() + " already; close it first");
    }

    /** Something of another kind in a queue of waiters is not a waiter. */
    @HubTest
    void aWaiterIsInOneWaitAtATime(Hub hub) {
        Waiter waiter = Waiter.current();
        waiter.arm("one");
        assertThatThrownBy(() -> waiter.arm("two"))
                .isInstanceOf(InvalidSwitchException.class)
                .hasMessageContaining("waits for one already, cannot wait for two");
        WaitQueue queue = new WaitQueue();
        queue.add(waiter);
        assertThatThrownBy(() -> new WaitQueue().add(waiter)).hasMessageContaining("is in a queue already");
        assertThat(queue.remove(waiter)).isTrue();
        assertThat(queue.remove(waiter)).isFalse();
        waiter.disarm();
        List<WaitNode> nodes = new ArrayList<>();
        queue.forEach(nodes::add);
        assertThat(nodes).isEmpty();
        hub.yieldNow();
    }
}
