package dev.jevent.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Settings;
import dev.jevent.docs.HeartbeatRows.Hubs;
import dev.jevent.docs.HeartbeatRows.Row;
import dev.jevent.io.patch.OffloadedFileSystemProvider;
import dev.jevent.spi.LoopProvider;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.spi.InetAddressResolverProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * For each blocking operation of the JDK: whether it freezes the hub, by itself and when it is patched. What the rows promise
 * is checked with a wide margin, the milliseconds of the page are of one run on one machine.
 *
 * <p>With {@code -Ddocs.update=true} it measures one row after the other, and writes docs/reference/heartbeat.md.
 */
class HeartbeatTest {
    private static final Path PAGE = Pages.page("docs/reference/heartbeat.md");
    private static final boolean UPDATE = Boolean.getBoolean("docs.update");

    /** Of a call that takes a second. What is shorter may be the machine's doing. */
    private static final long FREEZE = 300;

    /** A call that was over earlier says nothing: there may be no network here. */
    private static final long TOO_SHORT = 700;

    /** A row that stood still where it should not is tried again: the machine has others to serve. */
    private static final int TRIES = 3;

    private static final String HEAD = """
            # Heartbeat

            <!-- Written by HeartbeatTest:
                 mvn -pl docs -am -Ddocs.update=true -Dtest=HeartbeatTest -Dsurefire.failIfNoSpecifiedTests=false test -->

            How long a hub stands still while one of its greenlets is in a call of the JDK that takes a second: the longest time, in
            milliseconds, between two turns of another greenlet that sleeps for 2 ms again and again. By itself, and with every
            [patch](../guide/patching.md) that can be on, on each [loop](../guide/loops.md); and, where that is the remedy, with the call
            made by `Hub.threadPool().apply`. One run on %s; class loading is included.

            """;

    private static final String FOOT = """

            A dash: the call was over at once, as `isReachable` is on a machine that has no way to other networks.

            Not measured, since it cannot be made to take a second: `MappedByteBuffer.force` and page faults of mapped files, and
            loading classes from slow disks, freeze the hub for as long as they take. Force on the thread pool; load what matters early, or
            use a CDS archive.
            """;

    /**
     * A column of the page.
     *
     * @param mode of {@link Heartbeat}
     * @param promise what the hub does then; null: not measured
     */
    private record Way(String title, String mode, String loop, Function<Row, Hubs> promise) {}

    /** The pure one first. What a loop has to do with it shows where patched calls wait by way of it. */
    private static final List<String> LOOPS = ServiceLoader.load(LoopProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(it -> it.availability().available())
            .sorted(Comparator.comparingInt(LoopProvider::rank))
            .map(LoopProvider::name)
            .toList();

    private static final List<Way> WAYS = ways();

    private static List<Way> ways() {
        List<Way> ways = new ArrayList<>();
        LOOPS.forEach(loop -> ways.add(new Way("alone, " + loop, "alone", loop, Row::alone)));
        LOOPS.forEach(loop -> ways.add(new Way("patched, " + loop, "patched", loop, Row::patched)));
        ways.add(new Way("thread pool", "pool", LOOPS.getLast(), row -> row.pool() ? Hubs.RUNS : null));
        return ways;
    }

    record Measured(long gap, long duration) {
        boolean frozen() {
            return gap < 0 || gap >= FREEZE;
        }

        boolean saysSomething() {
            return duration >= TOO_SHORT;
        }
    }

    @TempDir
    Path folder;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES) // when it writes the page, each row by itself
    void hubsFreezeWhereThePageSaysSo() throws Exception {
        List<Row> rows = HeartbeatRows.all();
        List<Map<Integer, Measured>> measured = new ArrayList<>();
        for (Way way : WAYS) {
            measured.add(measure(way, rows));
        }
        if (UPDATE) {
            Files.writeString(PAGE, page(rows, measured));
        }
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            for (int way = 0; way < WAYS.size(); way++) {
                Hubs promised = WAYS.get(way).promise().apply(rows.get(i));
                if (promised != null) {
                    compare(rows.get(i), WAYS.get(way).title(), promised, measured.get(way).get(i), wrong);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static void compare(Row row, String how, Hubs promised, Measured measured, List<String> wrong) {
        if (measured == null) {
            wrong.add(row.name() + ", " + how + ": failed, see the error stream");
        } else if (measured.saysSomething() && measured.frozen() != (promised == Hubs.FREEZES)) {
            wrong.add("%s, %s: the hub stood still for %d of %d ms, and %s was promised".formatted(
                    row.name(), how, measured.gap(), measured.duration(), promised));
        } else if (measured.gap() < 0) {
            wrong.add(row.name() + ", " + how + ": never returned");
        }
    }

    @Test
    void thePageHasEveryRow() throws Exception {
        var operations = Pages.table(PAGE, "operation").stream().map(List::getFirst).toList();
        assertThat(operations).as("%s: run with -Ddocs.update=true", Pages.name(PAGE))
                .isEqualTo(HeartbeatRows.all().stream().map(Row::name).toList());
    }

    // ---- measuring ----

    private Map<Integer, Measured> measure(Way way, List<Row> rows) throws Exception {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            if (way.promise().apply(rows.get(i)) != null) {
                numbers.add(i);
            }
        }
        Map<Integer, Measured> measured = new TreeMap<>();
        for (int tried = 0; tried < TRIES && !numbers.isEmpty(); tried++) {
            measured.putAll(process(way, UPDATE || tried > 0 ? 1 : 6, numbers));
            numbers.removeIf(i -> measured.get(i) != null
                    && !(way.promise().apply(rows.get(i)) == Hubs.RUNS && measured.get(i).frozen()));
        }
        return measured;
    }

    private Map<Integer, Measured> process(Way way, int atOnce, List<Integer> numbers) throws Exception {
        Path aliases = Files.createTempDirectory(folder, "aliases").resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", aliases.toString()).start().waitFor()).isZero();
        var classPath = System.getProperty("java.class.path");
        if (way.mode().equals("alone")) {
            Path services = Files.createDirectories(folder.resolve("services/META-INF/services"));
            Files.writeString(services.resolve(InetAddressResolverProvider.class.getName()), Heartbeat.NoPatch.class.getName());
            classPath = folder.resolve("services") + java.io.File.pathSeparator + classPath;
        }
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED", "-Xshare:auto",
                "-D" + Settings.RESOLVER.property() + "=threadpool", // which asks the C library, as the JDK does
                "-D" + Settings.LOOP.property() + "=" + way.loop(), "-cp", classPath));
        if (way.mode().equals("patched")) {
            command.add("-Djava.nio.file.spi.DefaultFileSystemProvider=" + OffloadedFileSystemProvider.class.getName());
        }
        command.addAll(List.of(Heartbeat.class.getName(), way.mode(), Integer.toString(atOnce)));
        numbers.forEach(number -> command.add(number.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put(HeartbeatRows.ALIASES, aliases.toString());
        builder.environment().put("RES_OPTIONS", "timeout:1 attempts:1"); // of a name server that doesn't answer
        Process process = builder.start();
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            return read(lines, process);
        } finally {
            process.destroyForcibly();
        }
    }

    private static Map<Integer, Measured> read(BufferedReader lines, Process process) throws IOException, InterruptedException {
        Map<Integer, Measured> measured = new TreeMap<>();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.equals(Heartbeat.WANTS_INPUT)) {
                Thread.sleep(HeartbeatRows.SECOND);
                process.getOutputStream().write('\n');
                process.getOutputStream().flush();
                continue;
            }
            String[] words = line.split(" ");
            measured.put(Integer.valueOf(words[0]), new Measured(Long.parseLong(words[1]), Long.parseLong(words[2])));
        }
        return measured;
    }

    // ---- the page ----

    private static String page(List<Row> rows, List<Map<Integer, Measured>> measured) {
        var text = new StringBuilder(HEAD.formatted("JDK " + Runtime.version().feature() + ", " + System.getProperty("os.name") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors"));
        text.append("| operation |");
        WAYS.forEach(way -> text.append(' ').append(way.title()).append(" |"));
        text.append(" what to do |\n| --- |").append(" ---: |".repeat(WAYS.size())).append(" --- |\n");
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            text.append("| ").append(row.name()).append(" |");
            for (int way = 0; way < WAYS.size(); way++) {
                String cell = WAYS.get(way).promise().apply(row) == null ? "" : cell(measured.get(way).get(i));
                text.append(' ').append(cell).append(" |");
            }
            text.append(' ').append(row.advice()).append(" |\n");
        }
        return text.append(FOOT).toString();
    }

    private static String cell(Measured measured) {
        if (measured == null || !measured.saysSomething()) {
            return "–";
        }
        String gap = measured.gap() < 0 ? "for ever" : Long.toString(measured.gap());
        return measured.frozen() ? "**" + gap + "**" : gap;
    }
}
