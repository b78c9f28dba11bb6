package dev.jevent.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.resolver.ares.AresResolverProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResolveCommandTest {
    @Test
    void whatEveryMachineKnowsIsResolvedForReal() {
        Run run = Run.jevent("resolve", "localhost", "127.0.0.1", "::1");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.lines()).hasSize(3);
        assertThat(run.lines().get(0)).matches("localhost  .*(127\\.0\\.0\\.1|0:0:0:0:0:0:0:1).*");
        assertThat(run.lines().get(1)).isEqualTo("127.0.0.1  127.0.0.1");
        assertThat(run.lines().get(2)).isEqualTo("::1        0:0:0:0:0:0:0:1");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void hostsComeInTheOrderGivenWithAddressesOrAReason() {
        Run run = Run.jevent("--resolver", "scripted", "resolve", "two.test", "none.test", "..test", "one.test", "two.test");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines()).containsExactly(
                "two.test   192.0.2.2 192.0.2.3",
                "none.test  none.test: not in the script",
                "..test     host: \"..test\" (expected: no empty label)",
                "one.test   192.0.2.1",
                "two.test   192.0.2.2 192.0.2.3");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void aHostThatIsNotDoneInTimeSaysSoAndHoldsUpNobody() {
        Run run = Run.jevent("--resolver", "scripted", "resolve", "--timeout", "0.05", "slow.test", "one.test");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines()).containsExactly("slow.test  not done after 0.05s", "one.test   192.0.2.1");
    }

    @Test
    void jsonHasAnObjectForEachHost() throws Exception {
        Run run = Run.jevent("--resolver", "scripted", "resolve", "--json", "two.test", "none.test");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.objects()).hasSize(2);
        assertThat(run.objects().get(0))
                .containsEntry("host", "two.test")
                .containsEntry("addresses", List.of("192.0.2.2", "192.0.2.3"))
                .containsEntry("error", null)
                .containsKey("seconds");
        assertThat(run.objects().get(1))
                .containsEntry("addresses", List.of())
                .containsEntry("error", "none.test: not in the script");
    }

    @Test
    void aResolverThatIsUnavailableIsRefusedWithItsReason() {
        Run run = Run.jevent("--resolver", "absent", "resolve", "one.test");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("[jevent/NoResolver]").contains("nobody installed it").doesNotContain("\tat ");
    }

    @Test
    void withoutHostsItIsBadUsage() {
        Run run = Run.jevent("resolve");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("HOST");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "soon", "", "1e-12"})
    void aTimeoutIsAPositiveNumberOfSeconds(String timeout) {
        Run run = Run.jevent("resolve", "--timeout", timeout, "localhost");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("--timeout", "seconds > 0");
    }

    // ---- --server and --type ----

    @Test
    void aServerOfOnesOwnIsAsked() throws Exception {
        assumeTrue(AresResolverProvider.library().isPresent(), "built without c-ares");
        try (SmallNameServer server = new SmallNameServer()) {
            Run run = Run.jevent("resolve", "--resolver", "ares", "--server", server.address(), "a.test", "none.test");
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.lines()).containsExactly("a.test     192.0.2.1", "none.test  none.test: no such name (NXDOMAIN)");
            Run records = Run.jevent("resolve", "--resolver", "ares", "--server", server.address(), "--type", "A", "--json", "a.test");
            assertThat(records.status()).isZero();
            assertThat(records.objects().getFirst())
                    .containsEntry("type", "A")
                    .containsEntry("records", List.of(Map.of("name", "a.test", "type", "A", "ttl", 60, "data", "192.0.2.1")));
        }
    }

    @Test
    void whoIsAskedIsNotChosenForTheOperatingSystem() {
        Run run = Run.jevent("resolve", "--resolver", "threadpool", "--server", "127.0.0.1", "a.test");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("--server: the resolver threadpool asks whom it will (expected: --resolver ares)");
        Run records = Run.jevent("resolve", "--resolver", "threadpool", "--type", "MX", "a.test");
        assertThat(records.status()).isEqualTo(1);
        assertThat(records.out()).contains("a.test  records: the resolver \"threadpool\" asks the operating system");
    }

    // ---- --input ----

    @Test
    void namesOfAFileAreLookedUpAsTheyComeAndNoneIsForgotten(@TempDir Path folder) throws Exception {
        StringBuilder names = new StringBuilder("\n  one.test  \r\n\nnone.test\n" + "x".repeat(5_000) + "\n");
        for (int i = 0; i < 3_000; i++) {
            names.append(i % 2 == 0 ? "one.test\n" : "two.test\n");
        }
        Path file = Files.writeString(folder.resolve("names"), names.append("two.test"));
        Run run = Run.jevent("--resolver", "scripted", "resolve", "--concurrency", "7", "--input", file.toString());
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.lines()).hasSize(3_004);
        assertThat(run.lines()).filteredOn("one.test  192.0.2.1"::equals).hasSize(1_501);
        assertThat(run.lines()).filteredOn("two.test  192.0.2.2 192.0.2.3"::equals).hasSize(1_501);
        assertThat(run.lines()).contains("none.test  none.test: not in the script");
        assertThat(run.lines()).filteredOn(line -> line.startsWith("xxx")).singleElement()
                .satisfies(line -> assertThat(line).as("cut where no name is as long").startsWith("x".repeat(1_000) + "  "));
        assertThat(run.err()).contains("resolved: 3,004 of 3,004").containsPattern("3,004 names in [0-9.]+ s, 2 without an answer");
    }

    @Test
    void jsonOfAFileIsOneArray(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("names"), "one.test\ntwo.test\n");
        Run run = Run.jevent("--resolver", "scripted", "resolve", "--json", "--input", file.toString());
        assertThat(run.status()).isZero();
        assertThat(run.objects()).extracting(it -> it.get("host")).containsExactlyInAnyOrder("one.test", "two.test");
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        assertThat(Run.jevent("--resolver", "scripted", "resolve", "--json", "--input", empty.toString()).objects()).isEmpty();
    }

    @Test
    void hostsOrAFileAndAFileThatIsThere() {
        Run both = Run.jevent("resolve", "--input", "names", "one.test");
        assertThat(both.status()).isEqualTo(2);
        assertThat(both.err()).contains("HOST: given beside --input");
        Run none = Run.jevent("resolve", "--input", "no-such-file");
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.err()).startsWith("--input: cannot read no-such-file");
        assertThat(Run.jevent("resolve", "--input", "names", "--concurrency", "0").err()).contains("--concurrency: 0 (expected: > 0)");
    }
}
