package dev.jevent.hub;

import dev.jevent.Greenlet;
import dev.jevent.GreenletInterrupted;
import dev.jevent.HubDestroyed;
import dev.jevent.InvalidSwitchException;
import dev.jevent.Strand;
import dev.jevent.Waiter;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import java.util.Collection;
import java.util.Locale;

/**
 * What the strands of greenlets and of main have in common: errors thrown into them that wait to be delivered, and one
 * alarm for all their timed waits.
 *
 * <p>It is its thread's uncaught exception handler: the one field of a {@link Thread} that leads back to its strand
 * without a map. Its fields are used on the hub's thread only.
 */
abstract class HubStrand extends Strand implements Thread.UncaughtExceptionHandler {
    /** Of an error that are asked whether they tell of an interrupt; causes may go in circles. */
    private static final int MOST_CAUSES = 20;

    final LoopHub hub;

    private Thrown undelivered;
    private Delivery onItsWay; // the last of those thrown in by this hub's own thread that are still queued in the loop
    Alarm alarm; // of a delayed start, then of timed waits
    private int waitBegan; // in the hub's rough time
    private int shields;
    private boolean interruptedToDeliver;
    private boolean sleepKeepsLoop = true;

    HubStrand(LoopHub hub) {
        this.hub = hub;
    }

    @Override
    public final LoopHub hub() {
        return hub;
    }

    @Override
    public final long nanoTime() {
        return hub.environment().nanoTime();
    }

    /** This strand as a waiter. @throws dev.jevent.BlockingSwitchOutException where nobody may wait */
    Waiter waiter() {
        return this;
    }

    /** The place of an error among those thrown in and not delivered. */
    private static final class Thrown {
        final Throwable error;
        final int depth; // in how many shielded parts it may be delivered
        Thrown next;

        Thrown(Throwable error, int depth) {
            this.error = error;
            this.depth = depth;
        }
    }

    final String kindOfGreenlet() {
        return kind();
    }

    /** What the greenlet is a member of. Any thread. */
    final void ownersInto(Collection<Object> into) {
        owners(into);
    }

    // ---- errors thrown in ----

    @Override
    protected final void throwLater(Throwable error, int depth) {
        Recording.killed(this, error);
        boolean here = hub.isCurrent() && !hub.isClosed();
        if (here && endUnstarted(error)) {
            return; // its first turn, which is queued already, must not come before its end [F-GRN-14]
        }
        Delivery delivery = new Delivery(this, error, depth);
        if (here) {
            delivery.previous = onItsWay;
            onItsWay = delivery;
        }
        hub.submit(delivery);
    }

    /** A kill on its way, as a task of the loop. */
    private static final class Delivery implements Runnable {
        private final HubStrand strand;
        private final int depth;
        private Throwable error; // null: taken back
        private Delivery previous;

        Delivery(HubStrand strand, Throwable error, int depth) {
            this.strand = strand;
            this.error = error;
            this.depth = depth;
        }

        @Override
        public void run() {
            if (strand.hub.isClosed()) {
                strand.deliverToOrphan(error);
                return;
            }
            strand.arrived(this);
            if (error != null) {
                strand.deliver(error, depth);
            }
        }
    }

    private void arrived(Delivery delivery) {
        if (onItsWay == delivery) {
            onItsWay = delivery.previous;
            return;
        }
        for (Delivery later = onItsWay; later != null; later = later.previous) {
            if (later.previous == delivery) {
                later.previous = delivery.previous;
                return;
            }
        }
    }

    /** Throws {@code error} in: at the current wait, or at the next. On the hub's thread. */
    final void deliver(Throwable error, int depth) {
        if (endUnstarted(error) || greenlet().dead()) {
            return;
        }
        boolean now = shields <= depth && !isDeliverable() && tryClaim();
        if (now && !endsAsJdkCall()) {
            fail(error);
            return;
        }
        keep(error, depth);
        if (now) {
            wake(INTERRUPTED);
            interruptToDeliver();
        } else {
            nudge();
        }
    }

    private void keep(Throwable error, int depth) {
        Thrown thrown = new Thrown(error, depth);
        if (undelivered == null) {
            undelivered = thrown;
        } else {
            Thrown last = undelivered;
            while (last.next != null) {
                last = last.next;
            }
            last.next = thrown;
        }
    }

    private void interruptToDeliver() {
        interruptedToDeliver = true;
        thread().interrupt();
    }

    /** Whether what is thrown in ends the current wait as an interrupt ends a JDK call. */
    private boolean endsAsJdkCall() {
        return isAsJdkCall() && this instanceof GreenletStrand;
    }

    /**
     * Ends what a greenlet that outlived its hub waits for. On any thread, so nothing can be kept for later; its next jevent
     * wait fails anyway.
     */
    private void deliverToOrphan(Throwable error) {
        if (error == null || endUnstarted(error)) {
            return;
        }
        if (tryClaim()) {
            fail(error);
        } else if (this instanceof GreenletStrand) {
            thread().interrupt();
        }
    }

    /** The hub ends, and this greenlet hasn't: it never begins, or its wait is over, shielded or not. */
    final void hubEnded() {
        HubDestroyed end = new HubDestroyed(hub + " was closed");
        if (!endUnstarted(end) && tryClaim()) {
            fail(end);
        }
    }

    /** Makes a greenlet that is, or will be, inside a JDK wait leave it, so that it comes to where errors are delivered. */
    private void nudge() {
        if (!isDeliverable() || isInterruptedToDeliver() || !(this instanceof GreenletStrand)) {
            return;
        }
        switch (isInWait() ? Thread.State.RUNNABLE : thread().getState()) {
            case WAITING, TIMED_WAITING, BLOCKED -> interruptToDeliver();
            case NEW, TERMINATED -> { }
            // It is in the queue. Look again behind it: it may have gone into a JDK wait then.
            default -> hub.hubLoop().execute(this::nudge);
        }
    }

    @Override
    protected final boolean takeBack(Throwable error) {
        hub.checkCurrent("takeBack");
        Thrown before = null;
        for (Thrown thrown = undelivered; thrown != null; before = thrown, thrown = thrown.next) {
            if (thrown.error == error) {
                if (before == null) {
                    undelivered = thrown.next;
                } else {
                    before.next = thrown.next;
                }
                if (undelivered == null) {
                    clearOwnInterrupt();
                }
                return true;
            }
        }
        for (Delivery delivery = onItsWay; delivery != null; delivery = delivery.previous) {
            if (delivery.error == error) {
                delivery.error = null;
                return true;
            }
        }
        return false;
    }

    /** Whether the interrupt is still to be noticed; a JDK call may have taken it, and its caller ignored that. */
    private boolean isInterruptedToDeliver() {
        return interruptedToDeliver && thread().isInterrupted();
    }

    /**
     * The error that the interrupt was for is gone. Another thread cannot clear the flag, and may not even see it: a lock hides
     * it until it is acquired. Then the next wait does.
     */
    private void clearOwnInterrupt() {
        if (interruptedToDeliver && Thread.currentThread() == thread()) {
            interruptedToDeliver = false;
            Thread.interrupted();
        }
    }

    @Override
    protected final void report(Throwable error) {
        hub.handleError(greenlet(), error);
    }

    @Override
    protected final Throwable endedWith(Throwable error) {
        if (interruptedToDeliver && isDeliverable() && tellsOfInterrupt(error)) {
            Throwable kill = takeUndelivered();
            if (kill != error) {
                kill.addSuppressed(error);
            }
            return kill;
        }
        return error;
    }

    /**
     * Whether {@code error} says that somebody was interrupted: itself, as {@link InterruptedException} does or a socket that
     * was "Closed by interrupt", or one of its causes. Anything else is the greenlet's own failure.
     */
    private static boolean tellsOfInterrupt(Throwable error) {
        try {
            for (int depth = 0; error != null && depth < MOST_CAUSES; depth++) {
                String message = error.getMessage();
                if (error.getClass().getName().contains("Interrupt")
                        || message != null && message.toLowerCase(Locale.ROOT).contains("interrupt")) {
                    return true;
                }
                error = error.getCause();
            }
        } catch (RuntimeException | StackOverflowError e) {
            // an error of users that cannot even be asked
        }
        return false;
    }

    /** Whether something that was thrown in may be delivered in the shielded parts that this is in now. */
    private boolean isDeliverable() {
        Thrown first = undelivered;
        if (first == null || shields == 0) {
            return first != null;
        }
        while (first != null && first.depth < shields) {
            first = first.next;
        }
        return first != null;
    }

    /** The first that is deliverable. */
    private Throwable takeUndelivered() {
        Thrown before = null;
        Thrown first = undelivered;
        while (first.depth < shields) {
            before = first;
            first = first.next;
        }
        if (before == null) {
            undelivered = first.next;
        } else {
            before.next = first.next;
        }
        clearOwnInterrupt();
        return first.error;
    }

    @Override
    protected final void shield(int change) {
        shields += change;
        nudge();
    }

    @Override
    protected final int shieldDepth() {
        return shields;
    }

    /** Throws what is to be delivered, at a switch point that isn't a wait. */
    final void throwUndelivered() {
        if (isDeliverable()) {
            throw thrownHere(takeUndelivered());
        }
    }

    // ---- waiting ----

    @Override
    protected final void beforeWait() {
        waitBegan = hub.roughTime();
        if (undelivered != null && isDeliverable() && tryClaim()) {
            if (endsAsJdkCall()) {
                wakeHere(INTERRUPTED);
                interruptToDeliver();
            } else {
                failHere(takeUndelivered());
            }
            return;
        }
        if (interruptedToDeliver && undelivered == null) {
            clearOwnInterrupt();
        }
        interpose("wait");
    }

    /** How long the current wait has lasted, in rough time; on the hub's thread. */
    final int waited(int now) {
        return Math.max(0, now - waitBegan);
    }

    private void interpose(String where) {
        if (hub.environment().simulated()) {
            hub.environment().interpose(where);
        }
    }

    /** Blocks, without limit but for an alarm that ends the wait after {@code nanos}. */
    final void blockNanos(long nanos) {
        Alarm deadline = alarm;
        if (deadline == null) {
            alarm = deadline = hub.hubLoop().alarm(new Expiry(this));
        }
        deadline.set(nanos, sleepKeepsLoop);
        try {
            block(-1);
        } finally {
            if (!hub.isClosed()) { // else it may be on any thread
                deadline.cancel();
            }
        }
    }

    /** The end of this strand's timed wait. */
    private static final class Expiry implements CarrierCallback {
        private final HubStrand strand;

        Expiry(HubStrand strand) {
            this.strand = strand;
        }

        @Override
        public void run() {
            if (strand.tryClaim()) {
                strand.wake(TIMED_OUT);
            }
        }
    }

    /** The thread was found interrupted, and the flag cleared. Returns whether the flag must be set again afterwards. */
    final boolean interrupted() {
        if (interruptedToDeliver) {
            interruptedToDeliver = false;
            if (isDeliverable() && tryClaim()) {
                if (endsAsJdkCall()) {
                    wakeHere(INTERRUPTED);
                    interruptedToDeliver = true;
                    return true;
                }
                failHere(takeUndelivered());
            }
            return false;
        }
        if (shields == 0 && tryClaim()) {
            failHere(new GreenletInterrupted());
            return false;
        }
        return true; // the wait has another outcome, or is shielded: the interrupt stays for what comes after it
    }

    /** Lets others run for {@code nanos}. */
    final void sleep(long nanos, boolean ref) {
        arm(Sleep.INSTANCE);
        sleepKeepsLoop = ref;
        Object woken;
        try {
            woken = await(nanos);
        } finally {
            sleepKeepsLoop = true;
        }
        if (woken != TIMED_OUT) {
            throw new InvalidSwitchException(this + " was woken from its sleep with " + woken);
        }
    }

    /** What a sleeping greenlet waits for, in dumps. */
    private enum Sleep {
        INSTANCE;

        @Override
        public String toString() {
            return "the end of its sleep";
        }
    }

    /** Goes to the end of the queue, unless something is thrown in. */
    final void yieldNow() {
        waiter();
        throwUndelivered();
        interpose("yield");
        goToTheEnd();
        throwUndelivered();
    }

    abstract void goToTheEnd();

    @Override
    public void uncaughtException(Thread thread, Throwable error) {
        hub.handleError(greenlet(), error);
    }

    @Override
    public String toString() {
        Greenlet<?> greenlet = greenlet();
        return greenlet == null ? "strand of " + hub : greenlet.toString();
    }
}
