package dev.jevent.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
    @Test
    void helpListsEveryCommand() {
        Run run = Run.jevent("--help");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("run", "demo", "resolve", "fetch", "serve", "echo", "doctor", "bench", "--loop", "--resolver", "Exit status:");
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "demo", "resolve", "fetch", "serve", "echo", "doctor", "bench"})
    void eachCommandExplainsItself(String command) {
        Run run = Run.jevent(command, "--help");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("Usage: jevent " + command, switch (command) {
            case "run" -> "--patch";
            case "echo", "serve" -> "--port";
            default -> "--json";
        }, "--loop", "Exit status:");
        assertThat(Run.jevent("help", command).out()).isEqualTo(run.out());
    }

    @Test
    void versionNamesJeventAndTheJdk() {
        Run run = Run.jevent("--version");
        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("jevent ").contains("JDK " + Runtime.version());
    }

    @Test
    void onlyTheCommandThatIsCalledIsMade() {
        assertThat(Main.commandLine("resolve", "localhost").getSubcommands()).containsOnlyKeys("resolve");
        assertThat(Main.commandLine("--loop", "nio", "resolve").getSubcommands())
                .containsOnlyKeys("run", "demo", "resolve", "fetch", "serve", "echo", "doctor", "bench", "help");
    }

    @Test
    void aCommandIsNeeded() {
        Run run = Run.jevent();
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("Which command?", "jevent --help");
    }

    @Test
    void aMisspelledCommandIsRefusedWithASuggestion() {
        Run run = Run.jevent("resolv", "localhost");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("resolv").contains("Did you mean", "resolve").doesNotContain("\tat ");
    }

    @Test
    void anUnknownOptionIsRefused() {
        Run run = Run.jevent("resolve", "--jsno", "localhost");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--jsno").doesNotContain("\tat ");
    }

    @Test
    void aLoopThatIsNotThereIsRefusedWithItsCandidatesAndNoStackTrace() {
        Run run = Run.jevent("resolve", "--loop", "nil", "localhost");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("[jevent/NoLoop]").contains("nil", "nio").doesNotContain("\tat ");
    }

    @Test
    void anEmptyListOfLoopsIsBadUsage() {
        assertThat(Run.jevent("--loop", "", "doctor").status()).isEqualTo(2);
        Run run = Run.jevent("doctor", "--resolver", ",");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("jevent doctor:", "names separated by commas").doesNotContain("\tat ");
    }

    @Test
    void globalOptionsStandBeforeAndBehindTheCommand() {
        for (List<String> args : List.of(
                List.of("--resolver", "scripted", "resolve", "one.test"),
                List.of("resolve", "--resolver", "scripted", "one.test"))) {
            Run run = Run.jevent(args.toArray(String[]::new));
            assertThat(run.out()).as("%s, which prints %s", args, run.err()).contains("192.0.2.1");
        }
    }

    @Test
    void aDefectIsShownWithItsStackTrace() {
        Run run = failing(new IllegalStateException("broken"));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("a defect of jevent", "IllegalStateException: broken", "\tat ");
    }

    @Test
    void aFailureThatTheUserCanMendIsShownAsItsMessage() {
        Run run = failing(new Failure("no descriptors left", null));
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err().strip()).isEqualTo("no descriptors left");
    }

    private static Run failing(Exception failure) {
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine("doctor").setErr(new PrintWriter(err));
        line.addSubcommand("fail", new Failing(failure));
        line.getSubcommands().get("fail").setErr(line.getErr()).setExecutionExceptionHandler(line.getExecutionExceptionHandler());
        return new Run(line.execute("fail"), "", err.toString());
    }

    @CommandLine.Command(name = "fail")
    private record Failing(Exception failure) implements Callable<Integer> {
        @Override
        public Integer call() throws Exception {
            throw failure;
        }
    }
}
