package dev.jevent.io.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A file being opened, for somebody who may be gone when it is.
 *
 * <pre>
 *   PENDING ── it is open ──▶ the file ── abandon() ──▶ ABANDONED, the file is closed
 *    └── abandon() ──▶ ABANDONED: it is not opened, or closed at once
 * </pre>
 */
final class Opening implements Callable<CooperativeFile> {
    private static final Object PENDING = new Object();
    private static final Object ABANDONED = new Object();

    private final Path path;
    private final Set<OpenOption> options;
    private final AtomicReference<Object> state = new AtomicReference<>(PENDING); // or the file

    Opening(Path path, Set<OpenOption> options) {
        this.path = path;
        this.options = options;
    }

    @Override
    public CooperativeFile call() throws IOException {
        if (state.get() == ABANDONED) {
            return null;
        }
        FileChannel channel = FileChannel.open(path, options);
        CooperativeFile opened;
        try {
            opened = new CooperativeFile(path, channel, options.contains(StandardOpenOption.APPEND));
        } catch (IOException e) {
            channel.close();
            throw new IOException(path + " has no position to read or write at; use CooperativeInput and CooperativeOutput", e);
        }
        if (!state.compareAndSet(PENDING, opened)) {
            opened.close();
        }
        return opened;
    }

    void abandon() throws IOException {
        if (state.getAndSet(ABANDONED) instanceof CooperativeFile opened) {
            opened.close();
        }
    }
}
