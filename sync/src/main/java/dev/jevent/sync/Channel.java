package dev.jevent.sync;

import dev.jevent.Durations;
import dev.jevent.Measured;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A queue that holds nothing: a sender waits until a receiver has taken its item, and the receiver's code goes on before
 * the sender's. [B-CHA-01, O-CHA-01]
 *
 * <p>Used from any thread, by greenlets of several hubs and by threads without one. First come, first served. Items are
 * not null. {@link Select} waits for several channels at once.
 *
 * <p>Meeting is one step: either both have met, and then a kill or a timeout that comes later takes effect at the next
 * wait; or they haven't, and who goes away leaves nothing behind.
 */
@AnyThread
public final class Channel<T> extends OfferGuard<T> implements Measured {
    static final Object TAKEN = new Object();
    private static final Object SHUT_DOWN = new Object();
    private static final AtomicLong NUMBERS = new AtomicLong();

    /** The order in which a {@link Select} enters the guards of several channels. */
    final long number = NUMBERS.incrementAndGet();

    private final WaitQueue senders = new WaitQueue(); // Offers, and SelectArms that send
    private final WaitQueue receivers = new WaitQueue(); // Waiters, and SelectArms that receive
    private boolean shutdown;

    public Channel() {}

    // ---- sending ----

    /**
     * Waits until a receiver has taken {@code item}.
     *
     * @throws QueueShutdownException if the channel was, or is meanwhile, shut down
     */
    @Switches
    public void put(T item) {
        put(item, -1);
    }

    /** @return false if nobody had come for it before {@code timeout} was over */
    @Switches
    public boolean put(T item, Duration timeout) {
        return put(item, Durations.nanos("timeout", timeout));
    }

    private boolean put(T item, long nanos) {
        Objects.requireNonNull(item, "item");
        Waiter waiter = Waiter.current();
        Offer<T> offer = borrow(item, waiter);
        try {
            enter();
            refuseIfShutdown();
            WaitNode receiver = receivers.claimFirst();
            if (receiver != null) {
                waiter.arm(this);
                waiter.tryClaim(); // from here on only the receiver ends this wait
                leave();
                WaitQueue.wakeAll(receiver, offer);
                waiter.await(-1);
                return true;
            }
            Object outcome = awaitOffer(senders, offer, false, this, nanos);
            if (outcome == SHUT_DOWN) {
                throw shutdownException();
            }
            return outcome != Waiter.TIMED_OUT;
        } finally {
            giveBack(offer);
        }
    }

    /** Gives {@code item} to a receiver that waits. @return false if none does */
    @NeverSwitches
    public boolean tryPut(T item) {
        Objects.requireNonNull(item, "item");
        enter();
        refuseIfShutdown();
        WaitNode receiver = receivers.claimFirst();
        leave();
        WaitQueue.wakeAll(receiver, item);
        return receiver != null;
    }

    // ---- receiving ----

    /**
     * Waits for an item.
     *
     * @throws QueueShutdownException if the channel was, or is meanwhile, shut down
     */
    @Switches
    public T take() {
        return take(-1);
    }

    /** @return null if nobody had come with one before {@code timeout} was over */
    @Switches
    public T take(Duration timeout) {
        return take(Durations.nanos("timeout", timeout));
    }

    private T take(long nanos) {
        Waiter waiter = Waiter.current();
        enter();
        T item = takeOffered();
        if (item != null) {
            return item;
        }
        refuseIfShutdown();
        Object outcome = await(receivers, waiter, this, nanos);
        return outcome == Waiter.TIMED_OUT ? null : received(outcome);
    }

    /** Takes an item from a sender that waits. @return null if none does */
    @NeverSwitches
    public T tryTake() {
        enter();
        T item = takeOffered();
        if (item == null) {
            refuseIfShutdown();
            leave();
        }
        return item;
    }

    /** Takes the item of a sender that waits, and leaves the guard; returns null, still inside, if none does. */
    private T takeOffered() {
        WaitNode sender = senders.claimFirst();
        if (sender == null) {
            return null;
        }
        T item = offered(sender);
        leave();
        WaitQueue.wakeAll(sender, TAKEN);
        return item;
    }

    @SuppressWarnings("unchecked")
    static <T> T offered(WaitNode sender) {
        return (T) (sender instanceof SelectArm arm ? arm.item : ((Offer<?>) sender).item);
    }

    /** The item that a receiver was woken with; lets its sender go on, if that waits. */
    @SuppressWarnings("unchecked")
    T received(Object outcome) {
        if (outcome == SHUT_DOWN) {
            throw shutdownException();
        }
        T item;
        if (outcome instanceof Offer<?> offer) {
            item = (T) offer.item;
            offer.waiter.wake(TAKEN);
        } else if (outcome instanceof SelectArm arm) {
            item = (T) arm.item;
            arm.waiter.wake(arm);
        } else {
            item = (T) outcome;
        }
        return item;
    }

    /** The items as they come, until it is shut down: for a loop over work. [B-CHA-07] */
    public Iterable<T> untilShutdown() {
        return () -> new UntilShutdown<>(this::take);
    }

    // ---- for Select, which holds the guards of all its channels at once ----

    void enterForSelect() {
        enter();
    }

    void leaveForSelect() {
        leave();
    }

    WaitNode claimSender() {
        return senders.claimFirst();
    }

    WaitNode claimReceiver() {
        return receivers.claimFirst();
    }

    boolean isShutdownInside() {
        return shutdown;
    }

    void addSender(WaitNode node) {
        senders.add(node);
    }

    void addReceiver(WaitNode node) {
        receivers.add(node);
    }

    void remove(WaitNode node) {
        enter();
        if (!senders.remove(node)) {
            receivers.remove(node);
        }
        leave();
    }

    static boolean isShutdown(Object outcome) {
        return outcome == SHUT_DOWN;
    }

    // ---- the end, and how it stands ----

    /** Ends it: those who wait, and all who come, get {@link QueueShutdownException}. Idempotent. */
    @NeverSwitches
    public void shutdown() {
        enter();
        shutdown = true;
        WaitNode receiving = receivers.claimAll();
        WaitNode sending = senders.claimAll();
        leave();
        WaitQueue.wakeAll(receiving, SHUT_DOWN);
        WaitQueue.wakeAll(sending, SHUT_DOWN);
    }

    @NeverSwitches
    public boolean isShutdown() {
        enter();
        boolean shut = shutdown;
        leave();
        return shut;
    }

    private void refuseIfShutdown() {
        if (shutdown) {
            leave();
            throw shutdownException();
        }
    }

    QueueShutdownException shutdownException() {
        return new QueueShutdownException(this + " was shut down");
    }

    /** How many more wait to send than to receive; negative if more wait to receive. */
    @NeverSwitches
    public int balance() {
        enter();
        int balance = senders.size() - receivers.size();
        leave();
        return balance;
    }

    @Override
    @NeverSwitches
    public Statistics statistics() {
        enter();
        Statistics snapshot = new Statistics(senders.size(), receivers.size(), shutdown);
        leave();
        return snapshot;
    }

    /**
     * A snapshot, for debuggers and monitoring.
     *
     * @param senders those who wait for a receiver
     * @param receivers those who wait for a sender
     */
    public record Statistics(int senders, int receivers, boolean shutdown) {}

    @Override
    public String toString() {
        return "<Channel at 0x" + Integer.toHexString(System.identityHashCode(this))
                + (senders.isEmpty() ? "" : " senders=" + senders.size())
                + (receivers.isEmpty() ? "" : " receivers=" + receivers.size())
                + (shutdown ? " shutdown>" : ">");
    }
}
