package dev.jevent.io.libraries;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.net.KeptSelectors;
import dev.jevent.io.patch.Patch;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;

/**
 * What a blocking client library, used as it is, does on a hub. A subclass names the library and its server.
 *
 * <p>The server's {@link Gate} is opened by a greenlet of the same hub, so a library that froze the hub would never come to
 * its end here. Besides, for each test a line is appended to {@code target/libraries.tsv}: the hub's longest pause, how long its
 * thread slept at most, the longest pause with what the collector and other processes took, and how many threads were started.
 */
@Tag("libraries")
abstract class LibraryTest {
    /** Whether the library's sockets are ours, by the patch. The build runs these tests with it and without. */
    static final boolean PATCHED = Boolean.getBoolean("jevent.test.patched");

    private static final int GREENLETS = 200;
    private static final int FEW = 20;
    private static final Duration LOOK = Duration.ofMillis(5);
    private static final Duration SHORT = Duration.ofMillis(100);

    /** Far more than a busy machine makes of a millisecond, far less than the seconds that the calls wait together. */
    private static final Duration FREEZE = Duration.ofMillis(300);

    private static final String TIMED_OUT = "timed out: ";
    private static final Path REPORT = Path.of("target", "libraries.tsv");

    private Gate gate;

    /** The server's, on a connection of its own. */
    abstract Gate openGate() throws Exception;

    /** @param connections as many at once, at most, if the library limits them */
    abstract Library open(Hub hub, int connections) throws Exception;

    /** Whether a caller waits when all connections are in use. */
    abstract boolean isLimited();

    /** How many connections the greenlets of the first test share. */
    int connections() {
        return GREENLETS;
    }

    /** How many threads of the system the library may start. */
    abstract int threads();

    /** Whether a killed greenlet may fail with {@code error}, since the library throws it instead of what interrupted it. */
    boolean isOfKill(Throwable error) {
        return false;
    }

    @BeforeAll
    static void patch() throws IOException {
        if (PATCHED) {
            assertThat(Patch.SOCKET.on()).isTrue();
            KeptSelectors.make();
        }
    }

    @BeforeEach
    void arrive() throws Exception {
        gate = openGate();
    }

    @AfterEach
    void leave() throws Exception {
        gate.close();
    }

    @HubTest(virtualTime = false, inGreenlet = true, limitSeconds = 60)
    void greenletsGetWhatThreadsGet(Hub hub) throws Exception {
        int sockets = sockets();
        int threads = Ticker.threadsNow();
        List<String> first;
        List<String> again;
        List<String> onThreads;
        try (Library library = open(hub, connections())) {
            first = onGreenlets(hub, library, threads, "first calls");
            onThreads = onThreads(library);
            again = onGreenlets(hub, library, threads, "later calls");
            await(hub, library::inUse, 0);
        }
        assertThat(first).isEqualTo(onThreads).doesNotHaveDuplicates();
        assertThat(again).isEqualTo(onThreads);
        awaitSockets(hub, sockets);
    }

    @HubTest(virtualTime = false, inGreenlet = true, limitSeconds = 60)
    void allWaitForTheServerAtOnce(Hub hub) throws Exception {
        int sockets = sockets();
        int threads = Ticker.threadsNow();
        try (Library library = open(hub, connections())) {
            Ticker ticker = Ticker.start(hub);
            gatherAndGo(hub, library, connections());
            report(ticker, threads, "all at once");
            await(hub, library::inUse, 0);
        }
        awaitSockets(hub, sockets);
    }

    @HubTest(virtualTime = false, inGreenlet = true, limitSeconds = 60)
    void aKilledOneEndsWhileTheServerStillWorksAndTheOthersGoOn(Hub hub) throws Exception {
        hub.notErrors(this::isOfKill);
        int sockets = sockets();
        try (Library library = open(hub, FEW)) {
            gate.shut();
            List<Greenlet<Void>> asking = atGate(hub, library, FEW);
            await(hub, gate::waiting, FEW);
            List<Greenlet<Void>> queued = isLimited() ? atGate(hub, library, FEW) : List.of();
            hub.sleep(SHORT); // into the queue of the pool, of which nobody tells

            List<Greenlet<Void>> victims = everySecond(asking);
            List<Greenlet<Void>> victimsInQueue = everySecond(queued);
            hub.killAll(victims);
            hub.killAll(victimsInQueue);
            assertThat(victims).as("killed").allMatch(this::endedByKill);
            assertThat(victimsInQueue).as("killed in the queue of the pool").allMatch(this::endedByKill);

            gate.open();
            results(without(victims, asking));
            results(without(victimsInQueue, queued));
            await(hub, gate::waiting, 0);
            await(hub, library::inUse, 0);
            gatherAndGo(hub, library, FEW); // needs all of the connections
        }
        awaitSockets(hub, sockets);
    }

    @HubTest(virtualTime = false, inGreenlet = true, limitSeconds = 60)
    void aTimeoutEndsTheCallAndTheSameGreenletGoesOnWithTheLibrary(Hub hub) throws Exception {
        int sockets = sockets();
        try (Library library = open(hub, FEW)) {
            gate.shut();
            List<Greenlet<String>> greenlets = IntStream.range(0, isLimited() ? 2 * FEW : FEW)
                    .mapToObj(n -> hub.spawn(() -> timedOut(library) + library.work(n)))
                    .toList();
            List<String> results = results(greenlets);
            gate.open();
            await(hub, gate::waiting, 0);
            await(hub, library::inUse, 0);
            List<String> undisturbed = results(spawn(hub, library, greenlets.size()));
            assertThat(results).isEqualTo(undisturbed.stream().map(result -> TIMED_OUT + result).toList());
            gatherAndGo(hub, library, FEW);
        }
        awaitSockets(hub, sockets);
    }

    private static String timedOut(Library library) throws Exception {
        try {
            Timeout.run(SHORT, library::waitAtGate);
            return "not timed out: ";
        } catch (TimeoutException e) {
            return TIMED_OUT;
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true, limitSeconds = 60)
    void killsAtAnyMomentLoseNothing(Hub hub) throws Exception {
        hub.notErrors(this::isOfKill);
        int sockets = sockets();
        Random random = new Random(7);
        try (Library library = open(hub, FEW)) {
            List<Greenlet<String>> greenlets = spawn(hub, library, 3 * FEW);
            List<Greenlet<String>> victims = everySecond(greenlets);
            for (Greenlet<String> victim : victims) {
                hub.sleep(Duration.ofMillis(random.nextInt(8)));
                victim.killLater();
            }
            hub.joinAll(greenlets);
            List<String> undisturbed = results(spawn(hub, library, greenlets.size()));
            for (int n = 0; n < greenlets.size(); n++) {
                Greenlet<String> greenlet = greenlets.get(n);
                if (!victims.contains(greenlet) || !endedByKill(greenlet)) {
                    assertThat(greenlet.get()).as("not killed, or after its end").isEqualTo(undisturbed.get(n));
                }
            }
            await(hub, library::inUse, 0);
            gatherAndGo(hub, library, FEW);
        }
        awaitSockets(hub, sockets);
    }

    // ---- the steps

    /** As many greenlets wait at the gate at the same time, are let go, and get their answers. */
    private void gatherAndGo(Hub hub, Library library, int count) throws Exception {
        gate.shut();
        List<Greenlet<Void>> greenlets = atGate(hub, library, count);
        await(hub, gate::waiting, count);
        gate.open();
        results(greenlets);
    }

    private static List<Greenlet<Void>> atGate(Hub hub, Library library, int count) {
        return IntStream.range(0, count).mapToObj(n -> hub.spawn(library::waitAtGate)).toList();
    }

    private static List<Greenlet<String>> spawn(Hub hub, Library library, int count) {
        return IntStream.range(0, count).mapToObj(n -> hub.spawn(() -> library.work(n))).toList();
    }

    private List<String> onGreenlets(Hub hub, Library library, int threads, String what) throws Exception {
        Ticker ticker = Ticker.start(hub);
        List<String> results = results(spawn(hub, library, GREENLETS));
        report(ticker, threads, what);
        return results;
    }

    private static List<String> onThreads(Library library) throws Exception {
        List<FutureTask<String>> calls =
                IntStream.range(0, GREENLETS).mapToObj(n -> new FutureTask<>(() -> library.work(n))).toList();
        List<Thread> threads = calls.stream().map(call -> Thread.ofPlatform().start(call)).toList();
        for (Thread thread : threads) {
            thread.join();
        }
        return results(calls);
    }

    private static <T> List<T> results(List<? extends Future<T>> futures) throws Exception {
        List<T> results = new ArrayList<>();
        for (Future<T> future : futures) {
            results.add(future.get());
        }
        return results;
    }

    private static <T> List<T> everySecond(List<T> all) {
        return IntStream.range(0, all.size()).filter(n -> n % 2 == 0).mapToObj(all::get).toList();
    }

    private static <T> List<T> without(List<T> some, List<T> all) {
        return all.stream().filter(each -> !some.contains(each)).toList();
    }

    private boolean endedByKill(Greenlet<?> greenlet) {
        return greenlet.exit() != null || greenlet.exception() != null && isOfKill(greenlet.exception());
    }

    // ---- what is measured

    private void report(Ticker ticker, int threadsBefore, String what) throws IOException {
        ticker.stop();
        int threads = ticker.threads() - threadsBefore;
        String line = Stream.of(ticker.longest(), ticker.longestAsleep(), ticker.longestOfAll())
                .map(time -> String.format(Locale.ROOT, "%.1f ms", time.toNanos() / 1e6))
                .collect(Collectors.joining("\t", getClass().getSimpleName() + (PATCHED ? ", patched" : "") + "\t" + what + "\t", "\t" + threads + "\n"));
        Files.writeString(REPORT, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        assertThat(ticker.longestAsleep()).as("the longest sleep of the hub's thread").isLessThan(FREEZE);
        assertThat(threads).as("threads of the system that were started").isLessThanOrEqualTo(threads());
    }

    @FunctionalInterface
    private interface Count {
        int now() throws Exception;
    }

    /** Looks again and again, while others run, until {@code count} is {@code expected}; the test's limit ends it. */
    private static void await(Hub hub, Count count, int expected) throws Exception {
        while (count.now() != expected) {
            hub.sleep(LOOK);
        }
    }

    private static void awaitSockets(Hub hub, int expected) throws Exception {
        await(hub, LibraryTest::sockets, expected);
    }

    /** The open sockets of this process; 0 where the system doesn't list them. */
    private static int sockets() throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return 0;
        }
        int sockets = 0;
        try (Stream<Path> numbers = Files.list(descriptors)) {
            for (Path number : numbers.toList()) {
                if (Files.isSymbolicLink(number) && isSocket(number)) {
                    sockets++;
                }
            }
        }
        return sockets;
    }

    private static boolean isSocket(Path number) throws IOException {
        try {
            return Files.readSymbolicLink(number).toString().startsWith("socket:");
        } catch (java.nio.file.NoSuchFileException e) {
            return false; // the one that listed the directory
        }
    }
}
