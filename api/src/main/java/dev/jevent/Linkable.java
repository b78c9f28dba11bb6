package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Base of what tells others when it is ready: greenlets that wait, and callbacks linked to it.
 *
 * <p>Links run in a later step of the hub that made them, in the hub greenlet, first linked first called; they must not
 * wait. An error of one is reported and doesn't stop the others. A link fires once. Linking to something that is ready
 * fires too, and never inside the call.
 *
 * @param <S> the type itself
 */
public abstract class Linkable<S extends Linkable<S>> extends Guard implements Waitable {
    /** Those who wait and those who linked, in order; null until the first comes. */
    private WaitQueue waiters;

    /** Links whose turn was scheduled and hasn't come, in order; they can still be unlinked. */
    private Link<S> scheduled;

    private Link<S> lastScheduled;

    protected Linkable() {}

    /** Whether this is ready; called inside the guard. */
    protected abstract boolean isReady();

    @Override
    public boolean ready() {
        return isReady();
    }

    /** The waiters, made on demand; called inside the guard. */
    protected final WaitQueue waiters() {
        WaitQueue queue = waiters;
        return queue != null ? queue : (waiters = new WaitQueue());
    }

    /** Whether anybody waits or linked; called inside the guard. */
    protected final boolean hasWaiters() {
        return waiters != null && !waiters.isEmpty();
    }

    /** Claims everybody who waits; called inside the guard, to be followed outside by {@link WaitQueue#wakeAll}. */
    protected final WaitNode claimWaiters() {
        return hasWaiters() ? waiters.claimAll() : null;
    }

    /**
     * Waits until this is ready.
     *
     * @param nanos as in {@link Waiter#await}
     * @return whether it became ready in time
     */
    protected final boolean awaitReady(long nanos) {
        if (isReady()) {
            return true;
        }
        if (nanos == 0) {
            return false;
        }
        Waiter waiter = Waiter.current();
        enter();
        if (isReady()) {
            leave();
            return true;
        }
        // As await() has it, but one frame less under everybody who waits.
        WaitQueue queue = waiters();
        waiter.arm(this);
        queue.add(waiter);
        leave();
        boolean woken = false;
        try {
            woken = waiter.await(nanos) != Waiter.TIMED_OUT;
            return woken;
        } finally {
            if (!woken) {
                withdraw(queue, waiter);
            }
        }
    }

    @Override
    public boolean register(WaitNode node) {
        enter();
        try {
            if (isReady()) {
                return false;
            }
            waiters().add(node);
            return true;
        } finally {
            leave();
        }
    }

    @Override
    public void unregister(WaitNode node) {
        enter();
        if (waiters != null) {
            waiters.remove(node);
        }
        leave();
    }

    /** The hub in which links made by the caller run. */
    protected Hub linkHub() {
        return Hub.current();
    }

    /**
     * Calls {@code callback} once with this object when it is ready, in the hub greenlet: it must not wait.
     *
     * @throws NullPointerException if {@code callback} is null [B-LNK-12]
     */
    @AnyThread
    @NeverSwitches
    public void rawLink(Consumer<? super S> callback) {
        link(callback, callback);
    }

    /** As {@link #rawLink}, with {@code key} for {@link #unlink} when {@code callback} is a wrapper around it. */
    protected final void link(Consumer<? super S> callback, Object key) {
        Objects.requireNonNull(callback, "callback");
        Link<S> link = new Link<>(this, callback, key, linkHub());
        if (!register(link)) {
            link.wake(null);
        }
    }

    /**
     * Removes the first link with that callback, also one whose turn is scheduled; silently nothing if there is none.
     *
     * @param callback compared by {@code equals}
     */
    @AnyThread
    @NeverSwitches
    public void unlink(Object callback) {
        unlink(callback, false);
    }

    final void unlink(Object callback, boolean all) {
        for (Link<?> link : links()) {
            if ((all || link.isFor(callback)) && remove(link) && !all) { // user code compares, so outside of the guard
                return;
            }
        }
    }

    /** Those that haven't run, in order. */
    private List<Link<?>> links() {
        List<Link<?>> links = new ArrayList<>();
        enter();
        try {
            for (Link<S> link = scheduled; link != null; link = link.nextScheduled) {
                links.add(link);
            }
            if (waiters != null) {
                waiters.forEach(node -> {
                    if (node instanceof Link<?> link) {
                        links.add(link);
                    }
                });
            }
        } finally {
            leave();
        }
        return links;
    }

    /** Returns false if it runs, has run or was removed already. */
    private boolean remove(Link<?> link) {
        enter();
        boolean removed = waiters != null && waiters.remove(link) || !link.over;
        link.over = true;
        leave();
        return removed;
    }

    @Override
    public int linkCount() {
        enter();
        try {
            int count = waiters == null ? 0 : waiters.size();
            for (Link<S> link = scheduled; link != null; link = link.nextScheduled) {
                if (!link.over) {
                    count++;
                }
            }
            return count;
        } finally {
            leave();
        }
    }

    /** Adds for whom those stand who wait here. */
    final void owners(Collection<Object> into) {
        List<WaitNode> nodes = null;
        enter();
        try {
            if (hasWaiters()) {
                List<WaitNode> all = nodes = new ArrayList<>();
                waiters.forEach(all::add);
            }
        } finally {
            leave();
        }
        if (nodes == null) {
            return;
        }
        for (WaitNode node : nodes) {
            Object owner = node.owner();
            if (owner != null) {
                into.add(owner);
            }
        }
    }

    final void addScheduled(Link<S> link) {
        enter();
        if (scheduled == null) {
            scheduled = link;
        } else {
            lastScheduled.nextScheduled = link;
        }
        lastScheduled = link;
        leave();
    }

    /** Returns whether the link may run: false if it was unlinked meanwhile. */
    final boolean removeScheduled(Link<S> link) {
        enter();
        Link<S> before = null;
        Link<S> each = scheduled;
        while (each != null && each != link) { // those of other hubs may be before it
            before = each;
            each = each.nextScheduled;
        }
        if (each == null) {
            leave();
            return false;
        }
        if (before == null) {
            scheduled = link.nextScheduled;
        } else {
            before.nextScheduled = link.nextScheduled;
        }
        if (lastScheduled == link) {
            lastScheduled = before;
        }
        link.nextScheduled = null;
        boolean runs = !link.over;
        link.over = true;
        leave();
        return runs;
    }

    @SuppressWarnings("unchecked")
    final S self() {
        return (S) this;
    }
}
