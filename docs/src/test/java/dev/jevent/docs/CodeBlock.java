package dev.jevent.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A block of Java in a page, as a class that can be compiled.
 *
 * <p>A block that declares {@code void main(} is a whole program, and stands alone in its file. One with a {@code @HubTest} is a class
 * of tests, in a package of its own. Any other is a fragment: the rest becomes the body of a method. The imports of these two go to the
 * top of the file, beside the standard ones.
 *
 * @param line of its opening fence
 * @param words after {@code ```java}
 * @param expected what it prints, or null if the page doesn't say
 */
record CodeBlock(Path page, int line, Set<String> words, String code, String expected) {
    /** Compiled, not run. */
    static final String NO_RUN = "no-run";

    /** Runs, and the hub reports an error that it makes on purpose. */
    static final String REPORTS = "reports";

    static final Set<String> WORDS = Set.of(NO_RUN, REPORTS);

    /** The method that a fragment becomes. */
    static final String METHOD = "fragment";

    private static final String FENCE = "```";
    private static final Pattern MAIN = Pattern.compile("(?m)^\\s*(public\\s+)?(static\\s+)?void main\\(");
    private static final Pattern CLASS = Pattern.compile("(?m)^(?:abstract |final )*class (\\w+)");
    private static final Pattern PRINTS = Pattern.compile("// prints: ?(.*)$");

    private static final String IMPORTS = """
            import dev.jevent.*;
            import dev.jevent.sync.*;
            import static dev.jevent.Jevent.*;
            import module java.base;
            """;

    /** The blocks of {@code page}, in order. */
    static List<CodeBlock> of(Path page) throws IOException {
        var lines = Files.readAllLines(page);
        var blocks = new ArrayList<CodeBlock>();
        for (int at = 0; at < lines.size(); at++) {
            var fence = lines.get(at);
            if (!fence.stripLeading().startsWith(FENCE)) {
                continue;
            }
            int end = endOf(lines, at);
            if (fence.stripLeading().startsWith(FENCE + "java")) {
                if (!fence.startsWith(FENCE)) {
                    throw new IllegalArgumentException(Pages.name(page) + ":" + (at + 1) + ": the fence is indented");
                }
                blocks.add(block(page, lines, at, end));
            }
            at = end;
        }
        return blocks;
    }

    private static int endOf(List<String> lines, int start) {
        int end = start + 1;
        while (!lines.get(end).strip().equals(FENCE)) {
            end++;
        }
        return end;
    }

    private static CodeBlock block(Path page, List<String> lines, int start, int end) {
        var words = Set.of(lines.get(start).substring(FENCE.length()).strip().split(" +"));
        var others = words.stream().filter(it -> !it.equals("java")).collect(Collectors.toSet());
        var code = lines.subList(start + 1, end);
        var expected = output(lines, end + 1);
        return new CodeBlock(page, start + 1, others, String.join("\n", code), expected != null ? expected : comments(code));
    }

    /** The text block that follows at once, or after empty lines. */
    private static String output(List<String> lines, int from) {
        int at = from;
        while (at < lines.size() && lines.get(at).isBlank()) {
            at++;
        }
        if (at == lines.size() || !lines.get(at).equals(FENCE + "text")) {
            return null;
        }
        return String.join("\n", lines.subList(at + 1, endOf(lines, at)));
    }

    private static String comments(List<String> code) {
        var said = code.stream().map(PRINTS::matcher).filter(it -> it.find()).map(it -> it.group(1)).toList();
        return said.isEmpty() ? null : String.join("\n", said);
    }

    boolean isProgram() {
        return MAIN.matcher(code).find();
    }

    boolean isTest() {
        return code.contains("@HubTest");
    }

    boolean runs() {
        return !words.contains(NO_RUN);
    }

    boolean reports() {
        return words.contains(REPORTS);
    }

    String className() {
        if (!isTest()) {
            return name();
        }
        var matcher = CLASS.matcher(code);
        if (!matcher.find()) {
            throw new IllegalArgumentException(this + ": a @HubTest outside of a class");
        }
        return name() + "." + matcher.group(1);
    }

    private String name() {
        return Pages.name(page).replace(".md", "").replaceAll("[^A-Za-z0-9]", "_") + "_" + line;
    }

    /** Its file, with the code on the lines that it has in the page, so that errors point there. */
    String source() {
        if (isProgram()) {
            return "\n".repeat(line) + code;
        }
        var imports = new ArrayList<String>();
        var body = new ArrayList<String>();
        for (var each : code.split("\n", -1)) {
            boolean isImport = each.startsWith("import ");
            if (isImport) {
                imports.add(each);
            }
            body.add(isImport ? "" : each);
        }
        var allImports = (IMPORTS + String.join("\n", imports)).replace('\n', ' ');
        if (isTest()) {
            return "package " + name() + "; " + allImports + "\n".repeat(line) + String.join("\n", body);
        }
        var head = allImports + " public class " + className() + " { public static void " + METHOD + "() throws Exception {";
        return head + "\n".repeat(line) + String.join("\n", body) + "\n}}";
    }

    /** Whether {@code printed} is what the page says; {@code …} in the page stands for anything within a line. */
    boolean matches(String printed) {
        var pattern = expected.strip().lines()
                .map(it -> Pattern.compile("…").splitAsStream(it.stripTrailing()).map(Pattern::quote)
                        .collect(Collectors.joining(".*")) + (it.stripTrailing().endsWith("…") ? ".*" : ""))
                .collect(Collectors.joining("\n"));
        var text = printed.strip().lines().map(String::stripTrailing).collect(Collectors.joining("\n"));
        return Pattern.matches(pattern, text);
    }

    @Override
    public String toString() {
        return Pages.name(page) + ":" + line;
    }
}
