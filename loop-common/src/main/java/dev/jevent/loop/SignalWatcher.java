package dev.jevent.loop;

import dev.jevent.Watcher;

/** {@link Watcher.Signal}. */
final class SignalWatcher extends LoopWatcher implements Watcher.Signal {
    private final SignalSource source;
    private final Delivery delivery = new Raised(this);

    SignalWatcher(PollingLoop loop, String name) {
        super(loop);
        source = SignalSource.of(name);
        startsWithoutRef();
    }

    private static final class Raised extends Delivery {
        Raised(SignalWatcher watcher) {
            super(watcher);
        }

        @Override
        boolean arrive() {
            return true;
        }
    }

    /** On the JVM's thread for signals. */
    void raised() {
        delivery.send();
    }

    @Override
    void arm() {
        source.add(this);
    }

    @Override
    void disarm() {
        source.remove(this);
    }

    @Override
    public String signal() {
        return source.name();
    }

    @Override
    String subject() {
        return "signal " + source.name();
    }
}
