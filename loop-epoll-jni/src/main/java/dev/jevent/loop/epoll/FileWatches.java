package dev.jevent.loop.epoll;

import dev.jevent.Interest;
import dev.jevent.loop.ReadyTokens;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Paths by inotify. The directory of a path is watched, so that files which come, go, or take the place of another are told as
 * well as changes. What isn't: changes by another name of the file, behind a symbolic link, on another machine, and of the
 * directory itself; for those the loop looks at the file from time to time.
 */
final class FileWatches {
    /** Room for some dozens of events; one needs at most 272 bytes. */
    private static final int MEMORY = 8 << 10;

    private final int set;
    private final long data;
    private int descriptor = -1; // opened for the first path
    private ByteBuffer memory;
    private long address;

    private final Map<Long, Watch> byToken = new HashMap<>();
    private final Map<Integer, List<Watch>> byDirectory = new HashMap<>();

    private record Watch(long token, int directory, byte[] name) {}

    /** @param set the epoll set, which reports {@code data} when there is something to {@link #read} */
    FileWatches(int set, long data) {
        this.set = set;
        this.data = data;
    }

    boolean watch(Path path, long token) {
        Path absolute = path.toAbsolutePath();
        if (path.getFileSystem() != FileSystems.getDefault() || absolute.getParent() == null || !open()) {
            return false;
        }
        int directory = Epoll.watchDirectory(descriptor, bytes(absolute.getParent()));
        if (directory < 0) {
            return false;
        }
        Watch watch = new Watch(token, directory, bytes(absolute.getFileName()));
        byToken.put(token, watch);
        byDirectory.computeIfAbsent(directory, _ -> new ArrayList<>(1)).add(watch);
        return true;
    }

    private boolean open() {
        if (descriptor < 0) {
            int opened = Epoll.fileEvents();
            if (opened < 0 || Epoll.control(set, Epoll.ADD, opened, Epoll.IN | Epoll.ET, data) < 0) {
                if (opened >= 0) {
                    Epoll.close(opened);
                }
                return false;
            }
            descriptor = opened;
            memory = ByteBuffer.allocateDirect(MEMORY).order(ByteOrder.nativeOrder());
            address = Epoll.address(memory);
        }
        return true;
    }

    private static final class Names {
        static final Charset CHARSET = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"), Charset.defaultCharset());
    }

    private static byte[] bytes(Path path) {
        return path.toString().getBytes(Names.CHARSET);
    }

    /** @return whether it was one of ours */
    boolean forget(long token) {
        Watch watch = byToken.remove(token);
        if (watch == null) {
            return false;
        }
        List<Watch> others = byDirectory.get(watch.directory);
        if (others != null) { // else the directory is gone
            others.remove(watch);
            if (others.isEmpty()) {
                byDirectory.remove(watch.directory);
                Epoll.unwatchDirectory(descriptor, watch.directory);
            }
        }
        return true;
    }

    /** Reads all events there are. */
    void read(ReadyTokens into) {
        int count;
        while ((count = Epoll.read(descriptor, address, MEMORY)) > 0) {
            for (int at = 0; at < count; at += Epoll.IN_HEADER + memory.getInt(at + 12)) {
                read(at, into);
            }
        }
    }

    private void read(int at, ReadyTokens into) {
        int mask = memory.getInt(at + 4);
        if ((mask & Epoll.IN_Q_OVERFLOW) != 0) { // events were lost, nobody knows whose
            byToken.keySet().forEach(token -> into.add(token, Interest.READ.mask()));
            return;
        }
        int directory = memory.getInt(at);
        List<Watch> watches = (mask & Epoll.IN_IGNORED) != 0 ? byDirectory.remove(directory) : byDirectory.get(directory);
        if (watches != null) {
            for (Watch watch : watches) {
                if ((mask & Epoll.IN_IGNORED) != 0 || isNamed(at, watch.name)) {
                    into.add(watch.token, Interest.READ.mask());
                }
            }
        }
    }

    /** Whether the event at {@code at} has that name; behind it there is at least one zero. */
    private boolean isNamed(int at, byte[] name) {
        int room = memory.getInt(at + 12);
        if (room <= name.length || memory.get(at + Epoll.IN_HEADER + name.length) != 0) {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if (memory.get(at + Epoll.IN_HEADER + i) != name[i]) {
                return false;
            }
        }
        return true;
    }

    void close() {
        if (descriptor >= 0) {
            Epoll.close(descriptor);
            descriptor = -1;
        }
    }
}
