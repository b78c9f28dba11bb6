package dev.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Interest;
import dev.jevent.Loop.Mode;
import dev.jevent.Pollable;
import dev.jevent.Settings;
import dev.jevent.Watcher;
import dev.jevent.spi.Alarm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The steps of docs/design/loop-iteration.md. */
class IterationTest {
    private static final int READ = Interest.READ.mask();
    private static final Duration SLICE = Duration.ofMillis(5);

    private final World world = World.levelTriggered();
    private final RecordingHost host = new RecordingHost();
    private final PollingLoop loop = world.loop(Settings.process().with(Settings.CALLBACK_SLICE, SLICE));

    @AfterEach
    void close() {
        loop.close();
    }

    private void startIo(int descriptor, int priority, String line) {
        Watcher.Io io = loop.io(World.descriptor(descriptor), READ);
        io.priority(priority);
        io.start(() -> {
            world.log.add(line);
            io.stop();
        });
    }

    private void startTimer(Duration after, int priority, String line) {
        Watcher.Timer timer = loop.timer(after);
        timer.priority(priority);
        timer.start(world.says(line));
    }

    @Test
    @DisplayName("F-LOOP-05: the steps of one iteration, in their order")
    void theStepsOfOneIteration() {
        loop.prepare().start(world.says("2 prepare"));
        loop.check().start(world.says("5 check"));
        Watcher.Phase idle = loop.idle();
        idle.start(world.says("7 idle"));
        startTimer(Duration.ZERO, 0, "6 timer");
        startIo(1, 0, "6 io");
        loop.runCallback(() -> {
            world.log.add("3 callback");
            loop.execute(world.says("3 task queued meanwhile"));
        });
        loop.post(world.says("3 post")); // taken in by step 1, and so behind the callback
        world.poller.ready(World.descriptor(1), READ);
        loop.run(Mode.ONCE);
        assertThat(world.log).containsExactly("2 prepare", "3 callback", "3 post", "3 task queued meanwhile", "5 check",
                "6 io", "6 timer");
        assertThat(world.poller.timeouts).containsExactly(0L);
        world.log.clear();
        loop.run(Mode.ONCE);
        assertThat(world.log).containsExactly("2 prepare", "5 check", "7 idle");
        world.log.clear();
        loop.execute(() -> {
            world.log.add("3 closes");
            loop.close();
            assertThat(loop.isClosed()).isFalse();
        });
        loop.run(Mode.ONCE);
        assertThat(world.log).containsExactly("2 prepare", "3 closes");
        assertThat(loop.isClosed()).as("8").isTrue();
    }

    @Test
    @DisplayName("O-LOOP-01, F-LOOP-06: of what is ready together, higher priorities are called first")
    void prioritiesHighToLow() {
        for (int priority : new int[] {0, -2, 2, 1, -1}) {
            startIo(10 + priority, priority, "io " + priority);
            startTimer(Duration.ZERO, priority, "timer " + priority);
            world.poller.ready(World.descriptor(10 + priority), READ);
        }
        loop.run();
        assertThat(world.log).containsExactly("io 2", "timer 2", "io 1", "timer 1", "io 0", "timer 0", "io -1", "timer -1",
                "io -2", "timer -2");
    }

    @Test
    @DisplayName("F-LOOP-05: of one priority, what the poller reports first is called first, not last as in gevent")
    void eventsOfOnePriorityInThePollersOrder() {
        for (int i = 0; i < 5; i++) {
            startIo(i, 0, "" + i);
            world.poller.ready(World.descriptor(i), READ);
        }
        loop.run();
        assertThat(world.log).containsExactly("0", "1", "2", "3", "4");
    }

    @Test
    @DisplayName("O-LOOP-03: timers with equal deadlines are called in the order they were started")
    void equalDeadlinesInStartOrder() {
        for (int i = 0; i < 5; i++) {
            startTimer(Duration.ofMillis(10), 0, "" + i);
        }
        loop.run();
        assertThat(world.log).containsExactly("0", "1", "2", "3", "4");
        assertThat(world.sinceStart()).isEqualTo(10_000_000);
    }

    @Test
    void thePollWaitsUntilTheNextDeadline() {
        loop.timer(Duration.ofMillis(30)).start(world.says("30"));
        loop.timer(Duration.ofMillis(10)).start(world.says("10"));
        Watcher.Timer stopped = loop.timer(Duration.ofMillis(1));
        stopped.start(world.says("never"));
        stopped.stop();
        loop.run();
        assertThat(world.log).containsExactly("10", "30");
        assertThat(world.poller.timeouts).containsExactly(10_000_000L, 20_000_000L);
    }

    @Test
    @DisplayName("H12: a deadline far behind the clock's wrap comes in its time")
    void deadlinesOverTheWrap() {
        loop.timer(Duration.ofDays(400)).start(world.says("later"));
        loop.timer(Duration.ofDays(300)).start(world.says("sooner"));
        loop.run();
        assertThat(world.log).containsExactly("sooner", "later");
        assertThat(world.sinceStart()).isEqualTo(Duration.ofDays(400).toNanos());
    }

    @Test
    @DisplayName("B-HUB-18, F-LOOP-08: endless tasks starve neither timers nor I/O")
    void endlessTasksStarveNobody() {
        startTimer(Duration.ofMillis(20), 0, "timer");
        startIo(1, 0, "io");
        world.poller.ready(World.descriptor(1), READ);
        int[] tasks = new int[1];
        Runnable endless = new Runnable() {
            @Override
            public void run() {
                tasks[0]++;
                world.pass(Duration.ofNanos(10_000));
                if (world.log.size() < 2) {
                    loop.execute(this);
                }
            }
        };
        loop.execute(endless);
        loop.run();
        assertThat(world.log).containsExactly("io", "timer");
        assertThat(world.poller.timeouts.subList(0, 4)).containsOnly(0L);
        assertThat(tasks[0]).as("tasks of 10 µs until the timer of 20 ms, given slices of 5 ms").isBetween(2000, 2600);
    }

    @Test
    @DisplayName("B-HUB-18: main that yields in a loop starves nobody, though each of its turns ends before the poll")
    void mainThatYieldsStarvesNobody() {
        loop.host(host);
        boolean[] fired = new boolean[1];
        loop.alarm(() -> fired[0] = true).set(20_000_000, true);
        int turns = 0;
        while (!fired[0]) {
            turns++;
            loop.execute(loop::endTurn);
            loop.turn(false);
            world.pass(Duration.ofNanos(10_000)); // main's own work
            assertThat(turns).isLessThan(3000);
        }
        assertThat(turns).isGreaterThanOrEqualTo(2000);
    }

    @Test
    @DisplayName("F-LOOP-08: when tasks are long, the clock is looked at after few of them")
    void longTasksDoNotOverrunTheSlice() {
        for (int i = 0; i < 1000; i++) {
            loop.execute(() -> world.pass(Duration.ofMillis(2)));
        }
        List<Long> polls = new ArrayList<>();
        loop.check().start(() -> polls.add(world.sinceStart()));
        loop.ref(); // and so the loop doesn't end with its callbacks
        for (int i = 0; i < 20; i++) {
            loop.run(Mode.NO_WAIT);
        }
        List<Long> gaps = new ArrayList<>();
        for (int i = 5; i < polls.size(); i++) {
            gaps.add((polls.get(i) - polls.get(i - 1)) / 1_000_000);
        }
        assertThat(gaps).as("milliseconds between polls").hasSizeGreaterThan(10).allMatch(gap -> gap <= 10);
    }

    @Test
    void postsFromOutsideCannotKeepThePollAway() {
        startTimer(Duration.ofMillis(20), 0, "timer");
        Runnable endless = new Runnable() {
            @Override
            public void run() {
                world.pass(Duration.ofNanos(100_000));
                if (world.log.isEmpty()) {
                    loop.post(this);
                }
            }
        };
        loop.post(endless);
        loop.run();
        assertThat(world.log).containsExactly("timer");
        assertThat(world.sinceStart()).isLessThan(40_000_000);
    }

    @Test
    void aTurnEndsRightBehindTheTaskThatEndsIt() {
        loop.host(host);
        loop.execute(world.says("1"));
        loop.execute(loop::endTurn);
        loop.execute(world.says("2"));
        assertThat(loop.turn(false)).isTrue();
        assertThat(world.log).containsExactly("1");
        assertThat(world.poller.timeouts).isEmpty();
        assertThat(loop.turn(false)).as("it ran a task, which may have begun anything").isTrue();
        assertThat(world.log).containsExactly("1", "2");
        assertThat(loop.turn(false)).isFalse();
    }

    @Test
    void aTurnThatEndsAmongEventsGoesOnThere() {
        loop.host(host);
        Alarm first = loop.alarm(() -> {
            world.log.add("first");
            loop.endTurn();
        });
        Alarm second = loop.alarm(() -> world.log.add("second"));
        Alarm third = loop.alarm(() -> world.log.add("third"));
        first.set(1, true);
        second.set(1, true);
        third.set(1, true);
        loop.turn(false);
        assertThat(world.log).containsExactly("first");
        third.cancel();
        loop.execute(world.says("task"));
        loop.turn(false);
        assertThat(world.log).containsExactly("first", "second", "task");
        assertThat(third.isSet()).isFalse();
        assertThat(loop.turn(false)).isFalse();
    }

    @Test
    void onceEndedATurnInTheLastStepIsFollowedByAWholeOne() {
        loop.host(host);
        loop.alarm(loop::endTurn).set(1, true);
        loop.turn(false);
        loop.alarm(() -> world.log.add("alarm")).set(1, true);
        loop.turn(false);
        assertThat(world.log).containsExactly("alarm");
    }

    @Test
    void prepareWatchersAreCalledOncePerIterationHoweverManyTurnsItTakes() {
        loop.prepare().start(world.says("prepare"));
        loop.execute(loop::endTurn);
        loop.execute(loop::endTurn);
        loop.execute(loop::endTurn);
        for (int i = 0; i < 3; i++) {
            loop.turn(false);
        }
        assertThat(world.log).containsExactly("prepare");
    }

    @Test
    void aTurnForOthersWaitsOnlyIfTheyMayPostAndIsSeenToSleepWhenItAsks() {
        loop.host(host);
        List<Long> seen = new ArrayList<>();
        assertThat(loop.turnForOthers(() -> {
            seen.add(loop.sleepForOthers());
            return false;
        })).isFalse();
        assertThat(seen).containsExactly(1L);
        assertThat(world.poller.timeouts).containsExactly(0L);
        world.poller.after(Duration.ofMillis(1), () -> loop.post(world.says("post")));
        assertThat(loop.turnForOthers(() -> true)).isTrue();
        assertThat(world.poller.timeouts).containsExactly(0L, Long.MAX_VALUE);
        assertThat(loop.sleepForOthers()).isZero();
        loop.turn(false);
        assertThat(world.log).containsExactly("post");
    }

    @Test
    void aTurnForOthersDoesNotAskWhileSomethingOfItsOwnIsLeft() {
        loop.host(host);
        Alarm alarm = loop.alarm(() -> world.log.add("alarm"));
        alarm.set(10, false);
        assertThat(loop.turnForOthers(() -> {
            throw new AssertionError("asked");
        })).isTrue();
        assertThat(world.log).containsExactly("alarm");
    }

    @Test
    @DisplayName("H14: a turn says that nothing is left only when nothing can call back")
    void turnSaysWhetherSomethingIsLeft() {
        assertThat(loop.turn(false)).isFalse();
        Alarm unrefed = loop.alarm(() -> {});
        unrefed.set(10, false);
        assertThat(loop.turn(false)).isFalse();
        unrefed.cancel();
        Alarm refed = loop.alarm(() -> {});
        refed.set(Long.MAX_VALUE, true);
        Watcher.Async async = loop.async();
        async.start(world.says("async"));
        world.poller.after(Duration.ofMillis(1), async::send);
        assertThat(loop.turn(false)).isTrue();
        async.stop();
        refed.set(Long.MAX_VALUE, false);
        loop.turn(false); // takes what was sent
        assertThat(loop.turn(false)).isFalse();
        loop.ref();
        assertThat(loop.statistics().refs()).isEqualTo(1);
        loop.unref();
        assertThat(loop.turn(false)).isFalse();
        assertThat(world.poller.timeouts).hasSize(6).filteredOn(timeout -> timeout != 0).hasSize(1);
    }

    @Test
    @DisplayName("a patient turn waits for other threads when nothing is left")
    void aPatientTurnWaits() {
        loop.host(host);
        world.poller.after(Duration.ofMillis(5), () -> loop.post(() -> {
            world.log.add("post");
            loop.endTurn();
        }));
        assertThat(loop.turn(true)).isTrue();
        assertThat(loop.turn(true)).isTrue();
        assertThat(world.log).containsExactly("post");
        assertThat(world.poller.timeouts).containsExactly(Long.MAX_VALUE);
    }

    @Test
    void aPatientTurnCallsUnrefedTimersMeanwhile() {
        loop.host(host);
        loop.alarm(() -> world.log.add("unref'ed")).set(7, false);
        assertThat(loop.turn(true)).isTrue();
        assertThat(world.log).containsExactly("unref'ed");
        assertThat(world.poller.timeouts).containsExactly(7L);
    }

    @Test
    @DisplayName("H1: a post between the last look and the poll wakes the poll")
    void aPostJustBeforeThePollWakesIt() {
        World simulated = World.levelTriggered();
        simulated.chooser = count -> 0;
        try (PollingLoop other = simulated.loop()) {
            other.ref();
            List<String> where = new ArrayList<>();
            simulated.interposer = place -> {
                where.add(place);
                if (where.size() == 1) {
                    other.post(() -> {
                        simulated.log.add("post");
                        other.unref();
                    });
                }
            };
            assertThat(other.run()).isFalse();
            assertThat(simulated.log).containsExactly("post");
            assertThat(where).containsOnly("poll");
            assertThat(other.statistics().wakeups()).isEqualTo(1);
        }
    }

    @Test
    void aSimulatedWorldChoosesAmongTasksAndAmongEvents() {
        World simulated = World.levelTriggered();
        simulated.chooser = count -> count - 1;
        try (PollingLoop other = simulated.loop()) {
            for (int i = 0; i < 3; i++) {
                other.execute(simulated.says("task " + i));
                Pollable descriptor = World.descriptor(i);
                Watcher.Io io = other.io(descriptor, READ);
                String line = "io " + i;
                io.start(() -> {
                    simulated.log.add(line);
                    io.stop();
                });
                simulated.poller.ready(descriptor, READ);
            }
            other.run();
            assertThat(simulated.log).containsExactly("task 2", "task 0", "task 1", "io 2", "io 0", "io 1");
        }
    }

    @Test
    @DisplayName("B-HUB-13: a failing poll is reported and tried again; the third failure in a row ends the turn")
    void aFailingPollIsReportedAndTriedAgain() {
        loop.host(host);
        loop.ref();
        IOException failure = new IOException("bad file descriptor");
        world.poller.failures.add(failure);
        world.poller.failures.add(failure);
        loop.turn(false);
        loop.turn(false);
        assertThat(host.failures).containsExactly(failure);
        loop.execute(() -> {});
        world.poller.after(Duration.ZERO, () -> loop.post(world.says("woken")));
        loop.turn(false);
        for (int i = 0; i < 3; i++) {
            world.poller.failures.add(new IllegalStateException("closed selector"));
        }
        loop.turn(false);
        loop.turn(false);
        assertThatThrownBy(() -> loop.turn(false)).isInstanceOf(UncheckedIOException.class).hasMessageContaining("cannot poll")
                .hasRootCauseInstanceOf(IllegalStateException.class);
        assertThat(host.failures).hasSize(2);
        assertThat(loop.isTurning()).isFalse();
        loop.close();
        assertThat(world.poller.closed).isTrue();
    }

    @Test
    @DisplayName("F-LOOP-10: a task, callback or alarm that throws is reported; the rest goes on")
    void whatThrowsIsReportedAndTheRestGoesOn() {
        loop.host(host);
        RuntimeException ofTask = new RuntimeException("task");
        RuntimeException ofCallback = new RuntimeException("callback");
        RuntimeException ofAlarm = new RuntimeException("alarm");
        AssertionError ofWatcher = new AssertionError("watcher");
        loop.execute(() -> {
            throw ofTask;
        });
        loop.runCallback(() -> {
            throw ofCallback;
        });
        loop.alarm(() -> {
            throw ofAlarm;
        }).set(0, true);
        loop.timer(Duration.ZERO).start(() -> {
            throw ofWatcher;
        });
        loop.execute(world.says("task"));
        loop.alarm(() -> world.log.add("alarm")).set(0, true);
        loop.run();
        assertThat(host.failures).containsExactly(ofTask, ofCallback, ofAlarm, ofWatcher);
        assertThat(world.log).containsExactly("task", "alarm");
    }

    @Test
    @DisplayName("F-WAT-09: idle watchers are called when nothing of their priority or a higher one is there")
    void idleWatchersWaitForTheOthers() {
        Watcher.Phase low = loop.idle();
        low.priority(-1);
        low.start(world.says("low"));
        Watcher.Phase high = loop.idle();
        high.priority(1);
        high.start(world.says("high"));
        loop.run(Mode.ONCE);
        assertThat(world.log).as("the highest idle ones hide the others").containsExactly("high");
        world.log.clear();
        high.stop();
        startIo(1, -1, "io");
        world.poller.ready(World.descriptor(1), READ);
        loop.run(Mode.ONCE);
        assertThat(world.log).containsExactly("io");
        loop.run(Mode.ONCE);
        assertThat(world.log).containsExactly("io", "low");
        world.log.clear();
        startTimer(Duration.ZERO, -2, "timer");
        loop.run(Mode.ONCE);
        assertThat(world.log).containsExactly("timer", "low");
        world.log.clear();
        Watcher.Phase check = loop.check();
        check.start(() -> loop.execute(() -> {}));
        high.start(world.says("high"));
        loop.run(Mode.ONCE);
        high.stop();
        loop.run(Mode.ONCE);
        assertThat(world.log).as("a waiting task is of priority 0").containsExactly("high");
        assertThat(world.poller.timeouts).containsOnly(0L);
    }

    @Test
    @DisplayName("F-WAT-10: prepare and check watchers are called in each iteration, also if it has but callbacks")
    void prepareAndCheckInEachIteration() {
        loop.prepare().start(world.says("prepare"));
        loop.check().start(world.says("check"));
        loop.runCallback(world.says("callback"));
        loop.run(Mode.ONCE);
        loop.runCallback(world.says("callback"));
        loop.run(Mode.ONCE);
        assertThat(world.log).containsExactly("prepare", "callback", "check", "prepare", "callback", "check");
    }

    @Test
    void aCallbackIsNeverCalledInsideOfAnother() {
        int[] depth = new int[1];
        Watcher.Io second = loop.io(World.descriptor(2), READ);
        second.start(() -> {
            world.log.add("second at depth " + depth[0]);
            second.stop();
        });
        loop.runCallback(() -> {
            depth[0]++;
            loop.closing(World.descriptor(2));
            depth[0]--;
        });
        loop.run();
        assertThat(world.log).containsExactly("second at depth 0");
    }

    @Test
    @DisplayName("what one callback stops is not called later in the same step")
    void whatIsStoppedIsNotCalled() {
        Watcher.Io second = loop.io(World.descriptor(2), READ);
        Watcher.Io first = loop.io(World.descriptor(1), READ);
        Watcher.Timer timer = loop.timer(Duration.ZERO);
        first.start(() -> {
            world.log.add("first");
            assertThat(second.pending()).isTrue();
            assertThat(timer.pending()).isTrue();
            first.stop();
            second.stop();
            timer.stop();
            assertThat(second.pending()).isFalse();
            assertThat(timer.pending()).isFalse();
        });
        second.start(world.says("second"));
        timer.start(world.says("timer"));
        world.poller.ready(World.descriptor(1), READ);
        world.poller.ready(World.descriptor(2), READ);
        loop.run();
        assertThat(world.log).containsExactly("first");
    }

    @Test
    void onePostInManyWakesTheSleepingPoll() {
        loop.ref();
        world.poller.after(Duration.ofMillis(1), () -> {
            for (int i = 0; i < 10; i++) {
                loop.post(world.says("" + i));
            }
            loop.post(loop::unref);
        });
        loop.run();
        assertThat(world.log).hasSize(10).first().isEqualTo("0");
        assertThat(loop.statistics().wakeups()).isEqualTo(1);
    }

    @Test
    void closedItOrphansEachTaskOnce() {
        loop.host(host);
        Runnable executed = world.says("executed");
        Runnable posted = world.says("posted");
        Runnable called = world.says("called");
        Runnable late = world.says("late");
        loop.execute(executed);
        loop.post(posted);
        loop.runCallback(called);
        Watcher.Async async = loop.async();
        async.start(world.says("async"));
        async.send();
        loop.close();
        loop.post(late);
        loop.execute(late);
        async.send();
        assertThat(host.orphaned).containsExactly(executed, posted, called, late, late);
        assertThat(world.log).isEmpty();
        assertThat(world.poller.closed).isTrue();
        assertThat(async.active()).isFalse();
        loop.close();
    }

    @Test
    void whatIsPostedWhileItClosesIsRunOrOrphanedOnce() throws InterruptedException {
        for (int round = 0; round < 200; round++) {
            World world = World.levelTriggered();
            PollingLoop loop = world.loop();
            RecordingHost host = new RecordingHost();
            loop.host(host);
            int[] ran = new int[1];
            Thread poster = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 100; i++) {
                    loop.post(() -> ran[0]++);
                }
            });
            loop.turn(false);
            loop.turn(false);
            loop.close();
            poster.join();
            assertThat(ran[0] + host.orphaned.size()).isEqualTo(100);
        }
    }
}
