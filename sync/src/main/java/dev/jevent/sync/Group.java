package dev.jevent.sync;

import dev.jevent.Durations;
import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.HubProvider;
import dev.jevent.Jevent;
import dev.jevent.Strand;
import dev.jevent.Task;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/**
 * Greenlets that are joined and killed together. A member leaves by itself when it ends. [B-GRP-01]
 *
 * <p>Used from any thread; what it spawns runs on the hub of the caller. It is {@linkplain #ready() ready}, and its links
 * fire, when it is empty. {@link Pool} has the same verbs and a limit, so that those that start a greenlet may wait.
 *
 * <p>As a scope, which nothing outlives ({@link #scoped}): the first failure, of the body or of a member, kills all others.
 *
 * <pre>{@code
 * var sum = Group.scoped(group -> {
 *     var one = group.spawn(() -> price(first));
 *     var other = group.spawn(() -> price(second));
 *     return one.get() + other.get();
 * });
 * }</pre>
 *
 * <p>A method with a body because {@link #close()}, of try-with-resources, isn't told whether its block failed: it joins.
 */
@AnyThread
public class Group extends Membership implements Iterable<Greenlet<?>>, AutoCloseable {
    public Group() {
        this(Integer.MAX_VALUE);
    }

    /** Of {@code members}, started or not. */
    public Group(Iterable<? extends Greenlet<?>> members) {
        this();
        members.forEach(this::add);
    }

    Group(int slots) {
        super(slots);
    }

    // ---- scopes ----

    /**
     * Runs {@code body} with a group of its own. When this returns or throws, all members have ended: a body that returns
     * waits for them; if it throws, they are killed. If a member fails, the other members are killed, and so is the body, by a
     * {@link GreenletExit} at its current or next wait. What is spawned after that is killed, too.
     *
     * <p>A kill of the caller is a failure of the body. Only a second one, while this waits for members that don't end, is
     * thrown before they have.
     *
     * @throws X what {@code body} throws
     * @throws ExecutionException with the first failure of a member as its cause
     */
    @Switches
    public static <T, X extends Exception> T scoped(Greenlet.Scope<? super Group, T, X> body) throws X, ExecutionException {
        return Scope.run(new Group(), body);
    }

    /** The body of a scope without a result. */
    @FunctionalInterface
    public interface ScopeTask<G, X extends Exception> {
        void run(G group) throws X;
    }

    /** As {@link #scoped}, without a result. */
    @Switches
    public static <X extends Exception> void runScoped(ScopeTask<? super Group, X> body) throws X, ExecutionException {
        Scope.<Group, Void, X>run(new Group(), group -> {
            body.run(group);
            return null;
        });
    }

    // ---- members ----

    /**
     * Starts a greenlet as a member.
     *
     * @throws RejectedExecutionException after {@link #shutdown()}; as all that add do
     */
    @Switches
    public <V> Greenlet<V> spawn(Callable<? extends V> body) {
        Greenlet<V> greenlet = new Greenlet<>(Hub.current(), body);
        reserve(-1);
        startReserved(greenlet);
        return greenlet;
    }

    @Switches
    public Greenlet<Void> spawn(Task body) {
        return spawn(callable(body));
    }

    static Callable<Void> callable(Task body) {
        Objects.requireNonNull(body, "body");
        return () -> {
            body.run();
            return null;
        };
    }

    final void startReserved(Greenlet<?> greenlet) {
        enroll(greenlet);
        greenlet.start();
    }

    /** {@link #add Adds} {@code greenlet} and starts it. */
    @Switches
    public void start(Greenlet<?> greenlet) {
        add(greenlet);
        greenlet.start();
    }

    /** Makes {@code greenlet} a member, started or not. Nothing if it is one, or has ended. */
    @Switches
    public void add(Greenlet<?> greenlet) {
        add(greenlet, -1);
    }

    /** @return false if there was no slot in time */
    final boolean add(Greenlet<?> greenlet, long nanos) {
        if (greenlet.dead() || has(greenlet)) {
            return true;
        }
        if (!reserve(nanos)) {
            return false;
        }
        enroll(greenlet);
        return true;
    }

    /** Lets a member go on outside of the group. @return whether it was one */
    @NeverSwitches
    public boolean discard(Greenlet<?> greenlet) {
        return remove(greenlet);
    }

    @NeverSwitches
    public boolean contains(Greenlet<?> greenlet) {
        return has(greenlet);
    }

    @NeverSwitches
    public int size() {
        return memberCount();
    }

    @NeverSwitches
    public boolean isEmpty() {
        return size() == 0;
    }

    /** The members in the order they were added; a snapshot. */
    @NeverSwitches
    public List<Greenlet<?>> members() {
        return list();
    }

    /** Over the members that are here now. */
    @Override
    public Iterator<Greenlet<?>> iterator() {
        return members().iterator();
    }

    /** Whether a start would have to wait. */
    @NeverSwitches
    public boolean full() {
        return freeCount() == 0;
    }

    /** How many could be started without waiting; {@link Integer#MAX_VALUE} if there is no limit. */
    @NeverSwitches
    public int freeCount() {
        return free();
    }

    /** Waits until one could be started without waiting. @return how many could */
    @Switches
    public int awaitAvailable() {
        return awaitFree(-1);
    }

    /** @return how many could be started without waiting; 0 if {@code timeout} was over before */
    @Switches
    public int awaitAvailable(Duration timeout) {
        return awaitFree(Durations.nanos("timeout", timeout));
    }

    // ---- waiting for them ----

    /** Waits until it is empty. When this returns it may have members again. */
    @Switches
    public void join() {
        awaitReady(-1);
    }

    /** @return whether it was empty at least once before {@code timeout} was over [F-POOL-03] */
    @Switches
    public boolean join(Duration timeout) {
        return awaitReady(Durations.nanos("timeout", timeout));
    }

    /**
     * As {@link #join()}, and throws what the first of the present members failed with.
     *
     * @throws ExecutionException with that error as its cause
     */
    @Switches
    public void joinOrThrow() throws ExecutionException {
        List<Greenlet<?>> present = members();
        join();
        throwFirst(present);
    }

    /** @return whether it was empty at least once before {@code timeout} was over */
    @Switches
    public boolean joinOrThrow(Duration timeout) throws ExecutionException {
        List<Greenlet<?>> present = members();
        boolean empty = join(timeout);
        throwFirst(present);
        return empty;
    }

    private static void throwFirst(List<Greenlet<?>> greenlets) throws ExecutionException {
        for (Greenlet<?> greenlet : greenlets) {
            if (greenlet.exception() != null) {
                throw new ExecutionException(greenlet.exception());
            }
        }
    }

    // ---- ending them ----

    /**
     * Kills all members, also those that come meanwhile, and waits until it is empty. A group kills each member at most once,
     * however often it is asked to. [B-KIL-13]
     */
    @Switches
    public void kill() {
        kill(new GreenletExit());
    }

    @Switches
    public void kill(Throwable error) {
        hitUntilEmpty(Objects.requireNonNull(error, "error"), -1);
    }

    /** @return whether it was empty before {@code timeout} was over */
    @Switches
    public boolean kill(Throwable error, Duration timeout) {
        return hitUntilEmpty(Objects.requireNonNull(error, "error"), Durations.nanos("timeout", timeout));
    }

    /** Kills the present members in a later step of their hubs, without waiting. [B-GRP-04] */
    @NeverSwitches
    public void killLater() {
        killLater(new GreenletExit());
    }

    @NeverSwitches
    public void killLater(Throwable error) {
        hit(Objects.requireNonNull(error, "error"));
    }

    /** Kills one member, unless this group did so before, and waits until it has ended. Nothing if it isn't a member. */
    @Switches
    public void killOne(Greenlet<?> member) {
        killOne(member, new GreenletExit());
    }

    @Switches
    public void killOne(Greenlet<?> member, Throwable error) {
        if (hit(member, Objects.requireNonNull(error, "error"))) {
            member.join();
        }
    }

    /** @return false if it has not ended before {@code timeout} was over */
    @Switches
    public boolean killOne(Greenlet<?> member, Throwable error, Duration timeout) {
        Durations.nanos("timeout", timeout);
        return !hit(member, Objects.requireNonNull(error, "error")) || member.join(timeout);
    }

    @NeverSwitches
    public void killOneLater(Greenlet<?> member, Throwable error) {
        hit(member, Objects.requireNonNull(error, "error"));
    }

    /**
     * Refuses new members, and throws {@link RejectedExecutionException} in those who wait to add one. The members go on.
     * Idempotent.
     */
    @NeverSwitches
    public void shutdown() {
        stopSpawning();
    }

    @NeverSwitches
    public boolean isShutdown() {
        return isStopped();
    }

    /**
     * Refuses new members and waits for those that are here. If that wait is killed, or can never end, they are killed, and
     * it goes on until they have ended; a second kill is thrown at once.
     */
    @Override
    @Switches
    public void close() {
        shutdown();
        try {
            join();
        } catch (Throwable e) {
            kill();
            throw e;
        }
    }

    final void joinAndStop() {
        do {
            join();
        } while (!stopIfEmpty());
    }

    // ---- calls ----

    /** Whether the caller is itself a member. */
    final boolean isCurrentMember() {
        Strand strand = HubProvider.get().currentStrandIfExists();
        return strand != null && has(strand.greenlet());
    }

    /**
     * Runs {@code body} in a member and waits for its result. Called by a member, it runs right there. [B-POL-03]
     *
     * @throws X what {@code body} throws
     * @throws CancellationException if the member was killed
     */
    @Switches
    public <V, X extends Exception> V apply(Jevent.Body<? extends V, X> body) throws X {
        Objects.requireNonNull(body, "body");
        if (isCurrentMember()) {
            return body.call();
        }
        Greenlet<V> call = new Call<>(Hub.current(), body::call);
        reserve(-1);
        startReserved(call);
        call.join();
        if (call.exit() != null) {
            throw new CancellationException(call + " was killed");
        }
        if (call.exception() != null) {
            throw Scope.<RuntimeException>sneaky(call.exception());
        }
        return call.value();
    }

    /** Starts {@code body} as a member as soon as there is a slot for it, and doesn't wait for that. */
    @NeverSwitches
    public <V> Greenlet<V> applyAsync(Callable<? extends V> body) {
        Greenlet<V> greenlet = new Greenlet<>(Hub.current(), Objects.requireNonNull(body, "body"));
        enqueue(greenlet);
        return greenlet;
    }

    /** As {@link #applyAsync(Callable)}. @param callback given the result, in a greenlet of its own, if there is one */
    @NeverSwitches
    public <V> Greenlet<V> applyAsync(Callable<? extends V> body, Consumer<? super V> callback) {
        return thenCall(applyAsync(body), callback);
    }

    private static <V> Greenlet<V> thenCall(Greenlet<V> greenlet, Consumer<? super V> callback) {
        Objects.requireNonNull(callback, "callback");
        greenlet.linkValue(ended -> {
            if (ended.exit() == null) {
                callback.accept(ended.value());
            }
        });
        return greenlet;
    }

    /**
     * Calls {@code mapping} for each item, in members of this group, and waits for all results.
     *
     * <p>The input is read as fast as members can be started. An iterator is given as {@code () -> iterator}, a stream as
     * {@code stream::iterator}, a queue that is still being filled as {@link JoinableQueue#untilShutdown()}. A member of a
     * full pool works on items itself.
     *
     * @return the results in the order of the items
     * @throws X what the first of them that failed threw; the input is read no further then, and the calls that were begun go
     *     on, as they do if the caller is killed
     * @throws CancellationException if that one was killed
     */
    @Switches
    public <T, R, X extends Exception> List<R> map(
            Iterable<? extends T> items, Mapping<? super T, ? extends R, X> mapping) throws X {
        Objects.requireNonNull(mapping, "mapping");
        Hub hub = Hub.current();
        boolean inside = isCurrentMember();
        Results<R> results = new Results<>(this, true, Integer.MAX_VALUE);
        for (T item : items) {
            if (results.hasFailed()) {
                break;
            }
            Callable<R> body = () -> mapping.apply(item);
            if (!results.start(hub, body, inside ? 0 : -1)) {
                results.runHere(body);
            }
        }
        results.fed(null);
        List<R> list = new ArrayList<>();
        while (results.hasNext()) {
            list.add(results.<X>take());
        }
        return list;
    }

    /** As {@link #map}, in a greenlet that isn't a member. */
    @NeverSwitches
    public <T, R, X extends Exception> Greenlet<List<R>> mapAsync(
            Iterable<? extends T> items, Mapping<? super T, ? extends R, X> mapping) {
        Objects.requireNonNull(items, "items");
        Objects.requireNonNull(mapping, "mapping");
        return Hub.current().spawn((Callable<List<R>>) () -> map(items, mapping));
    }

    /** As {@link #mapAsync(Iterable, Mapping)}. @param callback given the results, in a greenlet of its own, if there are */
    @NeverSwitches
    public <T, R, X extends Exception> Greenlet<List<R>> mapAsync(
            Iterable<? extends T> items, Mapping<? super T, ? extends R, X> mapping, Consumer<? super List<R>> callback) {
        return thenCall(this.<T, R, X>mapAsync(items, mapping), callback);
    }

    /**
     * Calls {@code mapping} for each item, in members of this group, and gives each result, in the order of the items, as soon
     * as it is there. Begins at once, in the background, and reads the input as fast as members can be started, whether
     * or not anybody takes the results. Inputs as for {@link #map}; not for a member of a full pool, which would wait for
     * itself.
     */
    @NeverSwitches
    public <T, R, X extends Exception> Results<R> imap(
            Iterable<? extends T> items, Mapping<? super T, ? extends R, X> mapping) {
        return imap(items, mapping, Integer.MAX_VALUE);
    }

    /** @param maxSize how many calls may have been begun whose results were not taken yet [B-POL-18] */
    @NeverSwitches
    public <T, R, X extends Exception> Results<R> imap(
            Iterable<? extends T> items, Mapping<? super T, ? extends R, X> mapping, int maxSize) {
        return feed(true, items, mapping, maxSize);
    }

    /** As {@link #imap(Iterable, Mapping)}, in the order in which the calls end. */
    @NeverSwitches
    public <T, R, X extends Exception> Results<R> imapUnordered(
            Iterable<? extends T> items, Mapping<? super T, ? extends R, X> mapping) {
        return imapUnordered(items, mapping, Integer.MAX_VALUE);
    }

    /** @param maxSize how many calls may have been begun whose results were not taken yet [B-POL-18] */
    @NeverSwitches
    public <T, R, X extends Exception> Results<R> imapUnordered(
            Iterable<? extends T> items, Mapping<? super T, ? extends R, X> mapping, int maxSize) {
        return feed(false, items, mapping, maxSize);
    }

    private <T, R, X extends Exception> Results<R> feed(
            boolean ordered, Iterable<? extends T> items, Mapping<? super T, ? extends R, X> mapping, int maxSize) {
        Objects.requireNonNull(mapping, "mapping");
        if (maxSize < 1) {
            throw new IllegalArgumentException("maxSize: " + maxSize + " (expected: > 0)");
        }
        return new Results<R>(this, ordered, maxSize).feed(Hub.current(), items.iterator(), mapping);
    }

    @Override
    public String toString() {
        return "<" + Texts.identity(this) + " of " + busy() + (isShutdown() ? ", shut down>" : ">");
    }
}
