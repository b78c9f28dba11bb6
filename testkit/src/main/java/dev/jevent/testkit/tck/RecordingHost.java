package dev.jevent.testkit.tck;

import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.LoopHost;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A host that runs callbacks at once, where it is called, and keeps what it is told. */
final class RecordingHost implements LoopHost {
    private final Thread owner = Thread.currentThread();

    /** What callbacks threw, and what the loop reported. */
    final List<Throwable> failures = new ArrayList<>();

    final ConcurrentLinkedQueue<Runnable> orphans = new ConcurrentLinkedQueue<>();

    /** How many callbacks were given to this host. */
    int calls;

    @Override
    public void call(Object context, Runnable callback, CarrierCallback onFailure) {
        calls++;
        try {
            callback.run();
        } catch (Throwable e) {
            failures.add(e);
            if (onFailure != null) {
                onFailure.run();
            }
        }
    }

    @Override
    public void failed(Object context, Throwable error) {
        failures.add(error);
    }

    @Override
    public void orphaned(Runnable task) {
        orphans.add(task);
    }

    @Override
    public boolean isCurrent() {
        return Thread.currentThread() == owner;
    }
}
