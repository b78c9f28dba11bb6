package dev.jevent.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.ConcurrentUseException;
import dev.jevent.DescriptorCalls;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.process.Subprocess;
import dev.jevent.testkit.HubTest;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

class CooperativeInputTest {
    private static final Duration SHORT = Duration.ofMillis(5);

    @TempDir
    private Path folder;

    private Path fifo;

    @BeforeEach
    void makeFifo() throws Exception {
        fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    }

    private static DescriptorCalls calls(Hub hub) {
        DescriptorCalls calls = hub.loop().descriptorCalls();
        assumeTrue(calls != null, () -> "the loop " + hub.loop().name() + " watches no descriptors");
        return calls;
    }

    /** Both ends of the FIFO, of which each is opened only when the other is. */
    private record Ends(FileInputStream in, FileOutputStream out) {}

    private Ends open(Hub hub) throws Exception {
        var in = hub.threadPool().spawn(() -> new FileInputStream(fifo.toFile()));
        FileOutputStream out = hub.threadPool().apply(() -> new FileOutputStream(fifo.toFile()));
        return new Ends(in.get(), out);
    }

    private static void write(FileOutputStream out, String text) throws IOException {
        out.write(text.getBytes(UTF_8)); // less than a pipe holds
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-FILE-03: a FIFO is watched by the loop, if that can, else read by a thread; kills and timeouts lose nothing")
    void fifo(Hub hub) throws Exception {
        Ends ends = open(hub);
        try (FileOutputStream out = ends.out(); CooperativeInput input = new CooperativeInput(ends.in(), "the FIFO")) {
            assertThat(input).hasToString("<the FIFO>");
            assertThat(input.isWatched()).isEqualTo(hub.loop().descriptorCalls() != null);
            Greenlet<Integer> killed = hub.spawn(() -> input.read());
            hub.sleep(SHORT);
            assertThatThrownBy(input::read).isInstanceOf(ConcurrentUseException.class).hasMessageContaining("the FIFO");
            killed.kill();
            input.timeout(SHORT);
            assertThatThrownBy(input::read).isInstanceOf(SocketTimeoutException.class).hasMessageContaining("the FIFO");
            input.timeout(null);
            Greenlet<String> reader = hub.spawn(() -> new String(input.readNBytes(5), UTF_8));
            hub.sleep(SHORT);
            write(out, "hello, you");
            assertThat(reader.get()).isEqualTo("hello");
            assertThat(input.available()).isEqualTo(5);
            assertThat(input.tryRead(ByteBuffer.allocateDirect(2))).isEqualTo(2);
            out.close();
            assertThat(input.readAllBytes()).asString(UTF_8).isEqualTo("you");
            assertThat(input.read()).as("again").isEqualTo(-1);
            assertThat(input.isOpen()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a FIFO whose last writer has gone gets another one: who reads on waits for it, and the loop sleeps meanwhile")
    void anotherWriter(Hub hub) throws Exception {
        Ends ends = open(hub);
        try (CooperativeInput input = new CooperativeInput(ends.in())) {
            Greenlet<byte[]> reader = hub.spawn(() -> input.readAllBytes());
            hub.sleep(SHORT);
            write(ends.out(), "one");
            ends.out().close();
            assertThat(reader.get()).asString(UTF_8).isEqualTo("one");
            try (FileOutputStream another = new FileOutputStream(fifo.toFile())) {
                Greenlet<Integer> again = hub.spawn(() -> input.read());
                hub.sleep(SHORT);
                long before = hub.loop().statistics().tasks();
                for (int i = 0; i < 10; i++) {
                    hub.sleep(SHORT);
                }
                assertThat(hub.loop().statistics().tasks() - before).as("turns, of which each sleep has one").isLessThan(100);
                assertThat(again.dead()).isFalse();
                write(another, "x");
                assertThat(again.get()).isEqualTo('x');
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("where the loop watches a stream, its close ends who waits there, and frees the descriptor")
    void close(Hub hub) throws Exception {
        DescriptorCalls calls = calls(hub);
        hub.notErrors(AsynchronousCloseException.class::isInstance);
        Ends ends = open(hub);
        try (FileOutputStream out = ends.out()) {
            CooperativeInput input = new CooperativeInput(ends.in());
            Greenlet<Integer> reader = hub.spawn(() -> input.read());
            hub.sleep(SHORT);
            input.close();
            reader.join();
            assertThat(reader.exception()).isInstanceOf(AsynchronousCloseException.class);
            assertThatThrownBy(input::read).isExactlyInstanceOf(ClosedChannelException.class);
            assertThat(calls.descriptor(ends.in())).isEqualTo(-1);
            assertThatThrownBy(() -> out.write(1)).as("nobody can read any more").isInstanceOf(IOException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("what a buffered stream has buffered needs no readiness")
    void buffered(Hub hub) throws Exception {
        Ends ends = open(hub);
        try (FileOutputStream out = ends.out(); BufferedInputStream buffered = new BufferedInputStream(ends.in())) {
            write(out, "abcdef");
            assertThat(buffered.read()).isEqualTo('a'); // and takes all
            try (CooperativeInput input = new CooperativeInput(buffered)) {
                assertThat(input.readNBytes(5)).asString(UTF_8).isEqualTo("bcdef");
                Greenlet<Integer> reader = hub.spawn(() -> input.read());
                hub.sleep(SHORT);
                write(out, "g");
                assertThat(reader.get()).isEqualTo('g');
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a file, and a stream whose descriptor isn't known, are read by a thread on every loop")
    void notWatched() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "content");
        try (CooperativeInput input = new CooperativeInput(new FileInputStream(file.toFile()))) {
            assertThat(input.isWatched()).isFalse();
            assertThat(input.readAllBytes()).asString(UTF_8).isEqualTo("content");
        }
        try (CooperativeInput input = new CooperativeInput(new ByteArrayInputStream(new byte[] {1}))) {
            assertThat(input.isWatched()).isFalse();
            assertThat(input.read()).isEqualTo(1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a thread without a hub just reads")
    void threadWithoutAHub(Hub hub) throws Exception {
        Ends ends = open(hub);
        try (FileOutputStream out = ends.out(); CooperativeInput input = new CooperativeInput(ends.in())) {
            assertThat(input.isWatched()).isEqualTo(hub.loop().descriptorCalls() != null);
            for (Duration limit : new Duration[] {null, Duration.ofSeconds(20)}) {
                input.timeout(limit);
                var reading = hub.threadPool().spawn(() -> input.read());
                hub.sleep(SHORT);
                write(out, "x");
                assertThat(reading.get()).isEqualTo('x');
            }
            input.timeout(SHORT);
            assertThatThrownBy(() -> hub.threadPool().apply(() -> input.read())).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("pipes that nobody refers to any more are closed")
    void forgottenPipes(Hub hub) throws Exception {
        calls(hub);
        Path numbers = Path.of("/proc/self/fd");
        long before;
        try (var open = Files.list(numbers)) {
            before = open.count();
        }
        for (int i = 0; i < 5; i++) {
            Subprocess.start("true").waitFor();
        }
        long now = Long.MAX_VALUE;
        while (now > before) {
            System.gc();
            hub.sleep(SHORT);
            try (var open = Files.list(numbers)) {
                now = open.count();
            }
        }
    }
}
