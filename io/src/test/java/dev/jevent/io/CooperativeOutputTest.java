package dev.jevent.io;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.DescriptorCalls;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.HubTest;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

class CooperativeOutputTest {
    private static final Duration SHORT = Duration.ofMillis(5);

    /** More than a pipe holds. */
    private static final int MUCH = 200_000;

    @TempDir
    private Path folder;

    private record Ends(CooperativeInput in, FileOutputStream out) {}

    private Ends open(Hub hub) throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(hub.threadPool().apply(() -> new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor())).isZero();
        var in = hub.threadPool().spawn(() -> new FileInputStream(fifo.toFile()));
        FileOutputStream out = hub.threadPool().apply(() -> new FileOutputStream(fifo.toFile()));
        return new Ends(new CooperativeInput(in.get()), out);
    }

    private static DescriptorCalls calls(Hub hub) {
        DescriptorCalls calls = hub.loop().descriptorCalls();
        assumeTrue(calls != null, () -> "the loop " + hub.loop().name() + " watches no descriptors");
        return calls;
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-FILE-03: a FIFO that is full is watched by the loop, if that can, else written to by a thread; each write is whole")
    void fifo(Hub hub) throws Exception {
        Ends ends = open(hub);
        try (CooperativeInput in = ends.in(); CooperativeOutput output = new CooperativeOutput(ends.out(), "the FIFO")) {
            assertThat(output).hasToString("<the FIFO>");
            assertThat(output.isWatched()).isEqualTo(hub.loop().descriptorCalls() != null);
            List<Greenlet<Void>> writers = new ArrayList<>();
            for (String letter : List.of("a", "b", "c")) {
                writers.add(hub.spawn(() -> output.write(letter.repeat(MUCH), UTF_8)));
            }
            hub.sleep(SHORT);
            assertThat(writers).noneMatch(Greenlet::dead);
            assertThat(in.readNBytes(3 * MUCH)).asString(UTF_8).isEqualTo("a".repeat(MUCH) + "b".repeat(MUCH) + "c".repeat(MUCH));
            hub.joinAll(writers);
            output.flush();
            output.close();
            assertThat(in.read()).as("both descriptors of the writer are closed").isEqualTo(-1);
            assertThatThrownBy(() -> output.write(1)).isExactlyInstanceOf(ClosedChannelException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("where the loop watches it: the position tells what a writer that was timed out, killed or closed had written, and nothing else went")
    void position(Hub hub) throws Exception {
        calls(hub);
        hub.notErrors(AsynchronousCloseException.class::isInstance);
        Ends ends = open(hub);
        try (CooperativeInput in = ends.in(); CooperativeOutput output = new CooperativeOutput(ends.out())) {
            output.timeout(SHORT);
            ByteBuffer first = ByteBuffer.allocate(MUCH);
            SocketTimeoutException timeout = catchThrowableOfType(SocketTimeoutException.class, () -> output.write(first));
            assertThat(timeout.bytesTransferred).isEqualTo(first.position()).isBetween(1, MUCH - 1);
            assertThat(output.tryWrite(ByteBuffer.allocate(1))).isZero();
            output.timeout(null);
            ByteBuffer second = ByteBuffer.allocate(MUCH);
            Greenlet<Integer> killed = hub.spawn(() -> output.write(second));
            hub.sleep(SHORT);
            assertThat(in.readNBytes(10_000)).hasSize(10_000);
            hub.sleep(SHORT);
            killed.kill();
            Greenlet<Integer> closed = hub.spawn(() -> output.write(ByteBuffer.allocate(MUCH)));
            Greenlet<Integer> behind = hub.spawn(() -> output.write(ByteBuffer.allocate(1)));
            hub.sleep(SHORT);
            output.close();
            closed.join();
            behind.join();
            assertThat(closed.exception()).isInstanceOf(AsynchronousCloseException.class);
            assertThat(behind.exception()).isInstanceOf(AsynchronousCloseException.class);
            assertThat(10_000 + in.readAllBytes().length).isEqualTo(first.position() + second.position());
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("the descriptor itself stays in the mode that other processes share")
    void modeIsOurs(Hub hub) throws Exception {
        DescriptorCalls calls = calls(hub);
        Ends ends = open(hub);
        try (CooperativeInput in = ends.in(); CooperativeOutput output = new CooperativeOutput(ends.out())) {
            output.write(1);
            int descriptor = calls.descriptor(ends.out());
            String flags = Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor)).stream()
                    .filter(it -> it.startsWith("flags:")).findFirst().orElseThrow();
            assertThat(Integer.parseInt(flags.substring(6).strip(), 8) & 0_4000).as("O_NONBLOCK").isZero();
            assertThat(in.read()).isEqualTo(1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a file, and a stream whose descriptor isn't known, are written to by a thread on every loop")
    void notWatched() throws Exception {
        Path file = folder.resolve("file");
        try (CooperativeOutput output = new CooperativeOutput(new FileOutputStream(file.toFile()))) {
            assertThat(output.isWatched()).isFalse();
            output.write("content", UTF_8);
        }
        assertThat(file).hasContent("content");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (CooperativeOutput output = new CooperativeOutput(new BufferedOutputStream(bytes))) {
            assertThat(output.isWatched()).isFalse();
            output.write("content", UTF_8);
        }
        assertThat(bytes).hasToString("content");
    }
}
