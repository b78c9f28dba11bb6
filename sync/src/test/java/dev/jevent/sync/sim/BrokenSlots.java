package dev.jevent.sync.sim;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.sync.Semaphore;
import java.util.ArrayList;
import java.util.List;

/** A pool, right but for the one thing that a subclass does wrong. */
class BrokenSlots implements Slots {
    final Semaphore free;
    final List<Greenlet<Void>> members = new ArrayList<>();

    BrokenSlots(int slots) {
        free = new Semaphore(slots);
    }

    @Override
    public Greenlet<Void> spawn(Task body) {
        free.acquire();
        Greenlet<Void> member = make(body);
        members.add(member);
        member.rawLink(this::ended);
        member.start();
        return member;
    }

    Greenlet<Void> make(Task body) {
        return new Greenlet<>(Hub.current(), () -> {
            body.run();
            return null;
        });
    }

    void ended(Greenlet<Void> member) {
        members.remove(member);
        free.release();
    }

    @Override
    public int size() {
        return members.size();
    }

    @Override
    public void join() {
        while (!members.isEmpty()) {
            members.getFirst().join();
            Hub.current().yieldNow(); // its link
        }
    }

    /** The slot of a member that failed stays taken. */
    static final class LosesTheSlotOfAFailure extends BrokenSlots {
        LosesTheSlotOfAFailure(int slots) {
            super(slots);
        }

        @Override
        void ended(Greenlet<Void> member) {
            members.remove(member);
            if (member.exception() == null) {
                free.release();
            }
        }
    }

    /** The member gives its slot back itself: one killed before it began doesn't. */
    static final class LosesTheSlotOfOneThatNeverBegan extends BrokenSlots {
        LosesTheSlotOfOneThatNeverBegan(int slots) {
            super(slots);
        }

        @Override
        Greenlet<Void> make(Task body) {
            return super.make(() -> {
                try {
                    body.run();
                } finally {
                    free.release();
                }
            });
        }

        @Override
        void ended(Greenlet<Void> member) {
            members.remove(member);
        }
    }

    /** Waits for those who were there at the beginning of the wait, and not for each of them. */
    static final class JoinReturnsEarly extends BrokenSlots {
        JoinReturnsEarly(int slots) {
            super(slots);
        }

        @Override
        public void join() {
            if (!members.isEmpty()) {
                members.getFirst().join();
                Hub.current().yieldNow();
            }
        }
    }

    /** Looks whether there is a slot, lets others run, and takes it without looking again. */
    static final class HasTooManyMembers extends BrokenSlots {
        private final int slots;

        HasTooManyMembers(int slots) {
            super(1000);
            this.slots = slots;
        }

        @Override
        public Greenlet<Void> spawn(Task body) {
            while (members.size() >= slots) {
                members.getFirst().join();
                Hub.current().yieldNow();
            }
            Hub.current().yieldNow();
            return super.spawn(body);
        }
    }
}
