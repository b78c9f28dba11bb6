package dev.jevent.sync.sim;

import dev.jevent.Guard;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import java.time.Duration;

/** A channel, right but for the one thing that a subclass does wrong. */
class BrokenChannels extends Guard implements Box {
    private static final Object TAKEN = new Object();

    final WaitQueue senders = new WaitQueue();
    final WaitQueue receivers = new WaitQueue();

    /** One who waits to send, with its item. */
    static final class Offer extends WaitNode {
        final Integer item;
        final Waiter waiter;

        Offer(Integer item, Waiter waiter) {
            this.item = item;
            this.waiter = waiter;
        }

        @Override
        protected boolean claim() {
            return waiter.tryClaim();
        }

        @Override
        public void wake(Object value) {
            waiter.wake(value);
        }
    }

    private static long nanos(Duration timeout) {
        return timeout == null ? -1 : timeout.toNanos();
    }

    @Override
    public boolean put(Integer item, Duration timeout) {
        Waiter waiter = Waiter.current();
        Offer offer = new Offer(item, waiter);
        enter();
        WaitNode receiver = receivers.claimFirst();
        waiter.arm(this);
        if (receiver != null) {
            waiter.tryClaim();
            leave();
            meet(receiver, offer);
            waiter.await(-1);
            return true;
        }
        senders.add(offer);
        leave();
        boolean sent = false;
        try {
            sent = waiter.await(nanos(timeout)) != Waiter.TIMED_OUT;
            return sent;
        } finally {
            if (!sent) {
                withdraw(offer);
            }
        }
    }

    /** Wakes the receiver, which wakes the sender. */
    void meet(WaitNode receiver, Offer offer) {
        receiver.wake(offer);
    }

    void withdraw(Offer offer) {
        enter();
        senders.remove(offer);
        leave();
    }

    @Override
    public Integer take(Duration timeout) {
        Waiter waiter = Waiter.current();
        enter();
        WaitNode sender = senders.claimFirst();
        if (sender != null) {
            leave();
            sender.wake(TAKEN);
            return ((Offer) sender).item;
        }
        return received(await(receivers, waiter, this, nanos(timeout)));
    }

    Integer received(Object outcome) {
        if (outcome == Waiter.TIMED_OUT) {
            return null;
        }
        ((Offer) outcome).wake(TAKEN);
        return ((Offer) outcome).item;
    }

    @Override
    public boolean tryPut(Integer item) {
        return false;
    }

    @Override
    public Integer tryTake() {
        return null;
    }

    @Override
    public int size() {
        return 0;
    }

    /** Wakes the sender beside the receiver, instead of after it. */
    static final class WakesTheSenderFirst extends BrokenChannels {
        @Override
        void meet(WaitNode receiver, Offer offer) {
            offer.wake(TAKEN);
            receiver.wake(offer);
        }

        @Override
        Integer received(Object outcome) {
            return outcome == Waiter.TIMED_OUT ? null : ((Offer) outcome).item;
        }
    }

    /** An offer whose sender gave up or was killed stays, and is taken later. */
    static final class KeepsWithdrawnOffers extends BrokenChannels {
        @Override
        public Integer take(Duration timeout) {
            enter();
            Integer[] left = new Integer[1];
            senders.forEach(node -> left[0] = left[0] == null && !((Offer) node).waiter.isWaiting() ? ((Offer) node).item : left[0]);
            leave();
            return left[0] != null ? left[0] : super.take(timeout);
        }

        @Override
        void withdraw(Offer offer) {}
    }

    /** Says that it was sent as soon as somebody looks for it, who may be killed before taking it. */
    static final class LosesTheItemOfAKilledReceiver extends BrokenChannels {
        @Override
        public Integer take(Duration timeout) {
            Waiter waiter = Waiter.current();
            enter();
            WaitNode sender = senders.claimFirst();
            if (sender != null) {
                leave();
                sender.wake(TAKEN);
                dev.jevent.Jevent.yieldNow(); // a place where a kill can come
                return ((Offer) sender).item;
            }
            return received(await(receivers, waiter, this, nanos(timeout)));
        }
    }
}
