package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Loop;
import dev.jevent.LoopExit;
import dev.jevent.Task;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The platform thread that owns the hub: it runs the loop itself while it waits. */
class MainTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<String> log = new ArrayList<>();

    // ---- interrupted ----

    /** Some loops wait in native code, where a thread counts as running. */
    private static boolean isPolling(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().endsWith("Poller") && frame.getMethodName().equals("poll"));
    }

    /** Interrupts main once it polls. */
    private static OwnThread.Running interrupting(Hub hub) {
        long polls = hub.statistics().loop().iterations();
        Thread main = hub.thread();
        return OwnThread.start("interrupter", () -> {
            Eventually.until("main waits", () -> isPolling(main) || hub.statistics().loop().iterations() > polls + 1);
            main.interrupt();
        });
    }

    @HubTest(virtualTime = false)
    void anInterruptEndsAWaitOfMain(Hub hub) throws Exception {
        for (Task wait : List.<Task>of(
                () -> hub.sleep(LONG),
                () -> hub.spawnLater(LONG, () -> {}).join(),
                () -> hub.await(hub.loop().timer(LONG)),
                hub::join,
                () -> hub.join(LONG))) {
            OwnThread.Running interrupter = interrupting(hub);
            assertThatThrownBy(wait::run).isInstanceOf(GreenletInterrupted.class);
            assertThat(Thread.currentThread().isInterrupted()).isFalse();
            interrupter.await();
        }
        hub.killAll(hub.greenlets());
    }

    @HubTest
    void anInterruptThatCameBeforeEndsTheNextWaitOnly(Hub hub, VirtualClock clock) throws Exception {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> hub.sleep(LONG)).isInstanceOf(GreenletInterrupted.class);
        hub.sleep(Duration.ofSeconds(1));
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> hub.spawn(() -> hub.sleep(LONG)).get()).isInstanceOf(InterruptedException.class);
        hub.killAll(hub.greenlets());
    }

    @HubTest
    void aShieldedWaitOfMainIsNotEndedByAnInterruptWhichStays(Hub hub, VirtualClock clock) throws Exception {
        Thread.currentThread().interrupt();
        Greenlet.shielded(() -> {
            hub.sleep(Duration.ofSeconds(1));
            return null;
        });
        assertThat(Thread.interrupted()).isTrue();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
    }

    // ---- running the loop by hand ----

    @HubTest
    void runningTheLoopByHandRunsGreenletsUntilNothingIsLeft(Hub hub, VirtualClock clock) {
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            hub.sleep(Duration.ofSeconds(1));
            log.add("slept");
        });
        Greenlet<Void> blocked = hub.spawn(() -> new Flag().await());
        assertThat(hub.loop().run()).isFalse();
        assertThat(greenlet.dead()).isTrue();
        assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(1));
        assertThat(hub.loop().run(Loop.Mode.NO_WAIT)).isFalse();
        blocked.kill();
    }

    @HubTest
    void greenletsMayWakeMainThatRunsTheLoopByHand(Hub hub) {
        hub.spawn((Task) () -> {
            hub.main().killLater(new IllegalStateException("for its next wait"));
            hub.loop().stop();
        });
        hub.loop().run();
        assertThatThrownBy(() -> hub.sleep(LONG)).hasMessage("for its next wait");
    }

    // ---- the recommended entry ----

    @HubTest
    void runReturnsWhatItsBodyReturnsAndThrowsWhatItThrows(Hub hub) throws IOException {
        assertThat(Jevent.<Integer, RuntimeException>run(() -> 42)).isEqualTo(42);
        IOException failure = new IOException("of the body");
        assertThatThrownBy(() -> Jevent.run(() -> {
            throw failure;
        })).isSameAs(failure);
        Jevent.run(() -> {
            log.add(Thread.currentThread().isVirtual() + "");
            log.add(Jevent.<String, RuntimeException>run(() -> "nested"));
        });
        assertThat(log).containsExactly("true", "nested");
        assertThatThrownBy(() -> Jevent.run((Jevent.Body<Object, RuntimeException>) null)).hasMessage("body");
        assertThatThrownBy(() -> Jevent.run((Jevent.VoidBody<RuntimeException>) null)).hasMessage("body");
    }

    @HubTest
    void theErrorOfABodyThatNobodyAwaitsAnyMoreIsReported(Hub hub, dev.jevent.testkit.Errors errors) {
        errors.expect(IOException.class);
        Flag flag = new Flag();
        assertThatThrownBy(() -> Jevent.run(() -> {
            flag.await();
            throw new IOException("late");
        })).isInstanceOf(LoopExit.class);
        flag.set();
        hub.yieldNow();
        hub.yieldNow();
    }

    @HubTest
    void theSmallVocabularyIsThatOfTheCurrentHub(Hub hub) {
        Greenlet<Integer> one = Jevent.spawn(() -> 1);
        Greenlet<Void> two = Jevent.spawn(() -> {});
        Greenlet<Integer> three = Jevent.spawnLater(Duration.ofMillis(1), () -> 3);
        Greenlet<Void> four = Jevent.spawnLater(Duration.ofMillis(1), () -> {});
        Thread raw = Jevent.spawnRaw(() -> log.add("raw"));
        Jevent.yieldNow();
        assertThat(raw.isAlive()).isFalse();
        Jevent.idle();
        Jevent.sleep(Duration.ofMillis(2));
        assertThat(Jevent.waitAll(List.of(one, two, three, four))).hasSize(4);
        assertThat(Jevent.waitAll(List.of(one), Duration.ofMillis(1))).hasSize(1);
        assertThat(Jevent.joinAll(List.of(one), Duration.ofMillis(1))).hasSize(1);
        Greenlet<Void> endless = Jevent.spawn(() -> new Flag().await());
        Jevent.killAll(List.of(endless));
        assertThat(endless.dead()).isTrue();
        Jevent.join();
    }

    // ---- main blocked by itself ----

    @HubTest(virtualTime = false)
    void whileMainBlocksInTheJdkNothingRunsAndAfterwardsAllIsMadeUp(Hub hub) throws Exception {
        Greenlet<Void> greenlet = hub.spawn((Task) () -> log.add("ran"));
        CountDownLatch latch = new CountDownLatch(1);
        OwnThread.Running other = OwnThread.start("other", () -> {
            hub.execute(() -> log.add("posted"));
            latch.countDown();
        });
        latch.await();
        assertThat(log).isEmpty();
        greenlet.join();
        hub.yieldNow();
        hub.yieldNow();
        assertThat(log).containsExactly("ran", "posted");
        other.await();
    }
}
