package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Measured;
import dev.jevent.Settings;
import dev.jevent.ThreadPool;
import dev.jevent.Waiter;
import dev.jevent.Watcher;
import dev.jevent.hub.program.Crowd;
import dev.jevent.monitor.Monitor;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubFactory;
import dev.jevent.testkit.HubTest;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Who waits where, for human eyes. */
class ReportTest {
    /** Of {@code hub} alone; other tests may have some, too. */
    private static String report(Hub hub) {
        String all = Monitor.get().report();
        String own = all.substring(all.indexOf(hub + ":"));
        int next = own.indexOf("\n<hub ");
        return (next < 0 ? own : own.substring(0, next)).replaceAll("\\.java:\\d+", ".java:…");
    }

    @HubTest
    @DisplayName("B-UTL-01: without greenlets the report has the hub and its main, and nothing of who spawned whom")
    void withoutGreenletsItHasTheHubAndItsMain(Hub hub) {
        assertThat(report(hub).lines()).hasSize(2)
                .element(0).asString().startsWith(hub + ": 0 greenlets, ");
        assertThat(report(hub)).contains("  " + hub.main()).doesNotContain("spawned");
    }

    @HubTest
    @DisplayName("B-UTL-01: the report has each hub and its greenlets")
    void itTellsWhoWaitsForWhatAndWhere(Hub hub) {
        Greenlet<Void> sleeper = Crowd.poller(hub);
        sleeper.name("sleeper");
        hub.yieldNow();
        assertThat(report(hub)).contains(hub + ": 1 greenlet, ", """
                  1 × Crowd lambda waits for the end of its sleep
                      at dev.jevent.hub.program.Crowd.poll(Crowd.java:…)
                      at dev.jevent.hub.program.Crowd.lambda$poller$""".indent(2).stripTrailing())
                .contains("\n      " + sleeper + "\n");
        sleeper.kill();
    }

    @HubTest
    void itTellsSinceWhenEachWaits(Hub hub) {
        List<Greenlet<?>> greenlets = new ArrayList<>();
        greenlets.add(Crowd.poller(hub));
        hub.sleep(Duration.ofSeconds(90));
        greenlets.add(Crowd.poller(hub));
        hub.sleep(Duration.ofMillis(2500));
        assertThat(report(hub)).contains("2 × Crowd lambda waits for the end of its sleep, for 2.5 s to 1 min 33 s\n")
                .containsSubsequence("Crowd lambda>, for 1 min 33 s\n", "Crowd lambda>, for 2.5 s\n");
        hub.sleep(Duration.ofHours(50));
        assertThat(report(hub)).contains("for 2 d 2 h\n");
        hub.killAll(greenlets);
    }

    @Test
    void agesAreInWords() {
        assertThat(List.of(90L, 59_940L, 59_999L, 61_499L, 3_599_499L, 3_600_000L, 90_061_000L).stream()
                .map(millis -> Ages.words(Duration.ofMillis(millis))))
                .containsExactly("0.1 s", "59.9 s", "1 min 0 s", "1 min 1 s", "59 min 59 s", "1 h 0 min", "1 d 1 h");
    }

    @HubTest
    void greenletsAtOnePlaceAreAGroupAndAtAnotherAreAnother(Hub hub) {
        List<Greenlet<?>> greenlets = new ArrayList<>();
        Crowd.Door door = new Crowd.Door();
        for (int i = 0; i < 30; i++) {
            greenlets.add(i < 17 ? Crowd.poller(hub) : Crowd.pauser(hub));
        }
        for (int i = 0; i < 9; i++) {
            int calls = i < 4 ? 0 : 1;
            greenlets.add(hub.spawn(() -> Crowd.queue(door, calls)));
        }
        greenlets.add(hub.spawn(Crowd::park));
        hub.yieldNow();
        String report = report(hub);
        assertThat(report.lines().filter(line -> line.contains(" × ")).map(String::strip)).containsExactly(
                "17 × Crowd lambda waits for the end of its sleep", "13 × Crowd lambda waits for the end of its sleep", "5 × ReportTest lambda waits for WaitSet",
                "4 × ReportTest lambda waits for WaitSet", "1 × ReportTest lambda waits in a call of the JDK");
        assertThat(report).containsSubsequence("17 × ", "Crowd.poll(", "13 × ", "Crowd.pause(", "5 × ", "Crowd.queue(", "1 × ", "Crowd.park(");
        hub.killAll(greenlets);
    }

    @HubTest
    void whatAllOfAGroupWaitForIsNamedOnce(Hub hub) {
        Greenlet<Void> one = Crowd.poller(hub);
        List<Greenlet<?>> joining = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            joining.add(hub.spawn(() -> one.join()));
        }
        hub.yieldNow();
        assertThat(report(hub)).contains("5 × ReportTest lambda waits for " + one + "\n").containsOnlyOnce("waits for <Greenlet");
        hub.killAll(joining);
        one.kill();
    }

    @Test
    @DisplayName("B-UTL-03: where the hub remembers who spawned whom, greenlets stand below their spawner")
    void itShowsWhoSpawnedWhom() {
        Settings settings = Settings.process().with(Settings.TRACK_GREENLET_TREE, true);
        try (Hub hub = ServiceLoader.load(HubFactory.class).findFirst().orElseThrow().open(Environment.system(), settings, null)) {
            hub.spawn(() -> {
                hub.spawn(() -> hub.sleep(Duration.ofSeconds(100))).name("child");
                hub.sleep(Duration.ofSeconds(100));
            }).name("parent");
            hub.sleep(Duration.ofMillis(1));
            String report = report(hub);
            assertThat(report.indexOf("\"parent\"")).isPositive();
            assertThat(report.substring(report.indexOf("\"parent\""))).containsSubsequence("spawned", "\"child\"");
        }
    }

    @HubTest
    @DisplayName("B-UTL-03: where it doesn't, all greenlets stand side by side")
    void withoutTheTreeTheyStandSideBySide(Hub hub) {
        List<Greenlet<?>> greenlets = new ArrayList<>();
        greenlets.add(hub.spawn(() -> {
            greenlets.add(Crowd.poller(hub));
            hub.sleep(Duration.ofSeconds(100));
        }));
        hub.sleep(Duration.ofSeconds(1));
        assertThat(report(hub).lines().filter(line -> line.contains(" × "))).hasSize(2).allMatch(line -> line.startsWith("  1 × "));
        hub.killAll(greenlets);
    }

    // ---- what isn't a greenlet ----

    @HubTest
    void itHasWatchersByKind(Hub hub) {
        List<Watcher> watchers = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            watchers.add(hub.loop().timer(Duration.ofHours(i)));
        }
        watchers.add(hub.loop().async());
        watchers.forEach(watcher -> watcher.start(() -> {}));
        assertThat(report(hub)).contains("  1 async watcher: <async active>\n").containsPattern("  5 timer watchers: <timer .*>, <timer .*>, <timer .*>, …\n");
        watchers.forEach(Watcher::close);
    }

    @HubTest
    void itHasTheThreadPoolAndWhatWasAdded(Hub hub) {
        record Orders(int open, long served) {}

        Measured shop = new Measured() {
            @Override
            public Record statistics() {
                return new Orders(3, 17);
            }

            @Override
            public String toString() {
                return "the shop";
            }
        };
        Measured broken = new Measured() {
            @Override
            public Record statistics() {
                throw new IllegalStateException("planted");
            }

            @Override
            public String toString() {
                return "the till";
            }
        };
        hub.threadPool().maxSize(2);
        hub.parts().add(shop);
        hub.parts().add(broken);
        assertThat(report(hub)).contains("  <thread pool \"jevent-worker\"", "maxThreads=2", "  the shop: open=3, served=17\n",
                "  the till: its figures cannot be had: java.lang.IllegalStateException: planted\n");
        hub.parts().remove(shop);
        hub.parts().remove(broken);
        assertThat(report(hub)).doesNotContain("the shop");
    }

    @HubTest(virtualTime = false)
    void itHasAThreadPoolWhileSomebodyWaitsForACallOnIt(Hub hub) throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        try (ThreadPool pool = hub.newThreadPool("side", 1, 1)) {
            Greenlet<Void> waiting = hub.spawn(() -> pool.apply(() -> {
                end.await();
                return null;
            }));
            hub.yieldNow();
            assertThat(report(hub)).contains("  <thread pool \"side\"", "threads=1, maxThreads=1, ").contains("waits for <call of ReportTest lambda on \"side\">");
            end.countDown();
            waiting.get();
            assertThat(report(hub)).doesNotContain("\"side\"");
        }
    }

    // ---- many ----

    @HubTest
    void aHundredThousandGreenletsAtOnePlaceAreOneGroup(Hub hub) {
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            greenlets.add(Crowd.poller(hub));
        }
        hub.yieldNow();
        String report = report(hub);
        assertThat(report.lines().filter(line -> line.contains(" × ")))
                .containsExactly("  100000 × Crowd lambda waits for the end of its sleep");
        assertThat(report).containsOnlyOnce("      at dev.jevent.hub.program.Crowd.poll(");
        assertThat(report.lines().count()).isLessThan(15);
        hub.killAll(greenlets);
    }

    @HubTest
    void aHundredThousandGreenletsAreAFewLines(Hub hub) {
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            greenlets.add(i % 10 == 0 ? Crowd.pauser(hub) : Crowd.poller(hub));
        }
        hub.yieldNow();
        String report = report(hub);
        // As many stacks are read as there is time for, and of each kind some in any case.
        List<String> groups = report.lines().filter(line -> line.contains(" × ")).toList();
        assertThat(groups).hasSizeBetween(2, 3);
        assertThat(groups.stream().mapToInt(line -> Integer.parseInt(line.strip().split(" ")[0])).sum()).isEqualTo(100_000);
        assertThat(report).contains("Crowd.poll(", "Crowd.pause(");
        assertThat(report.lines().count()).isLessThan(30);
        hub.killAll(greenlets);
    }

    @HubTest
    void moreGroupsThanAnyoneReadsAreCounted(Hub hub) {
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 320; i++) {
            Object thing = ofAClassOfItsOwn();
            greenlets.add(hub.spawn(() -> await(thing)));
        }
        hub.yieldNow();
        String report = report(hub);
        assertThat(report.lines().filter(line -> line.contains(" × "))).hasSize(300);
        assertThat(report).contains("  … and 20 more in 20 groups\n");
        hub.killAll(greenlets);
    }

    private static Object ofAClassOfItsOwn() {
        ClassLoader loader = new ClassLoader(ReportTest.class.getClassLoader()) {};
        return Proxy.newProxyInstance(loader, new Class<?>[] {Runnable.class}, (proxy, method, arguments) -> "a thing");
    }

    private static void await(Object thing) {
        Waiter waiter = Waiter.current();
        waiter.arm(thing);
        waiter.await(-1);
    }

    // ---- from outside ----

    @HubTest(virtualTime = false)
    void aReportOfAHubThatStandsStillSaysWhoHoldsIt(Hub hub) throws Exception {
        BlockingQueue<String> reports = new LinkedBlockingQueue<>();
        Thread reporter = new Thread(() -> reports.add(Monitor.get().report()));
        Greenlet<Void> holder = hub.spawn(() -> {
            reporter.start();
            while (reports.isEmpty()) {
                Thread.onSpinWait();
            }
        });
        holder.get();
        assertThat(reports.take()).contains(hub + " doesn't come back to its loop; its thread is held by " + holder)
                .contains("at dev.jevent.hub.ReportTest");
        reporter.join();
    }

    @HubTest(virtualTime = false)
    void reportsFromAnotherThreadLoseNoWakeUpOfGreenletsThatGoOn(Hub hub) throws Exception {
        AtomicInteger reports = new AtomicInteger();
        Thread reporter = new Thread(() -> {
            while (reports.get() < 20) {
                Monitor.get().report();
                reports.incrementAndGet();
            }
        });
        List<Greenlet<Void>> greenlets = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            greenlets.add(hub.spawn(() -> {
                for (int turn = 0; reports.get() < 20 || turn < 100; turn++) {
                    if (turn % 2 == 0) {
                        hub.yieldNow();
                    } else {
                        hub.sleep(Duration.ofNanos(100_000));
                    }
                }
            }));
        }
        reporter.start();
        hub.joinAllOrThrow(greenlets);
        reporter.join();
    }

    // ---- by signal ----

    static final class PrintsAtASignal {
        public static void main(String[] arguments) throws Exception {
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            System.setErr(new PrintStream(printed, true));
            Hub hub = Hub.current();
            Crowd.poller(hub);
            hub.yieldNow();
            new ProcessBuilder("kill", "-USR1", Long.toString(ProcessHandle.current().pid())).start();
            while (!printed.toString().contains("Crowd.poll(")) {
                hub.sleep(Duration.ofMillis(1));
            }
            System.out.print(printed);
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aSignalPrintsItIfASettingSaysSo() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.of(PrintsAtASignal.class).option("-Djevent.report.signal=USR1").run();
        assertThat(outcome.output()).first().asString().startsWith("<hub 0 \"main\" on nio>: 1 greenlet, ");
        assertThat(outcome.text()).contains("  1 × Crowd lambda waits for the end of its sleep");
        assertThat(outcome.exit()).isZero();
    }

    static final class OpensAHub {
        public static void main(String[] arguments) {
            Hub.current();
        }
    }

    @Test
    void aSignalThatCannotBeHadIsRefusedWhenAHubIsOpened() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.of(OpensAHub.class).option("-Djevent.report.signal=NOSUCH").run();
        assertThat(outcome.text())
                .contains("jevent.report.signal: \"NOSUCH\" (expected: a signal that the system has and the JVM leaves to us, as USR1)");
        assertThat(outcome.exit()).isEqualTo(1);
    }
}
