package dev.jevent.io.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Hub;
import dev.jevent.io.process.Subprocess;
import dev.jevent.io.program.Copier;
import dev.jevent.io.program.Flooder;
import dev.jevent.io.program.Programs;
import dev.jevent.testkit.HubTest;
import java.io.BufferedReader;
import org.junit.jupiter.api.DisplayName;

class StandardStreamsTest {
    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("F-FILE-06: while a program waits for its standard input, its other greenlets run")
    void inputDoesNotFreeze(Hub hub) throws Exception {
        try (Subprocess program = Programs.of(Copier.class).start();
                BufferedReader lines = program.stdout().reader(UTF_8);
                BufferedReader errors = program.stderr().reader(UTF_8)) {
            program.stdin().write("first\n", UTF_8);
            assertThat(lines.readLine()).isEqualTo("first");
            assertThat(errors.readLine()).as("told while it waits for input").isEqualTo("20 ticks");
            program.stdin().write("last\n", UTF_8);
            program.stdin().close();
            assertThat(lines.readLine()).isEqualTo("last");
            assertThat(lines.readLine()).isEqualTo("the end, others ran");
            assertThat(program.waitFor()).isZero();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("F-FILE-06: while a program's standard output is a full pipe, its other greenlets run; each write is whole")
    void outputDoesNotFreeze(Hub hub) throws Exception {
        try (Subprocess program = Programs.of(Flooder.class).start();
                BufferedReader errors = program.stderr().reader(UTF_8)) {
            assertThat(errors.readLine()).as("told while nobody reads the output").isEqualTo("20 ticks");
            String output = program.communicate().text();
            assertThat(output).isEqualTo(
                    "a".repeat(99_999) + "\n" + "b".repeat(99_999) + "\n" + "c".repeat(99_999) + "\n" + "d".repeat(99_999) + "\n");
            assertThat(program.waitFor()).isZero();
        }
    }
}
