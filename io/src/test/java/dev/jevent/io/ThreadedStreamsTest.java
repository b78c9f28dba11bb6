package dev.jevent.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.HubTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

class ThreadedStreamsTest {
    private static final Duration SHORT = Duration.ofMillis(2);

    /** Gives what is put in, and blocks its reader meanwhile: a text, {@code ""} for the end, or an exception. */
    private static final class Slow extends InputStream {
        final LinkedBlockingQueue<Object> next = new LinkedBlockingQueue<>();
        final AtomicInteger reads = new AtomicInteger();
        volatile boolean closed;

        @Override
        public int read() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            reads.incrementAndGet();
            Object given;
            try {
                given = next.take();
            } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts", e);
            }
            if (given instanceof IOException failure) {
                throw failure;
            }
            if (given instanceof RuntimeException failure) {
                throw failure;
            }
            byte[] bytes = given.toString().getBytes(UTF_8);
            System.arraycopy(bytes, 0, into, offset, bytes.length);
            return bytes.length == 0 ? -1 : bytes.length;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    /** Takes what is written once it has a permit. */
    private static final class SlowSink extends OutputStream {
        final Semaphore gate = new Semaphore(0);
        final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        final Queue<IOException> failures = new ConcurrentLinkedQueue<>();
        volatile boolean closed;

        @Override
        public void write(int b) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            gate.acquireUninterruptibly();
            IOException failure = failures.poll();
            if (failure != null) {
                throw failure;
            }
            taken.write(from, offset, length);
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    // ---- reading

    @HubTest(virtualTime = false)
    @DisplayName("F-FILE-03: main waits for a stream that a thread without a hub feeds; nothing is read ahead of demand")
    void mainReads(Hub hub) throws Exception {
        Slow slow = new Slow();
        try (ThreadedInput input = new ThreadedInput(slow)) {
            hub.sleep(SHORT);
            assertThat(slow.reads).hasValue(0);
            Thread feeder = new Thread(() -> slow.next.add("hello"));
            hub.spawnLater(SHORT, () -> feeder.start());
            ByteBuffer into = ByteBuffer.allocate(3);
            assertThat(input.read(into)).isEqualTo(3);
            assertThat(input.available()).isEqualTo(2);
            assertThat(input.tryRead(into.clear())).isEqualTo(2);
            hub.sleep(SHORT);
            assertThat(slow.reads).hasValue(1);
            hub.threadPool().apply(() -> {
                feeder.join();
                return null;
            });
        }
        assertThat(slow.closed).isTrue();
    }

    @HubTest(virtualTime = false)
    @DisplayName("a failure and the end are told once; the next read asks the stream again")
    void failureIsToldOnce() throws Exception {
        Slow slow = new Slow();
        try (ThreadedInput input = new ThreadedInput(slow, "the slow one")) {
            slow.next.addAll(List.of(new IOException("bad cable"), new IllegalStateException("worse"), "a", "", "b"));
            assertThatThrownBy(input::read).isInstanceOf(IOException.class).hasMessage("bad cable");
            assertThatThrownBy(input::read).isInstanceOf(IllegalStateException.class).hasMessage("worse");
            assertThat(input.readAllBytes()).asString(UTF_8).isEqualTo("a");
            assertThat(input.read()).isEqualTo('b');
            assertThat(input).hasToString("<the slow one>");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("tryRead asks the stream, and finds later what it said")
    void tryReadAsks(Hub hub) throws Exception {
        Slow slow = new Slow();
        slow.next.add("x");
        try (ThreadedInput input = new ThreadedInput(slow)) {
            ByteBuffer into = ByteBuffer.allocate(5);
            while (input.tryRead(into) == 0) {
                hub.sleep(SHORT);
            }
            assertThat(into.get(0)).isEqualTo((byte) 'x');
            slow.next.add("");
            while (input.tryRead(into) == 0) {
                hub.sleep(SHORT);
            }
            assertThat(into.position()).isEqualTo(1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a read that comes while the answer to another comes loses neither")
    void answerThatComesMeanwhileIsKept() throws Exception {
        AtomicInteger next = new AtomicInteger();
        try (ThreadedInput input = new ThreadedInput(new InputStream() {
            @Override
            public int read() {
                return next.getAndIncrement() & 0x7f;
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                into[offset] = (byte) read();
                return 1;
            }
        })) {
            int expected = 0;
            ByteBuffer into = ByteBuffer.allocate(1);
            for (int i = 0; i < 20_000; i++) {
                if (input.tryRead(into.clear()) == 0) { // asks, if nobody has
                    for (int spin = i % 100; spin > 0; spin--) {
                        Thread.onSpinWait();
                    }
                    input.read(into);
                }
                assertThat(into.get(0)).isEqualTo((byte) (expected++ & 0x7f));
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("what comes after its reader was killed, timed out or moved is for the next one, also of another hub")
    void nextReaderGetsIt(Hub hub) throws Exception {
        Slow slow = new Slow();
        try (ThreadedInput input = new ThreadedInput(slow)) {
            Greenlet<Integer> killed = hub.spawn(() -> input.read());
            hub.yieldNow();
            killed.kill();
            input.timeout(SHORT);
            assertThatThrownBy(input::read).isInstanceOf(SocketTimeoutException.class).hasMessageStartingWith("read of ");
            input.timeout(null);
            slow.next.add("abc");
            assertThat(input.read()).isEqualTo('a');
            int[] elsewhere = new int[2];
            Thread thread = new Thread(() -> {
                try {
                    elsewhere[0] = Hub.current().spawn(() -> input.read()).get();
                    Hub.current().close();
                    elsewhere[1] = input.read();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            thread.start();
            hub.threadPool().apply(() -> {
                thread.join();
                return null;
            });
            assertThat(elsewhere).containsExactly('b', 'c');
            assertThat(slow.reads).as("one thread for all of them").hasValue(1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("closing while a thread blocks in the stream ends the wait at once, and the stream when it answers")
    void closeWhileBlocked(Hub hub) throws Exception {
        hub.notErrors(IOException.class::isInstance);
        Slow slow = new Slow();
        ThreadedInput input = new ThreadedInput(slow);
        Greenlet<Integer> reader = hub.spawn(() -> input.read());
        hub.yieldNow();
        input.close();
        input.close();
        reader.join();
        assertThat(reader.exception()).isInstanceOf(AsynchronousCloseException.class);
        assertThat(input.isOpen()).isFalse();
        assertThatThrownBy(input::read).isExactlyInstanceOf(ClosedChannelException.class);
        assertThat(slow.closed).isFalse();
        slow.next.add("late");
        while (!slow.closed) {
            hub.sleep(SHORT);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a thread that lingers keeps the monitor for the next read, and closes the stream when told so")
    void lingererKeepsTheMonitor(Hub hub) throws Exception {
        Slow slow = new Slow();
        ThreadedInput input = new ThreadedInput(slow, null, Duration.ofHours(1));
        slow.next.add("a");
        assertThat(input.read()).isEqualTo('a');
        CountDownLatch entered = new CountDownLatch(1);
        Thread other = new Thread(() -> {
            synchronized (slow) {
                entered.countDown();
            }
        });
        other.start();
        while (other.getState() != Thread.State.BLOCKED) {
            hub.sleep(SHORT);
        }
        slow.next.add("b");
        assertThat(input.read()).isEqualTo('b');
        assertThat(entered.getCount()).isEqualTo(1);
        input.close();
        while (!slow.closed) {
            hub.sleep(SHORT);
        }
        hub.threadPool().apply(() -> {
            entered.await();
            other.join();
            return null;
        });
    }

    @HubTest(virtualTime = false)
    @DisplayName("a thread that lingers leaves after its time, and at the end of the stream")
    void lingererLeaves(Hub hub) throws Exception {
        Slow slow = new Slow();
        try (ThreadedInput input = new ThreadedInput(slow, null, SHORT)) {
            for (String each : List.of("a", "b", "c")) {
                slow.next.add(each);
                assertThat(input.read()).isEqualTo(each.charAt(0));
                hub.threadPool().apply(() -> {
                    synchronized (slow) {
                        return null;
                    }
                });
            }
            Greenlet<Integer> reader = hub.spawn(() -> input.read());
            hub.yieldNow();
            slow.next.add("");
            assertThat(reader.get()).isEqualTo(-1);
        }
        assertThat(slow.closed).isTrue();
    }

    // ---- writing

    @HubTest(virtualTime = false)
    @DisplayName("F-FILE-06: writes of several greenlets are whole, in the order they came")
    void writesAreWhole(Hub hub) throws Exception {
        SlowSink sink = new SlowSink();
        try (ThreadedOutput output = new ThreadedOutput(sink)) {
            List<Greenlet<Void>> writers = new ArrayList<>();
            for (String each : List.of("a", "b", "c")) {
                writers.add(hub.spawn(() -> output.write(each.repeat(40_000), UTF_8)));
            }
            hub.yieldNow();
            writers.get(1).kill();
            assertThat(output.tryWrite(ByteBuffer.wrap(new byte[3]))).as("others are at it").isZero();
            sink.gate.release(1_000);
            hub.joinAll(writers);
            output.flush();
            assertThat(sink.taken.toString(UTF_8)).isEqualTo("a".repeat(40_000) + "c".repeat(40_000));
        }
        assertThat(sink.closed).isTrue();
    }

    @HubTest(virtualTime = false)
    @DisplayName("what was handed over goes on its way when its writer is killed, and what went wrong with it is told to the next one, once")
    void lostFailureIsTold(Hub hub) throws Exception {
        SlowSink sink = new SlowSink();
        try (ThreadedOutput output = new ThreadedOutput(sink)) {
            ByteBuffer from = ByteBuffer.wrap(new byte[] {1, 2, 3});
            Greenlet<Integer> killed = hub.spawn(() -> output.write(from));
            hub.yieldNow();
            killed.kill();
            assertThat(from.hasRemaining()).isFalse();
            output.timeout(SHORT);
            assertThatThrownBy(output::flush).isInstanceOf(SocketTimeoutException.class).hasMessageStartingWith("flush of ");
            output.timeout(null);
            sink.failures.add(new IOException("disk full"));
            sink.gate.release(2);
            assertThatThrownBy(output::flush).hasMessage("disk full");
            output.write(4);
            assertThat(sink.taken.toByteArray()).containsExactly(4);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("closing lets what was handed over go, ends those who wait, and closes the stream behind it")
    void closeLetsGo(Hub hub) throws Exception {
        hub.notErrors(IOException.class::isInstance);
        SlowSink sink = new SlowSink();
        ThreadedOutput output = new ThreadedOutput(sink);
        Greenlet<Void> writer = hub.spawn(() -> output.write("abc", UTF_8));
        Greenlet<Void> next = hub.spawn(() -> output.write("def", UTF_8));
        hub.yieldNow();
        output.close();
        hub.joinAll(List.of(writer, next));
        assertThat(writer.exception()).isInstanceOf(AsynchronousCloseException.class);
        assertThat(next.exception()).isInstanceOf(ClosedChannelException.class);
        assertThat(sink.closed).isFalse();
        sink.gate.release();
        while (!sink.closed) {
            hub.sleep(SHORT);
        }
        assertThat(sink.taken.toString(UTF_8)).isEqualTo("abc");
        assertThatThrownBy(() -> output.write(1)).isExactlyInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> output.tryWrite(ByteBuffer.allocate(1))).isExactlyInstanceOf(ClosedChannelException.class);
    }

    @HubTest(virtualTime = false)
    @DisplayName("what never switches can be called in a loop callback")
    void tryInACallback(Hub hub) throws Exception {
        Slow slow = new Slow();
        SlowSink sink = new SlowSink();
        sink.gate.release();
        slow.next.add("x");
        List<Integer> counts = new ArrayList<>();
        try (ThreadedInput input = new ThreadedInput(slow); ThreadedOutput output = new ThreadedOutput(sink)) {
            while (counts.stream().mapToInt(it -> it).sum() < 2) {
                hub.loop().runCallback(() -> {
                    try {
                        counts.add(input.tryRead(ByteBuffer.allocate(1)));
                        counts.add(counts.size() > 1 ? 0 : output.tryWrite(ByteBuffer.allocate(1)));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
                hub.sleep(SHORT);
            }
            output.flush();
        }
        assertThat(sink.taken.size()).isEqualTo(1);
    }

    // ---- their threads

    @HubTest(virtualTime = false)
    @DisplayName("threads are made on demand, used again, and as many as streams that block at once")
    void threadsAreUsedAgain(Hub hub) throws Exception {
        Set<String> names = Collections.synchronizedSet(new HashSet<>());
        try (ThreadedInput input = new ThreadedInput(new InputStream() {
            @Override
            public int read() {
                names.add(Thread.currentThread().getName());
                return 'x';
            }

            @Override
            public int read(byte[] into, int offset, int length) {
                into[offset] = (byte) read();
                return 1;
            }
        })) {
            for (int i = 0; i < 100; i++) {
                assertThat(input.read()).isEqualTo('x');
            }
        }
        assertThat(names).hasSizeLessThan(20).allMatch(it -> it.startsWith("jevent-io-"));
        CountDownLatch all = new CountDownLatch(30);
        List<Greenlet<Integer>> readers = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            ThreadedInput each = new ThreadedInput(new InputStream() {
                @Override
                public int read() {
                    all.countDown();
                    try {
                        all.await();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return 'y';
                }
            });
            readers.add(hub.spawn(() -> each.read(new byte[1])));
        }
        hub.joinAll(readers);
        assertThat(readers).allMatch(it -> it.value() == 1);
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("whatever threads ask at once, each call is run once, and none waits for another")
    void callsRunOnce(Hub hub) throws Exception {
        int threads = 3;
        int calls = 4_000;
        AtomicInteger[] runs = new AtomicInteger[threads * calls];
        Arrays.setAll(runs, i -> new AtomicInteger());
        CountDownLatch done = new CountDownLatch(runs.length);
        Queue<Thread> started = new ArrayDeque<>();
        for (int t = 0; t < threads; t++) {
            int first = t * calls;
            Thread thread = new Thread(() -> {
                for (int i = first; i < first + calls; i++) {
                    AtomicInteger run = runs[i];
                    NativeThreads.run(() -> {
                        run.incrementAndGet();
                        done.countDown();
                    });
                    if (i % 20 == 0) {
                        Thread.yield();
                    }
                }
            });
            started.add(thread);
            thread.start();
        }
        hub.threadPool().apply(() -> {
            done.await();
            for (Thread thread : started) {
                thread.join();
            }
            return null;
        });
        assertThat(runs).allMatch(it -> it.get() == 1);
    }

    @HubTest(virtualTime = false)
    @DisplayName("reading all, and parts, is as with any stream")
    void isAStream() throws Exception {
        byte[] data = "0123456789".getBytes(UTF_8);
        try (ThreadedInput input = new ThreadedInput(new ByteArrayInputStream(data))) {
            assertThat(input.readNBytes(3)).asString(UTF_8).isEqualTo("012");
            assertThat(input.skip(2)).isEqualTo(2);
            assertThat(input.read(new byte[0])).isZero();
            assertThatThrownBy(() -> input.readNBytes(-1)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("length: -1");
            ByteArrayOutputStream rest = new ByteArrayOutputStream();
            assertThat(input.transferTo(rest)).isEqualTo(5);
            assertThat(rest.toString(UTF_8)).isEqualTo("56789");
            assertThat(input.readAllBytes()).isEmpty();
        }
    }
}
