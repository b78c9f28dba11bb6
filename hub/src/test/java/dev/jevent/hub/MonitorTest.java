package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.Task;
import dev.jevent.monitor.MemoryBelow;
import dev.jevent.monitor.MemoryExceeded;
import dev.jevent.monitor.Monitor;
import dev.jevent.monitor.MonitorEvent;
import dev.jevent.monitor.Stall;
import dev.jevent.monitor.Stall.Reason;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubFactory;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Stalls are planted, and last until they have been told: nothing here depends on how fast the machine is. */
class MonitorTest {
    private static final long MOST_SECONDS = 20;

    /** Long enough for what comes before a planted stall: loading classes on a busy machine. */
    private static final Duration LIMIT = Duration.ofMillis(200);

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private final BlockingQueue<Stall> stalls = new LinkedBlockingQueue<>();
    private final CountDownLatch told = new CountDownLatch(1);
    private static volatile CountDownLatch toldToClass;
    private Monitor.Registration subscription;
    private Hub hub;

    @BeforeEach
    void openHub() {
        Settings settings = Settings.process().with(Settings.MONITOR, true).with(Settings.MAX_BLOCKING_TIME, LIMIT);
        hub = ServiceLoader.load(HubFactory.class).findFirst().orElseThrow().open(Environment.system(), settings, null);
        hub.errorStream(new PrintStream(printed, true));
        toldToClass = told;
        subscription = Monitor.get().subscribe(this::stalled);
    }

    @AfterEach
    void closeHub() {
        subscription.close();
        hub.close();
    }

    private void stalled(MonitorEvent event) {
        if (event instanceof Stall stall && stall.hub() == hub) {
            stalls.add(stall);
            told.countDown();
        }
    }

    private boolean isTold() {
        return told.getCount() == 0;
    }

    /** Runs {@code stalling}, which goes on until it is told, in a greenlet. */
    private Stall stall(Task stalling) throws Exception {
        Greenlet<Void> greenlet = hub.spawn(stalling);
        assertThat(greenlet.join(Duration.ofSeconds(MOST_SECONDS))).as("the stall was told").isTrue();
        greenlet.get();
        Stall stall = stalls.poll(MOST_SECONDS, TimeUnit.SECONDS);
        assertThat(stall).isNotNull();
        assertThat(stall.greenlet()).isSameAs(greenlet);
        assertThat(stall.length()).isGreaterThanOrEqualTo(LIMIT);
        return stall;
    }

    private static boolean hasFrame(Stall stall, String method) {
        return stall.stack().stream().anyMatch(frame -> frame.getMethodName().contains(method));
    }

    // ---- what keeps a hub ----

    @Test
    @DisplayName("B-MON-01: a greenlet that computes")
    void computingIsTold() throws Exception {
        Stall stall = stall(this::compute);
        assertThat(stall.reason()).isEqualTo(Reason.CPU);
        assertThat(hasFrame(stall, "compute")).isTrue();
    }

    private void compute() {
        while (!isTold()) {
            Thread.onSpinWait();
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void aForeignFunctionIsTold() throws Exception {
        Linker linker = Linker.nativeLinker();
        MethodHandle usleep = linker.downcallHandle(
                linker.defaultLookup().find("usleep").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        Stall stall = stall(() -> callUntilTold(usleep));
        assertThat(stall.reason()).isEqualTo(Reason.NATIVE_CALL);
        assertThat(hasFrame(stall, "callUntilTold")).isTrue();
    }

    private void callUntilTold(MethodHandle usleep) {
        while (!isTold()) {
            try {
                int result = (int) usleep.invokeExact(300_000);
                assertThat(result).isZero();
            } catch (Throwable e) {
                throw new AssertionError(e);
            }
        }
    }

    private static final class Slow {
        static {
            await(toldToClass);
        }

        static void touch() {}
    }

    @Test
    void aStaticInitialiserIsTold() throws Exception {
        Stall stall = stall(Slow::touch);
        assertThat(stall.reason()).isEqualTo(Reason.CLASS_INITIALISATION);
        assertThat(hasFrame(stall, "<clinit>")).isTrue();
    }

    private static final CountDownLatch BEGUN = new CountDownLatch(1);

    private static final class SlowElsewhere {
        static {
            BEGUN.countDown();
            await(toldToClass);
        }

        static void touch() {}
    }

    @Test
    void waitingForTheClassOfAnotherThreadIsTold() throws Exception {
        Thread other = new Thread(SlowElsewhere::touch);
        other.start();
        BEGUN.await();
        Stall stall = stall(() -> touchElsewhere());
        assertThat(stall.reason()).isEqualTo(Reason.CLASS_INITIALISATION);
        assertThat(hasFrame(stall, "touchElsewhere")).isTrue();
        other.join();
    }

    private static void touchElsewhere() {
        SlowElsewhere.touch();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(MOST_SECONDS, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void waitingBelowANativeFrameIsTold() throws Exception {
        Linker linker = Linker.nativeLinker();
        MethodHandle sort = linker.downcallHandle(
                linker.defaultLookup().find("qsort").orElseThrow(),
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        MethodHandle compare = MethodHandles.lookup().findStatic(
                MonitorTest.class, "compareSlowly", MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
        try (Arena arena = Arena.ofShared()) {
            MemorySegment callback = linker.upcallStub(
                    compare, FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS), arena);
            MemorySegment array = arena.allocate(8);
            Stall stall = stall(() -> {
                try {
                    sort.invokeExact(array, 2L, 4L, callback);
                } catch (Throwable e) {
                    throw new AssertionError(e);
                }
            });
            assertThat(stall.reason()).isEqualTo(Reason.PINNED_PARK);
            assertThat(hasFrame(stall, "compareSlowly")).isTrue();
        }
    }

    @SuppressWarnings("unused") // by qsort
    private static int compareSlowly(MemorySegment one, MemorySegment other) {
        await(toldToClass);
        return 0;
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void readingFromAFifoIsTold(@TempDir Path directory) throws Exception {
        Path fifo = directory.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        Thread writer = new Thread(() -> {
            try (var out = Files.newOutputStream(fifo)) {
                await(told);
                out.write(1);
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
        });
        writer.start();
        Stall stall = stall(() -> readOne(fifo));
        writer.join();
        assertThat(stall.reason()).isEqualTo(Reason.FILE_IO);
        assertThat(hasFrame(stall, "readOne")).isTrue();
    }

    private static void readOne(Path fifo) throws java.io.IOException {
        try (var in = new FileInputStream(fifo.toFile())) {
            assertThat(in.read()).isEqualTo(1);
        }
    }

    @Test
    void mainThatWaitsForAMonitorOfAnotherThreadIsTold() throws Exception {
        Object monitor = new Object();
        CountDownLatch held = new CountDownLatch(1);
        Thread other = new Thread(() -> {
            synchronized (monitor) {
                held.countDown();
                await(told);
            }
        });
        other.start();
        await(held);
        Greenlet<Integer> waiting = hub.spawn(() -> 42);
        enter(monitor);
        other.join();
        Stall stall = stalls.take();
        assertThat(stall.greenlet()).isSameAs(hub.main());
        assertThat(stall.reason()).isEqualTo(Reason.PINNED_PARK);
        assertThat(hasFrame(stall, "enter")).isTrue();
        assertThat(waiting.get()).isEqualTo(42);
    }

    private static void enter(Object monitor) {
        synchronized (monitor) {
            assertThat(Thread.holdsLock(monitor)).isTrue();
        }
    }

    @Test
    void mainThatStaysAwayFromItsGreenletsIsTold() throws Exception {
        Greenlet<Integer> waiting = hub.spawn(() -> 42);
        await(told);
        assertThat(stalls.take().greenlet()).isSameAs(hub.main());
        assertThat(waiting.get()).isEqualTo(42);
    }

    @Test
    void aCallbackIsTold() throws Exception {
        hub.loop().runCallback(this::compute);
        hub.sleep(Duration.ZERO);
        assertThat(stalls.take().toString()).contains("hub greenlet").contains("computes");
    }

    @Test
    void whoWaitsAfterAStallIsNotSaidToHaveWaitedMeanwhile() throws Exception {
        long[] before = new long[1];
        Greenlet<Void> greenlet = hub.spawn(() -> {
            compute();
            before[0] = System.nanoTime();
            hub.sleep(Duration.ofSeconds(1000));
        });
        Eventually.untilOnHub("it sleeps", () -> before[0] != 0 && ((HubStrand) greenlet.strand()).isWaiting());
        HubLook.Seen seen = HubLook.greenlets((LoopHub) hub).stream()
                .filter(each -> each.strand() == greenlet.strand()).findFirst().orElseThrow();
        Duration unit = LoopHub.ofRough(1);
        assertThat(LoopHub.ofRough(seen.waited())).isLessThanOrEqualTo(Duration.ofNanos(System.nanoTime() - before[0]).plus(unit));
        greenlet.kill();
    }

    // ---- how it is told ----

    @Test
    @DisplayName("B-MON-01: it is printed on the hub's error stream, with the stack")
    void aStallIsPrinted() throws Exception {
        stall(this::compute);
        Eventually.until("printed", () -> printed.toString().contains("compute("));
        assertThat(printed.toString()).contains("[jevent/Stall] " + hub).contains("has not come back to its loop for");
    }

    @Test
    void aStallIsToldOnce() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        stall(() -> {
            compute();
            // Many more looks of the monitor while the same stall lasts.
            try (var _ = Monitor.get().every(Duration.ofMillis(5), any -> looks.incrementAndGet())) {
                while (looks.get() < 40) {
                    Thread.onSpinWait();
                }
            }
        });
        assertThat(stalls).isEmpty();
    }

    @Test
    @DisplayName("B-MON-10: stalls that a greenlet wants ignored aren't told")
    void aStallCanBeIgnored() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        hub.spawn(() -> {
            try (var _ = Monitor.get().ignoringStalls();
                    var _ = Monitor.get().every(Duration.ofMillis(5), any -> looks.incrementAndGet())) {
                long until = System.nanoTime() + 2 * LIMIT.toNanos();
                while (looks.get() < 20 || System.nanoTime() - until < 0) {
                    Thread.onSpinWait();
                }
            }
        }).get();
        assertThat(stalls).isEmpty();
        stall(this::compute);
    }

    @Test
    @DisplayName("B-MON-02: a thread of the pool that is idle, or in a call, is no stall")
    void callsOnTheThreadPoolAreNoStall() throws Exception {
        AtomicInteger looks = new AtomicInteger();
        try (var _ = Monitor.get().every(Duration.ofMillis(5), any -> looks.incrementAndGet())) {
            hub.threadPool().apply(() -> {
                while (looks.get() < 40) {
                    LockSupport.parkNanos(1_000_000);
                }
                return null;
            });
        }
        assertThat(stalls).isEmpty();
    }

    @Test
    void aSubscriberThatFailsIsReportedAndTheOthersAreTold() throws Exception {
        BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
        hub.errorHandler((context, error) -> errors.add(error));
        try (var _ = Monitor.get().subscribe(event -> {
            throw new IllegalStateException("planted");
        })) {
            stall(this::compute);
            Eventually.untilOnHub("reported", () -> !errors.isEmpty());
        }
        assertThat(errors.take()).hasMessage("planted");
    }

    // ---- functions ----

    @Test
    @DisplayName("B-MON-05: a period that is zero or negative, and no function at all, are refused")
    void badFunctionsAreRefused() {
        assertThatThrownBy(() -> Monitor.get().every(Duration.ofSeconds(-1), any -> {})).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Monitor.get().every(Duration.ZERO, any -> {}))
                .isInstanceOf(IllegalArgumentException.class).hasMessage("period: PT0S (expected: > 0)");
        assertThatThrownBy(() -> Monitor.get().every(Duration.ofSeconds(1), null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    @DisplayName("B-MON-08: a function that fails is told to the hub's handler, and not called again")
    void aFunctionThatFailsEnds() throws Exception {
        BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
        hub.errorHandler((context, error) -> errors.add(error));
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        try (var _ = Monitor.get().every(Duration.ofMillis(5), any -> {
                    if (any == hub) {
                        calls.incrementAndGet();
                        throw new IllegalStateException("planted");
                    }
                });
                var _ = Monitor.get().every(Duration.ofMillis(5), any -> others.incrementAndGet())) {
            Eventually.untilOnHub("the other was called", () -> others.get() > 10);
        }
        assertThat(calls).hasValue(1);
        assertThat(errors.take()).hasMessage("planted");
    }

    @Test
    @DisplayName("B-MON-08: a function that ends itself with GreenletExit isn't called again, and nothing is told")
    void aFunctionThatEndsItselfEndsQuietly() {
        BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
        hub.notErrors(error -> !errors.add(error));
        AtomicInteger calls = new AtomicInteger();
        AtomicInteger others = new AtomicInteger();
        try (var _ = Monitor.get().every(Duration.ofMillis(5), any -> {
                    if (any == hub) {
                        calls.incrementAndGet();
                        throw new GreenletExit();
                    }
                });
                var _ = Monitor.get().every(Duration.ofMillis(5), any -> others.incrementAndGet())) {
            Eventually.untilOnHub("the other was called", () -> others.get() > 10);
        }
        assertThat(calls).hasValue(1);
        assertThat(errors).isEmpty();
        assertThat(printed.toString()).isEmpty();
    }

    @Test
    @DisplayName("B-MON-07: a hub that is closed is no longer looked at")
    void aClosedHubIsNoLongerLookedAt() throws Exception {
        Set<Hub> lookedAt = ConcurrentHashMap.newKeySet();
        AtomicInteger looks = new AtomicInteger();
        try (var _ = Monitor.get().every(Duration.ofMillis(5), any -> {
            lookedAt.add(any);
            if (any == hub) {
                looks.incrementAndGet();
            }
        })) {
            Hub[] other = new Hub[1];
            Thread owner = new Thread(() -> {
                try (Hub mine = Hub.current()) {
                    other[0] = mine;
                    Eventually.untilOnHub("looked at", () -> lookedAt.contains(mine));
                }
            });
            owner.start();
            owner.join();
            int atEnd = looks.get();
            Eventually.untilOnHub("the look that was under way is over", () -> looks.get() > atEnd + 1);
            lookedAt.clear();
            Eventually.untilOnHub("looked again", () -> looks.get() > atEnd + 10);
            assertThat(lookedAt).contains(hub).doesNotContain(other[0]);
        }
    }

    @Test
    void functionsAreCalledWhileAllHubsSleep() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        try (var _ = Monitor.get().every(Duration.ofMillis(5), any -> {
            if (any == hub && calls.incrementAndGet() == 20) {
                told.countDown();
                hub.loop().runCallbackThreadSafe(() -> {});
            }
        })) {
            hub.spawn(() -> {
                while (!isTold()) {
                    hub.sleep(Duration.ofMillis(20));
                }
            }).get();
        }
        assertThat(calls.get()).isGreaterThanOrEqualTo(20);
    }

    // ---- memory ----

    @Test
    @DisplayName("B-MON-11: the limit exceeded, no change, grown, below, no change, exceeded again")
    void memoryIsToldWhenItGrowsOrIsBelowAgain() {
        ArrayDeque<Long> usage = new ArrayDeque<>(List.of(2L, 2L, 3L, 1L, 1L, 3L));
        MemoryWatch watch = new MemoryWatch(1, usage::remove);
        List<MonitorEvent> events = new ArrayList<>();
        while (!usage.isEmpty()) {
            events.add(watch.look());
        }
        assertThat(events).containsExactly(
                new MemoryExceeded(2, 1), null, new MemoryExceeded(3, 1), new MemoryBelow(1, 1), null, new MemoryExceeded(3, 1));
    }

    @Test
    void theMemoryOfTheProcessIsKnown() {
        assertThat(MemoryWatch.used()).isGreaterThan(1 << 20);
    }
}
