package dev.jevent.hub;

import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waitable;
import dev.jevent.Waiter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;

/** A wait for several things at once: one arm is registered with each, and those that were woken queue up here. */
final class WaitSet<W extends Waitable> extends Guard implements Hub.Ready<W> {
    private final List<Arm> arms = new ArrayList<>();
    private final ArrayDeque<W> ready; // inside the guard, where it must not grow
    private final WaitQueue taker = new WaitQueue(); // inside the guard: the one in next()
    private final LoopHub hub;
    private final long nanos;
    private final long start;
    private int left;
    private W upcoming;

    /** @param nanos for all together; negative: without limit */
    WaitSet(LoopHub hub, Collection<? extends W> objects, long nanos) {
        this.hub = hub;
        this.nanos = nanos;
        this.start = hub.environment().nanoTime();
        List<W> all = new ArrayList<>(objects);
        ready = new ArrayDeque<>(all.size() + 1);
        left = all.size();
        boolean complete = false;
        try {
            for (W object : all) {
                Arm arm = new Arm(Objects.requireNonNull(object, "object"));
                arms.add(arm);
                if (!object.register(arm)) {
                    arm.wake(null);
                }
            }
            complete = true;
        } finally {
            if (!complete) {
                close();
            }
        }
    }

    private final class Arm extends WaitNode {
        private final W object;

        Arm(W object) {
            this.object = object;
        }

        @Override
        protected boolean claim() {
            return true; // closing the set takes the arm out of its queue instead
        }

        @Override
        public void wake(Object value) {
            enter();
            ready.add(object);
            WaitNode waiting = taker.claimFirst();
            leave();
            if (waiting != null) {
                waiting.wake(object);
            }
        }

        @Override
        public String toString() {
            return "one of a wait for " + arms.size();
        }
    }

    @Override
    public boolean hasNext() {
        if (upcoming == null && left > 0) {
            upcoming = take();
        }
        return upcoming != null;
    }

    @Override
    public W next() {
        if (!hasNext()) {
            throw new NoSuchElementException(left == 0 ? "all objects were ready" : "timed out, " + left + " not ready");
        }
        W next = upcoming;
        upcoming = null;
        return next;
    }

    /** Null when the time is over. */
    private W take() {
        Waiter waiter = null;
        while (true) {
            enter();
            W object = ready.poll();
            if (object != null) {
                leave();
                left--;
                return object;
            }
            if (waiter == null) {
                leave(); // current() may refuse
                waiter = Waiter.current();
                continue;
            }
            long remaining = nanos < 0 ? -1 : Math.max(0, nanos - (hub.environment().nanoTime() - start));
            if (await(taker, waiter, this, remaining) == Waiter.TIMED_OUT) {
                enter();
                object = ready.poll();
                leave();
                if (object != null) {
                    left--;
                }
                return object;
            }
        }
    }

    @Override
    public void close() {
        for (Arm arm : arms) {
            arm.object.unregister(arm);
        }
        left = 0;
        upcoming = null;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("one of [");
        for (int i = 0; i < arms.size() && i < 5; i++) {
            text.append(i == 0 ? "" : ", ").append(arms.get(i).object);
        }
        return text.append(arms.size() > 5 ? ", … " + arms.size() + " in all]" : "]").toString();
    }
}
