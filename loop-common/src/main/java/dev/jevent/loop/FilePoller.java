package dev.jevent.loop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** The thread that looks at files for all {@link StatWatcher}s of the process. It ends when there are none. */
final class FilePoller implements Runnable {
    private static final ConcurrentLinkedQueue<Look> NEW = new ConcurrentLinkedQueue<>();
    private static final AtomicReference<Thread> THREAD = new AtomicReference<>();

    private static final long SHORTEST = StatWatcher.SHORTEST.toNanos();

    private final List<Look> looks = new ArrayList<>();

    /** One started watcher. */
    static final class Look {
        private final StatWatcher watcher;
        private final long interval;
        private volatile boolean over;
        private volatile boolean hurried;
        private long next; // nanoTime
        private BasicFileAttributes last;

        Look(StatWatcher watcher, BasicFileAttributes last) {
            this.watcher = watcher;
            this.last = last;
            interval = dev.jevent.Durations.nanos("interval", watcher.interval());
            next = System.nanoTime() + interval;
        }

        /** When it is to be looked at. Files that change all the time aren't looked at all the time. */
        long due() {
            return hurried ? next - interval + SHORTEST : next;
        }

        void look() {
            hurried = false; // what changes from here on is another reason
            BasicFileAttributes now = read(watcher.path());
            if (!same(last, now)) {
                last = now;
                watcher.changed(this, now);
            }
            next = System.nanoTime() + interval;
        }
    }

    static Look watch(StatWatcher watcher, BasicFileAttributes last) {
        Look look = new Look(watcher, last);
        NEW.add(look);
        Thread running = THREAD.get();
        if (running == null) {
            start();
        } else {
            LockSupport.unpark(running);
        }
        return look;
    }

    /** It is worth to look, sooner than after the whole interval. */
    static void hurry(Look look) {
        if (!look.hurried) {
            look.hurried = true;
            LockSupport.unpark(THREAD.get());
        }
    }

    static void forget(Look look) {
        look.over = true;
        LockSupport.unpark(THREAD.get());
    }

    private static void start() {
        Thread thread = Thread.ofPlatform().daemon().name("jevent-files").unstarted(new FilePoller());
        if (THREAD.compareAndSet(null, thread)) {
            thread.start();
        } else {
            LockSupport.unpark(THREAD.get());
        }
    }

    @Override
    public void run() {
        do {
            while (takeNew()) {
                long now = System.nanoTime();
                long wait = Long.MAX_VALUE;
                for (Look look : looks) {
                    if (look.due() - now <= 0) {
                        look.look();
                    }
                    wait = Math.min(wait, look.due() - now);
                }
                LockSupport.parkNanos(this, wait);
            }
            // Whoever adds one now sees either no thread, and starts one, or this one, which then sees what was added.
            THREAD.set(null);
        } while (!NEW.isEmpty() && THREAD.compareAndSet(null, Thread.currentThread()));
    }

    private boolean takeNew() {
        for (Look look = NEW.poll(); look != null; look = NEW.poll()) {
            looks.add(look);
        }
        looks.removeIf(look -> look.over);
        return !looks.isEmpty();
    }

    /** Null: there is no such file, or it cannot be seen, be it because its whole file system was closed. */
    static BasicFileAttributes read(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (IOException | RuntimeException e) {
            return null;
        }
    }

    private static boolean same(BasicFileAttributes one, BasicFileAttributes other) {
        if (one == null || other == null) {
            return one == other;
        }
        return one.size() == other.size()
                && one.lastModifiedTime().equals(other.lastModifiedTime())
                && one.isDirectory() == other.isDirectory()
                && Objects.equals(one.fileKey(), other.fileKey());
    }
}
