package dev.jevent.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
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
}
