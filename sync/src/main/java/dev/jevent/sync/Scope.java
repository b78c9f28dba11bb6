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
        T result = null;
        Throwable thrown = null;
        try {
            result = body.call(group);
            group.joinAndStop();
        } catch (Throwable e) {
            thrown = e;
        }
        Throwable first = scope.close();
        thrown = scope.endMembers(thrown);
        if (thrown != null) {
            throw scope.<X>failed(thrown, first);
        }
        if (first != null) {
            throw new ExecutionException(first);
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

    /** From now on no signal hits the owner. Returns the failure of a member that came before, or null. */
    private Throwable close() {
        enter();
        left = true;
        Throwable first = failure;
        leave();
        if (first != null) {
            owner.takeBack(signal);
        }
        return first;
    }

    /**
     * Kills what is left of the group and waits for it. The owner may be killed meanwhile; if it was killed before, that is
     * thrown at once.
     *
     * @param thrown what ended the body, or null
     * @return what ends the scope, or null
     */
    private Throwable endMembers(Throwable thrown) {
        Throwable ends = thrown;
        boolean killed = isKill(thrown);
        while (true) {
            try {
                group.hitUntilEmpty(new GreenletExit("its scope was left"), -1);
                group.shutdown();
                return ends;
            } catch (Throwable e) {
                if (ends != null && ends != signal && ends != e) {
                    e.addSuppressed(ends);
                }
                if (killed) {
                    throw e;
                }
                killed = true;
                ends = e;
            }
        }
    }

    private boolean isKill(Throwable thrown) {
        return thrown instanceof Error && thrown != signal;
    }

    /** What the scope throws: a kill of its owner, else the first failure. */
    private <X extends Exception> ExecutionException failed(Throwable thrown, Throwable first) throws X {
        if (first == null) {
            throw Scope.<RuntimeException>sneaky(thrown);
        }
        if (isKill(thrown)) {
            if (thrown != first) {
                thrown.addSuppressed(first);
            }
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
