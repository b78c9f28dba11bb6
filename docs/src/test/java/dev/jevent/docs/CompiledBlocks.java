package dev.jevent.docs;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** All blocks, compiled at once, in memory. */
final class CompiledBlocks extends ClassLoader {
    private final Map<String, ByteArrayOutputStream> classes = new HashMap<>();
    private final Map<String, StringBuilder> errors = new HashMap<>();

    CompiledBlocks(List<CodeBlock> blocks) {
        super(CompiledBlocks.class.getClassLoader());
        var compiler = ToolProvider.getSystemJavaCompiler();
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        var files = compiler.getStandardFileManager(diagnostics, Locale.ROOT, null);
        var task = compiler.getTask(null, new InMemory(files), diagnostics,
                List.of("-proc:none", "-classpath", System.getProperty("java.class.path")), null,
                blocks.stream().map(Source::new).toList());
        boolean compiled = task.call();
        for (var each : diagnostics.getDiagnostics()) {
            if (each.getKind() == Diagnostic.Kind.ERROR) {
                var block = each.getSource() instanceof Source source ? source.block.toString() : "no block";
                errors.computeIfAbsent(block, _ -> new StringBuilder())
                        .append("\n  line ").append(each.getLineNumber()).append(": ").append(each.getMessage(Locale.ROOT));
            }
        }
        if (!compiled && errors.isEmpty()) {
            throw new IllegalStateException("the compiler failed without saying why");
        }
    }

    /** What is wrong with {@code block}, with the lines of its page; null: nothing. */
    String errorsOf(CodeBlock block) {
        var found = errors.get(block.toString());
        return found == null ? null : found.toString();
    }

    /** javac stops before it writes any class when one file is wrong. */
    boolean anyErrors() {
        return !errors.isEmpty();
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
        var bytes = classes.get(name);
        if (bytes == null) {
            throw new ClassNotFoundException(name);
        }
        return defineClass(name, bytes.toByteArray(), 0, bytes.size());
    }

    private static final class Source extends SimpleJavaFileObject {
        private final CodeBlock block;

        Source(CodeBlock block) {
            super(URI.create("string:///" + block.className().replace('.', '/') + ".java"), Kind.SOURCE);
            this.block = block;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return block.source();
        }
    }

    private final class InMemory extends ForwardingJavaFileManager<JavaFileManager> {
        InMemory(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
            if (location != StandardLocation.CLASS_OUTPUT) {
                throw new IllegalArgumentException("location: " + location);
            }
            return new SimpleJavaFileObject(URI.create("bytes:///" + name), kind) {
                @Override
                public OutputStream openOutputStream() {
                    var bytes = new ByteArrayOutputStream();
                    classes.put(name, bytes);
                    return bytes;
                }
            };
        }
    }
}
