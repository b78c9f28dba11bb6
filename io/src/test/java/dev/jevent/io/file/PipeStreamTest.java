package dev.jevent.io.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;

class PipeStreamTest {
    private static final Duration SHORT = Duration.ofMillis(2);

    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-01: a megabyte through a pipe with a slow consumer: counts agree, and others run")
    void slowConsumer(Hub hub) throws Exception {
        byte[] data = new byte[1 << 20];
        new Random(8).nextBytes(data);
        try (PipeStream pipe = new PipeStream()) {
            Greenlet<Integer> producer = hub.spawn(() -> {
                int written = pipe.write(ByteBuffer.wrap(data));
                pipe.shutdownOutput();
                return written;
            });
            int[] ticks = {0};
            hub.spawn(() -> {
                while (!producer.dead()) {
                    hub.sleep(SHORT);
                    ticks[0]++;
                }
            });
            ByteBuffer got = ByteBuffer.allocate(data.length);
            ByteBuffer piece = ByteBuffer.allocate(20_000);
            while (pipe.read(piece) >= 0) {
                got.put(piece.flip());
                piece.clear();
                hub.sleep(SHORT);
            }
            assertThat(producer.get()).isEqualTo(data.length);
            assertThat(got.array()).isEqualTo(data);
            assertThat(ticks[0]).isGreaterThan(10);
        }
    }

    @SuppressWarnings("try") // closing before the end of the block is what is tested
    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-02: a wait that is killed, timed out, ended by a close or by data leaves no watcher")
    void noWatcherIsLeft(Hub hub) throws Exception {
        hub.notErrors(IOException.class::isInstance);
        int active = hub.statistics().loop().active();
        ByteBuffer into = ByteBuffer.allocate(3);
        try (PipeStream pipe = new PipeStream()) {
            Greenlet<Integer> killed = hub.spawn(() -> pipe.read(into));
            hub.yieldNow();
            killed.kill();
            assertThat(hub.statistics().loop().active()).isEqualTo(active);
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> pipe.read(into))).isInstanceOf(TimeoutException.class);
            pipe.timeout(SHORT);
            assertThat(pipe.timeout()).isEqualTo(SHORT);
            assertThatThrownBy(() -> pipe.read(into)).isInstanceOf(SocketTimeoutException.class).hasMessage("read timed out");
            pipe.timeout(null);
            assertThat(hub.statistics().loop().active()).isEqualTo(active);
            Greenlet<Integer> reader = hub.spawn(() -> pipe.read(into));
            hub.yieldNow();
            assertThatThrownBy(() -> pipe.read(into)).isInstanceOf(ConcurrentUseException.class);
            pipe.outputStream().write("abc".getBytes(UTF_8));
            assertThat(reader.get()).isEqualTo(3);
            assertThat(hub.statistics().loop().active()).isEqualTo(active);
            into.clear();
            Greenlet<Integer> closed = hub.spawn(() -> pipe.read(into));
            hub.yieldNow();
            pipe.close();
            closed.join();
            assertThat(closed.exception()).isInstanceOf(AsynchronousCloseException.class);
        }
        assertThat(hub.statistics().loop().active()).isEqualTo(active);
    }

    @HubTest(virtualTime = false)
    @DisplayName("a writer waits while the pipe is full; killed and timed out ones have written what the position says")
    void interruptedWritersLoseNothing(Hub hub) throws Exception {
        byte[] data = new byte[500_000];
        new Random(9).nextBytes(data);
        ByteBuffer from = ByteBuffer.wrap(data);
        try (PipeStream pipe = new PipeStream()) {
            pipe.timeout(SHORT);
            assertThatThrownBy(() -> pipe.write(from)).isInstanceOfSatisfying(
                    SocketTimeoutException.class, e -> assertThat(e.bytesTransferred).isEqualTo(from.position()).isPositive());
            pipe.timeout(null);
            Greenlet<byte[]> reader = hub.spawn(() -> pipe.inputStream().readAllBytes());
            while (from.hasRemaining()) {
                Greenlet<Integer> writer = hub.spawn(() -> pipe.write(from));
                hub.yieldNow();
                hub.yieldNow();
                writer.kill();
            }
            pipe.shutdownOutput();
            assertThat(reader.get()).isEqualTo(data);
            assertThatThrownBy(() -> pipe.write(ByteBuffer.allocate(1))).isExactlyInstanceOf(ClosedChannelException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-04: written data is readable after the writing end is closed; closing twice is nothing")
    void readableAfterTheClose() throws Exception {
        try (PipeStream pipe = new PipeStream()) {
            assertThat(pipe.tryRead(ByteBuffer.allocate(1))).isZero();
            assertThat(pipe.tryWrite(ByteBuffer.wrap(new byte[5]))).isEqualTo(5);
            assertThat(pipe.write(new ByteBuffer[] {ByteBuffer.allocate(2), ByteBuffer.allocate(1)})).isEqualTo(3);
            pipe.shutdownOutput();
            pipe.shutdownOutput();
            assertThat(pipe.read(ByteBuffer.allocate(0))).isZero();
            assertThat(pipe.read(new ByteBuffer[] {ByteBuffer.allocate(4), ByteBuffer.allocate(1)})).isEqualTo(5);
            assertThat(pipe.inputStream().readAllBytes()).hasSize(3);
            assertThat(pipe.isOpen()).isTrue();
        }
    }
}
