import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Compiles the C sources of one module into the library that dev.jevent.jni.NativeLibrary finds. Run by Maven, in the
 * module's folder, as a single file by the java of the toolchain:
 *
 * <pre>
 *   BuildNative.java &lt;name&gt; &lt;folder of sources&gt; &lt;folder of javac -h&gt; &lt;folder of classes&gt; &lt;id of the build&gt; [option of cc]...
 * </pre>
 *
 * The environment variable CC names another compiler. An option {@code needs:ares.h} is for a header without which the library
 * isn't built.
 *
 * <p>Without a compiler, or such a header, the build goes on. It says so once, and puts {@code lib<name>.missing} with the
 * reason in the place of the library, for NativeLibrary to tell. What does not compile fails the build.
 */
public final class BuildNative {
    private static final List<String> FLAGS = List.of(
            "-std=gnu11", "-O2", "-g0", "-Wall", "-Wextra", "-Werror", "-fPIC", "-fvisibility=hidden", "-shared");
    private static final List<String> LINUX_FLAGS = List.of("-Wl,-z,defs", "-Wl,-z,relro,-z,now", "-Wl,--build-id=none");

    private final Path home = Path.of(System.getProperty("java.home"));
    private final Path common = self().resolve("../main/c").normalize();
    private final String compiler = System.getenv().getOrDefault("CC", "cc");
    private final String name;
    private final Path sources;
    private final Path headers;
    private final Path folder;
    private final String build;
    private final List<String> options = new ArrayList<>();
    private final List<String> needed = new ArrayList<>();

    private BuildNative(String[] arguments) {
        name = arguments[0];
        sources = Path.of(arguments[1]);
        headers = Path.of(arguments[2]);
        folder = Path.of(arguments[3], "META-INF", "native", os() + "-" + architecture());
        build = arguments[4];
        for (String argument : List.of(arguments).subList(5, arguments.length)) {
            if (argument.startsWith("needs:")) {
                needed.add(argument.substring("needs:".length()));
            } else if (!argument.isBlank()) {
                options.add(argument);
            }
        }
    }

    public static void main(String[] arguments) throws Exception {
        if (arguments.length < 5) {
            System.err.println("BuildNative: " + arguments.length + " arguments (expected: name sources headers classes build [option]...)");
            System.exit(64);
        }
        System.exit(new BuildNative(arguments).run());
    }

    /** @return the exit status */
    private int run() throws IOException, InterruptedException {
        Path library = folder.resolve("lib" + name + (os().equals("macos") ? ".dylib" : ".so"));
        Path missing = folder.resolve("lib" + name + ".missing");
        if (isUpToDate(library)) {
            return 0;
        }
        Files.createDirectories(folder);
        String reason = whyNot();
        if (reason != null) {
            Files.deleteIfExists(library);
            Files.writeString(missing, reason);
            sayOnce(reason);
            return 0;
        }
        Path unfinished = folder.resolve("lib" + name + ".unfinished");
        List<String> command = new ArrayList<>(List.of(compiler.split(" ")));
        command.addAll(FLAGS);
        if (os().equals("linux")) {
            command.addAll(LINUX_FLAGS);
        }
        command.addAll(includes());
        command.addAll(List.of("-I", headers.toString(), "-o", unfinished.toString()));
        try (Stream<Path> files = Files.list(sources)) {
            files.filter(it -> it.toString().endsWith(".c")).sorted().forEach(it -> command.add(it.toString()));
        }
        command.addAll(options);
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            System.err.println("BuildNative: " + String.join(" ", command) + " ended with " + status);
            return 1;
        }
        Files.deleteIfExists(missing);
        Files.move(unfinished, library, java.nio.file.StandardCopyOption.REPLACE_EXISTING); // a JVM may have the old one open
        return 0;
    }

    private List<String> includes() {
        Path include = home.resolve("include");
        String system = os().equals("macos") ? "darwin" : os();
        return List.of("-I", include.toString(), "-I", include.resolve(system).toString(), "-I", common.toString());
    }

    /** Null: it can be built. Compiles something small to find out: a compiler alone, without headers, is none. */
    private String whyNot() throws IOException, InterruptedException {
        String failure = compile("#include <jni.h>\n#include <stdio.h>\n#include <unistd.h>\n");
        if (failure != null) {
            return "no C compiler: " + failure;
        }
        for (String header : needed) {
            failure = compile("#include <" + header + ">\n");
            if (failure != null) {
                return "no header " + header + ": " + failure;
            }
        }
        return null;
    }

    /** @return null, or the first words of what went wrong */
    private String compile(String source) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(compiler.split(" ")));
        command.addAll(includes());
        options.stream().filter(it -> it.startsWith("-I")).forEach(command::add);
        command.addAll(List.of("-x", "c", "-fsyntax-only", "-"));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return compiler + " cannot be run";
        }
        try (var in = process.outputWriter()) {
            in.write(source);
        } catch (IOException e) {
            // It ended before it read: its status tells.
        }
        String output = new String(process.getInputStream().readAllBytes());
        if (process.waitFor() == 0) {
            return null;
        }
        String error = output.lines().filter(it -> it.contains("error")).findFirst().orElse(output.lines().findFirst().orElse("no message"));
        return compiler + " says " + error.strip();
    }

    /** Newer than all that it is made of. */
    private boolean isUpToDate(Path library) throws IOException {
        if (!Files.exists(library)) {
            return false;
        }
        FileTime built = Files.getLastModifiedTime(library);
        List<Path> inputs = new ArrayList<>(List.of(self().resolve("BuildNative.java"), Path.of("pom.xml")));
        options.stream().filter(it -> !it.startsWith("-")).map(Path::of).forEach(inputs::add);
        for (Path input : List.of(sources, headers, common)) {
            if (Files.isDirectory(input)) {
                try (Stream<Path> files = Files.list(input)) {
                    files.forEach(inputs::add);
                }
            }
        }
        for (Path input : inputs) {
            if (Files.exists(input) && Files.getLastModifiedTime(input).compareTo(built) > 0) {
                return false;
            }
        }
        return true;
    }

    /** Several modules of a build have the same reason: the first one says it. */
    private void sayOnce(String reason) throws IOException {
        Path said = self().resolve("../../target/without-native-code").normalize();
        String now = build + " " + reason;
        if (!Files.exists(said) || !Files.readString(said).equals(now)) {
            Files.createDirectories(said.getParent());
            Files.writeString(said, now);
            System.err.println("[WARNING] building without native code: " + reason + "; what needs it will say so and stay unused");
        }
    }

    /** The folder of this file. */
    private static Path self() {
        return Path.of(System.getProperty("jdk.launcher.sourcefile", "")).toAbsolutePath().getParent();
    }

    private static String os() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT).replace(" ", "");
        return os.startsWith("mac") ? "macos" : os;
    }

    private static String architecture() {
        String architecture = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        return switch (architecture) {
            case "amd64", "x64" -> "x86_64";
            case "arm64" -> "aarch64";
            default -> architecture;
        };
    }
}
