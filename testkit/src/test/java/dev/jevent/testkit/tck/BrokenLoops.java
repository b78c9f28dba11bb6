package dev.jevent.testkit.tck;

import dev.jevent.Callback;
import dev.jevent.Interest;
import dev.jevent.Loop;
import dev.jevent.Settings;
import dev.jevent.Watcher;
import dev.jevent.loop.Poller;
import dev.jevent.loop.PollingLoop;
import dev.jevent.loop.ReadyTokens;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopHost;
import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** For each rule of {@link LoopTck} a loop that breaks it, and little else. */
final class BrokenLoops {
    private BrokenLoops() {}

    /** Makes a loop for a rule to catch. */
    @FunctionalInterface
    interface Subject {
        HubLoop make(Environment environment, Settings settings);
    }

    record Broken(String rule, String how, Subject subject) {
        @Override
        public String toString() {
            return rule + ": " + how;
        }
    }

    static HubLoop good(Environment environment, Settings settings) {
        return new PollingLoop("good", new SelectorPoller(), environment, settings);
    }

    static Stream<Broken> all() {
        return Stream.of(callbacks(), turns(), posts(), timers(), alarms(), watchers(), phases(), io(), system())
                .flatMap(List::stream);
    }

    // ---- how to break ----

    private static Broken broken(String rule, String how, Subject subject) {
        return new Broken(rule, how, subject);
    }

    /** Does methods of the loop otherwise. */
    private static Broken loop(String rule, String how, String methods, Bending.Instead<HubLoop> instead) {
        return broken(rule, how, (environment, settings) ->
                Bending.bend(HubLoop.class, good(environment, settings), methods, instead));
    }

    /** As {@link #loop}, with something of its own for each loop. */
    private static <S> Broken loop(
            String rule, String how, String methods, Supplier<S> state, StatefulInstead<HubLoop, S> instead) {
        return broken(rule, how, (environment, settings) -> {
            S own = state.get();
            return Bending.bend(HubLoop.class, good(environment, settings), methods, (real, call) -> instead.call(real, call, own));
        });
    }

    @FunctionalInterface
    private interface StatefulInstead<T, S> {
        Object call(T real, Bending.Call call, S state) throws Throwable;
    }

    /** Puts something between the loop and what it makes. */
    private static <W> Broken made(String rule, String how, String makers, Class<W> type, UnaryOperator<W> between) {
        return loop(rule, how, makers, (real, call) -> between.apply(type.cast(call.proceed())));
    }

    /** Does methods of what the loop makes otherwise. */
    private static <W> Broken made(
            String rule, String how, String makers, Class<W> type, String methods, Bending.Instead<W> instead) {
        return made(rule, how, makers, type, (W real) -> Bending.bend(type, real, methods, instead));
    }

    private static Broken poller(String rule, String how, Supplier<? extends Poller> poller) {
        return broken(rule, how, (environment, settings) -> new PollingLoop("broken", poller.get(), environment, settings));
    }

    private static final Bending.Instead<Object> NOTHING = (real, call) -> null;

    // ---- callbacks ----

    private static List<Broken> callbacks() {
        return List.of(
                loop("callbacksRunInTheOrderTheyWereGiven", "the last first", "runCallback", ArrayDeque<Runnable>::new,
                        (real, call, stack) -> {
                            stack.push(call.argument(0));
                            return call.proceed((Runnable) () -> stack.pop().run());
                        }),
                made("aCallbackIsPendingUntilItHasRun", "never pending", "runCallback", Callback.class, "pending",
                        (real, call) -> false),
                made("aStoppedCallbackDoesNotRun", "cannot be stopped", "runCallback", Callback.class, "stop", NOTHING::call),
                loop("whatACallbackGivesRunsBehindTheOthers", "runs it at once", "runCallback", (real, call) -> {
                    if (real.isTurning()) {
                        call.<Runnable>argument(0).run();
                        return null;
                    }
                    return call.proceed();
                }),
                loop("aFailingCallbackIsReportedAndTheOthersRun", "swallows errors", "runCallback", (real, call) ->
                        call.proceed((Runnable) () -> quietly(call.argument(0)))),
                loop("aCallbackKeepsTheLoopGoingUntilItHasRun", "runs it twice", "runCallback", (real, call) -> {
                    call.proceed();
                    return call.proceed();
                }),
                loop("tasksAndCallbacksShareOneLine", "callbacks wait behind tasks", "runCallback", (real, call) -> {
                    Runnable callback = call.argument(0);
                    real.execute(() -> real.execute(callback));
                    return null;
                }),
                loop("callbacksGoToTheHostAndTasksDoNot", "tasks as callbacks", "execute", (real, call) -> {
                    real.runCallback(call.argument(0));
                    return null;
                }),
                loop("noCallbackIsRefused", "takes null", "runCallback runCallbackThreadSafe", (real, call) -> null),
                broken("callbacksWithoutEndStarveNoTimer", "has all the time", BrokenLoops::withoutSlice),
                broken("callbacksWithoutEndStarveNoIo", "has all the time", BrokenLoops::withoutSlice),
                loop("tasksThatRanAreCounted", "not", "statistics", (real, call) -> new Loop.Statistics(0, 0, 0, 0, 0, 0, 0, 0)),
                loop("statisticsCountWhatIsReady", "counts nothing", "statistics", (real, call) ->
                        new Loop.Statistics(0, 0, 0, 0, 0, 0, 0, 0)));
    }

    private static void quietly(Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException e) {
            // that is the fault
        }
    }

    private static HubLoop withoutSlice(Environment environment, Settings settings) {
        return good(environment, settings.with(Settings.CALLBACK_SLICE, Duration.ofDays(1)));
    }

    // ---- turns ----

    private static List<Broken> turns() {
        return List.of(
                loop("aTurnEndsBehindTheTaskThatEndsIt", "goes on", "endTurn", NOTHING::call),
                loop("aTurnSaysWhetherSomethingIsLeft", "always says yes", "turn", (real, call) -> {
                    call.proceed();
                    return true;
                }),
                loop("aPatientTurnWaitsForAPost", "is never patient", "turn", (real, call) -> call.proceed(false)),
                loop("itTurnsDuringATurnOnly", "never says so", "isTurning", (real, call) -> false),
                loop("runInsideOfACallbackIsRefused", "does nothing", "run", (real, call) -> real.isTurning() || (boolean) call.proceed()),
                loop("aRunEndsWhenNothingIsLeft", "always says yes", "run", (real, call) -> {
                    call.proceed();
                    return true;
                }),
                loop("aRunWithoutWaitingDoesNotWait", "waits", "run", (real, call) -> real.run(Loop.Mode.ONCE)),
                loop("aSingleRunWaitsForAnEvent", "doesn't wait", "run", (real, call) -> real.run(Loop.Mode.NO_WAIT)),
                loop("stopEndsARun", "goes on", "stop", NOTHING::call),
                loop("refKeepsARunGoing", "ends", "ref unref", NOTHING::call),
                loop("closesTwice", "once only", "close", (real, call) -> {
                    if (real.isClosed()) {
                        throw new IllegalStateException("closed already");
                    }
                    return call.proceed();
                }),
                loop("refusesWhenClosed", "makes alarms", "alarm", (real, call) -> real.isClosed() ? null : call.proceed()),
                loop("closingStopsWatchers", "leaves them", "close isClosed", () -> new boolean[1], (real, call, closed) -> {
                    boolean before = closed[0];
                    closed[0] = true;
                    return before;
                }),
                loop("aCloseInsideOfACallbackEndsTheTurn", "doesn't close", "close", (real, call) ->
                        real.isTurning() ? null : call.proceed()),
                loop("itsNameIsTheSameEachTime", "numbers itself", "name", () -> new int[1], (real, call, times) -> "loop-" + ++times[0]));
    }

    // ---- posts ----

    private static List<Broken> posts() {
        return List.of(
                poller("aCallbackOfAnotherThreadWakesTheLoop", "is deaf", Deaf::new),
                loop("postsRunOnceAndThoseOfOneThreadInOrder", "runs one in 1000 twice", "post", java.util.concurrent.atomic.AtomicInteger::new,
                        (real, call, count) -> {
                            if (count.incrementAndGet() % 1000 == 0) {
                                call.proceed();
                            }
                            return call.proceed();
                        }),
                loop("postsOfItsOwnThreadRunToo", "drops them", "post", (real, call) -> null),
                loop("aClosedLoopOrphansWhatIsGivenToIt", "drops it", "post", (real, call) -> real.isClosed() ? null : call.proceed()),
                loop("eachPostRunsOrIsOrphanedWhenTheLoopIsClosed", "drops some", "host", (real, call) -> call.proceed(
                        Bending.bend(LoopHost.class, call.argument(0), "orphaned", NOTHING::call))),
                poller("aSendOfAnotherThreadWakesTheLoop", "is deaf", Deaf::new),
                made("severalSendsFireAtLeastOnceAndNotMoreOften", "fires twice", "async", Watcher.Async.class, "start", (real, call) ->
                        call.proceed((Runnable) () -> {
                            call.<Runnable>argument(0).run();
                            call.<Runnable>argument(0).run();
                        })),
                loop("otherThreadsAreRefused", "takes callbacks of any thread", "runCallback", (real, call) ->
                        real.runCallbackThreadSafe(call.argument(0))),
                loop("otherThreadsMayAsk", "tells its own thread only", "statistics", Thread::currentThread, (real, call, owner) ->
                        Thread.currentThread() == owner ? call.proceed() : null));
    }

    private static final class Deaf extends SelectorPoller {
        @Override
        public void wakeup() {}
    }

    // ---- timers ----

    private static final Class<Watcher.Timer> TIMER = Watcher.Timer.class;

    /** Makes timers of another duration than asked for. */
    private static Broken durations(String rule, String how, Supplier<UnaryOperator<Duration>> other) {
        return loop(rule, how, "timer", other::get, (real, call, change) ->
                real.timer(change.apply(call.argument(0)), call.arguments.length > 1 ? call.argument(1) : Duration.ZERO));
    }

    private static List<Broken> timers() {
        return List.of(
                durations("aTimerFiresOnceWhenItsTimeHasCome", "a nanosecond early", () -> after -> after.minusNanos(1)),
                durations("timersFireInTheOrderOfTheirTimes", "the longest first", () -> Duration.ofSeconds(10)::minus),
                durations("equalTimersFireInTheOrderOfTheirStarts", "in the order they were made", () -> {
                    int[] count = new int[1];
                    return after -> after.minusNanos(1000).plusNanos(++count[0]);
                }),
                broken("aTimerCountsFromItsStart", "from the loop's old time", (environment, settings) ->
                        Bending.bend(HubLoop.class, good(environment, settings), "timer", (loop, call) ->
                                Bending.bend(TIMER, (Watcher.Timer) call.proceed(), "start", (timer, start) -> {
                                    long lag = environment.nanoTime() - loop.now();
                                    loop.timer(timer.after().minusNanos(Math.min(lag, timer.after().toNanos()))).start(start.argument(0));
                                    return null;
                                }))),
                made("aStoppedTimerDoesNotFire", "cannot be stopped", "timer", TIMER, "stop", NOTHING::call),
                loop("aRepeatingTimerDoesNotDrift", "counts from when it was called", "timer", (loop, call) -> {
                    Watcher.Timer first = loop.timer(call.argument(0));
                    Watcher.Timer next = loop.timer(call.arguments.length > 1 ? call.argument(1) : Duration.ZERO);
                    return Bending.bend(TIMER, first, "start", (timer, start) -> {
                        Runnable callback = start.argument(0);
                        Runnable again = new Runnable() {
                            @Override
                            public void run() {
                                callback.run();
                                next.start(this);
                            }
                        };
                        timer.start(again);
                        return null;
                    });
                }),
                broken("aRepeatingTimerDoesNotBurst", "makes up for what was missed", (environment, settings) ->
                        Bending.bend(HubLoop.class, good(environment, settings), "timer", (loop, call) ->
                                Bending.bend(TIMER, (Watcher.Timer) call.proceed(), "start", (timer, start) -> {
                                    long[] last = {environment.nanoTime()};
                                    Runnable callback = start.argument(0);
                                    timer.start(() -> {
                                        while (last[0] < environment.nanoTime()) {
                                            last[0] += timer.repeat().toNanos();
                                            callback.run();
                                        }
                                    });
                                    return null;
                                }))),
                made("againStartsItWithItsRepeat", "is a start", "timer", TIMER, "again", (timer, call) -> {
                    timer.stop();
                    timer.start(call.argument(0));
                    return null;
                }),
                made("againWithoutARepeatStopsIt", "does nothing", "timer", TIMER, "again", NOTHING::call),
                made("aOneShotTimerForgetsItsCallback", "keeps it", "timer", TIMER, (Watcher.Timer real) -> {
                    Runnable[] last = new Runnable[1];
                    return Bending.bend(TIMER, real, "start callback", (timer, call) -> {
                        if (call.arguments.length == 0) {
                            return last[0];
                        }
                        last[0] = call.argument(0);
                        return call.proceed();
                    });
                }),
                loop("aTimerMayBeStartedAgainInItsCallback", "ignores that", "timer", (loop, call) ->
                        Bending.bend(TIMER, (Watcher.Timer) call.proceed(), "start", (timer, start) ->
                                loop.isTurning() ? null : start.proceed())),
                durations("negativeDurationsAreRefused", "takes them for positive", () -> Duration::abs),
                loop("aTimerOfZeroThatStartsItselfStarvesNobody", "fires at once", "timer", (loop, call) ->
                        Bending.bend(TIMER, (Watcher.Timer) call.proceed(), "start", (timer, start) -> {
                            if (loop.isTurning()) {
                                start.<Runnable>argument(0).run();
                                return null;
                            }
                            return start.proceed();
                        })),
                broken("timersWorkAcrossTheOverflowOfTheClock", "takes time for a number", (environment, settings) ->
                        good(() -> environment.nanoTime() < 0 ? Long.MAX_VALUE : environment.nanoTime(), settings)),
                durations("whatIsTooFarAheadNeverComes", "overflows", () -> after ->
                        after.compareTo(Duration.ofDays(1_000_000)) > 0 ? Duration.ZERO : after),
                made("startingAnActiveTimerGivesItAnotherCallback", "keeps the first", "timer", TIMER, "start", (timer, call) ->
                        timer.active() ? null : call.proceed()),
                poller("aTimerEndsAPollInRealTime", "waits without limit", () -> new SelectorPoller() {
                    @Override
                    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
                        return super.poll(timeoutNanos == 0 ? 0 : Long.MAX_VALUE, into);
                    }
                }),
                loop("manyTimersFireAsASortedListDoes", "loses another one with a cancelled one", "timer", ArrayList<Watcher.Timer>::new,
                        (loop, call, timers) -> {
                            Watcher.Timer made = (Watcher.Timer) call.proceed();
                            timers.add(made);
                            return Bending.bend(TIMER, made, "close", (timer, close) -> {
                                if (timers.size() > 500 && timer.active()) {
                                    timers.getLast().stop();
                                }
                                return close.proceed();
                            });
                        }));
    }

    // ---- alarms ----

    private static List<Broken> alarms() {
        Class<Alarm> alarm = Alarm.class;
        return List.of(
                made("anAlarmGoesOffOnceForEachTimeItIsSet", "a nanosecond early", "alarm", alarm, "set", (real, call) ->
                        call.proceed(call.<Long>argument(0) - 1, call.argument(1))),
                made("anAlarmSetAgainHasItsNewTimeOnly", "keeps the first", "alarm", alarm, "set", (real, call) ->
                        real.isSet() ? null : call.proceed()),
                made("aCancelledAlarmDoesNotGoOff", "cannot be cancelled", "alarm", alarm, "cancel", NOTHING::call),
                made("anAlarmKnowsWhetherItIsSetAndForHowLong", "is never late", "alarm", alarm, "remaining", (real, call) ->
                        Math.max(0, (long) call.proceed())),
                made("anAlarmKeepsTheLoopGoingIfToldSo", "always", "alarm", alarm, "set", (real, call) ->
                        call.proceed(call.argument(0), true)),
                made("anAlarmOfZeroGoesOffInTheNextIteration", "takes less for never", "alarm", alarm, "set", (real, call) ->
                        call.proceed(call.<Long>argument(0) < 0 ? Long.MAX_VALUE : call.argument(0), call.argument(1))),
                loop("anAlarmThatFailsIsReportedAndTheOthersGoOff", "swallows errors", "alarm", (real, call) ->
                        call.proceed((CarrierCallback) () -> quietly(call.argument(0)))));
    }

    // ---- watchers ----

    private static final Class<Watcher.Async> ASYNC = Watcher.Async.class;

    private static List<Broken> watchers() {
        return List.of(
                made("aStartWithoutCallbackIsRefused", "takes null", "async", ASYNC, "start", (real, call) ->
                        call.argument(0) == null ? null : call.proceed()),
                made("aWatcherIsActiveFromStartToStop", "never says so", "check", Watcher.Phase.class, "active", (real, call) -> false),
                made("aClosedWatcherCannotBeStarted", "ignores that", "async", ASYNC, (Watcher.Async real) -> {
                    boolean[] closed = new boolean[1];
                    return Bending.bend(ASYNC, real, "close start", (async, call) -> {
                        boolean before = closed[0];
                        closed[0] |= call.arguments.length == 0;
                        return before ? null : call.proceed();
                    });
                }),
                made("higherPrioritiesAreCalledFirst", "knows none", "async", ASYNC, (Watcher.Async real) -> {
                    int[] priority = new int[1];
                    return Bending.bend(ASYNC, real, "priority", (async, call) -> {
                        if (call.arguments.length == 0) {
                            return priority[0];
                        }
                        priority[0] = call.argument(0);
                        return null;
                    });
                }),
                made("badPrioritiesAreRefused", "takes the nearest", "async", ASYNC, "priority", (async, call) ->
                        call.arguments.length == 0 ? call.proceed() : call.proceed(Math.clamp(call.<Integer>argument(0), -2, 2))),
                made("aWatcherWithoutRefDoesNotKeepTheLoopGoing", "always does", "prepare", Watcher.Phase.class, "ref", (real, call) ->
                        call.arguments.length == 0 ? call.proceed() : null),
                made("aFailingCallbackStopsNobodyElse", "stops for an error", "timer", TIMER, "start", (timer, call) ->
                        call.proceed((Runnable) () -> {
                            try {
                                call.<Runnable>argument(0).run();
                            } catch (RuntimeException e) {
                                timer.stop();
                                throw e;
                            }
                        })),
                made("aPendingWatcherThatIsStoppedIsNotCalled", "calls it nevertheless", "async", ASYNC, "stop", NOTHING::call),
                made("startingAnActiveOneChangesItsCallback", "keeps the first", "async", ASYNC, "start", (async, call) ->
                        async.active() ? null : call.proceed()),
                made("callbacksAreNotReentrant", "calls at once", "async", ASYNC, "send", BrokenLoops::callAtOnce));
    }

    private static Object callAtOnce(Watcher.Async async, Bending.Call send) throws Throwable {
        if (((HubLoop) async.loop()).isTurning()) {
            async.callback().run();
            return null;
        }
        return send.proceed();
    }

    // ---- phases ----

    private static List<Broken> phases() {
        Class<Watcher.Phase> phase = Watcher.Phase.class;
        return List.of(
                loop("theStepsComeInTheirOrder", "prepares afterwards", "prepare", (loop, call) -> loop.check()),
                made("phasesFireOnceInEachIteration", "every other time", "prepare", phase, (Watcher.Phase real) -> {
                    int[] times = new int[1];
                    return Bending.bend(phase, real, "start", (prepare, call) -> call.proceed((Runnable) () -> {
                        if (++times[0] % 2 == 0) {
                            call.<Runnable>argument(0).run();
                        }
                    }));
                }),
                made("whatComesDuringTheEventsIsForTheNextIteration", "at once", "async", ASYNC, "send", BrokenLoops::callAtOnce),
                made("eventsComeBeforeDeadlines", "behind them", "async", ASYNC, (Watcher.Async real) -> {
                    real.priority(-1);
                    return real;
                }),
                loop("idleFiresWhenNothingElseIsPending", "in each iteration", "idle", (loop, call) -> loop.check()),
                loop("anIdleWatcherKeepsPollsFromWaiting", "waits", "idle", (loop, call) -> loop.prepare()),
                broken("theTimeIsThatOfTheLastLook", "looks each time", (environment, settings) ->
                        Bending.bend(HubLoop.class, good(environment, settings), "now", (loop, call) -> environment.nanoTime())),
                loop("iterationsAreCounted", "not", "statistics", (real, call) -> new Loop.Statistics(0, 0, 0, 0, 0, 0, 0, 0)));
    }

    // ---- io ----

    /** A poller that reports something else for a key than what it is ready for. */
    @FunctionalInterface
    private interface Reports {
        int mask(SelectionKey key);
    }

    private static Supplier<Poller> reporting(Reports reports) {
        return () -> new SelectorPoller() {
            @Override
            void report(SelectionKey key, ReadyTokens into) {
                into.add((Long) key.attachment(), reports.mask(key));
            }
        };
    }

    private static List<Broken> io() {
        Class<Watcher.Io> io = Watcher.Io.class;
        return List.of(
                poller("readinessForReadingIsSeen", "knows no reading", reporting(key -> SelectorPoller.mask(key) & ~Interest.READ.mask())),
                poller("readinessForWritingIsSeen", "knows no writing", reporting(key -> SelectorPoller.mask(key) & ~Interest.WRITE.mask())),
                poller("readinessIsSeenAsLongAsItLasts", "sees its beginning", OnceOnly::new),
                loop("severalWatchersOfOnePollable", "takes any interest for both", "io", (loop, call) ->
                        loop.io(call.argument(0), Interest.BOTH)),
                made("theInterestOfAnIdleOneMayChange", "that of an active one, too", "io", io, "interest", (real, call) ->
                        call.arguments.length == 0 ? call.proceed() : null),
                loop("badInterestsAreRefused", "takes them for reading", "io", (loop, call) ->
                        loop.io(call.argument(0), call.<Integer>argument(1) & 3 | 1)),
                made("oneStoppedByAnotherOfTheSameIterationIsNotCalled", "calls it nevertheless", "io", io, "stop", NOTHING::call),
                broken("aFailingOneIsStopped", "goes on failing", (environment, settings) -> {
                    LoopHost[] host = new LoopHost[1];
                    return Bending.bend(HubLoop.class, good(environment, settings), "host io", (loop, call) -> {
                        if (call.argument(0) instanceof LoopHost given) {
                            host[0] = given;
                            return call.proceed();
                        }
                        return Bending.bend(io, (Watcher.Io) call.proceed(), "start", (watcher, start) -> start.proceed((Runnable) () -> {
                            try {
                                start.<Runnable>argument(0).run();
                            } catch (RuntimeException e) {
                                host[0].failed(watcher, e);
                            }
                        }));
                    });
                }),
                loop("closingCallsThoseWhoWatch", "tells nobody", "closing", (loop, call) -> true),
                loop("closingWhatNobodyWatchesSaysSo", "always says yes", "closing", (loop, call) -> {
                    call.proceed();
                    return true;
                }),
                made("oneThatChecksSeesACloseWithoutAWord", "doesn't check", "io", io, "checksClosed", (watcher, call) -> {
                    if (watcher.active()) {
                        throw new IllegalStateException();
                    }
                    return null;
                }),
                poller("theNextOwnerSeesNoEventOfTheEarlierOne", "gives what is late to the next", GivesTheLateToTheNext::new),
                loop("whatItCannotWatchIsRefused", "makes nothing of it", "io", (loop, call) ->
                        call.argument(0) instanceof dev.jevent.Pollable.OfDescriptor ? null : call.proceed()),
                poller("theEndOfAStreamIsReadiness", "sees bytes only", reporting(BrokenLoops::bytesOnly)),
                made("closedWatchersLeaveNoRegistration", "only stops them", "io", io, "close", (watcher, call) -> {
                    watcher.stop();
                    return null;
                }));
    }

    private static int bytesOnly(SelectionKey key) {
        int mask = SelectorPoller.mask(key);
        try {
            java.nio.channels.SocketChannel channel = (java.nio.channels.SocketChannel) key.channel();
            // Where nothing can be peeked at, a read tells; what it takes is the fault's own affair.
            return channel.read(java.nio.ByteBuffer.allocate(1)) > 0 ? mask : mask & ~Interest.READ.mask();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Says level-triggered, and reports each registration's readiness for reading once. */
    private static final class OnceOnly extends SelectorPoller {
        private final List<Object> reported = new ArrayList<>();

        @Override
        void report(SelectionKey key, ReadyTokens into) {
            if (!reported.contains(key)) {
                reported.add(key);
                super.report(key, into);
            }
        }
    }

    /** Reports what was removed, under the token of what was registered next. */
    private static final class GivesTheLateToTheNext extends SelectorPoller {
        private boolean late;
        private long next = -1;

        @Override
        public void register(dev.jevent.Pollable what, int interest, long token) throws IOException {
            super.register(what, interest, token);
            next = token;
        }

        @Override
        public void remove(dev.jevent.Pollable what) {
            super.remove(what);
            late = true;
            next = -1;
        }

        @Override
        public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
            int count = super.poll(late && next >= 0 ? 0 : timeoutNanos, into);
            if (late && next >= 0) {
                late = false;
                into.add(next, Interest.READ.mask());
                count++;
            }
            return count;
        }
    }

    // ---- system ----

    private static List<Broken> system() {
        Class<Watcher.Child> child = Watcher.Child.class;
        return List.of(
                loop("unknownSignalsAreRefused", "takes another", "signal", (loop, call) -> loop.signal("USR2")),
                made("aSignalIsSeen", "keeps the loop going", "signal", Watcher.Signal.class, "ref", (real, call) -> true),
                made("theEndOfAChildIsSeen", "without status", "child", child, "status", (real, call) -> OptionalInt.empty()),
                made("theEndOfAnyProcessIsSeen", "never", "child", child, "start", NOTHING::call),
                made("aFileThatChangesIsSeen", "forgets what it was", "stat", Watcher.Stat.class, "previous", NOTHING::call));
    }
}
