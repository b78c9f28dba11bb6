package dev.jevent.sync;

import dev.jevent.Greenlet;
import dev.jevent.WaitNode;

/** The place of a greenlet in a {@link Group}: woken when the greenlet ends. */
final class Member extends WaitNode {
    /** The place of a member among those that wait for a slot: it is started when it gets one. */
    final class Turn extends WaitNode {
        @Override
        protected boolean claim() {
            turn = null;
            return true;
        }

        @Override
        public void wake(Object value) {
            try {
                greenlet.start();
            } catch (Throwable e) { // of a spawn callback; the one who runs here has nothing to do with it
                greenlet.hub().handleError(greenlet, e);
            }
        }
    }

    final Membership group;
    final Greenlet<?> greenlet;

    // Below: inside the group's guard.
    Member previous;
    Member next;
    boolean listed;

    /** Null if it has a slot, or left. */
    Turn turn;

    /** A kill of the group was thrown into it; that happens once. */
    boolean hit;

    Member(Membership group, Greenlet<?> greenlet) {
        this.group = group;
        this.greenlet = greenlet;
    }

    @Override
    protected boolean claim() {
        return true; // who leaves the group is taken out of the greenlet's queue instead
    }

    @Override
    protected Object owner() {
        return group;
    }

    /** It has ended. On the thread of its hub, perhaps where nobody may wait. */
    @Override
    public void wake(Object value) {
        group.ended(this);
    }
}
