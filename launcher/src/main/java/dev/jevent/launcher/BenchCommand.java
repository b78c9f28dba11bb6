package dev.jevent.launcher;

import dev.jevent.Hub;
import dev.jevent.Settings;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** How much greenlets cost, beside the JDK's own virtual threads in the same process. */
@Command(
        name = "bench",
        description = {
            "Measures greenlets beside the JDK's default virtual threads.",
            "Both in one process and by turns. Each figure is the median of several runs after a warm-up; a ratio below "
                    + "1 means that greenlets cost less.",
            "Measurements: spawn, switch, park, yield, channel, queue, timers, memory."
        },
        footer = {
            "",
            "--json prints an array of {\"name\",\"unit\",\"jevent\",\"baseline\",\"ratio\"}: costs in that unit, and "
                    + "ratio = jevent / baseline. Figures of a machine that does other work meanwhile mean little."
        })
final class BenchCommand implements Callable<Integer> {
    private static final int DEFAULT_REPEAT = 5;

    /** Rounds stop after this share of a minute when nobody said how many there should be. */
    private static final long DEFAULT_BUDGET = Duration.ofMillis(5_500).toNanos();

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Main main;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description = "Runs of each side (default: " + DEFAULT_REPEAT + ", fewer if the whole would take over a minute)")
    private Integer repeat;

    @Option(names = "--json", description = "Print a JSON array instead of the table")
    private boolean json;

    @Parameters(paramLabel = "NAME", arity = "0..*", description = "What to measure (default: everything)")
    private List<String> names = List.of();

    static List<Bench> benches() {
        List<Bench> benches = new ArrayList<>(HandOffs.benches());
        benches.add(new TimerBench(1_000_000));
        benches.add(new MemoryBench(100_000));
        return benches;
    }

    @Override
    public Integer call() throws Exception {
        List<Bench> chosen = chosen();
        if (repeat != null && repeat < 1) {
            throw new ParameterException(spec.commandLine(), "--repeat: " + repeat + " (expected: > 0)");
        }
        Settings settings = main.settings(spec.commandLine());
        PrintWriter out = spec.commandLine().getOut();
        List<Bench.Row> rows = new ArrayList<>();
        try (Hub hub = Hubs.open(settings)) {
            Table table = json ? null : new Table(out, spec.commandLine().getColorScheme());
            if (table != null) {
                table.head(hub);
            }
            for (Bench bench : chosen) {
                List<Bench.Row> measured = measure(hub, bench);
                rows.addAll(measured);
                if (table != null) {
                    table.rows(bench, measured);
                }
            }
        }
        if (json) {
            out.println(Json.text(rows.stream().map(BenchCommand::json).toList()));
        }
        out.flush();
        return 0;
    }

    private List<Bench> chosen() {
        List<Bench> all = benches();
        List<String> known = all.stream().map(Bench::name).toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new ParameterException(
                        spec.commandLine(), "No measurement \"" + name + "\" (expected: " + String.join(", ", known) + ")");
            }
        }
        return names.isEmpty() ? all : all.stream().filter(bench -> names.contains(bench.name())).toList();
    }

    private List<Bench.Row> measure(Hub hub, Bench bench) throws Exception {
        long start = System.nanoTime();
        bench.warmUp(hub);
        List<List<Bench.Row>> rounds = new ArrayList<>();
        do {
            rounds.add(bench.round(hub));
        } while (repeat != null
                ? rounds.size() < repeat
                : rounds.size() < DEFAULT_REPEAT && System.nanoTime() - start < DEFAULT_BUDGET);
        List<Bench.Row> medians = new ArrayList<>();
        for (int i = 0; i < rounds.getFirst().size(); i++) {
            int row = i;
            Bench.Row any = rounds.getFirst().get(row);
            medians.add(new Bench.Row(
                    any.name(), any.unit(),
                    median(rounds.stream().mapToDouble(round -> round.get(row).jevent()).sorted().toArray()),
                    median(rounds.stream().mapToDouble(round -> round.get(row).baseline()).sorted().toArray())));
        }
        return medians;
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static Map<String, Object> json(Bench.Row row) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", row.name());
        object.put("unit", row.unit());
        object.put("jevent", Json.rounded(row.jevent()));
        object.put("baseline", Json.rounded(row.baseline()));
        object.put("ratio", Json.rounded(row.ratio()));
        return object;
    }

    /** Rows as they come, in columns that are known before. */
    private record Table(PrintWriter out, ColorScheme colors) {
        void head(Hub hub) {
            out.printf("jevent %s on JDK %s, %d processors, loop %s%n%n",
                    Main.version(), Runtime.version(), Runtime.getRuntime().availableProcessors(), hub.loop().name());
            out.println(colors.text(String.format(
                    "@|bold %-13s %-6s %10s %10s %7s  %-14s %s|@", "name", "unit", "jevent", "JDK", "ratio", "goal", "what")));
            out.flush();
        }

        void rows(Bench bench, List<Bench.Row> rows) {
            for (Bench.Row row : rows) {
                out.printf("%-13s %-6s %10s %10s %7.2f  ",
                        row.name(), row.unit(), number(row.jevent()), number(row.baseline()), row.ratio());
                Bench.Goal goal = Bench.Goal.of(row);
                String text = goal == null ? "" : (goal.ofRatio() ? "ratio ≤ " : "≤ ") + number(goal.atMost());
                out.print(goal == null || goal.isMet(row) ? text : colors.errorText(text + " !"));
                out.print(" ".repeat(Math.max(1, 15 - text.length() - (goal == null || goal.isMet(row) ? 0 : 2))));
                out.println(bench.what());
            }
            out.flush();
        }

        private static String number(double value) {
            return Json.rounded(value).toPlainString();
        }
    }
}
