package dev.jevent.resolver.threadpool;

import dev.jevent.Linkable;
import dev.jevent.Result;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.util.concurrent.Callable;

/**
 * One question to the operating system, and all who wait for its answer.
 *
 * <pre>
 *   QUEUED ── a thread takes it ──▶ ASKED ── the system answers, or close() ──▶ ANSWERED
 *      ├── nobody waits any more ──▶ gone
 *      └── no thread can be had, or close() ──────────────────────────────────────▲
 * </pre>
 *
 * <p>Once asked it stays, for whoever comes with the same question: a second thread would only hang beside the first.
 */
final class Lookup<V> extends Linkable<Lookup<V>> implements Callable<Void> {
    /** What is asked. */
    interface Question<V> {
        V ask(InetAddressResolver system) throws UnknownHostException;
    }

    final ThreadPoolResolver resolver;
    final Object key;

    // inside the resolver's guard
    int interested;
    boolean asked;
    boolean gone;

    private final Question<V> question;
    private volatile Result<Void> call;
    private V answer;
    private Throwable error;
    private volatile boolean answered;

    Lookup(ThreadPoolResolver resolver, Object key, Question<V> question) {
        this.resolver = resolver;
        this.key = key;
        this.question = question;
    }

    /** Takes the pool's part of this, which may already have failed. */
    void start(Result<Void> call) {
        this.call = call;
        NeverAsked relay = new NeverAsked();
        if (!call.register(relay)) {
            relay.wake(null);
        }
    }

    /** Told by the pool that the call is over; that matters only if it never began. */
    private final class NeverAsked extends WaitNode {
        @Override
        protected boolean claim() {
            return true;
        }

        @Override
        public void wake(Object value) {
            if (resolver.neverAsked(Lookup.this)) {
                settle(null, call.exception());
            }
        }
    }

    /** On a thread of the pool. */
    @Override
    public Void call() {
        if (!resolver.beginAsking(this)) {
            return null;
        }
        V found = null;
        Throwable failure = null;
        try {
            found = question.ask(resolver.system());
        } catch (Throwable t) {
            failure = t;
        }
        resolver.ended(this);
        settle(found, failure);
        return null;
    }

    /** Nothing if it is answered already. */
    void settle(V found, Throwable failure) {
        enter();
        if (answered) {
            leave();
            return;
        }
        answer = found;
        error = failure;
        answered = true;
        WaitNode waiting = claimWaiters();
        leave();
        WaitQueue.wakeAll(waiting, this);
    }

    /** Nobody waits any more: the call leaves the queue; if it runs, its hub needn't stay for it. */
    void dismiss() {
        Result<Void> started = call;
        if (started != null) {
            started.cancel(false);
        }
    }

    @Override
    protected boolean isReady() {
        return answered;
    }

    boolean await(long nanos) {
        return awaitReady(nanos);
    }

    V answer() {
        return answer;
    }

    Throwable error() {
        return error;
    }

    @Override
    public String toString() {
        return "<look-up of " + key + ">";
    }
}
