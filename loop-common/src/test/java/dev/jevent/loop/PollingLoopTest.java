package dev.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Callback;
import dev.jevent.Interest;
import dev.jevent.Loop;
import dev.jevent.Loop.Mode;
import dev.jevent.Pollable;
import dev.jevent.Watcher;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PollingLoopTest {
    private final World world = World.levelTriggered();
    private final RecordingHost host = new RecordingHost();
    private final PollingLoop loop = world.loop();

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    @DisplayName("B-LOOP-01, F-LOOP-07: a callback's handle is pending until it has run")
    void aCallbackIsPendingUntilItHasRun() {
        Callback[] handle = new Callback[1];
        handle[0] = loop.runCallback(() -> {
            world.log.add("ran");
            assertThat(handle[0].pending()).as("while it runs").isTrue();
        });
        assertThat(handle[0].pending()).isTrue();
        loop.run();
        assertThat(handle[0].pending()).isFalse();
        handle[0].stop();
        loop.run();
        assertThat(world.log).containsExactly("ran");
    }

    @Test
    @DisplayName("F-LOOP-07: a stopped callback doesn't run")
    void aStoppedCallbackDoesNotRun() {
        Callback stopped = loop.runCallback(world.says("stopped"));
        Callback threadSafe = loop.runCallbackThreadSafe(world.says("stopped"));
        loop.runCallback(world.says("other"));
        stopped.stop();
        threadSafe.stop();
        assertThat(stopped.pending()).isFalse();
        assertThat(loop.run()).isFalse();
        assertThat(world.log).containsExactly("other");
    }

    @Test
    @DisplayName("B-LOOP-03, B-LOOP-06: run() runs what is queued, once, and returns")
    void runRunsWhatIsQueued() {
        loop.runCallback(world.says("callback"));
        assertThat(loop.run()).isFalse();
        assertThat(loop.run()).isFalse();
        assertThat(world.log).containsExactly("callback");
    }

    @Test
    @DisplayName("B-LOOP-04: with nothing but a watcher that doesn't count, run() returns at once, each time")
    void unrefedWatchersDoNotKeepItGoing() {
        Watcher.Signal signal = loop.signal("USR1");
        assertThat(signal.ref()).isFalse();
        signal.start(() -> {});
        Watcher.Timer timer = loop.timer(Duration.ofHours(1));
        timer.start(() -> {});
        timer.ref(false);
        assertThat(loop.run()).isFalse();
        assertThat(loop.run()).isFalse();
        assertThat(world.sinceStart()).isZero();
        timer.ref(true);
        assertThat(loop.run()).isFalse();
        assertThat(world.sinceStart()).isEqualTo(Duration.ofHours(1).toNanos());
    }

    @Test
    @DisplayName("F-LOOP-04: run(ONCE) waits for one iteration's events, run(NO_WAIT) doesn't")
    void modes() {
        loop.timer(Duration.ofMillis(1)).start(world.says("1"));
        loop.timer(Duration.ofMillis(2)).start(world.says("2"));
        assertThat(loop.run(Mode.NO_WAIT)).isTrue();
        assertThat(world.log).isEmpty();
        assertThat(loop.run(Mode.ONCE)).isTrue();
        assertThat(world.log).containsExactly("1");
        loop.runCallback(world.says("callback"));
        assertThat(loop.run(Mode.ONCE)).as("a callback is an event, too").isTrue();
        assertThat(world.log).containsExactly("1", "callback");
        assertThat(loop.run(Mode.ONCE)).isFalse();
        assertThat(world.log).containsExactly("1", "callback", "2");
    }

    @Test
    @DisplayName("F-LOOP-14: stop() leaves run() behind the callback that calls it")
    void stopLeavesRun() {
        loop.runCallback(loop::stop);
        loop.runCallback(world.says("rest"));
        assertThat(loop.run()).isTrue();
        assertThat(world.log).isEmpty();
        assertThat(loop.run()).isFalse();
        assertThat(world.log).containsExactly("rest");
    }

    @Test
    void runInsideOfACallbackIsRefused() {
        List<Throwable> errors = new ArrayList<>();
        loop.runCallback(() -> {
            try {
                loop.run();
            } catch (IllegalStateException e) {
                errors.add(e);
            }
            try {
                loop.turn(false);
            } catch (IllegalStateException e) {
                errors.add(e);
            }
        });
        loop.run();
        assertThat(errors).hasSize(2).allMatch(error -> error.getMessage().contains("already"));
    }

    @Test
    @DisplayName("F-LOOP-12: now() is the time of the last look, timers count from the clock")
    void timersCountFromTheClock() {
        long before = loop.now();
        world.pass(Duration.ofMillis(10));
        assertThat(loop.now()).isEqualTo(before);
        loop.timer(Duration.ofMillis(5)).start(world.says("timer"));
        loop.run();
        assertThat(world.sinceStart()).isEqualTo(15_000_000);
        world.pass(Duration.ofMillis(1));
        loop.updateNow();
        assertThat(loop.now() - before).isEqualTo(16_000_000);
    }

    @Test
    @DisplayName("F-LOOP-09: callbacks from other threads run on the loop's")
    void callbacksFromOtherThreads() throws InterruptedException {
        Callback[] handles = new Callback[2];
        Thread other = Thread.ofPlatform().start(() -> {
            handles[0] = loop.runCallbackThreadSafe(() -> world.log.add(Thread.currentThread().getName()));
            handles[1] = loop.runCallbackThreadSafe(world.says("stopped"));
            handles[1].stop();
        });
        other.join();
        assertThat(handles[0].pending()).isTrue();
        loop.run();
        assertThat(handles[0].pending()).isFalse();
        assertThat(world.log).containsExactly(Thread.currentThread().getName());
    }

    @Test
    void usersCallbacksGoThroughTheHost() {
        loop.host(host);
        CarrierCallback internal = () -> world.log.add("internal");
        loop.runCallback(internal);
        loop.runCallback(world.says("user"));
        loop.timer(Duration.ZERO).start(internal);
        loop.timer(Duration.ZERO).start(world.says("user"));
        loop.execute(world.says("task"));
        loop.run();
        assertThat(world.log).containsExactly("internal", "user", "task", "internal", "user");
        assertThat(host.contexts).hasSize(2).last().asString().contains("timer after 0s");
    }

    @Test
    void aCallbackPutOffByTheHostStaysPendingAndCanBeStopped() {
        loop.host(host);
        host.parked = true;
        Callback callback = loop.runCallback(world.says("callback"));
        Callback stopped = loop.runCallback(world.says("stopped"));
        Watcher.Timer timer = loop.timer(Duration.ZERO);
        Watcher.Timer stoppedTimer = loop.timer(Duration.ZERO);
        timer.start(world.says("timer"));
        stoppedTimer.start(world.says("stopped timer"));
        loop.run(Mode.NO_WAIT);
        loop.run(Mode.NO_WAIT);
        assertThat(world.log).isEmpty();
        assertThat(callback.pending()).isTrue();
        assertThat(timer.pending()).isTrue();
        assertThat(timer.active()).isTrue();
        stopped.stop();
        stoppedTimer.stop();
        host.unpark();
        assertThat(world.log).containsExactly("callback", "timer");
        assertThat(callback.pending()).isFalse();
        assertThat(timer.active()).isFalse();
        assertThat(loop.run()).isFalse();
    }

    @Test
    void aRepeatingTimerPutOffIsCalledOnceForAllItMissed() {
        loop.host(host);
        host.parked = true;
        Watcher.Timer timer = loop.timer(Duration.ofMillis(1), Duration.ofMillis(1));
        timer.start(world.says("timer"));
        for (int i = 0; i < 5; i++) {
            loop.run(Mode.ONCE);
        }
        assertThat(host.contexts).hasSize(1);
        host.unpark();
        assertThat(world.log).containsExactly("timer");
        loop.run(Mode.ONCE);
        assertThat(world.log).containsExactly("timer", "timer");
    }

    @Test
    void withoutHostFailuresGoToTheThreadsHandler() {
        List<Throwable> seen = new ArrayList<>();
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        thread.setUncaughtExceptionHandler((failed, error) -> seen.add(error));
        try {
            loop.runCallback(() -> {
                throw new IllegalStateException("callback");
            });
            loop.runCallback(world.says("rest"));
            loop.run();
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }
        assertThat(seen).hasSize(1);
        assertThat(world.log).containsExactly("rest");
    }

    // ---- alarms ----

    @Test
    void anAlarmIsSetAgainAndAgain() {
        loop.host(host);
        int[] count = new int[1];
        Alarm[] alarm = new Alarm[1];
        alarm[0] = loop.alarm(() -> {
            assertThat(alarm[0].isSet()).isFalse();
            if (++count[0] < 5) {
                alarm[0].set(10, true);
            }
        });
        assertThat(alarm[0].remaining()).isEqualTo(Long.MAX_VALUE);
        alarm[0].set(30, true);
        alarm[0].set(10, true);
        assertThat(alarm[0].remaining()).isEqualTo(10);
        world.nanos += 15;
        assertThat(alarm[0].remaining()).isEqualTo(-5);
        assertThat(loop.statistics().refs()).isEqualTo(1);
        loop.run();
        assertThat(count[0]).isEqualTo(5);
        assertThat(world.sinceStart()).isEqualTo(15 + 40);
        assertThat(loop.statistics().refs()).isZero();
        alarm[0].cancel();
        alarm[0].set(Long.MAX_VALUE, true);
        assertThat(alarm[0].isSet()).isTrue();
        assertThat(loop.statistics().timers()).isEqualTo(1);
        alarm[0].cancel();
        alarm[0].cancel();
        assertThat(alarm[0].isSet()).isFalse();
        assertThat(loop.statistics().refs()).isZero();
    }

    // ---- confinement and the end ----

    private void failsOnAnotherThread(String what, ThrowingCallable call) throws InterruptedException {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread other = Thread.ofPlatform().name("stranger").start(() -> {
            try {
                call.call();
            } catch (Throwable t) {
                thrown.set(t);
            }
        });
        other.join();
        assertThat(thrown.get()).as(what).isInstanceOf(WrongThreadException.class)
                .hasMessageContaining("stranger").hasMessageContaining(Thread.currentThread().getName());
    }

    @Test
    void anotherThreadIsRefusedByName() throws InterruptedException {
        Watcher.Timer timer = loop.timer(Duration.ofSeconds(1));
        Watcher.Io io = loop.io(World.descriptor(1), Interest.BOTH);
        failsOnAnotherThread("timer", () -> loop.timer(Duration.ZERO));
        failsOnAnotherThread("io", () -> loop.io(World.descriptor(1), 1));
        failsOnAnotherThread("async", loop::async);
        failsOnAnotherThread("signal", () -> loop.signal("USR1"));
        failsOnAnotherThread("child", () -> loop.child(ProcessHandle.current()));
        failsOnAnotherThread("prepare", loop::prepare);
        failsOnAnotherThread("check", loop::check);
        failsOnAnotherThread("idle", loop::idle);
        failsOnAnotherThread("runCallback", () -> loop.runCallback(() -> {}));
        failsOnAnotherThread("run", loop::run);
        failsOnAnotherThread("turn", () -> loop.turn(false));
        failsOnAnotherThread("stop", loop::stop);
        failsOnAnotherThread("ref", loop::ref);
        failsOnAnotherThread("unref", loop::unref);
        failsOnAnotherThread("updateNow", loop::updateNow);
        failsOnAnotherThread("closing", () -> loop.closing(World.descriptor(1)));
        failsOnAnotherThread("alarm", () -> loop.alarm(() -> {}));
        failsOnAnotherThread("close", loop::close);
        failsOnAnotherThread("Watcher.start", () -> timer.start(() -> {}));
        failsOnAnotherThread("Watcher.stop", timer::stop);
        failsOnAnotherThread("Watcher.close", timer::close);
        failsOnAnotherThread("Watcher.ref", () -> timer.ref(false));
        failsOnAnotherThread("Watcher.priority", () -> timer.priority(1));
        failsOnAnotherThread("Timer.again", () -> timer.again(() -> {}));
        failsOnAnotherThread("Io.interest", () -> io.interest(1));
        failsOnAnotherThread("Io.drained", io::drained);
    }

    @Test
    void aVirtualThreadIsLetInIfTheHostCarriesIt() throws InterruptedException {
        loop.host(host);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Runnable use = () -> {
            try {
                loop.ref();
                loop.unref();
            } catch (Throwable t) {
                thrown.set(t);
            }
        };
        Thread.ofVirtual().start(use).join();
        assertThat(thrown.get()).isInstanceOf(WrongThreadException.class);
        thrown.set(null);
        host.current = true; // as if this thread were its carrier
        Thread.ofVirtual().start(use).join();
        assertThat(thrown.get()).isNull();
    }

    @Test
    @DisplayName("F-LOOP-15: closed, it refuses what needs it, and stopping and closing its watchers does nothing")
    void closedItRefuses() {
        Watcher.Timer timer = loop.timer(Duration.ZERO);
        timer.start(() -> {});
        Watcher.Timer other = loop.timer(Duration.ZERO);
        loop.close();
        loop.close();
        assertThat(loop.isClosed()).isTrue();
        assertThat(timer.active()).isFalse();
        assertThat(loop.statistics().active()).isZero();
        assertThat(loop.statistics().refs()).isZero();
        timer.stop();
        timer.close();
        assertThatIllegalStateException().isThrownBy(() -> loop.timer(Duration.ZERO)).withMessageContaining("closed");
        assertThatIllegalStateException().isThrownBy(() -> loop.runCallback(() -> {}));
        assertThatIllegalStateException().isThrownBy(() -> loop.runCallbackThreadSafe(() -> {}));
        assertThatIllegalStateException().isThrownBy(() -> loop.post(() -> {}));
        assertThatIllegalStateException().isThrownBy(() -> loop.execute(() -> {}));
        assertThatIllegalStateException().isThrownBy(loop::run);
        assertThatIllegalStateException().isThrownBy(() -> other.start(() -> {}));
        assertThat(loop.toString()).contains("scripted").contains("closed");
    }

    @Test
    @DisplayName("a loop refuses what it cannot watch, saying what it can")
    void refusesWhatItCannotWatch() throws Exception {
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source(); Pipe.SinkChannel sink = pipe.sink()) {
            assertThat(sink.isOpen()).isTrue();
            assertThatThrownBy(() -> loop.io(Pollable.of(source), 1))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("scripted").hasMessageContaining("descriptors").hasMessageContaining("jevent.loop");
        }
    }

    @Test
    void onlyOneHost() {
        loop.host(host);
        assertThatIllegalStateException().isThrownBy(() -> loop.host(new RecordingHost()));
    }

    @Test
    void statisticsCountWhatIsThere() {
        Loop.Statistics none = loop.statistics();
        assertThat(none).isEqualTo(new Loop.Statistics(0, 0, 0, 0, 0, 0, 0, 0));
        loop.io(World.descriptor(1), 1).start(() -> {});
        loop.timer(Duration.ofSeconds(1)).start(() -> {});
        loop.runCallback(() -> {});
        assertThat(loop.statistics()).isEqualTo(new Loop.Statistics(0, 2, 2, 1, 1, 1, 0, 0));
        loop.run(Mode.NO_WAIT);
        assertThat(loop.statistics()).isEqualTo(new Loop.Statistics(1, 2, 2, 1, 0, 1, 0, 1));
    }

    @Test
    void theActiveWatchersAreThoseThatAreStarted() {
        Watcher async = loop.async();
        Watcher timer = loop.timer(Duration.ofSeconds(1));
        Watcher idle = loop.idle();
        async.start(() -> {});
        timer.start(() -> {});
        List<Watcher> before = loop.activeWatchers();
        timer.stop();
        idle.start(() -> {});
        assertThat(before).containsExactlyInAnyOrder(async, timer);
        assertThat(loop.activeWatchers()).containsExactlyInAnyOrder(async, idle);
    }
}
