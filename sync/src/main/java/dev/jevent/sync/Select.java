package dev.jevent.sync;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Durations;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * Waits for several {@link Channel}s at once and sends to, or receives from, exactly one of them. Made once, used for one
 * choice after another:
 *
 * <pre>{@code
 * var select = new Select();
 * var job = select.onTake(jobs);
 * var result = select.onPut(results);
 * while (true) {
 *     result.item(oldest());                  // null: nothing to send this time
 *     var chosen = select.await();
 *     if (chosen == job) begin(job.item());
 * }
 * }</pre>
 *
 * <p>Among several cases that are ready, another one goes first each time. The cases not chosen leave nothing behind,
 * nor does a kill or a timeout.
 *
 * <p>Used by one at a time; the channels may be anybody's.
 */
public final class Select {
    private final List<Case> cases = new ArrayList<>();
    private final List<Channel<?>> channels = new ArrayList<>(); // each once, in the order their guards are entered
    private int first; // the case that goes first next time
    private WaitNode partner; // claimed for the case that is ready
    private volatile boolean inUse;

    public Select() {}

    /** One of the things that a {@link Select} waits for. */
    public abstract static sealed class Case {
        final SelectArm arm = new SelectArm(this);
        private boolean enabled = true;
        boolean shutdown;

        private Case() {}

        /** Whether it is waited for; it is at the start. */
        @NeverSwitches
        public void enabled(boolean enabled) {
            this.enabled = enabled;
        }

        /** Whether this was chosen because the channel was shut down. */
        @NeverSwitches
        public boolean isShutdown() {
            return shutdown;
        }

        boolean isWanted() {
            return enabled;
        }

        abstract Channel<?> channel();

        /** Gets ready for one choice. */
        abstract void prepare();

        /** Takes one who waits at the other side; null if there is none. Inside the guard, as {@link #enqueue}. */
        abstract WaitNode claimPartner();

        abstract void enqueue();

        /** This case was chosen while it waited, with that outcome. */
        abstract void woken(Object outcome);

        /** The choice is over, and it was this one. */
        abstract void chosen();
    }

    /** Receives from a channel. */
    public static final class Receive<T> extends Case {
        private final Channel<T> channel;
        private T item;

        private Receive(Channel<T> channel) {
            this.channel = channel;
        }

        /**
         * What was received when this case was chosen.
         *
         * @throws QueueShutdownException if it was chosen because the channel was shut down
         * @throws IllegalStateException if another case was chosen
         */
        @NeverSwitches
        public T item() {
            if (shutdown) {
                throw channel.shutdownException();
            }
            if (item == null) {
                throw new IllegalStateException("nothing was received from " + channel + ": another case was chosen");
            }
            return item;
        }

        @Override
        Channel<?> channel() {
            return channel;
        }

        @Override
        void prepare() {
            item = null;
        }

        @Override
        WaitNode claimPartner() {
            WaitNode sender = channel.claimSender();
            if (sender != null) {
                item = Channel.offered(sender);
            }
            return sender;
        }

        @Override
        void enqueue() {
            channel.addReceiver(arm);
        }

        @Override
        void woken(Object outcome) {
            if (Channel.isShutdown(outcome)) {
                shutdown = true;
            } else {
                item = channel.received(outcome);
            }
        }

        @Override
        void chosen() {}
    }

    /** Sends to a channel. */
    public static final class Send<T> extends Case {
        private final Channel<T> channel;
        private T item;

        private Send(Channel<T> channel) {
            this.channel = channel;
        }

        /** Sets what is sent, once; null, as at the start and after it was sent: nothing, and the case isn't waited for. */
        @NeverSwitches
        public void item(T item) {
            this.item = item;
        }

        @Override
        boolean isWanted() {
            return item != null && super.isWanted();
        }

        @Override
        Channel<?> channel() {
            return channel;
        }

        @Override
        void prepare() {
            arm.item = item;
        }

        @Override
        WaitNode claimPartner() {
            return channel.claimReceiver();
        }

        @Override
        void enqueue() {
            channel.addSender(arm);
        }

        @Override
        void woken(Object outcome) {
            shutdown = Channel.isShutdown(outcome);
        }

        @Override
        void chosen() {
            if (shutdown) {
                throw channel.shutdownException();
            }
            item = null;
        }
    }

    @NeverSwitches
    public <T> Receive<T> onTake(Channel<T> channel) {
        return add(new Receive<>(Objects.requireNonNull(channel, "channel")));
    }

    @NeverSwitches
    public <T> Send<T> onPut(Channel<T> channel) {
        return add(new Send<>(Objects.requireNonNull(channel, "channel")));
    }

    private <C extends Case> C add(C added) {
        cases.add(added);
        if (!channels.contains(added.channel())) {
            channels.add(added.channel());
            channels.sort(Comparator.comparingLong(channel -> channel.number));
        }
        return added;
    }

    /**
     * Waits until one case can go ahead.
     *
     * @return the case that did. One that receives is also chosen when its channel is shut down
     * @throws QueueShutdownException if the channel of a case that sends is shut down
     * @throws IllegalStateException if no case is enabled
     */
    @Switches
    public Case await() {
        return choose(-1);
    }

    /** @return null if no case could go ahead before {@code timeout} was over */
    @Switches
    public Case await(Duration timeout) {
        return choose(Durations.nanos("timeout", timeout));
    }

    private Case choose(long nanos) {
        Waiter waiter = Waiter.current();
        begin();
        try {
            if (!prepare(waiter) && nanos < 0) {
                throw new IllegalStateException(this + ": no case is enabled, so it would wait for ever");
            }
            enterAll();
            Case ready = findReady();
            if (ready == null) {
                ready = awaitAny(waiter, nanos);
            } else if (partner != null && ready instanceof Send<?>) {
                waiter.arm(this);
                waiter.tryClaim(); // from here on only the receiver ends this wait
                leaveAll();
                WaitQueue.wakeAll(partner, ready.arm);
                waiter.await(-1);
            } else {
                leaveAll();
                WaitQueue.wakeAll(partner, Channel.TAKEN);
            }
            if (ready != null) {
                ready.chosen();
            }
            return ready;
        } finally {
            end();
        }
    }

    /** Lets a case go ahead that can at once. @return null if none can */
    @NeverSwitches
    public Case tryNow() {
        begin();
        try {
            prepare(null);
            enterAll();
            Case ready = findReady();
            leaveAll();
            if (ready != null) {
                WaitQueue.wakeAll(partner, ready instanceof Send<?> send ? send.item : Channel.TAKEN);
                ready.chosen();
            }
            return ready;
        } finally {
            end();
        }
    }

    private void begin() {
        if (inUse) {
            throw new ConcurrentUseException(this + " is in use; each user needs a Select of its own");
        }
        inUse = true;
    }

    private void end() {
        partner = null;
        for (Case each : cases) {
            each.arm.waiter = null;
            each.arm.item = null;
            each.arm.outcome = null;
        }
        inUse = false;
    }

    /** Returns whether any case is waited for. */
    private boolean prepare(Waiter waiter) {
        boolean wanted = false;
        for (Case each : cases) {
            each.shutdown = false;
            each.arm.waiter = waiter;
            each.prepare();
            wanted |= each.isWanted();
        }
        return wanted;
    }

    /** Enters the guards of all channels, always in the same order: two selects never wait for each other. */
    private void enterAll() {
        for (Channel<?> channel : channels) {
            channel.enterForSelect();
        }
    }

    private void leaveAll() {
        for (Channel<?> channel : channels) {
            channel.leaveForSelect();
        }
    }

    /** The first case that can go ahead, with its partner claimed. Inside the guards. */
    private Case findReady() {
        int count = cases.size();
        int start = first++;
        for (int i = 0; i < count; i++) {
            Case each = cases.get(Math.floorMod(start + i, count));
            if (each.isWanted()) {
                each.shutdown = each.channel().isShutdownInside();
                partner = each.shutdown ? null : each.claimPartner();
                if (each.shutdown || partner != null) {
                    return each;
                }
            }
        }
        return null;
    }

    /** Waits in all channels. Called inside the guards; leaves them. */
    private Case awaitAny(Waiter waiter, long nanos) {
        waiter.arm(this);
        for (Case each : cases) {
            if (each.isWanted()) {
                each.enqueue();
            }
        }
        leaveAll();
        Object outcome;
        try {
            outcome = waiter.await(nanos);
        } finally {
            for (Case each : cases) {
                each.channel().remove(each.arm);
            }
        }
        if (outcome == Waiter.TIMED_OUT) {
            return null;
        }
        SelectArm arm = (SelectArm) outcome;
        arm.owner.woken(arm.outcome);
        return arm.owner;
    }

    @Override
    public String toString() {
        return "<Select at 0x" + Integer.toHexString(System.identityHashCode(this)) + " of " + channels + ">";
    }
}
