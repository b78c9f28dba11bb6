package dev.jevent.io.patch;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** What is in a directory, read in batches. */
final class OffloadedDirectory implements DirectoryStream<Path> {
    private static final int BATCH = 256;

    private final OffloadedFileSystem system;
    private final DirectoryStream<Path> stream;
    private final Filter<? super Path> filter; // the application's: it runs where the application does

    OffloadedDirectory(OffloadedFileSystem system, DirectoryStream<Path> stream, Filter<? super Path> filter) {
        this.system = system;
        this.stream = stream;
        this.filter = filter;
    }

    @Override
    public Iterator<Path> iterator() {
        return new Entries(stream.iterator());
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }

    private final class Entries implements Iterator<Path> {
        private final Iterator<Path> entries;
        private final ArrayDeque<Path> read = new ArrayDeque<>();
        private DirectoryIteratorException failure; // after what was read before it
        private boolean ended;
        private Path next;

        Entries(Iterator<Path> entries) {
            this.entries = entries;
        }

        @Override
        public boolean hasNext() {
            while (next == null) {
                if (read.isEmpty()) {
                    if (failure != null) {
                        throw failure;
                    }
                    if (ended) {
                        return false;
                    }
                    readOn();
                    continue;
                }
                Path found = system.ours(read.poll());
                try {
                    next = filter == null || filter.accept(found) ? found : null;
                } catch (IOException e) {
                    throw new DirectoryIteratorException(e);
                }
            }
            return true;
        }

        private void readOn() {
            try {
                ArrayDeque<Path> batch = Offloaded.call(this::batch);
                ended = batch.size() < BATCH;
                read.addAll(batch);
            } catch (IOException e) {
                throw new DirectoryIteratorException(e);
            }
        }

        private ArrayDeque<Path> batch() {
            ArrayDeque<Path> batch = new ArrayDeque<>();
            try {
                while (batch.size() < BATCH && entries.hasNext()) {
                    batch.add(entries.next());
                }
            } catch (DirectoryIteratorException e) {
                failure = e;
            }
            return batch;
        }

        @Override
        public Path next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            Path found = next;
            next = null;
            return found;
        }
    }
}
