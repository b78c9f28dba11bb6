package dev.jevent.jni;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The build of a module's library, as Maven runs it. */
@EnabledOnOs(value = {OS.LINUX, OS.MAC}, disabledReason = "no native module is built elsewhere")
class BuildNativeTest {
    private static final Path PROGRAM = Path.of("src/build/BuildNative.java").toAbsolutePath();

    @TempDir
    Path folder;

    private Path program; // its notes go to a folder of ours
    private Path source;
    private Path library;
    private Path missing;

    private record Outcome(int status, String output) {}

    @BeforeEach
    void copyProgram() throws Exception {
        program = folder.resolve("common/src/build/BuildNative.java");
        Files.createDirectories(program.getParent());
        Files.copy(PROGRAM, program);
        Path header = folder.resolve("common/src/main/c/jni_common.h");
        Files.createDirectories(header.getParent());
        Files.copy(Path.of("src/main/c/jni_common.h"), header);
        source = folder.resolve("c/some.c");
        Files.createDirectories(source.getParent());
        Files.writeString(source, "#include \"jni_common.h\"\nJNIEXPORT jint JNICALL some(void) { return jevent_result(0); }\n");
        Path natives = folder.resolve("classes/META-INF/native/" + NativeLibrary.platform());
        library = natives.resolve(System.mapLibraryName("some"));
        missing = natives.resolve("libsome.missing");
    }

    private Outcome build(String compiler, String id, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
                program.toString(), "some", source.getParent().toString(), folder.resolve("headers").toString(),
                folder.resolve("classes").toString(), id));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).directory(folder.toFile());
        if (compiler != null) {
            builder.environment().put("CC", compiler);
        }
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes());
        return new Outcome(process.waitFor(), output);
    }

    @Test
    void whatIsUpToDateIsNotBuiltAgain() throws Exception {
        Probe.need();
        assertThat(build(null, "1")).isEqualTo(new Outcome(0, ""));
        assertThat(library).isNotEmptyFile();
        FileTime built = Files.getLastModifiedTime(library);
        assertThat(build("/nowhere/cc", "1")).isEqualTo(new Outcome(0, "")); // doesn't even ask for a compiler
        assertThat(Files.getLastModifiedTime(library)).isEqualTo(built);

        Files.setLastModifiedTime(source, FileTime.fromMillis(built.toMillis() + 5_000));
        assertThat(build("/nowhere/cc", "1").output()).contains("without native code");
        assertThat(library).doesNotExist(); // it was of an older source
    }

    @Test
    void withoutCompilerTheBuildGoesOnAndSaysSoOnce() throws Exception {
        assertThat(build("/nowhere/cc", "1")).isEqualTo(new Outcome(0, """
                [WARNING] building without native code: no C compiler: /nowhere/cc cannot be run; what needs it will say so and stay unused
                """));
        assertThat(missing).hasContent("no C compiler: /nowhere/cc cannot be run");
        assertThat(library).doesNotExist();
        assertThat(build("/nowhere/cc", "1")).isEqualTo(new Outcome(0, "")); // as the next module of the same build
        assertThat(build("/nowhere/cc", "2").output()).contains("building without native code");
    }

    @Test
    void aCompilerWithoutHeadersIsNone() throws Exception {
        assertThat(build("false", "1").output()).contains("no C compiler: false says");
        assertThat(missing).exists();
    }

    @Test
    void whatNeedsAHeaderThatIsNotThereIsNotBuilt() throws Exception {
        Probe.need();
        assertThat(build(null, "1", "needs:nosuchheader.h").output()).contains("no header nosuchheader.h");
        assertThat(missing).content().startsWith("no header nosuchheader.h: cc says");
        assertThat(build(null, "1", "needs:stdlib.h")).isEqualTo(new Outcome(0, ""));
        assertThat(missing).doesNotExist();
        assertThat(library).isNotEmptyFile();
    }

    @Test
    void whatDoesNotCompileFailsTheBuild() throws Exception {
        Probe.need();
        Files.writeString(source, "int unused(int never) { return 0; }\n");
        Outcome outcome = build(null, "1");
        assertThat(outcome.status()).isOne();
        assertThat(outcome.output()).contains("unused parameter");
        assertThat(library).doesNotExist();
    }

    @Test
    void whatIsNotDefinedFailsTheBuild() throws Exception {
        Probe.need();
        Files.writeString(source, "int nowhere(void);\nint some(void);\nint some(void) { return nowhere(); }\n");
        assertThat(build(null, "1").status()).isOne();
        assertThat(library).doesNotExist();
    }

    @Test
    void furtherOptionsGoToTheCompiler() throws Exception {
        Probe.need();
        Files.writeString(source, "#ifndef WANTED\n#error not wanted\n#endif\n");
        assertThat(build(null, "1").status()).isOne();
        assertThat(build(null, "1", "-DWANTED")).isEqualTo(new Outcome(0, ""));
    }
}
