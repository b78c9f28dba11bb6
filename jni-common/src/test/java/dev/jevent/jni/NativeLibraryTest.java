package dev.jevent.jni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which a library may not be loaded is a reason, and no exception. */
@EnabledOnOs(value = {OS.LINUX, OS.MAC}, disabledReason = "no native module runs elsewhere")
class NativeLibraryTest {
    private static final String PLATFORM = NativeLibrary.platform();
    private static final String SUFFIX = PLATFORM.startsWith("macos-") ? ".dylib" : ".so";

    @TempDir
    Path folder;

    @BeforeAll
    static void build() {
        Probe.need();
    }

    private static byte[] library() throws IOException {
        try (var in = Probe.class.getClassLoader().getResourceAsStream(resource(PLATFORM))) {
            return in.readAllBytes();
        }
    }

    private static String resource(String platform) {
        return "META-INF/native/" + platform + "/lib" + Probe.NAME + SUFFIX;
    }

    /** A class path that has {@code content} as the library for {@code platform}. */
    private URLClassLoader classPath(String platform, byte[] content) throws IOException {
        Path file = folder.resolve("classes").resolve(resource(platform));
        Files.createDirectories(file.getParent());
        Files.write(file, content);
        return new URLClassLoader(new URL[] {folder.resolve("classes").toUri().toURL()}, null);
    }

    private Path temporary() throws IOException {
        return Files.createDirectories(folder.resolve("tmp"));
    }

    private NativeLibrary load(ClassLoader classPath, Path temporary) {
        return NativeLibrary.load(classPath, Probe.NAME, PLATFORM, null, temporary.toString());
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    // ---- it works ----

    @Test
    void isLoadedAndLeavesNoFile() throws Exception {
        Path temporary = temporary();
        try (var classPath = classPath(PLATFORM, library())) {
            NativeLibrary library = load(classPath, temporary);
            assertThat(library.reason()).isNull();
            assertThat(library.isLoaded()).isTrue();
            assertThat(library.toString()).endsWith(resource(PLATFORM));
        }
        assertThat(files(temporary)).isEmpty();
    }

    @Test
    void aDirectoryComesBeforeTheClassPath() throws Exception {
        Path file = Files.write(folder.resolve("lib" + Probe.NAME + SUFFIX), library());
        try (var classPath = classPath(PLATFORM, new byte[] {1, 2, 3})) {
            NativeLibrary library = NativeLibrary.load(classPath, Probe.NAME, PLATFORM, folder.toString(), temporary().toString());
            assertThat(library.reason()).isNull();
            assertThat(library.toString()).isEqualTo(file.toString());
        }
        assertThat(file).exists();
    }

    @Test
    void anEmptyDirectorySettingIsNone() throws Exception {
        try (var classPath = classPath(PLATFORM, library())) {
            assertThat(NativeLibrary.load(classPath, Probe.NAME, PLATFORM, "", temporary().toString()).reason()).isNull();
        }
    }

    @Test
    void platformsHaveOneNameEach() {
        assertThat(NativeLibrary.platform("Linux", "amd64")).isEqualTo("linux-x86_64");
        assertThat(NativeLibrary.platform("Linux", "aarch64")).isEqualTo("linux-aarch64");
        assertThat(NativeLibrary.platform("Mac OS X", "x86_64")).isEqualTo("macos-x86_64");
        assertThat(NativeLibrary.platform("Mac OS X", "arm64")).isEqualTo("macos-aarch64");
        assertThat(NativeLibrary.platform("FreeBSD", "amd64")).isEqualTo("freebsd-x86_64");
        assertThat(NativeLibrary.platform("Windows 11", "amd64")).isEqualTo("windows11-x86_64");
    }

    // ---- and if not ----

    @Test
    void aLibraryOfOtherPlatformsOnlyIsAReason() throws Exception {
        try (var classPath = classPath(PLATFORM, library())) {
            assertThat(NativeLibrary.load(classPath, Probe.NAME, "linux-riscv64", null, temporary().toString()).reason())
                    .isEqualTo("no library for linux-riscv64 on the class path, only for " + PLATFORM);
        }
    }

    @Test
    void noLibraryAtAllIsAReason() throws Exception {
        try (var classPath = new URLClassLoader(new URL[0], null)) {
            assertThat(load(classPath, temporary()).reason()).isEqualTo("no library for " + PLATFORM + " on the class path");
        }
    }

    @Test
    void aBuildWithoutCompilerIsAReason() throws Exception {
        try (var classPath = classPath(PLATFORM, library())) {
            Path file = folder.resolve("classes").resolve(resource(PLATFORM));
            Files.delete(file);
            Files.writeString(file.resolveSibling("lib" + Probe.NAME + ".missing"), "no C compiler: cc cannot be run\n");
            assertThat(load(classPath, temporary()).reason())
                    .isEqualTo("built without native code: no C compiler: cc cannot be run");
        }
    }

    @Test
    void anotherMachinesLibraryIsAReason() throws Exception {
        assumeTrue(PLATFORM.startsWith("linux-"), "changes a field of an ELF header");
        byte[] library = library();
        library[18] = (byte) (library[18] == 62 ? 183 : 62); // e_machine: x86_64 and aarch64
        Path temporary = temporary();
        try (var classPath = classPath(PLATFORM, library)) {
            assertThat(load(classPath, temporary).reason()).contains("cannot open shared object file").contains(temporary.toString());
        }
        assertThat(files(temporary)).isEmpty();
    }

    @Test
    void whatIsNoLibraryIsAReason() throws Exception {
        try (var classPath = classPath(PLATFORM, "#!/bin/sh\n".getBytes())) {
            assertThat(load(classPath, temporary()).reason()).contains(Probe.NAME);
        }
    }

    @Test
    void anEmptyLibraryIsAReason() throws Exception {
        try (var classPath = classPath(PLATFORM, new byte[0])) {
            assertThat(load(classPath, temporary()).reason()).contains("gave 0 bytes");
        }
    }

    @Test
    void aMissingTemporaryDirectoryIsAReason() throws Exception {
        Path nowhere = folder.resolve("nowhere");
        try (var classPath = classPath(PLATFORM, library())) {
            assertThat(load(classPath, nowhere).reason())
                    .startsWith("cannot unpack lib" + Probe.NAME + SUFFIX + " to " + nowhere)
                    .contains("NoSuchFileException").contains("java.io.tmpdir").contains(NativeLibrary.DIRECTORY);
        }
    }

    @Test
    void aFileInTheDirectoriesPlaceIsAReason() throws Exception {
        Path file = Files.createFile(folder.resolve("file"));
        try (var classPath = classPath(PLATFORM, library())) {
            assertThat(load(classPath, file).reason()).startsWith("cannot unpack");
        }
    }

    @Test
    void aDirectoryWithoutTheLibraryIsAReason() throws Exception {
        try (var classPath = classPath(PLATFORM, library())) {
            assertThat(NativeLibrary.load(classPath, Probe.NAME, PLATFORM, temporary().toString(), "unused").reason())
                    .isEqualTo("there is no " + temporary().resolve("lib" + Probe.NAME + SUFFIX) + "; jevent.native.directory is " + temporary());
        }
    }

    @Test
    void aSettingThatIsNoPathIsAReason() throws Exception {
        try (var classPath = classPath(PLATFORM, library())) {
            assertThat(NativeLibrary.load(classPath, Probe.NAME, PLATFORM, "\0", "unused").reason()).contains("InvalidPathException");
            assertThat(NativeLibrary.load(classPath, Probe.NAME, PLATFORM, null, "\0").reason()).contains("InvalidPathException");
        }
    }

    @Test
    void classesOfAnotherLoaderAreAReason() {
        assertThat(NativeLibrary.load(String.class, Probe.NAME).reason())
                .startsWith("java.lang.String and dev.jevent.jni.NativeLibrary come from different class loaders");
    }

    // ---- in a JVM of its own ----

    private static String run(List<String> before, String... options) throws Exception {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m"));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Probe.class.getName()));
        Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes()).strip();
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void nativeMethodsWork() throws Exception {
        assertThat(run(List.of(), "--enable-native-access=ALL-UNNAMED")).isEqualTo("loaded, pid true");
    }

    @Test
    void deniedNativeAccessIsAReason() throws Exception {
        assertThat(run(List.of(), "--illegal-native-access=deny"))
                .isEqualTo("this JVM denies native access; start it with --enable-native-access=ALL-UNNAMED");
    }

    @Test
    void aTemporaryDirectoryThatForbidsToExecuteIsAReason() throws Exception {
        assumeTrue(PLATFORM.startsWith("linux-"), "mounts a file system in a user namespace");
        Path temporary = temporary();
        List<String> mounted = List.of("unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
                "mount -t tmpfs -o noexec none \"$0\" && exec \"$@\"", temporary.toString());
        List<String> probe = new ArrayList<>(mounted);
        probe.add("true");
        assumeTrue(new ProcessBuilder(probe).start().waitFor() == 0, "user namespaces are not allowed here");
        assertThat(run(mounted, "--enable-native-access=ALL-UNNAMED", "-Djava.io.tmpdir=" + temporary))
                .contains("failed to map").contains("must allow to execute").contains(temporary.toString());
    }

    @Test
    void aDirectoryThatOthersCanEnterIsRefused() throws Exception {
        Path directory = temporary();
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        NativeLibrary.checkPrivate(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x---"));
        assertThatThrownBy(() -> NativeLibrary.checkPrivate(directory)).hasMessageContaining("is open to others");
    }
}
