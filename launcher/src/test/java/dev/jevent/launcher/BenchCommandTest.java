package dev.jevent.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.jevent.Hub;
import dev.jevent.Settings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BenchCommandTest {
    @Test
    void jsonHasExactlyTheFiveKeysAndARatioThatIsOne() throws Exception {
        Run run = Run.jevent("bench", "--json", "--repeat", "1", "yield", "switch");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.objects()).extracting(it -> it.get("name")).containsExactly("switch", "yield");
        for (Map<String, Object> row : run.objects()) {
            assertThat(row.keySet()).containsExactly("name", "unit", "jevent", "baseline", "ratio");
            double jevent = ((Number) row.get("jevent")).doubleValue();
            double baseline = ((Number) row.get("baseline")).doubleValue();
            assertThat(jevent).isPositive();
            assertThat(((Number) row.get("ratio")).doubleValue()).isEqualTo(jevent / baseline, within(0.01 * jevent / baseline));
        }
    }

    @Test
    void theTableHasALineForEachFigure() {
        Run run = Run.jevent("bench", "--repeat", "1", "spawn");
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.lines()).anyMatch(line -> line.matches("spawn +ns +[\\d.]+ +[\\d.]+ +[\\d.]+  ratio ≤ 1.*"));
    }

    @Test
    void anUnknownNameIsRefusedWithThoseThatAreKnown() {
        Run run = Run.jevent("bench", "swithc");
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.err()).contains("swithc", "spawn, switch, park, yield, channel, queue, timers, memory");
    }

    @Test
    void repeatIsChecked() {
        assertThat(Run.jevent("bench", "--repeat", "0", "yield").status()).isEqualTo(2);
    }

    static List<Bench> smallBenches() {
        List<Bench> benches = new java.util.ArrayList<>(HandOffs.benches());
        benches.add(new TimerBench(1_000));
        benches.add(new MemoryBench(20_000));
        return benches;
    }

    @ParameterizedTest
    @MethodSource("smallBenches")
    void aRoundMeasuresBothSidesAndLeavesNothingBehind(Bench bench) throws Exception {
        try (Hub hub = Hubs.open(Settings.process())) {
            List<Bench.Row> rows = bench.round(hub);
            assertThat(rows).isNotEmpty().allSatisfy(row -> {
                assertThat(row.jevent()).as(row.name()).isPositive();
                assertThat(row.baseline()).as(row.name()).isPositive();
            });
            assertThat(hub.statistics().greenlets()).isZero();
            assertThat(hub.statistics().loop().timers()).isZero();
        }
    }

    @Test
    void aGoalIsHeldAgainstTheRatioOrTheCost() {
        Bench.Row cheap = new Bench.Row("switch", "ns", 50, 100);
        Bench.Row dear = new Bench.Row("switch", "ns", 51, 100);
        assertThat(Bench.Goal.of(cheap).isMet(cheap)).isTrue();
        assertThat(Bench.Goal.of(dear).isMet(dear)).isFalse();
        Bench.Row small = new Bench.Row("memory", "bytes", 900, 100);
        assertThat(Bench.Goal.of(small).isMet(small)).isTrue();
        assertThat(Bench.Goal.of(new Bench.Row("yield", "ns", 1, 1))).isNull();
    }
}
