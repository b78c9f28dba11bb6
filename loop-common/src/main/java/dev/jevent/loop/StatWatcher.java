package dev.jevent.loop;

import dev.jevent.Durations;
import dev.jevent.Watcher;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;

/**
 * {@link Watcher.Stat}: a thread that all of them share looks at the file, by the clock of the system; earlier, if the poller can tell
 * when it is worth it.
 */
final class StatWatcher extends LoopWatcher implements Watcher.Stat, Notices.Addressee {
    /** Finer clocks of file systems are rare. */
    static final Duration SHORTEST = Duration.ofMillis(100);

    /** What an interval of zero means. */
    private static final Duration USUAL = Duration.ofSeconds(5);

    private final Path path;
    private final Duration interval;
    private BasicFileAttributes attributes;
    private BasicFileAttributes previous;
    private FilePoller.Look look; // while active
    private long token; // by which the poller was asked; 0: it cannot

    StatWatcher(PollingLoop loop, Path path, Duration interval) {
        super(loop);
        this.path = Objects.requireNonNull(path, "path");
        Durations.nanos("interval", interval);
        this.interval = interval.isZero() ? USUAL : interval.compareTo(SHORTEST) < 0 ? SHORTEST : interval;
    }

    private static final class Change extends Delivery {
        private final StatWatcher watcher;
        private final FilePoller.Look look;
        private final BasicFileAttributes now;

        Change(StatWatcher watcher, FilePoller.Look look, BasicFileAttributes now) {
            super(watcher);
            this.watcher = watcher;
            this.look = look;
            this.now = now;
        }

        @Override
        boolean arrive() {
            if (watcher.look != look) {
                return false; // of an earlier start
            }
            watcher.previous = watcher.attributes;
            watcher.attributes = now;
            return true;
        }
    }

    /** On the shared thread. */
    void changed(FilePoller.Look look, BasicFileAttributes now) {
        new Change(this, look, now).send();
    }

    @Override
    public void noticed() {
        FilePoller.hurry(look);
    }

    @Override
    void arm() {
        token = loop.watchFile(path, this); // before the look: what comes after that is told
        attributes = FilePoller.read(path);
        previous = attributes;
        look = FilePoller.watch(this, attributes);
    }

    @Override
    void disarm() {
        if (token != 0) {
            loop.forget(token);
            token = 0;
        }
        FilePoller.forget(look);
        look = null;
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Duration interval() {
        return interval;
    }

    @Override
    public BasicFileAttributes attributes() {
        return attributes;
    }

    @Override
    public BasicFileAttributes previous() {
        return previous;
    }

    @Override
    String subject() {
        return "stat of " + path + " every " + Durations.text(interval);
    }
}
