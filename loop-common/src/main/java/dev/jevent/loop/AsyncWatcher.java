package dev.jevent.loop;

import dev.jevent.Watcher;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@link Watcher.Async}. */
final class AsyncWatcher extends LoopWatcher implements Watcher.Async {
    private final AtomicBoolean sent = new AtomicBoolean();
    private final Delivery delivery = new Sent(this);

    AsyncWatcher(PollingLoop loop) {
        super(loop);
    }

    private static final class Sent extends Delivery {
        private final AsyncWatcher watcher;

        Sent(AsyncWatcher watcher) {
            super(watcher);
            this.watcher = watcher;
        }

        @Override
        boolean arrive() {
            watcher.sent.set(false); // what is sent from now on fires again
            return true;
        }
    }

    @Override
    public void send() {
        if (!sent.get() && sent.compareAndSet(false, true)) {
            delivery.send();
        }
    }

    @Override
    public boolean pending() {
        return super.pending() || active() && sent.get();
    }

    @Override
    void arm() {}

    @Override
    void disarm() {}

    @Override
    String subject() {
        return "async";
    }
}
