package dev.jevent.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.testkit.HubTest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;

/** The examples that need nothing from outside, as they are started from a command line. */
class ProgramsTest {
    private static final String[] NO_ARGUMENTS = {};

    @HubTest
    void theProducerWaitsForTheConsumers() throws Exception {
        assertThat(Printed.by(() -> ProducerConsumer.main(NO_ARGUMENTS))).containsExactly(
                "ann: parcel 1", "bob: parcel 2", "ann: parcel 3", "bob: parcel 4",
                "all is put, 3 wait",
                "ann: parcel 5", "bob: parcel 6", "ann: parcel 7",
                "ann took 4", "bob took 3");
    }

    @HubTest
    void timeoutsEndWhatTakesTooLong() throws Exception {
        assertThat(Printed.by(() -> Timeouts.main(NO_ARGUMENTS))).containsExactly(
                "one call: not in time",
                "a piece of code: timed out after 0.02 seconds",
                "a value instead: stale",
                "nested: the outer one, timed out after 0.02 seconds",
                "kill: it may clean up",
                "kill: ENDED");
    }

    @HubTest(virtualTime = false)
    void theThreadPoolReadsFilesAndTheHubGoesOn(@TempDir Path folder) throws Exception {
        var file = Files.writeString(folder.resolve("abc"), "abc");
        var missing = folder.resolve("missing");
        assertThat(Printed.by(() -> ThreadPoolCalls.main(new String[] {file.toString(), missing.toString()}))).containsExactly(
                "abc: ba7816bf", // SHA-256 of abc [FIPS 180-2 appendix B.1]
                "missing: java.nio.file.NoSuchFileException: " + missing,
                "a greenlet runs meanwhile",
                "a native thread waited for it");
    }

    @HubTest(virtualTime = false)
    void eventsWakeThoseWhoWaitInOrder() throws Exception {
        assertThat(Printed.by(() -> Events.main(NO_ARGUMENTS))).containsExactly(
                "go", "ann runs", "bob runs", "cid runs",
                "the answer is 42",
                "set by a thread without a hub");
    }

    @HubTest
    void theBufferPassesAllJobsBeforeItStops() throws Exception {
        assertThat(Printed.by(() -> Channels.main(NO_ARGUMENTS))).containsExactly(
                "worked on job 1", "worked on job 2", "worked on job 3", "3 jobs passed");
    }

    @HubTest
    void aScopeEndsItsMembersWhenOneFails() throws Exception {
        assertThat(Printed.by(() -> GroupScope.main(NO_ARGUMENTS))).containsExactly(
                "sum: 30", "payment: taken back", "no order: tea is out of stock");
    }

    @HubTest(virtualTime = false)
    void twoProcessesRunAtOnce() throws Exception {
        assertThat(Printed.by(() -> Processes.main(NO_ARGUMENTS))).startsWith("uname: " + System.getProperty("os.name"))
                .anyMatch(it -> it.startsWith("ls: ")).contains("tmp");
        assertThat(Printed.by(() -> Processes.both(List.of("echo", "done"), List.of("sleep", "3600"), Duration.ofSeconds(2))))
                .containsExactly("echo: done", "sleep: still running");
    }
}
