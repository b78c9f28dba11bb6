package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.LoopExit;
import dev.jevent.Task;
import dev.jevent.hub.program.Crowd;
import dev.jevent.hub.program.Deadlocked;
import dev.jevent.testkit.HubTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** What is said when nothing can ever happen any more. */
class LoopExitTest {
    private static LoopExit exit(Runnable wait) {
        return catchThrowableOfType(LoopExit.class, wait::run);
    }

    private static String withoutAddresses(String message) {
        return message.replaceAll("0x[0-9a-f]+", "0x…").replaceAll("\\.java:\\d+", ".java:…");
    }

    @HubTest
    void theMessageSaysWhoWaitsForWhatAndWhere(Hub hub) {
        hub.name("front");
        List<Greenlet<?>> blocked = Deadlocked.spawn(hub);
        hub.yieldNow();
        LoopExit exit = exit(new Flag("the last order")::await);
        assertThat(withoutAddresses(exit.getMessage())).isEqualTo("""
                [jevent/LoopExit] <main of <hub %d "front" on %s>> waits for the last order, and nothing can ever wake it.
                  <Greenlet "cook" at 0x…: Deadlocked lambda> waits for the order at dev.jevent.hub.program.Deadlocked$Order.await(Deadlocked.java:…)
                  <Greenlet at 0x…: Deadlocked lambda> waits for <Greenlet "cook" at 0x…: Deadlocked lambda> at dev.jevent.hub.program.Deadlocked.waiter(Deadlocked.java:…)
                  <Greenlet at 0x…: Deadlocked lambda> waits for one of [the order, the bill] at dev.jevent.hub.program.Deadlocked.guest(Deadlocked.java:…)
                If a thread that jevent doesn't know is going to wake somebody, keep Hub.hold() until it has."""
                .formatted(hub.ident(), hub.loop().name()));
        assertThat(exit.hub()).isSameAs(hub);
        assertThat(exit.blocked()).isEqualTo(blocked);
        hub.killAll(blocked);
    }

    @HubTest
    void whenNobodyIsLeftItSaysSo(Hub hub) {
        LoopExit exit = exit(() -> new Greenlet<>(() -> "never started").join());
        assertThat(withoutAddresses(exit.getMessage()).lines().toList()).containsExactly(
                "[jevent/LoopExit] " + hub.main() + " waits for <Greenlet at 0x…: LoopExitTest lambda>, and nothing can ever wake it.",
                "  no greenlet is left",
                "If a thread that jevent doesn't know is going to wake somebody, keep Hub.hold() until it has.");
        assertThat(exit.blocked()).isEmpty();
    }

    @HubTest
    void manyAreShownInGroupsAndAllAreGiven(Hub hub) {
        Crowd.Door door = new Crowd.Door();
        List<Greenlet<?>> blocked = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            blocked.add(i < 40 ? hub.spawn(() -> Crowd.queue(door, 0)) : hub.spawn(() -> new Flag("a flag").await()));
        }
        LoopExit exit = exit(new Flag()::await);
        assertThat(withoutAddresses(exit.getMessage()).lines()).hasSizeLessThan(20)
                .contains("  40 × LoopExitTest lambda waits for WaitSet", "      at dev.jevent.hub.program.Crowd.queue(Crowd.java:…)",
                        "  20 × LoopExitTest lambda waits for Flag");
        assertThat(exit.blocked()).isEqualTo(blocked);
        hub.killAll(blocked);
    }

    @HubTest
    void itSaysForHowLongEachHasWaited(Hub hub) {
        Greenlet<Void> patient = hub.spawn(() -> new Flag("a flag").await());
        hub.sleep(Duration.ofSeconds(75));
        Greenlet<Void> recent = hub.spawn(() -> new Flag("another").await());
        LoopExit exit = exit(new Flag()::await);
        assertThat(exit.getMessage().lines()).anySatisfy(line -> assertThat(line).contains("waits for a flag").endsWith(", for 1 min 15 s"))
                .anySatisfy(line -> assertThat(line).contains("waits for another").doesNotContain(", for "));
        hub.killAll(List.of(patient, recent));
    }

    @HubTest
    void aVirtualThreadThatTheJdkMadeIsShownToo(Hub hub) {
        AtomicReference<Greenlet<?>> adopted = new AtomicReference<>();
        hub.spawn((Task) () -> Thread.ofVirtual().name("made by the JDK").start(() -> {
            adopted.set(Greenlet.current());
            new Flag("nothing").await();
        }));
        LoopExit exit = exit(new Flag()::await);
        assertThat(exit.blocked()).hasSize(1).first().isSameAs(adopted.get());
        assertThat(exit.getMessage()).contains(
                "<virtual thread #" + adopted.get().thread().threadId() + " \"made by the JDK\"> waits for nothing");
        adopted.get().killLater();
        hub.yieldNow();
    }

    @HubTest
    void aTextThatCannotBeHadDoesNotSpoilIt(Hub hub) {
        Flag sulking = new Flag() {
            @Override
            public String toString() {
                throw new IllegalStateException("no text");
            }
        };
        Greenlet<Void> greenlet = new Greenlet<>(hub, () -> {
            sulking.await();
            return null;
        }) {
            @Override
            public String toString() {
                throw new IllegalStateException("no name");
            }
        };
        greenlet.start();
        LoopExit exit = exit(sulking::await);
        assertThat(exit.getMessage())
                .contains("waits for dev.jevent.hub.LoopExitTest$1 (its toString failed with java.lang.IllegalStateException)")
                .contains("\n  dev.jevent.hub.LoopExitTest$2 (its toString failed with java.lang.IllegalStateException) waits for ");
        greenlet.kill();
    }

    @HubTest
    void aSleepWithoutRefDoesNotKeepMainFromIt(Hub hub) {
        assertThat(exit(() -> hub.sleep(Duration.ofSeconds(1), false))).isNotNull();
        Greenlet<Void> sleeping = hub.spawn(() -> hub.sleep(Duration.ofSeconds(1), false));
        assertThat(exit(sleeping::join)).isNotNull();
        hub.sleep(Duration.ofSeconds(2));
        assertThat(sleeping.dead()).isTrue();
    }

    @HubTest
    void runThrowsItWhenItsBodyWaitsForNobodyAndTheHubGoesOn(Hub hub) throws Exception {
        LoopExit exit = exit(() -> Jevent.run(() -> new Flag("the flag").await()));
        assertThat(exit.getMessage())
                .contains(hub.main() + " waits for <first greenlet of " + hub + ">")
                .contains("<first greenlet of " + hub + "> waits for the flag");
        hub.killAll(exit.blocked());
        assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
    }

    @HubTest
    void aSharedLockOfTheJdkThatAGreenletHoldsForEverIsNoDeadlockOfOurs(Hub hub) {
        // Whoever is in a JDK call might be woken by anybody, so main would wait for ever. With a timeout it doesn't.
        Greenlet<Void> parked = hub.spawn((Task) java.util.concurrent.locks.LockSupport::park);
        assertThat(new Flag().await(Duration.ofMillis(1).toNanos())).isFalse();
        parked.kill();
    }
}
