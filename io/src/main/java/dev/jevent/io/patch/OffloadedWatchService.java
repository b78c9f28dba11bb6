package dev.jevent.io.patch;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.Watchable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The platform's, which lets others run by itself; the paths that it tells of are of our file system. */
final class OffloadedWatchService implements WatchService {
    private final OffloadedFileSystem system;
    private final WatchService watcher;

    OffloadedWatchService(OffloadedFileSystem system, WatchService watcher) {
        this.system = system;
        this.watcher = watcher;
    }

    WatchService watcher() {
        return watcher;
    }

    WatchKey key(WatchKey key) {
        return key == null ? null : new Key(system, key);
    }

    @Override
    public WatchKey poll() {
        return key(watcher.poll());
    }

    @Override
    public WatchKey poll(long timeout, TimeUnit unit) throws InterruptedException {
        return key(watcher.poll(timeout, unit));
    }

    @Override
    public WatchKey take() throws InterruptedException {
        return key(watcher.take());
    }

    @Override
    public void close() throws IOException {
        watcher.close();
    }

    /** Equal to others of the same registration, for it is made anew each time. */
    private record Key(OffloadedFileSystem system, WatchKey key) implements WatchKey {
        @Override
        public boolean isValid() {
            return key.isValid();
        }

        @Override
        public List<WatchEvent<?>> pollEvents() {
            List<WatchEvent<?>> events = new ArrayList<>();
            for (WatchEvent<?> event : key.pollEvents()) {
                events.add(event.context() instanceof Path path ? ours(event, path) : event);
            }
            return events;
        }

        @SuppressWarnings("unchecked") // an event with a path for its context is of such a kind
        private WatchEvent<Path> ours(WatchEvent<?> event, Path path) {
            return new Event((WatchEvent<Path>) event, system.ours(path));
        }

        @Override
        public boolean reset() {
            return key.reset();
        }

        @Override
        public void cancel() {
            key.cancel();
        }

        @Override
        public Watchable watchable() {
            return key.watchable() instanceof Path path ? system.ours(path) : key.watchable();
        }
    }

    private record Event(WatchEvent<Path> event, Path context) implements WatchEvent<Path> {
        @Override
        public Kind<Path> kind() {
            return event.kind();
        }

        @Override
        public int count() {
            return event.count();
        }
    }
}
