package dev.jevent.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DemoCommandTest {
    @Test
    void everyPageComesOverConnectionsThatAreAllOpenAtOnce() throws Exception {
        Run run = Run.jevent("demo", "--connections", "60", "--requests", "4", "--json");
        assertThat(run.status()).as(run.out() + run.err()).isZero();
        assertThat(run.object())
                .containsEntry("connections", 60)
                .containsEntry("pages", 240)
                .containsEntry("errors", 0)
                .containsEntry("firstErrors", List.of());
        @SuppressWarnings("unchecked")
        Map<String, Object> greenlets = (Map<String, Object>) run.object().get("greenlets");
        assertThat((int) greenlets.get("clients")).isGreaterThanOrEqualTo(60);
        assertThat((int) greenlets.get("server")).isGreaterThanOrEqualTo(60);
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> lookups = (List<Map<String, Object>>) run.object().get("lookups");
        assertThat(lookups).extracting(it -> it.get("host")).startsWith("localhost", "127.0.0.1", "::1").contains("nobody.invalid");
    }

    @Test
    void theSummaryIsReadableAndProgressGoesToTheErrorStream() {
        Run run = Run.jevent("demo", "--connections", "5", "--requests", "2");
        assertThat(run.status()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("10 of 10 over 5 connections", "pages/s", "p50", "p99", "on 2 platform threads", "localhost", "none");
        assertThat(run.err()).contains("pages: 10 of 10");
    }

    @Test
    void whatGoesWrongIsCountedAndShown() throws Exception {
        Run run = Run.jevent("--resolver", "scripted", "demo", "--connections", "2", "--requests", "1", "--json");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.object()).containsEntry("pages", 2).containsEntry("errors", 3);
        assertThat(run.object().get("firstErrors").toString()).contains("look-up of localhost: localhost: not in the script");
    }

    @Test
    void noThreadIsLeftThatKeepsTheProcessAlive() {
        Set<Thread> before = stayingThreads();
        assertThat(Run.jevent("demo", "--connections", "5", "--requests", "1").status()).isZero();
        assertThat(stayingThreads()).isSubsetOf(before);
    }

    private static Set<Thread> stayingThreads() {
        return Thread.getAllStackTraces().keySet().stream().filter(it -> !it.isDaemon()).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @CsvSource({"--connections,0", "--connections,-3", "--requests,0", "--requests,x", "--requests,1000000000"})
    void countsAreChecked(String option, String value) {
        Run run = Run.jevent("demo", option, value);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains(option).doesNotContain("\tat ");
    }
}
