package dev.jevent.hub;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.HubDestroyed;
import dev.jevent.Loop;
import dev.jevent.LoopExit;
import dev.jevent.Measured;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.Strand;
import dev.jevent.ThreadPool;
import dev.jevent.Waitable;
import dev.jevent.Watcher;
import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopHost;
import dev.jevent.spi.LoopProvider;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** The hub over a loop: greenlets are virtual threads that the loop runs as its tasks. */
final class LoopHub implements Hub, LoopHost {
    /** A unit of rough time is 2 to this power of nanoseconds, about 17 ms: an int goes around in more than two years. */
    private static final int ROUGH = 24;

    private final Thread thread;
    private final Environment environment;
    private final Settings settings;
    private final HubLoop loop;
    private final HubScheduler scheduler;
    private final Thread.Builder.OfVirtual threads;
    private final ClassLoader contextClassLoader;
    private final MainStrand main;
    private final CallbackGreenlet callbacks;
    private final LiveGreenlets live = new LiveGreenlets();
    private final AdoptedThreads adopted = new AdoptedThreads(this);
    private final HubErrors errors = new HubErrors(this);
    private final IdentRegistry idents = new IdentRegistry();
    private final SpawnTree tree;
    private final StallWatch stallWatch; // null: the monitor doesn't look
    private final boolean takesSocketWaits;
    private volatile PolledWaits reading; // null: nobody has waited for a socket of the JDK yet
    private volatile PolledWaits writing;
    private final Set<Measured> parts = new CopyOnWriteArraySet<>();
    private final AtomicInteger holds = new AtomicInteger();
    private final AtomicBoolean ended = new AtomicBoolean();

    private boolean clockIsOld; // written by the monitor's thread, and cleared by the hub's

    private volatile int ident;
    private volatile String name;
    private boolean closing;
    private volatile boolean closed;
    private Resolver resolver;
    private Resolver ownResolver;
    private ThreadPool threadPool;
    private ThreadPool ownThreadPool;

    private LoopHub(Environment environment, Settings settings, LoopProvider provider) {
        CarrierBridge.get().check(); // before anything is made that would have to be closed
        this.thread = Thread.currentThread();
        this.environment = environment;
        this.settings = settings;
        LoopProvider chosen = provider != null ? provider : ProviderChooser.loop(settings);
        this.loop = ProviderChooser.create(chosen, environment, settings);
        this.scheduler = new HubScheduler(this, loop);
        this.threads = CarrierBridge.get().builder(scheduler);
        threads.inheritInheritableThreadLocals(settings.get(Settings.INHERIT_THREAD_LOCALS));
        this.contextClassLoader = contextClassLoader();
        this.tree = settings.get(Settings.TRACK_GREENLET_TREE) ? new SpawnTree() : null;
        this.stallWatch = settings.get(Settings.MONITOR) && environment == Environment.system() ? new StallWatch(this) : null;
        this.takesSocketWaits = loop.capabilities().descriptors() && !environment.simulated();
        this.main = new MainStrand(this, thread);
        this.callbacks = new CallbackGreenlet(this);
    }

    /** Opens a hub for the calling platform thread. */
    static LoopHub open(Environment environment, Settings settings, LoopProvider provider) {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            throw new WrongThreadException(thread + " is virtual; only a platform thread can own a hub");
        }
        LoopHub existing = HubRegistry.ofThread(thread);
        if (existing != null) {
            throw new IllegalStateException(thread + " has " + existing + " already; close it first");
        }
        ReportSignal.install(settings);
        LoopHub hub = new LoopHub(environment, settings, provider);
        try {
            hub.loop.host(hub);
            CarrierBridge.awaitPollers();
            HubRegistry.add(hub);
            if (hub.stallWatch != null) {
                HubMonitor.hubIsOpen();
            }
        } catch (Throwable t) {
            hub.loop.close();
            throw t;
        }
        return hub;
    }

    // ---- parts ----

    Environment environment() {
        return environment;
    }

    HubLoop hubLoop() {
        return loop;
    }

    HubScheduler scheduler() {
        return scheduler;
    }

    MainStrand mainStrand() {
        return main;
    }

    HubErrors errors() {
        return errors;
    }

    StallWatch stallWatch() {
        return stallWatch;
    }

    /** Whether waits in sockets of the JDK can be in its loop. Any thread. */
    boolean takesSocketWaits() {
        return takesSocketWaits;
    }

    PolledWaits socketWaits(boolean read) {
        PolledWaits waits = read ? reading : writing;
        if (waits == null) {
            waits = new PolledWaits(this, read);
            if (read) {
                reading = waits;
            } else {
                writing = waits;
            }
        }
        return waits;
    }

    /** Whether it works while greenlets wait in its loop for sockets of the JDK. The monitor's thread. */
    boolean hasSocketWaits() {
        PolledWaits reads = reading;
        PolledWaits writes = writing;
        return reads != null && reads.isActive() || writes != null && writes.isActive();
    }

    /** Sees to who waits there without leaving the hub's thread. The monitor's thread. */
    void lookAtSocketWaits() {
        PolledWaits reads = reading;
        PolledWaits writes = writing;
        if (reads != null) {
            reads.look();
        }
        if (writes != null) {
            writes.look();
        }
    }

    /**
     * Who holds the hub's thread, as another thread sees it while the hub stands still; null: none that is known. If it goes on
     * meanwhile, the answer may be wrong.
     */
    HubStrand holder() {
        if (!loop.isTurning()) {
            return main;
        }
        if (CarrierBridge.isCarriedBy(callbacks.thread(), thread)) {
            return callbacks;
        }
        GreenletStrand strand = live.first();
        for (int left = live.size(); strand != null && left > 0; left--, strand = strand.nextLive) {
            if (strand.isCarried()) {
                return strand;
            }
        }
        return adopted.carried();
    }

    /**
     * The time in which waits are stamped: that of the loop, so that no wait reads a clock, unless the monitor has seen that the loop
     * hasn't looked at one for a while.
     */
    int roughTime() {
        if (clockIsOld) {
            clockIsOld = false;
            if (!closed) { // else it may be on any thread
                loop.updateNow();
            }
        }
        return (int) (loop.now() >> ROUGH);
    }

    /** The same, by the clock. */
    int roughClock() {
        return (int) (environment.nanoTime() >> ROUGH);
    }

    static Duration ofRough(int time) {
        return Duration.ofNanos((long) time << ROUGH);
    }

    /** The loop hasn't polled since the monitor looked last. The monitor's thread. */
    void clockIsOld() {
        clockIsOld = true;
    }

    /** Whether it has something else to do than what main does by itself. */
    boolean isInUse() {
        return loop.isTurning() || live.size() > 0;
    }

    IdentRegistry idents() {
        return idents;
    }

    Thread newThread(Runnable body) {
        Thread made = threads.unstarted(body);
        if (contextClassLoader != null) {
            made.setContextClassLoader(contextClassLoader);
        }
        return made;
    }

    /** What threads that don't inherit thread-locals would lose with them; null: they have it anyway. */
    private ClassLoader contextClassLoader() {
        ClassLoader mine = thread.getContextClassLoader();
        boolean inherited = settings.get(Settings.INHERIT_THREAD_LOCALS) || mine == ClassLoader.getSystemClassLoader();
        return inherited ? null : mine;
    }

    /** Queues {@code task} for the hub's thread, from any thread. */
    void submit(Runnable task) {
        if (closed) {
            orphaned(task);
        } else if (isCurrent()) {
            loop.execute(task);
        } else {
            loop.post(task);
        }
    }

    @Override
    public boolean isCurrent() {
        Thread current = Thread.currentThread();
        if (current == thread) {
            return true;
        }
        if (!closed && current.getUncaughtExceptionHandler() instanceof HubStrand strand) {
            return strand.hub == this;
        }
        return current.isVirtual() && CarrierBridge.currentCarrier() == thread;
    }

    /** @throws WrongThreadException naming both threads, unless the caller runs on this hub */
    void checkCurrent(String what) {
        if (!isCurrent()) {
            throw new WrongThreadException(what + " of " + this + " was called on " + Thread.currentThread()
                    + "; it belongs to " + thread);
        }
    }

    /** The strand of the caller. @throws WrongThreadException unless it runs on this hub */
    private HubStrand caller(String what) {
        if (closed) {
            throw new HubDestroyed(this + " was closed");
        }
        checkCurrent(what);
        return (HubStrand) dev.jevent.HubProvider.get().currentStrand();
    }

    // ---- greenlets ----

    Strand newStrand(Greenlet<?> greenlet) {
        if (closed) {
            throw new HubDestroyed(this + " was closed");
        }
        GreenletStrand strand = new GreenletStrand(this, greenlet);
        if (tree != null) {
            tree.record(strand);
        }
        return strand;
    }

    void live(GreenletStrand strand) {
        live.add(strand);
        if (closing) {
            loop.endTurn(); // main kills it, too, before it waits for the others
        }
    }

    void ended(GreenletStrand strand, int ident) {
        if (!closed) { // else it may be on any thread
            live.remove(strand);
        }
        if (ident >= 0) {
            idents.free(ident);
        }
    }

    /** The strand of a virtual thread of this hub that doesn't lead to it by itself. */
    HubStrand strandOf(Thread virtual) {
        if (callbacks.thread() == virtual) {
            return callbacks;
        }
        GreenletStrand known = adopted.current();
        if (known != null) {
            return known;
        }
        for (GreenletStrand strand = live.first(); strand != null; strand = strand.nextLive) {
            if (strand.thread() == virtual) {
                return strand; // its uncaught exception handler was replaced
            }
        }
        if (closing) {
            loop.endTurn();
        }
        return adopted.adopt(virtual);
    }

    /** All that haven't ended: greenlets that were started, then adopted threads. */
    List<GreenletStrand> left() {
        List<GreenletStrand> left = new ArrayList<>(live.size());
        for (GreenletStrand strand = live.first(); strand != null; strand = strand.nextLive) {
            left.add(strand);
        }
        left.addAll(adopted.alive());
        return left;
    }

    boolean anyLeft() {
        return live.size() > 0 || !adopted.alive().isEmpty();
    }

    @Override
    public List<Greenlet<?>> greenlets() {
        checkCurrent("greenlets()");
        List<Greenlet<?>> list = new ArrayList<>();
        for (GreenletStrand strand = live.first(); strand != null; strand = strand.nextLive) {
            list.add(strand.greenlet());
        }
        return list;
    }

    // ---- waiting ----

    @Override
    public void sleep(Duration duration, boolean ref) {
        long nanos = Durations.nanos("duration", duration);
        HubStrand strand = caller("sleep");
        if (nanos == 0) {
            strand.yieldNow();
        } else {
            strand.waiter();
            strand.sleep(nanos, ref);
        }
    }

    @Override
    public void yieldNow() {
        caller("yieldNow").yieldNow();
    }

    @Override
    public void idle(int priority) {
        caller("idle").waiter();
        try (Watcher watcher = loop.idle()) {
            watcher.priority(priority);
            await(watcher);
        }
    }

    @Override
    public void await(Watcher watcher) {
        awaitWatcher(watcher, -1);
    }

    @Override
    public boolean await(Watcher watcher, Duration timeout) {
        return awaitWatcher(watcher, Durations.nanos("timeout", timeout));
    }

    private boolean awaitWatcher(Watcher watcher, long nanos) {
        HubStrand strand = caller("await");
        strand.waiter();
        return WatcherWait.await(strand, watcher, nanos);
    }

    @Override
    public void cancelWait(Watcher watcher, Throwable error) {
        Objects.requireNonNull(error, "error");
        checkCurrent("cancelWait");
        if (watcher.callback() instanceof WatcherWait wait) {
            loop.execute(() -> wait.cancel(error));
        }
    }

    @Override
    public void join() {
        joinLoop(-1);
    }

    @Override
    public boolean join(Duration timeout) {
        return joinLoop(Durations.nanos("timeout", timeout));
    }

    private boolean joinLoop(long nanos) {
        if (caller("join") != main || loop.isTurning()) {
            throw new IllegalStateException("join() waits until " + this
                    + " has nothing left to do; only its main can, not " + Greenlet.current() + ", which is itself left");
        }
        return main.joinLoop(nanos);
    }

    @Override
    public <W extends Waitable> List<W> collect(Collection<? extends W> objects, Duration timeout, int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count: " + count + " (expected: >= 0)");
        }
        caller("collect");
        List<W> ready = new ArrayList<>();
        try (WaitSet<W> set = new WaitSet<>(this, objects, timeout == null ? -1 : Durations.nanos("timeout", timeout))) {
            while (ready.size() < count && set.hasNext()) {
                ready.add(set.next());
            }
        }
        return ready;
    }

    @Override
    public <W extends Waitable> Ready<W> iwait(Collection<? extends W> objects, Duration timeout) {
        caller("iwait");
        return new WaitSet<>(this, objects, timeout == null ? -1 : Durations.nanos("timeout", timeout));
    }

    @Override
    public <G extends Greenlet<?>> List<G> joinAllOrThrow(Collection<? extends G> greenlets) throws ExecutionException {
        List<G> ended = new ArrayList<>();
        try (Ready<G> each = iwait(greenlets, null)) {
            for (G greenlet : each) {
                if (greenlet.exception() != null) {
                    throw new ExecutionException(greenlet.exception());
                }
                ended.add(greenlet);
            }
        }
        return ended;
    }

    /** Whether a thread that is no hub's may still make somebody ready: then main goes on waiting. */
    boolean canBeWokenByStrangers() {
        return holds.get() > 0 || callbacks.isBusy() || live.anyInJdkCall() || adopted.anyInJdkCall();
    }

    LoopExit loopExit(HubStrand waiting) {
        return Deadlock.describe(this, waiting, left());
    }

    // ---- what belongs to it ----

    @Override
    public Loop loop() {
        return loop;
    }

    @Override
    public Resolver resolver() {
        caller("resolver()");
        if (resolver == null) {
            resolver = ownResolver = ProviderChooser.create(ProviderChooser.resolver(settings), this, settings);
        }
        return resolver;
    }

    @Override
    public void resolver(Resolver resolver) {
        checkCurrent("resolver()");
        this.resolver = resolver;
    }

    @Override
    public ThreadPool threadPool() {
        caller("threadPool()");
        if (threadPool == null) {
            threadPool = ownThreadPool = newThreadPool(
                    "jevent-worker", settings.get(Settings.THREADPOOL_SIZE), settings.get(Settings.THREADPOOL_SIZE));
        }
        return threadPool;
    }

    @Override
    public void threadPool(ThreadPool pool) {
        checkCurrent("threadPool()");
        threadPool = pool;
    }

    /** Resolver and thread pool, if they are there, and what was added. On the hub's thread. */
    List<Measured> measured() {
        List<Measured> measured = new ArrayList<>();
        if (threadPool != null) {
            measured.add(threadPool);
        }
        if (resolver != null) {
            measured.add(resolver);
        }
        measured.addAll(parts);
        return measured;
    }

    @Override
    public Set<Measured> parts() {
        return parts;
    }

    @Override
    public ThreadPool newThreadPool(String name, int maxSize, int maxQueued) {
        return new WorkerPool(this, name, maxSize, settings.get(Settings.THREADPOOL_IDLE), maxQueued);
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public Thread thread() {
        return thread;
    }

    @Override
    public Greenlet<?> main() {
        return main.greenlet();
    }

    @Override
    public String name() {
        String given = name;
        return given != null ? given : thread.getName();
    }

    @Override
    public void name(String name) {
        this.name = Objects.requireNonNull(name, "name");
    }

    @Override
    public int ident() {
        return ident;
    }

    void ident(int ident) {
        this.ident = ident;
    }

    @Override
    public Hold hold() {
        holds.incrementAndGet();
        AtomicBoolean open = new AtomicBoolean(true);
        return () -> {
            if (open.compareAndSet(true, false)) {
                holds.decrementAndGet();
                submit(LoopHub::nothing); // main may be waiting for a post that will not come
            }
        };
    }

    private static void nothing() {}

    // ---- errors ----

    @Override
    public void errorHandler(ErrorHandler handler) {
        errors.handler(handler);
    }

    @Override
    public void errorStream(PrintStream stream) {
        errors.stream(stream);
    }

    @Override
    public void notErrors(Predicate<? super Throwable> which) {
        errors.notErrors(which);
    }

    @Override
    public void systemErrors(Predicate<? super Throwable> which) {
        errors.systemErrors(which);
    }

    @Override
    public void handleError(Object context, Throwable error) {
        Objects.requireNonNull(error, "error");
        if (closed || callbacks.isCurrent()) {
            errors.report(context, error);
        } else {
            submit(() -> failed(context, error));
        }
    }

    // ---- for the loop ----

    @Override
    public void call(Object context, Runnable callback, CarrierCallback onFailure) {
        callbacks.call(context, callback, onFailure);
    }

    @Override
    public void failed(Object context, Throwable error) {
        if (closed) {
            errors.report(context, error);
        } else {
            callbacks.call(context, () -> errors.report(context, error), null);
        }
    }

    @Override
    public void active() {
        HubMonitor.hubIsActive();
    }

    @Override
    public void orphaned(Runnable task) {
        CarrierBridge.defaultScheduler().execute(() -> {
            try {
                task.run();
            } catch (Throwable t) {
                errors.report(task, t);
            }
        });
    }

    // ---- its end ----

    @Override
    public void close() {
        if (closed) {
            return;
        }
        if (caller("close") != main || loop.isTurning()) {
            throw new BlockingSwitchOutException(this + " can be closed by its main only, not by " + Greenlet.current());
        }
        closing = true;
        try {
            main.killAll(settings.get(Settings.CLOSE_TIMEOUT));
            List<GreenletStrand> left = left();
            if (!left.isEmpty()) {
                errors.report(this, new IllegalStateException(
                        left.size() + " greenlets didn't end when their hub was closed: " + Deadlock.list(left)));
            }
        } finally {
            end(); // also when the loop cannot even turn any more
        }
    }

    /** Closes it although its thread ended without. On the thread of another hub, or two at once. */
    void abandon() {
        try {
            end();
        } catch (RuntimeException e) {
            errors.report(this, e);
        }
    }

    private void end() {
        if (!ended.compareAndSet(false, true)) {
            return;
        }
        close(ownResolver);
        close(ownThreadPool);
        left().forEach(HubStrand::hubEnded);
        live.clear();
        callbacks.close();
        closed = true;
        HubRegistry.remove(this);
        scheduler.handOver();
        close(reading);
        close(writing);
        // What is queued goes on on the JDK's scheduler from here on.
        try {
            loop.close();
        } finally {
            HubRegistry.forEach(other -> other.submit(LoopHub::nothing)); // its main may have waited for us
        }
    }

    private void close(AutoCloseable part) {
        if (part != null) {
            try {
                part.close();
            } catch (Throwable t) {
                errors.report(part, t);
            }
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    @Override
    public Statistics statistics() {
        Loop.Statistics ofLoop = loop.statistics();
        return new Statistics(
                live.size(), live.added(), live.added() - live.size(), ofLoop.ready(), holds.get(), closed, ofLoop);
    }

    @Override
    public String toString() {
        return "<hub " + ident + " \"" + name() + "\" on " + loop.name() + (closed ? ", closed>" : ">");
    }
}
