package dev.jevent.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.docs.Claims.Claim;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * gevent's observable behaviours, each with the test that pins ours, or the reason why ours differs.
 *
 * <p>{@code behaviour-ids.txt} has the ids. A test takes one with {@code @DisplayName("B-QUE-20: …")}; a file in
 * {@code docs/gevent-differences.d} takes one with a line that begins with it. {@code behaviours-open.txt} has those that nobody
 * has taken yet; it only gets shorter. This test, run with {@code -Ddocs.update=true}, strikes out what was taken since, and
 * writes the page.
 */
class BehavioursTest {
    private static final Path PAGE = Pages.page("docs/reference/behaviours.md");
    private static final Path DIFFERENCES = Pages.page("docs/gevent-differences.d");
    private static final String OPEN = "/behaviours-open.txt";
    private static final String UPDATE = "docs.update";

    /** A line that takes ids: bullets and marks, ids of any kind, marks, and the reason or its beginning. */
    private static final Pattern BEGINS = Pattern.compile(
            "^[#*\\-|`\\s]*((?:(?:[BFO]-[A-Z]+|D)-\\d+\\b(?: \\([^)]*\\))?[,/\\s`*]*(?:and )?)+)[:.|*\\s—–-]*(.*)$");

    private static final String HEAD = """
            # Behaviours

            <!-- Written by BehavioursTest: change the tests or docs/gevent-differences.d, then run
                 mvn -pl docs -am -Ddocs.update=true -Dtest=BehavioursTest -Dsurefire.failIfNoSpecifiedTests=false test -->

            What gevent does where somebody could notice, by id: `B-` is pinned down by gevent's own tests, `O-` was seen by
            running gevent 22.10.2. Each has a test of ours that names it, or a reason why ours is different; or is still open.

            """;

    @Test
    void everyBehaviourHasATestOrAReasonOrIsStillOpen() throws Exception {
        var untaken = new TreeSet<>(ids("/behaviour-ids.txt"));
        untaken.removeAll(taken());
        assertThat(untaken).as("behaviours that no @DisplayName and no line of %s takes", Pages.name(DIFFERENCES))
                .isSubsetOf(ids(OPEN));
    }

    @Test
    void nothingIsOpenThatWasTaken() throws Exception {
        var open = new ArrayList<>(ids(OPEN));
        if (Boolean.getBoolean(UPDATE) && open.removeAll(taken())) {
            Files.write(Pages.page("docs/src/test/resources" + OPEN), open);
        }
        assertThat(open).as("%s (run with -D%s=true to strike them out)", OPEN, UPDATE).doesNotContainAnyElementsOf(taken());
    }

    private static Set<String> taken() throws IOException {
        var taken = new TreeSet<>(differences().keySet());
        Claims.ofReactor().forEach(it -> taken.add(it.id()));
        return taken;
    }

    @Test
    void everyDifferenceIsAboutABehaviourThatExists() throws Exception {
        var ids = ids("/behaviour-ids.txt");
        var areas = ids.stream().map(BehavioursTest::area).toList();
        assertThat(ids).containsAll(differences().keySet().stream().filter(it -> areas.contains(area(it))).toList());
    }

    @Test
    void thePageIsWhatTheTestsAndTheDifferencesSay() throws Exception {
        var page = page();
        if (Boolean.getBoolean(UPDATE)) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, page);
        }
        assertThat(firstDifference(Files.readAllLines(PAGE), page.lines().toList()))
                .as("%s: stale, run with -D%s=true", Pages.name(PAGE), UPDATE).isEmpty();
    }

    /** The first line in which the two differ, as it is and as it should be; empty if none. */
    private static String firstDifference(List<String> is, List<String> should) {
        for (int i = 0; i < Math.max(is.size(), should.size()); i++) {
            var one = i < is.size() ? is.get(i) : "(end)";
            var other = i < should.size() ? should.get(i) : "(end)";
            if (!one.equals(other)) {
                return "line " + (i + 1) + " is\n  " + one + "\nand should be\n  " + other;
            }
        }
        return "";
    }

    // ---- the page

    private static String page() throws IOException {
        Map<String, List<Claim>> claims = new TreeMap<>();
        Claims.ofReactor().forEach(it -> claims.computeIfAbsent(it.id(), _ -> new ArrayList<>()).add(it));
        var differences = differences();
        var text = new StringBuilder(HEAD);
        var area = "";
        for (var id : sorted(ids("/behaviour-ids.txt"))) {
            if (!area(id).equals(area)) {
                text.append(area.isEmpty() ? "" : "\n").append("## ").append(area = area(id)).append("\n\n")
                        .append("| id | ours | where |\n| --- | --- | --- |\n");
            }
            claims.getOrDefault(id, List.of()).stream().sorted(Comparator.comparing(Claim::where))
                    .forEach(it -> row(text, it.id(), it.text(), "`" + it.where() + "`"));
            if (differences.containsKey(id)) {
                row(text, id, "**Different.** " + differences.get(id), "");
            }
            if (!claims.containsKey(id) && !differences.containsKey(id)) {
                row(text, id, "*Open: no test yet.*", "");
            }
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String id, String what, String where) {
        text.append("| ").append(id).append(" | ").append(what.replace("|", "\\|")).append(" | ").append(where).append(" |\n");
    }

    /** By area, in the order of the list; inside of one, B- before O-. */
    private static List<String> sorted(List<String> ids) {
        var areas = List.copyOf(new LinkedHashSet<>(ids.stream().map(BehavioursTest::area).toList()));
        return ids.stream().sorted(Comparator.<String>comparingInt(it -> areas.indexOf(area(it)))
                .thenComparing(it -> it)).toList();
    }

    private static String area(String id) {
        return id.split("-")[1];
    }

    private static List<String> ids(String list) throws IOException {
        try (var in = BehavioursTest.class.getResourceAsStream(list)) {
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }

    /** Id to reason: from a line that begins with the id, after bullets and stars, up to the next such line or a heading. */
    static Map<String, String> differences() throws IOException {
        var reasons = new TreeMap<String, String>();
        if (!Files.isDirectory(DIFFERENCES)) {
            return reasons;
        }
        try (Stream<Path> files = Files.list(DIFFERENCES)) {
            for (var file : (Iterable<Path>) files.filter(it -> it.toString().endsWith(".md")).sorted()::iterator) {
                differences(Files.readAllLines(file), reasons);
            }
        }
        return reasons;
    }

    static void differences(List<String> lines, Map<String, String> reasons) {
        List<String> current = List.of();
        for (var line : lines) {
            var begins = BEGINS.matcher(line);
            if (begins.matches()) {
                current = Claims.ID.matcher(begins.group(1)).results().map(it -> it.group()).toList();
                for (var id : current) {
                    reasons.merge(id, begins.group(2).replaceAll("\\s*\\|$", "").strip(), (one, other) -> one + " " + other);
                }
            } else if (line.matches("#.*|\\s*[-*] .*") || line.isBlank() && current.stream().allMatch(it -> !reasons.get(it).isEmpty())) {
                current = List.of();
            } else {
                current.forEach(id -> reasons.merge(id, line.strip(), (one, other) -> (one + " " + other).strip()));
            }
        }
    }

    // ---- the reading is not blind

    @Test
    void claimsAreReadFromSources(@TempDir Path folder) throws Exception {
        var source = Files.writeString(folder.resolve("ATest.java"), """
                class ATest {
                    @Test @DisplayName("B-QUE-20, B-QUE-21: one " + "and other")
                    void works() {}
                    @Test @Disabled @DisplayName("B-QUE-22: off")
                    void off() {}
                    class Inner {
                        @org.junit.jupiter.api.DisplayName("O-QUE-02: seen")
                        void inside() {}
                    }
                }
                """);
        assertThat(Claims.ofSources(List.of(source))).containsExactly(
                new Claim("B-QUE-20", "one and other", "ATest.works"),
                new Claim("B-QUE-21", "one and other", "ATest.works"),
                new Claim("O-QUE-02", "seen", "ATest.Inner.inside"));
    }

    @Test
    void differencesAreReadFromLines() {
        var reasons = new TreeMap<String, String>();
        differences(List.of("# Queues", "", "- **B-QUE-20**: typed,", "  so impossible", "- B-QUE-21, B-QUE-22 gone", "F-Q-01, B-QUE-24: both", "F-Q-02: other", "", "Other text.", "## B-QUE-23", "",
                "A reason."), reasons);
        assertThat(reasons).containsExactly(
                Map.entry("B-QUE-20", "typed, so impossible"), Map.entry("B-QUE-21", "gone"),
                Map.entry("B-QUE-22", "gone"), Map.entry("B-QUE-23", "A reason."), Map.entry("B-QUE-24", "both"));
    }
}
