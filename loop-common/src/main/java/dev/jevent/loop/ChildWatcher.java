package dev.jevent.loop;

import dev.jevent.Watcher;
import java.util.OptionalInt;

/** {@link Watcher.Child} by {@link ProcessHandle#onExit}, which needs no signal handler and works on every loop. */
final class ChildWatcher extends LoopWatcher implements Watcher.Child {
    private final ProcessHandle handle;
    private final Process process; // null: only the handle is known
    private boolean watched; // the JDK was asked
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
        } else if (!watched) {
            (process != null ? process.onExit() : handle.onExit()).whenComplete(new Exited(new Exit(this)));
            watched = true;
        }
    }

    @Override
    void disarm() {}

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
