package dev.jevent.sync;

/** The queue or channel was shut down: it takes nothing any more, and there is nothing left to take from it. */
public final class QueueShutdownException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    public QueueShutdownException(String message) {
        super(message);
    }
}
