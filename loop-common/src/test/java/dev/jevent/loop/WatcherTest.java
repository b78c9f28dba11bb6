package dev.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.jevent.Loop.Mode;
import dev.jevent.Watcher;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What all watchers have in common, and timers. */
class WatcherTest {
    private final World world = World.levelTriggered();
    private final RecordingHost host = new RecordingHost();
    private final PollingLoop loop = world.loop();

    @AfterEach
    void close() {
        loop.close();
    }

    private List<Watcher> oneOfEach() {
        return List.of(loop.io(World.descriptor(1), 1), loop.timer(Duration.ofSeconds(1)), loop.async(), loop.signal("USR1"),
                loop.child(ProcessHandle.current()), loop.prepare(), loop.check(), loop.idle(),
                loop.stat(Path.of("no such file"), Duration.ofSeconds(1)));
    }

    @Test
    @DisplayName("B-WAT-01: started without a callback a watcher isn't armed")
    void aWatcherNeedsACallback() {
        for (Watcher watcher : oneOfEach()) {
            assertThatNullPointerException().isThrownBy(() -> watcher.start(null)).withMessage("callback");
            assertThat(watcher.active()).isFalse();
            assertThat(watcher.callback()).isNull();
        }
        assertThatNullPointerException().isThrownBy(() -> loop.timer(Duration.ZERO, Duration.ofSeconds(1)).again(null));
        assertThat(loop.run()).isFalse();
        assertThat(loop.statistics().active()).isZero();
    }

    @Test
    @DisplayName("F-WAT-01: the life of any watcher")
    void theLifeOfAnyWatcher() {
        for (Watcher watcher : oneOfEach()) {
            if (watcher instanceof Watcher.Child) {
                continue; // the JDK refuses to wait for this very process
            }
            assertThat(watcher.loop()).isSameAs(loop);
            assertThat(watcher.ref()).isEqualTo(!(watcher instanceof Watcher.Signal));
            watcher.ref(true);
            watcher.priority(2);
            Runnable one = () -> {};
            Runnable other = () -> {};
            watcher.start(one);
            assertThat(watcher.active()).isTrue();
            assertThat(watcher.pending()).isFalse();
            assertThat(watcher.callback()).isSameAs(one);
            assertThat(watcher.toString()).contains("active");
            watcher.start(other);
            assertThat(watcher.callback()).as("of an active one, replaced").isSameAs(other);
            assertThat(loop.statistics().active()).isEqualTo(1);
            assertThat(loop.statistics().refs()).isEqualTo(1);
            assertThatIllegalStateException().isThrownBy(() -> watcher.priority(0)).withMessageContaining("active");
            assertThat(watcher.priority()).isEqualTo(2);
            watcher.ref(false);
            assertThat(loop.statistics().refs()).isZero();
            watcher.stop();
            watcher.stop();
            assertThat(watcher.active()).isFalse();
            watcher.start(one);
            watcher.close();
            watcher.close();
            assertThat(watcher.active()).isFalse();
            assertThat(loop.statistics().active()).isZero();
            assertThat(watcher.toString()).contains("closed");
            assertThatIllegalStateException().isThrownBy(() -> watcher.start(one)).withMessageContaining("closed");
        }
    }

    @Test
    void prioritiesHaveBounds() {
        Watcher timer = loop.timer(Duration.ZERO);
        for (int priority : new int[] {3, -3, Integer.MIN_VALUE}) {
            assertThatIllegalArgumentException().isThrownBy(() -> timer.priority(priority))
                    .withMessage("priority: " + priority + " (expected: -2 to 2)");
        }
    }

    @Test
    @DisplayName("F-WAT-01: an active watcher lives on when nobody else refers to it")
    void anActiveWatcherLivesOn() {
        WeakReference<Watcher> dropped = new WeakReference<>(loop.timer(Duration.ofSeconds(1)));
        dropped.get().start(world.says("fired"));
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        loop.run();
        assertThat(world.log).containsExactly("fired");
    }

    @Test
    @DisplayName("B-WAT-04: a timer is started again with another callback, inside its own and afterwards, and closed inside")
    void aTimerIsStartedAgain() {
        Watcher.Timer timer = loop.timer(Duration.ofMillis(1));
        timer.start(() -> {
            world.log.add("first");
            timer.start(world.says("second"));
        });
        loop.run();
        timer.start(() -> {
            world.log.add("third");
            timer.close();
        });
        loop.run();
        assertThat(world.log).containsExactly("first", "second", "third");
        assertThat(world.sinceStart()).isEqualTo(3_000_000);
    }

    @Test
    @DisplayName("B-WAT-09: negative durations are refused")
    void negativeDurationsAreRefused() {
        Duration negative = Duration.ofNanos(-1);
        assertThatIllegalArgumentException().isThrownBy(() -> loop.timer(Duration.ZERO, negative))
                .withMessage("repeat: PT-0.000000001S (expected: >= 0)");
        assertThatIllegalArgumentException().isThrownBy(() -> loop.timer(negative)).withMessageContaining("after");
        assertThatIllegalArgumentException().isThrownBy(() -> loop.stat(Path.of("x"), negative));
    }

    @Test
    @DisplayName("B-WAT-12: a one-shot timer that fired is not pending, has no callback, and was called once")
    void aOneShotTimerFiresOnce() {
        Watcher.Timer timer = loop.timer(Duration.ofMillis(1));
        timer.start(world.says("fired"));
        loop.run();
        world.pass(Duration.ofSeconds(1));
        loop.run();
        assertThat(timer.pending()).isFalse();
        assertThat(timer.active()).isFalse();
        assertThat(timer.callback()).isNull();
        assertThat(world.log).containsExactly("fired");
    }

    @Test
    @DisplayName("B-WAT-13: again() starts a repeating timer with the callback it is given; stopped in it, that is called once")
    void againStartsARepeatingTimer() {
        Watcher.Timer timer = loop.timer(Duration.ofSeconds(9), Duration.ofMillis(3));
        timer.start(world.says("never"));
        timer.again(() -> {
            world.log.add("again");
            timer.stop();
        });
        loop.run();
        assertThat(world.log).containsExactly("again");
        assertThat(world.sinceStart()).isEqualTo(3_000_000);
        assertThat(timer.after()).isEqualTo(Duration.ofSeconds(9));
        assertThat(timer.repeat()).isEqualTo(Duration.ofMillis(3));
    }

    @Test
    @DisplayName("B-WAT-13: again() of a timer without repeat stops it")
    void againWithoutRepeatStops() {
        Watcher.Timer timer = loop.timer(Duration.ofMillis(1));
        timer.start(world.says("never"));
        timer.again(world.says("never"));
        assertThat(timer.active()).isFalse();
        assertThat(loop.run()).isFalse();
        assertThat(world.log).isEmpty();
    }

    @Test
    @DisplayName("H12: a repeating timer doesn't drift, and is called once for what it missed")
    void aRepeatingTimerDoesNotDriftOrBurst() {
        Watcher.Timer timer = loop.timer(Duration.ofMillis(10), Duration.ofMillis(10));
        timer.start(() -> {
            world.log.add("" + world.sinceStart() / 1_000_000);
            world.pass(Duration.ofMillis(world.log.size() == 2 ? 35 : 3));
        });
        for (int i = 0; i < 6; i++) {
            loop.run(Mode.ONCE);
        }
        assertThat(world.log).containsExactly("10", "20", "55", "60", "70", "80");
    }

    @Test
    @DisplayName("O-WAT-01, F-WAT-03: a failing repeating timer goes on")
    void aFailingRepeatingTimerGoesOn() {
        loop.host(host);
        Watcher.Timer timer = loop.timer(Duration.ofMillis(1), Duration.ofMillis(1));
        timer.start(() -> {
            throw new IllegalStateException("timer");
        });
        loop.run(Mode.ONCE);
        loop.run(Mode.ONCE);
        assertThat(host.failures).hasSize(2);
        assertThat(timer.active()).isTrue();
    }

    @Test
    @DisplayName("H11: timers of 250 years and more never fire, and can be stopped")
    void timersForEver() {
        Watcher.Timer timer = loop.timer(Duration.ofSeconds(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE));
        timer.start(world.says("never"));
        assertThat(loop.run(Mode.NO_WAIT)).isTrue();
        timer.again(world.says("never"));
        assertThat(loop.run(Mode.NO_WAIT)).isTrue();
        timer.stop();
        assertThat(loop.run()).isFalse();
        assertThat(world.log).isEmpty();
    }

    @Test
    @DisplayName("B-LOOP-10, F-WAT-07: an async watcher that another thread sends to wakes the loop; several sends may be one")
    void asyncWakesTheLoop() throws InterruptedException {
        Watcher.Async async = loop.async();
        async.start(() -> {
            world.log.add("fired");
            async.stop();
        });
        Thread other = Thread.ofPlatform().start(() -> {
            async.send();
            async.send();
        });
        other.join();
        assertThat(async.pending()).isTrue();
        loop.run();
        assertThat(world.log).containsExactly("fired");
        async.send(); // nobody listens
        loop.run();
        async.start(world.says("again"));
        loop.runCallback(async::send);
        async.ref(false);
        loop.run();
        assertThat(world.log).containsExactly("fired", "again");
    }

    @Test
    void asyncFiresAgainForWhatIsSentInItsCallback() {
        Watcher.Async async = loop.async();
        async.start(() -> {
            world.log.add("fired");
            if (world.log.size() < 3) {
                async.send();
            } else {
                async.stop();
            }
        });
        async.send();
        loop.run();
        assertThat(world.log).hasSize(3);
    }

    @Test
    void asyncFiresByPriority() {
        Watcher.Async low = loop.async();
        Watcher.Async high = loop.async();
        low.priority(-1);
        high.priority(1);
        low.start(() -> {
            world.log.add("low");
            low.stop();
        });
        high.start(() -> {
            world.log.add("high");
            high.stop();
        });
        low.send();
        high.send();
        loop.run();
        assertThat(world.log).containsExactly("high", "low");
    }
}
