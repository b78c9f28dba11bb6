package dev.jevent.launcher;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.sync.Pool;
import dev.jevent.sync.Results;
import dev.jevent.sync.Timeout;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URLConnection;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** Downloads several URLs at once, a greenlet for each, with the JDK's {@link HttpURLConnection}. */
final class Fetches {
    private static final int BUFFER = 64 * 1024;

    /** A name that most file systems take, with room for a suffix. */
    private static final int LONGEST_NAME = 200;

    /**
     * What became of one.
     *
     * @param status of HTTP, 0: none came
     * @param file where the body is; null: nowhere
     * @param reason why it is not there, else null
     * @param nanos how long it took
     */
    record Fetch(URI uri, int status, long bytes, Path file, String reason, long nanos) {
        boolean fetched() {
            return reason == null;
        }
    }

    private final Hub hub;
    private final Path directory;
    private final boolean overwrite;
    private final Duration timeout;

    /** @param directory null: bodies are read and dropped @param timeout for each */
    Fetches(Hub hub, Path directory, boolean overwrite, Duration timeout) {
        this.hub = hub;
        this.directory = directory;
        this.overwrite = overwrite;
        this.timeout = timeout;
    }

    /** @param concurrency most at once @return in the order of {@code uris} */
    List<Fetch> all(List<URI> uris, int concurrency, Progress progress) {
        List<Path> files = files(uris);
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < uris.size(); i++) {
            numbers.add(i);
        }
        List<Fetch> fetches = new ArrayList<>();
        long[] done = new long[1];
        try (Pool pool = new Pool(concurrency);
                Results<Fetch> results = pool.imap(numbers, number -> {
                    Fetch fetch = one(uris.get(number), files.get(number));
                    progress.at(++done[0]);
                    return fetch;
                })) {
            results.forEach(fetches::add);
        }
        progress.done(done[0]);
        return fetches;
    }

    /** Where each goes: the last segment of its path; of equal ones the later get a number. */
    private List<Path> files(List<URI> uris) {
        List<Path> files = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (URI uri : uris) {
            String name = name(uri);
            String unique = name;
            for (int number = 2; !taken.add(unique); number++) {
                unique = name + "." + number;
            }
            files.add(directory == null ? null : directory.resolve(unique));
        }
        return files;
    }

    static String name(URI uri) {
        String path = uri.getRawPath() == null ? "" : uri.getRawPath();
        String name = path.substring(path.lastIndexOf('/') + 1).replaceAll("[^A-Za-z0-9._%+@=-]", "_");
        if (name.isEmpty() || name.chars().allMatch(c -> c == '.')) {
            return "index.html";
        }
        return name.length() > LONGEST_NAME ? name.substring(name.length() - LONGEST_NAME) : name;
    }

    private Fetch one(URI uri, Path file) {
        Attempt attempt = new Attempt(uri, file);
        String reason;
        try {
            reason = Timeout.call(timeout, attempt::run);
        } catch (TimeoutException e) {
            reason = "not done after " + Durations.text(timeout);
        } catch (FileAlreadyExistsException e) {
            reason = e.getFile() + " exists already (--force overwrites it)";
        } catch (IOException | RuntimeException e) {
            reason = e.getMessage() == null ? e.toString() : e.getMessage();
        }
        return attempt.outcome(reason);
    }

    private final class Attempt {
        private final URI uri;
        private final Path file;
        private final long started = System.nanoTime();
        private int status;
        private long bytes;

        Attempt(URI uri, Path file) {
            this.uri = uri;
            this.file = file;
        }

        Fetch outcome(String reason) {
            return new Fetch(uri, status, bytes, reason == null ? file : null, reason, System.nanoTime() - started);
        }

        /** @return why it failed, or null */
        String run() throws IOException {
            if (file != null && !overwrite && Files.exists(file)) {
                throw new FileAlreadyExistsException(file.toString());
            }
            URLConnection connection = uri.toURL().openConnection();
            if (!(connection instanceof HttpURLConnection http)) {
                throw new IOException(uri + ": not HTTP");
            }
            try {
                status = http.getResponseCode();
                if (status >= 400 || status < 200) {
                    String message = http.getResponseMessage();
                    return status + (message == null ? "" : " " + message);
                }
                try (InputStream body = http.getInputStream()) {
                    receive(body);
                }
                long announced = http.getContentLengthLong();
                return announced >= 0 && bytes < announced ? "ended after " + bytes + " of " + announced + " bytes" : null;
            } finally {
                http.disconnect();
            }
        }

        /** Beside the place where it is to be, then there in one step: no half of a file has the name of a whole one. */
        private void receive(InputStream body) throws IOException {
            if (file == null) {
                copy(body, null);
                return;
            }
            Path part = file.resolveSibling(file.getFileName() + ".part");
            boolean complete = false;
            try (FileChannel channel = FileChannel.open(part,
                    StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                copy(body, channel);
                complete = true;
            } finally {
                if (complete) {
                    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING);
                } else {
                    Files.deleteIfExists(part);
                }
            }
        }

        private void copy(InputStream from, FileChannel to) throws IOException {
            byte[] buffer = new byte[BUFFER];
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                bytes += count;
                if (to != null) {
                    write(ByteBuffer.wrap(buffer, 0, count), to);
                }
            }
        }

        /** A disk makes its caller wait without letting others run: a native thread does it. */
        private void write(ByteBuffer bytes, FileChannel to) throws IOException {
            try {
                hub.threadPool().apply(() -> {
                    while (bytes.hasRemaining()) {
                        to.write(bytes);
                    }
                    return null;
                });
            } catch (IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IOException(e);
            }
        }
    }
}
