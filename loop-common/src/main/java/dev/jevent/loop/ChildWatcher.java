package dev.jevent.loop;

import dev.jevent.Watcher;
import java.util.OptionalInt;

/**
 * {@link Watcher.Child}. Of a {@link Process} the JDK has a thread that reaps it, and knows the status when that has: so
 * {@link Process#onExit} tells. Any other process the poller watches, if it can; else {@link ProcessHandle#onExit}, for which the
 * JDK has a thread that looks again and again.
 *
 * <p>Facts of JDK 25: {@code onExit} looks for the process by its number. As long as the process counts as alive, what it finds is
 * the process's own; after that, perhaps that of another with the same number, which may live for ever. So whoever has asked
 * looks once more whether it is alive.
 */
final class ChildWatcher extends LoopWatcher implements Watcher.Child, Notices.Addressee {
    private final ProcessHandle handle;
    private final Process process; // null: only the handle is known
    private boolean watched; // the JDK was asked
    private long token; // by which the poller was asked; 0: it wasn't
    private boolean ended;

    ChildWatcher(PollingLoop loop, ProcessHandle handle, Process process) {
        super(loop);
        this.handle = handle;
        this.process = process;
    }

    private static final class Exit extends Delivery {
        private final ChildWatcher watcher;

        Exit(ChildWatcher watcher) {
            super(watcher);
            this.watcher = watcher;
        }

        @Override
        boolean arrive() {
            watcher.ended = true;
            return true;
        }
    }

    /** Runs on the JDK's thread that waits for processes. */
    private static final class Exited implements java.util.function.BiConsumer<Object, Throwable> {
        private final Exit exit;

        Exited(Exit exit) {
            this.exit = exit;
        }

        @Override
        public void accept(Object process, Throwable never) {
            exit.send();
        }
    }

    @Override
    void arm() {
        if (ended) {
            new Exit(this).send();
        } else if (!watched && !watchByPoller()) {
            Exit exit = new Exit(this);
            (process != null ? process.onExit() : handle.onExit()).whenComplete(new Exited(exit));
            watched = true;
            if (!(process != null ? process.isAlive() : handle.isAlive())) {
                exit.send();
            }
        }
    }

    private boolean watchByPoller() {
        if (process != null || !handle.isAlive() || handle.equals(ProcessHandle.current())) { // which the JDK refuses
            return false;
        }
        token = loop.watchProcess(handle.pid(), this);
        if (token != 0 && !handle.isAlive()) { // the number may have been of another process already
            forget();
        }
        return token != 0;
    }

    @Override
    public void noticed() {
        ended = true;
        makePending();
    }

    @Override
    void disarm() {
        if (token != 0) {
            forget();
        }
    }

    private void forget() {
        loop.forget(token);
        token = 0;
    }

    @Override
    void fire() {
        fireOnce();
    }

    @Override
    public ProcessHandle process() {
        return handle;
    }

    @Override
    public OptionalInt status() {
        return process == null || process.isAlive() ? OptionalInt.empty() : OptionalInt.of(process.exitValue());
    }

    @Override
    String subject() {
        return "child " + handle.pid();
    }
}
