package dev.jevent.launcher;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.launcher.Lookups.Lookup;
import dev.jevent.sync.ReentrantMutex;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Looks up each name of a text, one on a line, some at once, and writes what came of it as soon as it is known. However long
 * the text is, only what is under way is in memory. Reading and writing block, and are done on the hub's pool.
 */
final class MassLookups {
    /** Longer than any name: what comes behind it on a line isn't kept. */
    private static final int LONGEST_LINE = 1_000;

    private static final int BATCH = 512;
    private static final int FULL = 1 << 13;
    private static final Duration PATIENCE = Duration.ofMillis(200);

    private final Hub hub;
    private final Reader in;
    private final PrintWriter out;
    private final Function<Lookup, String> text;
    private final Progress progress;
    private final ArrayDeque<String> names = new ArrayDeque<>();
    private final ReentrantMutex reading = new ReentrantMutex();
    private final ReentrantMutex writing = new ReentrantMutex();
    private StringBuilder written = new StringBuilder();
    private boolean ended;
    private long done;
    private long failed;

    /** @param text what is written of each */
    MassLookups(Hub hub, Reader in, PrintWriter out, Function<Lookup, String> text, Progress progress) {
        this.hub = hub;
        this.in = in;
        this.out = out;
        this.text = text;
        this.progress = progress;
    }

    long done() {
        return done;
    }

    long failed() {
        return failed;
    }

    /** @param type of records; null: addresses @param concurrency most at once */
    void run(String type, int concurrency) throws Exception {
        Resolver resolver = hub.resolver();
        List<Greenlet<?>> workers = new ArrayList<>();
        for (int i = 0; i < concurrency; i++) {
            workers.add(hub.spawn(() -> work(resolver, type)));
        }
        Greenlet<?> flushing = hub.spawn(() -> {
            while (true) {
                hub.sleep(PATIENCE);
                flush();
            }
        });
        try {
            hub.joinAllOrThrow(workers);
        } finally {
            flushing.kill();
            hub.killAll(workers);
        }
        flush();
        progress.done(done);
    }

    private void work(Resolver resolver, String type) throws Exception {
        for (String name = next(); name != null; name = next()) {
            Lookup lookup = Lookups.lookUp(resolver, name, type, System.nanoTime());
            done++;
            failed += lookup.resolved() ? 0 : 1;
            written.append(text.apply(lookup));
            progress.at(done);
            if (written.length() >= FULL) {
                flush();
            }
        }
    }

    /** Null: there is none left. */
    private String next() throws Exception {
        try (var _ = reading.hold()) {
            if (names.isEmpty() && !ended) {
                names.addAll(hub.threadPool().apply(this::read));
                ended = names.isEmpty();
            }
            return names.poll();
        }
    }

    /** On a thread of the pool: the next names; empty at the end. */
    private List<String> read() throws IOException {
        List<String> batch = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        while (batch.size() < BATCH) {
            int c = in.read();
            if (c < 0 || c == '\n') {
                String name = line.toString().strip();
                line.setLength(0);
                if (!name.isEmpty()) {
                    batch.add(name);
                }
                if (c < 0) {
                    break;
                }
                if (!batch.isEmpty() && !in.ready()) {
                    break; // who types, or a program, may want to see these first
                }
            } else if (line.length() < LONGEST_LINE) {
                line.append((char) c);
            }
        }
        return batch;
    }

    private void flush() throws Exception {
        try (var _ = writing.hold()) {
            if (written.isEmpty()) {
                return;
            }
            String text = written.toString();
            written = new StringBuilder();
            hub.threadPool().apply(() -> {
                out.print(text);
                out.flush();
                return null;
            });
        }
    }
}
