package dev.jevent.loop;

import dev.jevent.Callback;
import dev.jevent.DescriptorCalls;
import dev.jevent.Durations;
import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.Settings;
import dev.jevent.Watcher;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopHost;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * The loop that all backends share, over a {@link Poller}: this class is what others see of it, {@link Iteration} is
 * how it turns.
 */
public final class PollingLoop implements HubLoop {
    private final String name;
    private final Poller poller;
    private final LoopCapabilities capabilities;
    private final Environment environment;
    private final LoopThread thread;

    private final Inbox inbox;
    private final TimerHeap timers = new TimerHeap();
    private final Registrations registrations;
    private final Iteration iteration;

    private volatile boolean closed;
    private boolean stopped;

    private final ActiveWatchers active = new ActiveWatchers();
    private int refs;

    /**
     * A loop of the calling thread.
     *
     * @param name what it is chosen by
     * @param poller belongs to the loop from now on, and is closed with it
     */
    public PollingLoop(String name, Poller poller, Environment environment, Settings settings) {
        this.name = Objects.requireNonNull(name, "name");
        this.poller = Objects.requireNonNull(poller, "poller");
        this.environment = Objects.requireNonNull(environment, "environment");
        capabilities = poller.capabilities();
        thread = new LoopThread(Thread.currentThread());
        inbox = new Inbox(poller);
        registrations = new Registrations(this, poller, capabilities.edgeTriggered());
        long slice = Durations.nanos(Settings.CALLBACK_SLICE.property(), settings.get(Settings.CALLBACK_SLICE));
        iteration = new Iteration(this, poller, environment, inbox, timers, registrations, slice);
    }

    // ---- for its hub ----

    @Override
    public void host(LoopHost host) {
        confine();
        if (thread.host() != null) {
            throw new IllegalStateException(this + " has a host already: " + thread.host());
        }
        thread.host(Objects.requireNonNull(host, "host"));
    }

    @Override
    public void execute(Runnable task) {
        if (!iteration.queue(task)) {
            refused(task);
        }
    }

    @Override
    public void post(Runnable task) {
        if (!inbox.post(task)) {
            refused(task);
        }
    }

    @Override
    public Alarm alarm(CarrierCallback expired) {
        confine();
        return new LoopAlarm(this, timers, Objects.requireNonNull(expired, "expired"));
    }

    @Override
    public boolean turn(boolean patient) {
        confine();
        return iteration.turn(patient, Mode.DEFAULT) || iteration.ranAnything();
    }

    @Override
    public boolean turnForOthers(BooleanSupplier mayPost) {
        confine();
        return iteration.turnForOthers(Objects.requireNonNull(mayPost, "mayPost")) || iteration.ranAnything();
    }

    @Override
    public long sleepForOthers() {
        return inbox.sleepForOthers();
    }

    @Override
    public void endTurn() {
        iteration.endTurn();
    }

    @Override
    public long polls() {
        return iteration.polls;
    }

    @Override
    public boolean isAsleep() {
        return inbox.isAsleep();
    }

    @Override
    public List<Watcher> activeWatchers() {
        confine();
        return active.list();
    }

    @Override
    public boolean isTurning() {
        return iteration.isTurning();
    }

    // ---- watchers ----

    @Override
    public Watcher.Io io(Pollable pollable, int interest) {
        confine();
        Objects.requireNonNull(pollable, "pollable");
        Interest.checkMask(interest);
        boolean channel = pollable instanceof Pollable.OfChannel;
        if (channel ? !capabilities.channels() : !capabilities.descriptors()) {
            throw new UnsupportedOperationException("the loop " + name + " cannot watch " + pollable + ", only "
                    + (channel ? "descriptors" : "java.nio channels") + "; setting " + Settings.LOOP + " chooses another");
        }
        return new IoWatcher(this, registrations, registrations.open(pollable), interest);
    }

    @Override
    public Watcher.Timer timer(Duration after, Duration repeat) {
        confine();
        return new TimerWatcher(this, after, repeat);
    }

    @Override
    public Watcher.Async async() {
        confine();
        return new AsyncWatcher(this);
    }

    @Override
    public Watcher.Signal signal(String name) {
        confine();
        return new SignalWatcher(this, Objects.requireNonNull(name, "name"));
    }

    @Override
    public Watcher.Child child(ProcessHandle process) {
        confine();
        return new ChildWatcher(this, Objects.requireNonNull(process, "process"), null);
    }

    @Override
    public Watcher.Child child(Process process) {
        confine();
        return new ChildWatcher(this, process.toHandle(), process);
    }

    @Override
    public Watcher.Phase prepare() {
        confine();
        return new PhaseWatcher(this, iteration.prepares);
    }

    @Override
    public Watcher.Phase check() {
        confine();
        return new PhaseWatcher(this, iteration.checks);
    }

    @Override
    public Watcher.Phase idle() {
        confine();
        return new PhaseWatcher(this, iteration.idles);
    }

    @Override
    public Watcher.Stat stat(Path path, Duration interval) {
        confine();
        return new StatWatcher(this, path, interval);
    }

    @Override
    public boolean closing(Pollable pollable) {
        confine();
        return registrations.closing(pollable);
    }

    // ---- callbacks ----

    @Override
    public Callback runCallback(Runnable callback) {
        confine();
        QueuedCallback queued = new QueuedCallback(this, Objects.requireNonNull(callback, "callback"));
        iteration.queue(queued);
        return queued;
    }

    @Override
    public Callback runCallbackThreadSafe(Runnable callback) {
        QueuedCallback queued = new QueuedCallback(this, Objects.requireNonNull(callback, "callback"));
        if (thread.isCurrent()) {
            execute(queued);
        } else {
            post(queued);
        }
        return queued;
    }

    // ---- time ----

    @Override
    public long now() {
        return iteration.now;
    }

    @Override
    public void updateNow() {
        confine();
        iteration.now = environment.nanoTime();
    }

    // ---- running ----

    @Override
    public boolean run(Mode mode) {
        confine();
        if (iteration.isTurning()) {
            throw new IllegalStateException(this + " runs already; run() was called in a callback or a greenlet of it");
        }
        stopped = false;
        for (;;) {
            boolean more = iteration.turn(false, mode);
            if (!more || stopped || closed || mode != Mode.DEFAULT && iteration.isComplete()
                    || Thread.currentThread().isInterrupted()) { // no poll would wait any more
                return more;
            }
        }
    }

    @Override
    public void stop() {
        confine();
        stopped = true;
        iteration.endTurn();
    }

    @Override
    public void ref() {
        confine();
        refs++;
    }

    @Override
    public void unref() {
        confine();
        refs--;
    }

    // ---- about it ----

    @Override
    public SelectorProvider channels() {
        return poller.channels();
    }

    @Override
    public DescriptorCalls descriptorCalls() {
        return poller.descriptorCalls();
    }

    @Override
    public LoopCapabilities capabilities() {
        return capabilities;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public Statistics statistics() {
        int ready = iteration.tasks.size() + iteration.readyCount();
        return new Statistics(
                iteration.polls, active.count(), refs, timers.count(), ready, registrations.size(), iteration.wakeups,
                iteration.runs);
    }

    @Override
    public String toString() {
        return "<loop " + name + " of " + thread.owner().getName() + (closed ? " closed>" : ">");
    }

    // ---- its end ----

    /** In a callback of its own it takes effect at the end of the step. */
    @Override
    public void close() {
        thread.checkUnlessEnded(this);
        if (closed) {
            return;
        }
        if (iteration.isTurning()) {
            iteration.closeLater();
            return;
        }
        active.stopAll();
        closed = true;
        Inbox.Post posts = inbox.close();
        iteration.drainAfterClose(posts);
        poller.close();
    }

    private void refused(Runnable task) {
        if (thread.host() == null) {
            throw new IllegalStateException(this + " was closed and cannot run " + task);
        }
        orphan(task);
    }

    /** Exactly once for each task that a closed loop cannot run. What only brings events to watchers is dropped. Any thread. */
    void orphan(Runnable task) {
        LoopHost host = thread.host();
        if (host != null && !(task instanceof Delivery)) {
            host.orphaned(task instanceof QueuedCallback queued ? queued.callback() : task);
        }
    }

    // ---- for its parts ----

    /** @throws WrongThreadException on another thread @throws IllegalStateException if closed */
    void confine() {
        thread.check(this);
        if (closed) {
            throw new IllegalStateException(this + " was closed");
        }
    }

    /** As {@link #confine}, for what does nothing when closed. */
    void confineOpenOrClosed() {
        thread.check(this);
    }

    long nanoTime() {
        return environment.nanoTime();
    }

    long time() {
        return iteration.now;
    }

    Ring<Runnable> tasks() {
        return iteration.tasks;
    }

    TimerHeap timers() {
        return timers;
    }

    void addRefs(int count) {
        refs += count;
    }

    int refs() {
        return refs;
    }

    /** Whether a watcher is active, also one that doesn't keep the loop going. */
    boolean isWatching() {
        return active.count() > 0;
    }

    void active() {
        LoopHost host = thread.host();
        if (host != null) {
            host.active();
        }
    }

    void started(LoopWatcher watcher) {
        active.add(watcher);
        refs += watcher.ref() ? 1 : 0;
    }

    void stopped(LoopWatcher watcher) {
        active.remove(watcher);
        refs -= watcher.ref() ? 1 : 0;
    }

    /** @return the token to forget it by; 0 if the poller cannot */
    long watchProcess(long pid, Notices.Addressee addressee) {
        long token = registrations.notices.add(addressee);
        return watched(poller.watchProcess(pid, token), token);
    }

    /** @return the token to forget it by; 0 if the poller cannot */
    long watchFile(Path path, Notices.Addressee addressee) {
        long token = registrations.notices.add(addressee);
        return watched(poller.watchFile(path, token), token);
    }

    private long watched(boolean done, long token) {
        if (!done) {
            registrations.notices.remove(token);
        }
        return done ? token : 0;
    }

    void forget(long token) {
        registrations.notices.remove(token);
        poller.forget(token);
    }

    void addReady(LoopWatcher watcher) {
        iteration.incoming.addEvent(watcher, watcher.priority());
    }

    /** Any thread. */
    void deliver(Delivery delivery) {
        inbox.post(delivery);
    }

    /** Runs a watcher's callback where it belongs: an internal one here, a user's where the host says. */
    void call(LoopWatcher watcher, boolean here) {
        LoopHost host = thread.host();
        if (here || host == null) {
            try {
                watcher.run();
            } catch (Throwable t) {
                report(watcher, t);
                watcher.failed();
            }
        } else {
            host.call(watcher, watcher, watcher.onFailure());
        }
    }

    void call(QueuedCallback queued, Runnable callback) {
        LoopHost host = thread.host();
        if (callback instanceof CarrierCallback || host == null) {
            try {
                queued.run();
            } catch (Throwable t) {
                report(callback, t);
            }
        } else {
            host.call(callback, queued, null);
        }
    }

    /** Without a host, failures end where those of a thread do. */
    void report(Object context, Throwable error) {
        LoopHost host = thread.host();
        if (host != null) {
            host.failed(context, error);
            return;
        }
        Thread current = Thread.currentThread();
        current.getUncaughtExceptionHandler().uncaughtException(current, error);
    }
}
