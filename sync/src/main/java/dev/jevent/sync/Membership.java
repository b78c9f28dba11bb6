package dev.jevent.sync;

import dev.jevent.Greenlet;
import dev.jevent.Linkable;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * Who belongs to a {@link Group}, and the slots that limit how many may: the state behind it.
 *
 * <pre>
 *   outside ── reserve() ──▶ a slot is reserved ── enroll() ──▶ member ── it ends, or discard() ──▶ outside
 *      └────── enqueue() ──▶ member without slot ── its turn ──────▲
 * </pre>
 *
 * <p>Slots are handed over: one that becomes free while others wait goes to the first of them, in the same step. So a
 * group with someone waiting for a slot is never empty, and nobody overtakes.
 */
abstract class Membership extends Linkable<Group> {
    private static final Object GRANTED = new Object();

    private final IdentityHashMap<Greenlet<?>, Member> members = new IdentityHashMap<>(4);
    private Member first; // in the order they were added
    private Member last;
    private int spared; // members that no kill of the group has hit

    private final int slots;
    private int taken; // slots reserved, or held by members
    private int reserved; // slots of those who are not members yet
    private final WaitQueue spawners = new WaitQueue(); // want a slot: Waiters, and Turns of members
    private final WaitQueue observers = new WaitQueue(); // wait until a slot is free
    private final WaitQueue killers = new WaitQueue(); // wait until it is empty, or somebody new is to be killed
    private final WaitQueue terminators = new WaitQueue(); // wait until it is empty and shut down

    private volatile int busy; // members and reserved slots; written inside the guard
    private volatile boolean shutdown;
    private Scope scope; // told of failures; null if this is none's

    /** @param slots {@link Integer#MAX_VALUE}: no limit */
    Membership(int slots) {
        this.slots = slots;
    }

    final void scope(Scope scope) {
        this.scope = scope;
    }

    @Override
    protected final boolean isReady() {
        return busy == 0;
    }

    // ---- coming ----

    /**
     * Takes a slot, waiting while there is none; {@link #enroll} must follow, with no wait between.
     *
     * @return false if there was none in time
     */
    final boolean reserve(long nanos) {
        if (tryReserve()) {
            return true;
        }
        if (nanos == 0) {
            return false;
        }
        Waiter waiter = Waiter.current();
        enter();
        refuseIfShutdown();
        if (takeSlot()) {
            leave();
            return true;
        }
        Object outcome = await(spawners, waiter, this, nanos);
        if (outcome != GRANTED && outcome != Waiter.TIMED_OUT) {
            throw shutdownException();
        }
        return outcome == GRANTED;
    }

    final boolean tryReserve() {
        enter();
        refuseIfShutdown();
        boolean free = takeSlot();
        leave();
        return free;
    }

    private boolean takeSlot() {
        if (taken == slots) {
            return false;
        }
        taken++;
        reserved++;
        count();
        return true;
    }

    /**
     * Makes {@code greenlet} a member in the slot reserved.
     *
     * @return false, with the slot given up, if it is a member already or has ended
     */
    final boolean enroll(Greenlet<?> greenlet) {
        Member member = null;
        enter();
        reserved--;
        boolean added = false;
        try {
            member = new Member(this, greenlet);
            added = members.putIfAbsent(greenlet, member) == null;
        } finally {
            if (!added) {
                leaveAndTell(true);
            }
        }
        return added && leaveWith(member);
    }

    /** Makes {@code greenlet} a member and starts it: at once if there is a slot, else when its turn comes. */
    final void enqueue(Greenlet<?> greenlet) {
        if (tryReserve()) {
            if (enroll(greenlet)) {
                greenlet.start();
            }
            return;
        }
        Member member = new Member(this, greenlet);
        Member.Turn turn = member.new Turn();
        enter();
        boolean added = false;
        try {
            refuseInside();
            added = members.putIfAbsent(greenlet, member) == null;
        } finally {
            if (!added) {
                leave();
            }
        }
        if (!added) {
            return;
        }
        boolean slot = taken < slots; // freed meanwhile
        if (slot) {
            taken++;
        } else {
            member.turn = turn;
            spawners.add(turn);
        }
        if (leaveWith(member) && slot) {
            greenlet.start();
        }
    }

    /** Appends the new member and leaves the guard. @return false, with the member gone again, if it has ended before */
    private boolean leaveWith(Member member) {
        member.listed = true;
        member.previous = last;
        if (last == null) {
            first = member;
        } else {
            last.next = member;
        }
        last = member;
        spared++;
        count();
        WaitNode killing = killers.claimAll();
        leave();
        WaitQueue.wakeAll(killing, this);
        if (!member.greenlet.register(member)) {
            ended(member);
            return false;
        }
        return true;
    }

    // ---- going ----

    /** The member has ended. Any thread, where nobody may wait. */
    final void ended(Member member) {
        if (scope != null && member.greenlet.exception() != null) {
            scope.failed(member.greenlet.exception());
        }
        enter();
        if (member.listed) {
            leaveWithout(member);
        } else {
            leave();
        }
    }

    /** Lets a member go on outside. @return false if it isn't one */
    final boolean remove(Greenlet<?> greenlet) {
        enter();
        Member member = members.get(greenlet);
        if (member == null) {
            leave();
            return false;
        }
        leaveWithout(member);
        greenlet.unregister(member);
        return true;
    }

    private void leaveWithout(Member member) {
        members.remove(member.greenlet);
        member.listed = false;
        if (member.previous == null) {
            first = member.next;
        } else {
            member.previous.next = member.next;
        }
        if (member.next == null) {
            last = member.previous;
        } else {
            member.next.previous = member.previous;
        }
        if (!member.hit) {
            spared--;
        }
        boolean hadSlot = member.turn == null;
        if (!hadSlot) {
            spawners.remove(member.turn);
            member.turn = null;
        }
        leaveAndTell(hadSlot);
    }

    /** Leaves the guard, and tells those whom it concerns. @param slotFree a slot was given up */
    private void leaveAndTell(boolean slotFree) {
        WaitNode granted = null;
        WaitNode observing = null;
        if (slotFree) {
            granted = spawners.claimFirst();
            if (granted == null) {
                taken--;
                observing = observers.claimAll();
            } else if (granted instanceof Waiter) {
                reserved++;
            }
        }
        count();
        WaitNode joining = null;
        WaitNode killing = null;
        WaitNode terminating = null;
        if (busy == 0) {
            joining = claimWaiters();
            killing = killers.claimAll();
            terminating = shutdown ? terminators.claimAll() : null;
        }
        leave();
        WaitQueue.wakeAll(granted, GRANTED);
        WaitQueue.wakeAll(joining, this);
        WaitQueue.wakeAll(killing, this);
        WaitQueue.wakeAll(terminating, this);
        WaitQueue.wakeAll(observing, this);
    }

    private void count() {
        busy = members.size() + reserved;
    }

    // ---- killing ----

    /** Throws {@code error} into each member that no kill of this group has hit yet. */
    final void hit(Throwable error) {
        List<Greenlet<?>> victims;
        enter();
        try {
            victims = new ArrayList<>(spared);
            for (Member member = first; member != null; member = member.next) {
                if (!member.hit) {
                    member.hit = true;
                    victims.add(member.greenlet);
                }
            }
            spared = 0;
        } finally {
            leave();
        }
        for (Greenlet<?> victim : victims) {
            victim.killLater(error);
        }
    }

    /** Hits all members, also those that come meanwhile, until there is none. @return whether there was none in time */
    final boolean hitUntilEmpty(Throwable error, long nanos) {
        hit(error);
        if (isReady() || nanos == 0) {
            return isReady();
        }
        Waiter waiter = Waiter.current();
        long start = nanos < 0 ? 0 : waiter.nanoTime();
        while (true) {
            hit(error);
            enter();
            if (busy == 0) {
                leave();
                return true;
            }
            if (spared > 0) {
                leave();
                continue;
            }
            long left = nanos < 0 ? nanos : Math.max(0, nanos - (waiter.nanoTime() - start));
            if (await(killers, waiter, this, left) == Waiter.TIMED_OUT) {
                return false;
            }
        }
    }

    /** Throws {@code error} into a member, if no kill of this group has hit it yet. @return false if it isn't a member */
    final boolean hit(Greenlet<?> greenlet, Throwable error) {
        enter();
        Member member = members.get(greenlet);
        boolean now = member != null && !member.hit;
        if (now) {
            member.hit = true;
            spared--;
        }
        leave();
        if (now) {
            greenlet.killLater(error);
        }
        return member != null;
    }

    // ---- the end ----

    final void stopSpawning() {
        List<Waiter> refused = new ArrayList<>();
        WaitNode terminating;
        enter();
        try {
            spawners.forEach(node -> {
                if (node instanceof Waiter waiter) {
                    refused.add(waiter);
                }
            });
            refused.removeIf(waiter -> !spawners.remove(waiter) || !waiter.tryClaim());
            shutdown = true;
            terminating = busy == 0 ? terminators.claimAll() : null;
        } finally {
            leave();
        }
        for (Waiter waiter : refused) {
            waiter.wake(this);
        }
        WaitQueue.wakeAll(terminating, this);
    }

    /** Refuses new members if there is none now. @return whether that is so */
    final boolean stopIfEmpty() {
        enter();
        WaitNode terminating = null;
        if (busy == 0) {
            shutdown = true;
            terminating = terminators.claimAll();
        }
        boolean stopped = shutdown;
        leave();
        WaitQueue.wakeAll(terminating, this);
        return stopped;
    }

    /** Takes out the members that have no slot yet, in order: they will not be started. */
    final List<Greenlet<?>> removeQueued() {
        List<Greenlet<?>> queued = new ArrayList<>();
        for (Greenlet<?> greenlet : list()) {
            enter();
            Member member = members.get(greenlet);
            if (member != null && member.turn != null) {
                leaveWithout(member);
                greenlet.unregister(member);
                queued.add(greenlet);
            } else {
                leave();
            }
        }
        return queued;
    }

    final boolean isTerminated() {
        return shutdown && busy == 0;
    }

    final boolean awaitTerminated(long nanos) {
        if (isTerminated() || nanos == 0) {
            return isTerminated();
        }
        Waiter waiter = Waiter.current();
        enter();
        if (isTerminated()) {
            leave();
            return true;
        }
        return await(terminators, waiter, this, nanos) != Waiter.TIMED_OUT;
    }

    final boolean isStopped() {
        return shutdown;
    }

    /** Leaves the guard and throws, or does nothing. */
    private void refuseIfShutdown() {
        if (shutdown) {
            leave();
            throw shutdownException();
        }
    }

    private void refuseInside() {
        if (shutdown) {
            throw shutdownException();
        }
    }

    private RejectedExecutionException shutdownException() {
        return new RejectedExecutionException(this + " was shut down");
    }

    // ---- looking ----

    final boolean has(Greenlet<?> greenlet) {
        enter();
        boolean found = members.containsKey(greenlet);
        leave();
        return found;
    }

    final List<Greenlet<?>> list() {
        enter();
        try {
            List<Greenlet<?>> list = new ArrayList<>(members.size());
            for (Member member = first; member != null; member = member.next) {
                list.add(member.greenlet);
            }
            return list;
        } finally {
            leave();
        }
    }

    /** Members and reserved slots, without the guard, so that it can be asked for at any moment. */
    final int busy() {
        return busy;
    }

    final int memberCount() {
        enter();
        int count = members.size();
        leave();
        return count;
    }

    /** Members that have no slot yet. */
    final int queuedCount() {
        enter();
        int count = 0;
        for (Member member = first; member != null; member = member.next) {
            count += member.turn == null ? 0 : 1;
        }
        leave();
        return count;
    }

    /** Those who wait for a slot, members among them. */
    final int waitingCount() {
        enter();
        int count = spawners.size();
        leave();
        return count;
    }

    final int free() {
        enter();
        int free = slots == Integer.MAX_VALUE ? slots : slots - taken;
        leave();
        return free;
    }

    /** Waits until a slot is free, without taking it. @return how many are; 0 if none was in time */
    final int awaitFree(long nanos) {
        int free = free();
        if (free > 0 || nanos == 0) {
            return free;
        }
        Waiter waiter = Waiter.current();
        long start = nanos < 0 ? 0 : waiter.nanoTime();
        for (boolean woken = false; ; woken = true) {
            enter();
            if (taken < slots) {
                free = slots - taken;
                leave();
                return free;
            }
            long left = nanos < 0 ? nanos : Math.max(0, nanos - (waiter.nanoTime() - start));
            Object outcome = woken
                    ? awaitAgain(observers, waiter, this, left)
                    : await(observers, waiter, this, left);
            if (outcome == Waiter.TIMED_OUT) {
                return 0;
            }
        }
    }
}
