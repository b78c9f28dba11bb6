package dev.jevent.io.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Hub;
import dev.jevent.io.process.Command;
import dev.jevent.io.process.Subprocess;
import dev.jevent.testkit.HubTest;
import java.io.BufferedReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

/** Standard input of a program, and in one way its output: a pipe, a terminal, a file. */
class StandardInputTest {
    /** How many threads read and write where somebody has to wait; one that is done may not be idle yet when the next is needed. */
    private static String threads(Hub hub) {
        return "threads " + (hub.loop().descriptorCalls() == null ? "[1-9]" : "0");
    }

    @HubTest(virtualTime = false, limitSeconds = 90)
    @DisplayName("F-FILE-06, F-MON-06: a pipe is watched by the loop, if that can; a reader that is killed, and a patch that is turned off, lose nothing")
    void pipe(Hub hub) throws Exception {
        for (String way : List.of("streams", "patch", "off")) {
            try (Subprocess program = Programs.of(InputReader.class, way).start();
                    BufferedReader lines = program.stdout().reader(UTF_8)) {
                assertThat(lines.readLine()).as(way).isEqualTo("waits");
                program.stdin().write("one\ntwo\n", UTF_8);
                assertThat(lines.readLine()).as(way).isEqualTo("first one");
                program.stdin().write("three\n", UTF_8);
                program.stdin().close();
                assertThat(lines.lines().toList()).as(way).startsWith("rest two,three,", "others ran")
                        .last().asString().matches(threads(hub));
                assertThat(program.waitFor()).isZero();
            }
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 90)
    @DisplayName("F-FILE-06, F-MON-06: so is a terminal")
    void terminal(Hub hub) throws Exception {
        for (String way : List.of("streams", "patch")) {
            Command program = Programs.of(InputReader.class, way);
            List<String> quoted = new ArrayList<>();
            program.words().forEach(it -> quoted.add("'" + it + "'"));
            Command inTerminal = new Command("script", "-q", "-e", "-c", "stty -echo; " + String.join(" ", quoted), "/dev/null");
            inTerminal.environment().keySet().retainAll(program.environment().keySet());
            try (Subprocess terminal = inTerminal.start(); BufferedReader lines = terminal.stdout().reader(UTF_8)) {
                assertThat(lines.readLine()).as(way).isEqualTo("waits");
                terminal.stdin().write("one\n", UTF_8);
                assertThat(lines.readLine()).as(way).isEqualTo("first one");
                terminal.stdin().write("two\n\4", UTF_8); // the end of input, as who types it
                assertThat(lines.lines().toList()).as(way).startsWith("rest two,", "others ran").last().asString().matches(threads(hub));
                assertThat(terminal.waitFor()).isZero();
            }
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 90)
    @DisplayName("F-FILE-06: a file, which no loop can watch, is read by a thread")
    void file(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("input"), "one\ntwo\n");
        for (String way : List.of("streams", "patch")) {
            assertThat(Programs.of(InputReader.class, way).redirectInput(Redirect.from(file.toFile())).checkOutput().lines()).as(way)
                    .containsSequence("first one", "rest two,").doesNotContain("threads 0");
            assertThat(Programs.of(InputReader.class, way).redirectInput(Redirect.from(Path.of("/dev/null").toFile())).checkOutput()
                    .lines()).as(way).contains("rest ");
        }
    }
}
