package dev.jevent.io.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScarceDescriptorsTest {
    @TempDir
    Path directory;

    @Test
    @DisplayName("N8: without descriptors files, pipes and programs fail with an error that names them, leave nothing open, and work as soon as there are some")
    void filesAndPrograms() throws Exception {
        Path file = java.nio.file.Files.createFile(directory.resolve("scarce"));
        Process child = new ProcessBuilder("sh", "-c", "ulimit -n 160; exec \"$0\" \"$@\"",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED",
                        "-Djevent.loop=" + System.getProperty("jevent.loop", ""), "-XX:-MaxFDLimit",
                        "-cp", System.getProperty("java.class.path"), ScarceDescriptors.class.getName(), file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes());
        assertThat(child.waitFor()).as(output).isZero();
        assertThat(output)
                .contains("file: " + file + ": Too many open files")
                .containsPattern("pipe: .*Too many open files")
                .containsPattern("program: .*\"true\".*")
                .contains("again: as many files")
                .endsWith("recovered\n");
    }
}
