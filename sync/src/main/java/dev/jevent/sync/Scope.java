package dev.jevent.sync;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Guard;
import java.util.concurrent.ExecutionException;

/**
 * The life of a group as a scope: when the scope is left, all members have ended. The first error, of a member or of the
 * body, ends all the others.
 */
final class Scope extends Guard {
    private final Group group;
    private final Greenlet<?> owner = Greenlet.current();

    /** Thrown into the body when a member has failed. */
    private final GreenletExit signal = new GreenletExit("a member of its scope failed");

    // Inside the guard.
    private Throwable failure; // the first of a member while the body ran
    private boolean left;

    private Scope(Group group) {
        this.group = group;
    }

    static <G extends Group, T, X extends Exception> T run(G group, Greenlet.Scope<? super G, T, X> body)
            throws X, ExecutionException {
        Scope scope = new Scope(group);
        group.scope(scope);
        T result;
        try {
            result = body.call(group);
            group.joinAndStop();
        } catch (Throwable thrown) {
            throw scope.<X>failed(thrown, scope.endMembers());
        }
        Throwable failure = scope.endMembers();
        if (failure != null) {
            throw new ExecutionException(failure);
        }
        return result;
    }

    /** A member has failed. Any thread, where nobody may wait. */
    void failed(Throwable error) {
        enter();
        boolean first = failure == null && !left;
        if (first) {
            failure = error;
        }
        leave();
        if (first) {
            group.killLater();
            if (owner.hub().isCurrent()) {
                owner.killLater(signal);
            } else {
                owner.hub().loop().runCallbackThreadSafe(this::signal);
            }
        }
    }

    /** On the owner's hub, where an error thrown in can be taken back until it is delivered. */
    private void signal() {
        enter();
        boolean late = left;
        leave();
        if (!late) {
            owner.killLater(signal);
        }
    }

    /**
     * Ends what is left of the group, and sees to it that the signal hits nothing after the scope. A second kill of the
     * owner, while this waits, is thrown at once.
     *
     * @return the failure of a member that came first, or null
     */
    private Throwable endMembers() {
        enter();
        left = true;
        Throwable first = failure;
        leave();
        if (first != null) {
            owner.takeBack(signal);
        }
        group.hitUntilEmpty(new GreenletExit("its scope was left"), -1);
        group.shutdown();
        return first;
    }

    /** What the scope throws: a kill of its owner, else the first failure. */
    private <X extends Exception> ExecutionException failed(Throwable thrown, Throwable first) throws X {
        if (first == null) {
            throw Scope.<RuntimeException>sneaky(thrown);
        }
        if (thrown instanceof Error && thrown != signal) {
            thrown.addSuppressed(first);
            throw Scope.<RuntimeException>sneaky(thrown);
        }
        ExecutionException failed = new ExecutionException(first);
        if (thrown != signal && thrown != first && thrown.getCause() != first) {
            failed.addSuppressed(thrown);
        }
        return failed;
    }

    /** Never returns: throws what was caught elsewhere as it is, checked or not. */
    @SuppressWarnings("unchecked")
    static <T extends Throwable> RuntimeException sneaky(Throwable thrown) throws T {
        throw (T) thrown;
    }
}
