package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Hub;
import dev.jevent.testkit.HubTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

class ResolveTest {
    @HubTest
    void concurrentResolveTellsKnownUnknownAndLateOnes(Hub hub) throws Exception {
        var table = Map.of("one.example", "192.0.2.1", "two.example", "192.0.2.2", "three.example", TableResolver.SILENT);
        hub.resolver(new TableResolver(table));
        var printed = Printed.by(() -> run(() -> ConcurrentResolve.resolve(
                List.of("one.example", "nobody.example", "three.example", "two.example"), Duration.ofSeconds(2))));
        assertThat(printed).containsExactly("one.example: 192.0.2.1", "nobody.example: unknown",
                "three.example: no answer in time", "two.example: 192.0.2.2");
        hub.killAll(hub.greenlets()); // the one that waits on
    }

    @HubTest
    void massResolveLooksUpTenAtATimeAndPrintsInOrder(Hub hub) throws Exception {
        var table = new TreeMap<String, String>();
        var names = IntStream.range(0, 95).mapToObj("host%02d.example"::formatted).toList();
        names.forEach(name -> table.put(name, "198.51.100." + table.size()));
        table.remove("host42.example");
        var resolver = new TableResolver(table);
        hub.resolver(resolver);
        var printed = Printed.by(() -> run(() -> MassResolve.resolve(names)));
        assertThat(printed).hasSize(96).contains("host00.example [198.51.100.0]", "host42.example unknown", "94 of 95 known");
        assertThat(printed.subList(0, 95)).isSorted();
        assertThat(resolver.mostWaiting()).isEqualTo(MassResolve.AT_ONCE);
        assertThat(resolver.statistics().waiting()).isZero();
    }
}
