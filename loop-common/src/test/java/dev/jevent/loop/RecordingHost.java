package dev.jevent.loop;

import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.LoopHost;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A host that writes down what it is told, and can put callbacks off as a hub greenlet does that is parked. */
final class RecordingHost implements LoopHost {
    final List<String> contexts = new ArrayList<>();
    final List<Throwable> failures = new ArrayList<>();
    final ConcurrentLinkedQueue<Runnable> orphaned = new ConcurrentLinkedQueue<>();
    volatile boolean current;
    boolean parked;
    private final Deque<Runnable> putOff = new ArrayDeque<>();

    @Override
    public void call(Object context, Runnable callback, CarrierCallback onFailure) {
        contexts.add(context.toString());
        Runnable guarded = () -> {
            try {
                callback.run();
            } catch (Throwable t) {
                failed(context, t);
                if (onFailure != null) {
                    onFailure.run();
                }
            }
        };
        if (parked) {
            putOff.add(guarded);
        } else {
            guarded.run();
        }
    }

    /** The parked callbacks go on. */
    void unpark() {
        parked = false;
        while (!putOff.isEmpty()) {
            putOff.remove().run();
        }
    }

    @Override
    public void failed(Object context, Throwable error) {
        failures.add(error);
    }

    @Override
    public void orphaned(Runnable task) {
        orphaned.add(task);
    }

    @Override
    public boolean isCurrent() {
        return current;
    }
}
