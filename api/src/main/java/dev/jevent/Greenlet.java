package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A call that runs on a hub beside others: it has the processor until it waits, and then another greenlet runs.
 *
 * <pre>
 *   NEW ── start() ──▶ SCHEDULED ── its first turn ──▶ RUNNING ── returns or throws ──▶ ENDED
 *    └───── kill() ───────┴──────────────────────────────────────────────────────────────▲
 * </pre>
 *
 * <p>{@code start()} of one that was started or ended: nothing. {@code kill()} of one that ended: nothing.
 * {@code join()} of one never started: waits.
 *
 * <p>Made by {@link Hub#spawn}, or subclassed with {@link #run()} overridden. Every method but the protected ones may be
 * called from any thread.
 */
@AnyThread
public class Greenlet<V> extends Linkable<Greenlet<V>> implements Result<V> {
    /** Where a greenlet is in its life. */
    public enum Phase { NEW, SCHEDULED, RUNNING, ENDED }

    private static final CopyOnWriteArrayList<Consumer<? super Greenlet<?>>> SPAWN_CALLBACKS =
            new CopyOnWriteArrayList<>();

    private final Strand strand;
    private Object body; // Callable<? extends V> or Task; after the end only its class, so that nothing it holds is kept
    private volatile Phase phase = Phase.NEW;
    private V value;
    private Throwable thrown; // what it failed with, or the GreenletExit that killed it
    private volatile Details details; // name, ident, spawn tree: for those greenlets that are asked

    /** For subclasses that override {@link #run()}; belongs to the caller's hub. */
    protected Greenlet() {
        this(Hub.current());
    }

    /** For subclasses that override {@link #run()}. */
    @SuppressWarnings("this-escape") // the strand only keeps the reference
    protected Greenlet(Hub hub) {
        strand = HubProvider.get().newStrand(hub, this);
    }

    /** Belongs to the caller's hub. */
    public Greenlet(Callable<? extends V> body) {
        this(Hub.current(), body);
    }

    @SuppressWarnings("this-escape") // the strand only keeps the reference
    public Greenlet(Hub hub, Callable<? extends V> body) {
        this.body = Objects.requireNonNull(body, "body");
        strand = HubProvider.get().newStrand(hub, this);
    }

    @SuppressWarnings("this-escape") // the strand only keeps the reference
    private Greenlet(Hub hub, Task body) {
        this.body = Objects.requireNonNull(body, "body");
        strand = HubProvider.get().newStrand(hub, this);
    }

    static Greenlet<Void> of(Hub hub, Task body) {
        return new Greenlet<>(hub, body);
    }

    /** For hubs: stands for code that runs already, on a stack that is there. */
    protected Greenlet(Strand strand) {
        this.strand = strand;
        this.phase = Phase.RUNNING;
    }

    /** The running greenlet: of the caller's virtual thread, or main's on a thread that owns a hub. Makes a hub if need be. */
    public static Greenlet<?> current() {
        return HubProvider.get().currentStrand().greenlet();
    }

    /**
     * The body. Runs once, on its own stack, with other greenlets running while it waits.
     *
     * @throws Exception ends the greenlet as failed: the exception is kept, reported once, and thrown by {@link #get()}
     */
    @Switches
    protected V run() throws Exception {
        if (body == null) {
            throw new IllegalStateException(getClass().getName() + " neither overrides run() nor was given a body");
        }
        if (body instanceof Task task) {
            task.run();
            return null;
        }
        @SuppressWarnings("unchecked")
        Callable<? extends V> call = (Callable<? extends V>) body;
        return call.call();
    }

    /**
     * Whether the hub is told of a failure with {@code error}: true, unless whoever started this always gets the error
     * himself. Must neither wait nor throw.
     */
    protected boolean isReported(Throwable error) {
        return true;
    }

    // ---- life ----

    /** Schedules the first turn, after those that are ready now. Nothing if it was started or has ended. */
    @NeverSwitches
    public void start() {
        startAfter(null);
    }

    /** Schedules the first turn after {@code delay}. Nothing if it was started or has ended. */
    @NeverSwitches
    public void startLater(Duration delay) {
        Durations.nanos("delay", delay);
        startAfter(delay);
    }

    private void startAfter(Duration delay) {
        enter();
        if (phase != Phase.NEW) {
            leave();
            return;
        }
        phase = Phase.SCHEDULED;
        leave();
        for (Consumer<? super Greenlet<?>> callback : SPAWN_CALLBACKS) {
            try {
                callback.accept(this);
            } catch (Throwable t) {
                hub().handleError(callback, t);
            }
        }
        strand.start(delay);
    }

    /**
     * Calls {@code callback} with every greenlet that is started from now on, before it runs, where it is started. An error
     * of the callback is reported to the greenlet's hub. [F-GRN-33, B-TRE-10]
     */
    public static void addSpawnCallback(Consumer<? super Greenlet<?>> callback) {
        SPAWN_CALLBACKS.addIfAbsent(callback);
    }

    public static void removeSpawnCallback(Consumer<? super Greenlet<?>> callback) {
        SPAWN_CALLBACKS.remove(callback);
    }

    /** The first turn is here. Returns false if the greenlet was killed before. */
    final boolean begin() {
        enter();
        try {
            if (phase != Phase.SCHEDULED) {
                return false;
            }
            phase = Phase.RUNNING;
            return true;
        } finally {
            leave();
        }
    }

    /** Ends a greenlet that never ran. Returns false if it has begun or ended. */
    final boolean endUnstarted(Throwable error) {
        enter();
        boolean unstarted = phase == Phase.NEW || phase == Phase.SCHEDULED;
        if (unstarted) {
            phase = Phase.RUNNING; // nobody else may begin or end it now
        }
        leave();
        if (unstarted) {
            strand.discard();
            end(null, error);
        }
        return unstarted;
    }

    @SuppressWarnings("unchecked") // the body's result
    final void end(Object result, Throwable error) {
        try {
            if (error != null && !(error instanceof GreenletExit) && isReported(error)) {
                strand.report(error);
            }
        } finally {
            ended((V) result, error); // whatever happened to the report, those who wait must be told
        }
    }

    private void ended(V result, Throwable error) {
        enter();
        value = result;
        thrown = error;
        body = body == null ? null : body.getClass();
        phase = Phase.ENDED;
        WaitNode waiting = claimWaiters();
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    public Phase phase() {
        return phase;
    }

    /** From the moment it was scheduled until it ended. */
    public boolean started() {
        Phase now = phase;
        return now == Phase.SCHEDULED || now == Phase.RUNNING;
    }

    /** Ended, or killed before it ever ran. */
    public boolean dead() {
        return phase == Phase.ENDED;
    }

    @Override
    protected boolean isReady() {
        return phase == Phase.ENDED;
    }

    @Override
    public boolean successful() {
        return phase == Phase.ENDED && (thrown == null || thrown instanceof GreenletExit);
    }

    /** The value; null before the end, after a failure, and when it was killed. */
    @Override
    public V value() {
        return phase == Phase.ENDED ? value : null;
    }

    /** What it failed with; null before the end, after a success, and when {@link GreenletExit} killed it. */
    @Override
    public Throwable exception() {
        return phase == Phase.ENDED && !(thrown instanceof GreenletExit) ? thrown : null;
    }

    /** The {@link GreenletExit} that ended it, or null. gevent keeps it as the value; a typed value cannot hold it. */
    public GreenletExit exit() {
        return phase == Phase.ENDED && thrown instanceof GreenletExit exit ? exit : null;
    }

    // ---- waiting for it ----

    @Override
    @Switches
    public void join() {
        awaitReady(-1);
    }

    @Override
    @Switches
    public boolean join(Duration timeout) {
        return awaitReady(Durations.nanos("timeout", timeout));
    }

    /**
     * Waits for the value. Null when the greenlet was {@linkplain #kill() killed}.
     *
     * @throws ExecutionException with what the body threw as its cause
     * @throws CancellationException if {@link #cancel} ended it
     */
    @Override
    @Switches
    public V get() throws InterruptedException, ExecutionException {
        interruptibly(-1);
        return outcome();
    }

    @Override
    @Switches
    public V get(Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
        if (!interruptibly(Durations.nanos("timeout", timeout))) {
            throw new TimeoutException(this + " has not ended after " + Durations.text(timeout));
        }
        return outcome();
    }

    private boolean interruptibly(long nanos) throws InterruptedException {
        try {
            return awaitReady(nanos);
        } catch (GreenletInterrupted e) {
            throw e.asInterruptedException();
        }
    }

    private V outcome() throws ExecutionException {
        if (isCancelled()) {
            throw new CancellationException(this + " was cancelled");
        }
        if (thrown != null && !(thrown instanceof GreenletExit)) {
            throw new ExecutionException(thrown);
        }
        return value;
    }

    // ---- ending it ----

    /** Kills it with a {@link GreenletExit} and waits until it has ended. One that never ran, never runs. */
    @Switches
    public void kill() {
        kill(new GreenletExit());
    }

    /**
     * Throws {@code error} into it at its current or next wait, and waits until it has ended. It may catch the error and
     * go on; then this goes on waiting. Killing oneself throws right here.
     */
    @Switches
    public void kill(Throwable error) {
        Objects.requireNonNull(error, "error");
        if (isCurrent()) {
            throw Throwing.sneaky(error);
        }
        killLater(error);
        join();
    }

    /**
     * As {@link #kill(Throwable)}, waiting no longer than {@code timeout}.
     *
     * @return whether it has ended
     */
    @Switches
    public boolean kill(Throwable error, Duration timeout) {
        Objects.requireNonNull(error, "error");
        Durations.nanos("timeout", timeout);
        if (isCurrent()) {
            throw Throwing.sneaky(error);
        }
        killLater(error);
        return join(timeout);
    }

    /** Kills it with a {@link GreenletExit} in a later step of its hub, without waiting; at once if it hasn't begun. */
    @NeverSwitches
    public void killLater() {
        killLater(new GreenletExit());
    }

    /**
     * Throws {@code error} into it in a later step of its hub, without waiting. Each call delivers one error. One that hasn't
     * begun ends at once, or, if another thread calls, when its hub hears of it.
     */
    @NeverSwitches
    public void killLater(Throwable error) {
        killLater(error, 0);
    }

    /**
     * As {@link #killLater(Throwable)}, but delivered also inside of {@code depth} {@linkplain #shielded shielded} parts: for
     * what was begun in there, such as a timeout.
     */
    @NeverSwitches
    public void killLater(Throwable error, int depth) {
        Objects.requireNonNull(error, "error");
        if (phase != Phase.ENDED) {
            strand.throwLater(error, depth);
        }
    }

    private boolean isCurrent() {
        return phase == Phase.RUNNING && HubProvider.get().currentStrandIfExists() == strand;
    }

    /**
     * Kills it as {@link java.util.concurrent.Future} has it: afterwards {@link #get()} throws {@link CancellationException}.
     *
     * @param mayInterruptIfRunning false: only if it has not begun yet
     */
    @Override
    @NeverSwitches
    public boolean cancel(boolean mayInterruptIfRunning) {
        enter();
        boolean possible = phase != Phase.ENDED && (mayInterruptIfRunning || phase != Phase.RUNNING);
        leave();
        if (possible) {
            details().cancelled = true;
            strand.throwLater(new GreenletExit("cancelled"), 0);
        }
        return possible;
    }

    @Override
    public boolean isCancelled() {
        return details != null && details.cancelled && exit() != null;
    }

    /** Takes back an error that was thrown into this greenlet and not delivered yet. Returns whether it was there. */
    public boolean takeBack(Throwable error) {
        return strand.takeBack(error);
    }

    /**
     * Runs {@code body} in the calling greenlet with kills and timeouts from outside held back until it is over; timeouts that
     * are started inside work there.
     *
     * @throws Exception what {@code body} throws
     */
    @Switches
    public static <T> T shielded(Callable<T> body) throws Exception {
        Strand strand = HubProvider.get().currentStrand();
        strand.shield(1);
        try {
            return body.call();
        } finally {
            strand.shield(-1);
        }
    }

    /** How many {@linkplain #shielded shielded} parts it is in, each inside of the one before. Called on its hub. */
    @NeverSwitches
    public int shieldDepth() {
        return strand.shieldDepth();
    }

    /**
     * Runs {@code scope} with {@code greenlet} as its helper: when the scope is left, the helper has ended. A scope that
     * returns waits for it; a scope that throws, and a wait that fails, kill it with that error. [F-GRN-27, B-CTX]
     *
     * @return what {@code scope} returned
     */
    @Switches
    public static <G extends Greenlet<?>, T, X extends Exception> T scoped(G greenlet, Scope<? super G, T, X> scope) throws X {
        T result;
        try {
            result = scope.call(greenlet);
            greenlet.join();
        } catch (Throwable error) {
            greenlet.kill(error);
            throw error;
        }
        return result;
    }

    /** The body of {@link #scoped}. */
    @FunctionalInterface
    public interface Scope<G, T, X extends Exception> {
        T call(G greenlet) throws X;
    }

    // ---- links ----

    @Override
    protected Hub linkHub() {
        Hub mine = Hub.ifExists();
        return mine != null ? mine : hub();
    }

    /** Calls {@code callback} with this greenlet in a greenlet of its own, where it may wait, once it has ended. */
    @NeverSwitches
    public void link(Consumer<? super Greenlet<V>> callback) {
        linkSpawning(callback, outcome -> true);
    }

    /** As {@link #link}, only after a success; a {@link GreenletExit} counts as one. */
    @NeverSwitches
    public void linkValue(Consumer<? super Greenlet<V>> callback) {
        linkSpawning(callback, Greenlet::successful);
    }

    /** As {@link #link}, only after a failure. */
    @NeverSwitches
    public void linkException(Consumer<? super Greenlet<V>> callback) {
        linkSpawning(callback, ended -> !ended.successful());
    }

    private void linkSpawning(Consumer<? super Greenlet<V>> callback, Predicate<Greenlet<V>> when) {
        Objects.requireNonNull(callback, "callback");
        Hub hub = linkHub();
        link(ended -> {
            if (when.test(ended)) {
                hub.spawnRaw(() -> callback.accept(ended));
            }
        }, callback);
    }

    @NeverSwitches
    public void unlinkAll() {
        unlink(null, true);
    }

    public boolean hasLinks() {
        return linkCount() > 0;
    }

    // ---- who it is ----

    public Hub hub() {
        return strand.hub();
    }

    /** The thread it runs on, as debuggers and thread dumps show it. */
    public Thread thread() {
        return strand.thread();
    }

    /** For hubs. */
    public final Strand strand() {
        return strand;
    }

    /** A small number, unique among the live greenlets of its hub and used again after its end. [B-TRE-04] */
    public int ident() {
        Details known = details();
        if (known.ident < 0) {
            enter(); // so that the end comes before, and then nobody would free the number, or after
            try {
                if (known.ident < 0) {
                    known.ident = HubProvider.get().ident(this);
                }
            } finally {
                leave();
            }
        }
        return known.ident;
    }

    /** Its name; {@code Greenlet-N} with its {@link #ident()} unless one was set. */
    public String name() {
        Details known = details();
        return known.name != null ? known.name : "Greenlet-" + ident();
    }

    /** Names it; its thread gets the same name. */
    public void name(String name) {
        details().name = Objects.requireNonNull(name, "name");
        thread().setName(name);
    }

    /** Who spawned it: null unless {@code jevent.track.greenlet.tree} is on, and after the spawner's memory was freed. */
    public Greenlet<?> spawningGreenlet() {
        return details == null || details.spawner == null ? null : details.spawner.get();
    }

    /** Values shared by a tree of greenlets; empty and immutable unless {@code jevent.track.greenlet.tree} is on. */
    public Map<Object, Object> spawnTreeLocals() {
        return details == null || details.treeLocals == null ? Map.of() : details.treeLocals;
    }

    /** Where it was spawned: empty unless {@code jevent.track.greenlet.tree} is on. */
    public List<StackTraceElement> spawningStack() {
        return details == null || details.spawningStack == null ? List.of() : details.spawningStack;
    }

    private Details details() {
        if (details == null) {
            Details made = new Details();
            enter();
            if (details == null) {
                details = made;
            }
            leave();
        }
        return details;
    }

    /** What only some greenlets need, so that the others stay small. */
    static final class Details {
        private volatile String name;
        private volatile int ident = -1;
        private WeakReference<Greenlet<?>> spawner;
        private Map<Object, Object> treeLocals;
        private List<StackTraceElement> spawningStack;
        private volatile boolean cancelled;

        private Details() {}

        private void spawnedBy(Greenlet<?> spawner, Map<Object, Object> treeLocals, List<StackTraceElement> stack) {
            this.spawner = new WeakReference<>(spawner);
            this.treeLocals = treeLocals;
            this.spawningStack = stack;
        }
    }

    /** The ident if one was handed out, else -1. */
    final int identIfAny() {
        return details == null ? -1 : details.ident;
    }

    final void spawnedBy(Greenlet<?> spawner, Map<Object, Object> treeLocals, List<StackTraceElement> stack) {
        details().spawnedBy(spawner, treeLocals, stack);
    }

    /** Class, name if one was set or asked for, and the class of its body; the same before and after its end. */
    @Override
    public String toString() {
        Details known = details;
        Object task = body;
        StringBuilder text = new StringBuilder("<").append(Texts.className(getClass()));
        if (known != null && (known.name != null || known.ident >= 0)) {
            text.append(" \"").append(name()).append('"');
        }
        text.append(" at 0x").append(Integer.toHexString(System.identityHashCode(this)));
        if (task != null) {
            text.append(": ").append(kind());
        }
        return text.append('>').toString();
    }

    /** What many of them may have in common: the class of the body, or of a subclass. */
    final String kind() {
        Object task = body;
        return Texts.className(task == null ? getClass() : task instanceof Class<?> type ? type : task.getClass());
    }
}
