package dev.jevent.docs;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/** What the tests of the reactor claim by {@code @DisplayName("B-QUE-20: …")}, read from their sources. */
final class Claims {
    /** One id of one test. */
    record Claim(String id, String text, String where) {}

    /** The id of a behaviour: {@code B-} is what gevent's tests pin down, {@code O-} what was seen by running it. */
    static final Pattern ID = Pattern.compile("\\b[BO]-[A-Z]{2,4}-\\d{2,3}\\b");

    private static final Pattern WORD = Pattern.compile("[a-z]{2,}");

    private Claims() {}

    static List<Claim> ofReactor() throws IOException {
        var sources = new ArrayList<Path>();
        try (Stream<Path> modules = Files.list(Pages.ROOT)) {
            for (var module : (Iterable<Path>) modules.filter(it -> Files.exists(it.resolve("pom.xml"))).sorted()::iterator) {
                for (var folder : List.of("src/test/java", "src/main/java")) { // a kit's tests are in main
                    collect(module.resolve(folder), sources);
                }
            }
        }
        return ofSources(sources);
    }

    private static void collect(Path folder, List<Path> sources) throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (var file : (Iterable<Path>) files.filter(it -> it.toString().endsWith(".java")).sorted()::iterator) {
                if (Files.readString(file).contains("@DisplayName")) {
                    sources.add(file);
                }
            }
        }
    }

    static List<Claim> ofSources(List<Path> sources) throws IOException {
        var claims = new ArrayList<Claim>();
        if (sources.isEmpty()) {
            return claims;
        }
        var compiler = ToolProvider.getSystemJavaCompiler();
        try (var files = compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            var task = (JavacTask) compiler.getTask(null, files, null, List.of("-proc:none"), null,
                    files.getJavaFileObjectsFromPaths(sources));
            for (var unit : task.parse()) {
                unit.accept(new Scanner(claims), null);
            }
        }
        return claims;
    }

    private static final class Scanner extends TreeScanner<Void, Void> {
        private final List<Claim> claims;
        private final Deque<String> classes = new ArrayDeque<>();
        private boolean disabled;

        Scanner(List<Claim> claims) {
            this.claims = claims;
        }

        @Override
        public Void visitClass(ClassTree type, Void nothing) {
            boolean before = disabled;
            disabled |= annotation(type.getModifiers(), "Disabled") != null;
            classes.addLast(type.getSimpleName().toString());
            super.visitClass(type, nothing);
            classes.removeLast();
            disabled = before;
            return null;
        }

        @Override
        public Void visitMethod(MethodTree method, Void nothing) {
            var name = annotation(method.getModifiers(), "DisplayName");
            if (name != null && !disabled && annotation(method.getModifiers(), "Disabled") == null) {
                claim(text(name), String.join(".", classes) + "." + method.getName());
            }
            return super.visitMethod(method, nothing);
        }

        /** The ids come first, separated by whatever; what follows the last of them and a colon is the claim. */
        private void claim(String text, String where) {
            int end = 0;
            var ids = new ArrayList<String>();
            var matcher = ID.matcher(text);
            while (matcher.find()) {
                ids.add(matcher.group());
                end = matcher.end();
            }
            if (WORD.matcher(text.substring(0, end)).find()) {
                throw new IllegalArgumentException(where + ": ids come first in \"" + text + "\"");
            }
            int colon = text.indexOf(':', end);
            var said = ids.isEmpty() ? "" : text.substring(colon < 0 ? end : colon + 1).strip();
            ids.forEach(id -> claims.add(new Claim(id, said, where)));
        }

        private static AnnotationTree annotation(ModifiersTree modifiers, String simpleName) {
            return modifiers.getAnnotations().stream()
                    .filter(it -> ("." + it.getAnnotationType()).endsWith("." + simpleName))
                    .findFirst().orElse(null);
        }

        private static String text(AnnotationTree annotation) {
            return text(annotation.getArguments().getFirst());
        }

        private static String text(ExpressionTree expression) {
            return switch (expression) {
                case AssignmentTree it -> text(it.getExpression());
                case BinaryTree it -> text(it.getLeftOperand()) + text(it.getRightOperand());
                case LiteralTree it -> String.valueOf(it.getValue());
                default -> "";
            };
        }
    }
}
