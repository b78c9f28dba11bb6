package dev.jevent.loop;

import dev.jevent.Loop.Mode;
import dev.jevent.spi.Environment;
import dev.jevent.spi.FlightRecording;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.BooleanSupplier;

/**
 * One iteration of the loop after the other. The steps, in this order:
 *
 * <ol>
 *   <li>What other threads have posted is queued.
 *   <li>Prepare watchers are called.
 *   <li>Tasks and callbacks run, first come first served, those queued meanwhile included, until none is left or their
 *       slice of time is used up.
 *   <li>The poller waits: at most until the next deadline, and not at all if there is something to do.
 *   <li>Check watchers are called.
 *   <li>Watchers whose event came and deadlines that are due are called by priority, high to low; within one priority
 *       events first in the order they came, then deadlines by time and in the order they were set.
 *   <li>Idle watchers are called, if nothing of their priority or a higher one was there in step 6, or waits.
 *   <li>A loop that was closed meanwhile is closed.
 * </ol>
 *
 * <p>A turn ends after step 8, or after any task or callback that calls {@link #endTurn}; then the next turn goes on right
 * behind that one. {@code docs/design/loop-iteration.md} has the reasons.
 *
 * <pre>
 *   BEGIN ── 1, 2 ──▶ TASKS ── 3, 4 ──▶ CHECKS ── 5 ──▶ EVENTS ── 6 ──▶ IDLES ── 7, 8 ──▶ BEGIN
 * </pre>
 */
final class Iteration {
    /** The steps at which a turn can be taken up again. */
    private static final int BEGIN = 0;

    private static final int PREPARES = 1;
    private static final int TASKS = 2;
    private static final int CHECKS = 3;
    private static final int EVENTS = 4;
    private static final int IDLES = 5;

    /** Most tasks between two looks at the clock. */
    private static final int BATCH = 64;

    /** As many polls may fail in a row. */
    private static final int POLL_ATTEMPTS = 3;

    private final PollingLoop loop;
    private final Poller poller;
    private final Environment environment;
    private final boolean simulated;
    private final Inbox inbox;
    private final TimerHeap timers;
    private final Registrations registrations;
    private final ReadyTokens reported = new ReadyTokens();

    final Ring<Runnable> tasks = new Ring<>(256);
    final PhaseWatchers prepares = new PhaseWatchers("prepare");
    final PhaseWatchers checks = new PhaseWatchers("check");
    final PhaseWatchers idles = new PhaseWatchers("idle");

    /** Events for the next step 6. */
    ReadyQueue incoming;

    /** What is called in the current step; empty between steps. */
    private ReadyQueue current;

    private int step = BEGIN;
    private boolean turning;
    private boolean ending;
    private boolean closing;
    private int highestEvent; // priority, of this iteration's step 6

    // The slice of time for tasks goes from one poll to the next, whatever turns end in between.
    private final long slice;
    private long sliceBegan;
    private long lookedAtClock;
    private int batch = BATCH;
    private int untilLook = BATCH;
    private boolean sliceUsedUp;
    private boolean tasksRan; // in this iteration
    private boolean ranAnything; // in this turn
    private BooleanSupplier othersMayPost; // while a turn is patient for their sake

    private int pollFailures;

    /** The time as last looked at. */
    long now;

    long polls;
    long runs; // of tasks
    long wakeups;

    Iteration(PollingLoop loop, Poller poller, Environment environment, Inbox inbox, TimerHeap timers,
            Registrations registrations, long slice) {
        this.loop = loop;
        this.poller = poller;
        this.environment = environment;
        this.inbox = inbox;
        this.timers = timers;
        this.registrations = registrations;
        this.slice = slice;
        simulated = environment.simulated();
        incoming = new ReadyQueue(environment);
        current = new ReadyQueue(environment);
        now = sliceBegan = lookedAtClock = environment.nanoTime();
    }

    // ---- turns ----

    /** As a patient turn, as long as {@code mayPost}, asked when the loop is asleep already, has hope. */
    boolean turnForOthers(BooleanSupplier mayPost) {
        othersMayPost = mayPost;
        try {
            return turn(true, Mode.DEFAULT) && othersMayPost != null || somethingIsLeft();
        } finally {
            othersMayPost = null;
        }
    }

    /** @return whether something is left that could call back, or the turn was patient */
    boolean turn(boolean patient, Mode mode) {
        if (turning) {
            throw new IllegalStateException(loop + " is turning already; a turn cannot be taken in a callback or greenlet of it");
        }
        turning = true;
        loop.active();
        ending = false;
        ranAnything = false;
        try {
            boolean resumed = step > TASKS;
            advance(patient, mode);
            if (resumed && step == BEGIN) {
                advance(patient, mode); // the rest of an iteration alone may be nothing
            }
        } finally {
            turning = false;
        }
        if (closing) {
            closing = false;
            loop.close();
        }
        return patient || somethingIsLeft();
    }

    /** From where the last turn ended to the end of the iteration, or of the turn. */
    private void advance(boolean patient, Mode mode) {
        if (step == BEGIN) {
            takePosts(); // 1
            prepares.queue(current); // 2
            tasksRan = false;
            step = PREPARES;
        }
        if (step == PREPARES) {
            if (!callCurrent()) {
                return;
            }
            step = TASKS;
        }
        if (step == TASKS) {
            if (!runTasks(patient, mode)) { // 3, and 4 when there is none left
                return;
            }
            checks.queue(current);
            step = CHECKS;
        }
        if (step == CHECKS) {
            if (!callCurrent()) { // 5
                return;
            }
            queueEvents();
            step = EVENTS;
        }
        if (step == EVENTS) {
            if (!callCurrent()) { // 6
                return;
            }
            queueIdles();
            step = IDLES;
        }
        if (callCurrent()) { // 7
            step = BEGIN; // 8 is turn()'s
        }
    }

    void endTurn() {
        ending = true;
    }

    boolean isTurning() {
        return turning;
    }

    /** Whether the last turn ended with its iteration. */
    boolean isComplete() {
        return step == BEGIN;
    }

    private boolean somethingIsLeft() {
        return loop.refs() > 0 || !tasks.isEmpty() || !incoming.isEmpty() || !current.isEmpty() || !inbox.isEmpty();
    }

    /** Whether the last turn ran a task, or called anybody. */
    boolean ranAnything() {
        return ranAnything;
    }

    int readyCount() {
        return incoming.size() + current.size();
    }

    // ---- 1 ----

    /** Queues {@code task} behind what other threads have posted before. @return false if the loop is closed */
    boolean queue(Runnable task) {
        if (!inbox.isEmpty()) {
            takePosts();
        }
        return tasks.add(task);
    }

    private boolean takePosts() {
        Inbox.Post post = inbox.take();
        if (post == null) {
            return false;
        }
        for (; post != null; post = post.next) {
            tasks.add(post.task);
        }
        return true;
    }

    // ---- 2, 5, 6, 7 ----

    /** @return false if the turn is to end before all were called */
    private boolean callCurrent() {
        ReadyQueue queue = current;
        while (!ending) {
            Ready ready = queue.take();
            if (ready == null) {
                return true;
            }
            ranAnything = true;
            ready.dispatch();
        }
        return false;
    }

    // ---- 3 ----

    /** Runs tasks until a poll was made. @return false if the turn is to end before */
    private boolean runTasks(boolean patient, Mode mode) {
        do {
            if (!runQueue()) {
                return false;
            }
        } while (!poll(patient, mode));
        return true;
    }

    /** @return false if the turn is to end */
    private boolean runQueue() {
        if (sliceUsedUp) {
            return true; // in the turn before
        }
        Ring<Runnable> queue = tasks;
        while (!ending) {
            Runnable task = simulated && !queue.isEmpty() ? queue.take(environment.choose(queue.size())) : queue.take();
            if (task == null) {
                if (takePosts()) {
                    continue;
                }
                return true;
            }
            tasksRan = true;
            ranAnything = true;
            runs++;
            try {
                task.run();
            } catch (Throwable t) {
                loop.report(task, t);
            }
            if (--untilLook <= 0) {
                lookAtClock();
                if (sliceUsedUp) {
                    return !ending;
                }
            }
        }
        return false;
    }

    /** Looks more often while tasks turn out to be long, so that a slice isn't overrun by many of them. */
    private void lookAtClock() {
        long time = environment.nanoTime();
        if (time - lookedAtClock > slice >> 2) {
            batch = Math.max(1, batch >> 2);
        } else if (batch < BATCH) {
            batch <<= 1;
        }
        untilLook = batch;
        now = lookedAtClock = time;
        sliceUsedUp = time - sliceBegan >= slice;
    }

    // ---- 4 ----

    /** @return false if no poll was made: posts came in between, and are to be run first */
    private boolean poll(boolean patient, Mode mode) {
        registrations.flush();
        long timeout = timeout(patient, mode);
        boolean asleep = false;
        if (timeout != 0) {
            boolean forOthers = othersMayPost != null && timeout == Long.MAX_VALUE && loop.refs() <= 0 && !loop.isWatching();
            asleep = inbox.trySleep(forOthers);
            if (!asleep && !sliceUsedUp) {
                return false;
            }
            if (!asleep) {
                timeout = 0;
            } else if (forOthers && !othersMayPost.getAsBoolean()) {
                othersMayPost = null; // no hope
                timeout = 0;
            }
        }
        if (simulated) {
            environment.interpose("poll");
        }
        ReadyTokens into = reported;
        into.clear();
        HubPoll recorded = FlightRecording.used() ? HubPoll.begins(timeout) : null;
        try {
            poller.poll(timeout, into);
            pollFailures = 0;
        } catch (IOException | RuntimeException e) {
            pollFailed(e);
        } finally {
            if (asleep) {
                if (inbox.awake()) {
                    wakeups++;
                }
                loop.active();
            }
            if (recorded != null) {
                recorded.ended(into.size());
            }
        }
        polls++;
        now = sliceBegan = lookedAtClock = environment.nanoTime();
        untilLook = batch;
        sliceUsedUp = false;
        return true;
    }

    private long timeout(boolean patient, Mode mode) {
        if (mode == Mode.NO_WAIT || mode == Mode.ONCE && tasksRan
                || !tasks.isEmpty() || !incoming.isEmpty() || !idles.isEmpty()
                || (!patient || tasksRan) && loop.refs() <= 0) { // what ran may have left nothing to be patient for
            return 0;
        }
        return timers.isEmpty() ? Long.MAX_VALUE : Math.max(0, timers.next() - environment.nanoTime());
    }

    private void pollFailed(Exception error) {
        pollFailures++;
        if (pollFailures >= POLL_ATTEMPTS) {
            throw error instanceof IOException io
                    ? new UncheckedIOException(loop + " cannot poll: " + error.getMessage(), io)
                    : new UncheckedIOException(new IOException(loop + " cannot poll: " + error, error));
        }
        if (pollFailures == 1) {
            loop.report(loop, error);
        }
    }

    // ---- 6 ----

    private void queueEvents() {
        ReadyTokens tokens = reported;
        for (int i = 0, size = tokens.size(); i < size; i++) {
            registrations.arrived(tokens.token(i), tokens.ready(i));
        }
        tokens.clear();
        ReadyQueue queue = incoming;
        incoming = current; // empty; what comes during the step is for the next one
        current = queue;
        for (Deadline due = timers.takeDue(now); due != null; due = timers.takeDue(now)) {
            queue.addDeadline(due, due.priority());
        }
        highestEvent = queue.highest();
    }

    // ---- 7 ----

    /** Tasks, and callbacks, count as of priority 0. */
    private void queueIdles() {
        if (!idles.isEmpty()) {
            boolean tasksWait = !tasks.isEmpty() || !inbox.isEmpty();
            int pending = Math.max(highestEvent, incoming.highest());
            idles.queueHighest(current, tasksWait ? Math.max(pending, 0) : pending);
        }
    }

    // ---- 8 ----

    /** The loop is to be closed when this turn is over, and that is now. */
    void closeLater() {
        closing = true;
        ending = true;
    }

    /** What can no longer run goes to the host: what was queued, then {@code posts}. */
    void drainAfterClose(Inbox.Post posts) {
        for (Runnable task = tasks.take(); task != null; task = tasks.take()) {
            loop.orphan(task);
        }
        tasks.close();
        for (Inbox.Post post = posts; post != null; post = post.next) {
            loop.orphan(post.task);
        }
    }
}
