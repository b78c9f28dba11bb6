package dev.jevent.io.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

/** Kills and timeouts wherever a process makes a greenlet wait. */
class InterruptedSubprocessTest {
    private static final Duration SHORT = Duration.ofMillis(2);

    private final Random chance = new Random(11);

    /** Lets the others run a random number of times, so that what comes next meets them anywhere. */
    private void lapse(Hub hub) {
        for (int i = chance.nextInt(6); i > 0; i--) {
            hub.yieldNow();
        }
        if (chance.nextBoolean()) {
            hub.sleep(Duration.ofNanos(chance.nextInt(400_000)));
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("readers that are killed again and again lose no byte between them")
    void killedReadersLoseNothing(Hub hub) throws Exception {
        byte[] data = new byte[200_000];
        chance.nextBytes(data);
        try (Subprocess process = Subprocess.start("cat")) {
            Greenlet<Void> writer = hub.spawn(() -> {
                for (int at = 0; at < data.length; at += 1_000) {
                    process.stdin().write(data, at, 1_000);
                    hub.yieldNow();
                }
                process.stdin().close();
            });
            ByteArrayOutputStream got = new ByteArrayOutputStream();
            boolean[] end = {false};
            int kills = 0;
            while (!end[0]) {
                Greenlet<Void> reader = hub.spawn(() -> {
                    byte[] piece = new byte[700];
                    int count;
                    while ((count = process.stdout().read(piece)) >= 0) {
                        got.write(piece, 0, count);
                    }
                    end[0] = true;
                });
                lapse(hub);
                reader.kill();
                kills++;
            }
            assertThat(got.toByteArray()).isEqualTo(data);
            assertThat(kills).isPositive();
            writer.get();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("readAllBytes that is killed or timed out gives what it had to the next")
    void interruptedReadAllBytesLosesNothing(Hub hub) throws Exception {
        try (Subprocess process = Subprocess.start("cat")) {
            process.stdin().write("first ", UTF_8);
            process.stdout().timeout(SHORT);
            assertThatThrownBy(() -> process.stdout().readAllBytes()).isInstanceOf(SocketTimeoutException.class);
            process.stdout().timeout(null);
            process.stdin().write("second ", UTF_8);
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> process.stdout().readAllBytes())).isInstanceOf(TimeoutException.class);
            Greenlet<byte[]> killed = hub.spawn(() -> process.stdout().readAllBytes());
            process.stdin().write("third", UTF_8);
            lapse(hub);
            killed.kill();
            process.stdin().close();
            assertThat(process.stdout().readAllBytes()).asString(UTF_8).isEqualTo("first second third");
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("what killed writers had written, as their buffer's position tells, arrives, and nothing else")
    void killedWritersLoseNothing(Hub hub) throws Exception {
        byte[] data = new byte[600_000];
        chance.nextBytes(data);
        try (Subprocess process = Subprocess.start("cat")) {
            ByteBuffer from = ByteBuffer.wrap(data);
            Greenlet<Integer> stuck = hub.spawn(() -> process.stdin().write(from));
            while (from.position() < 128 * 1024) {
                hub.sleep(SHORT); // until the pipes are full, for nobody reads
            }
            stuck.kill();
            assertThat(stuck.value()).as("killed in the middle").isNull();
            Greenlet<byte[]> reader = hub.spawn(() -> {
                ByteArrayOutputStream got = new ByteArrayOutputStream();
                byte[] piece = new byte[5_000];
                for (int count; (count = process.stdout().read(piece)) >= 0; ) {
                    got.write(piece, 0, count);
                    hub.yieldNow();
                }
                return got.toByteArray();
            });
            while (from.hasRemaining()) {
                Greenlet<Integer> writer = hub.spawn(() -> process.stdin().write(from));
                lapse(hub);
                writer.kill();
            }
            process.stdin().close();
            assertThat(reader.get()).isEqualTo(data);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a write that times out tells how much went; the rest can follow")
    void writeTimesOut(Hub hub) throws Exception {
        byte[] data = new byte[1_000_000];
        chance.nextBytes(data);
        try (Subprocess process = Subprocess.start("cat")) {
            ByteBuffer from = ByteBuffer.wrap(data);
            process.stdin().timeout(SHORT);
            assertThat(process.stdin().timeout()).isEqualTo(SHORT);
            assertThatThrownBy(() -> {
                while (from.hasRemaining()) {
                    process.stdin().write(from); // until the pipes are full
                }
            }).isInstanceOfSatisfying(SocketTimeoutException.class, e -> assertThat(e.bytesTransferred).isLessThan(data.length));
            process.stdin().timeout(null);
            Greenlet<byte[]> reader = hub.spawn(() -> process.stdout().readAllBytes());
            process.stdin().write(from);
            process.stdin().close();
            assertThat(reader.get()).isEqualTo(data);
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("F-SUB-03: communicate, killed again and again, loses nothing and leaves no helper behind")
    void killedCommunicateGoesOn(Hub hub) throws Exception {
        byte[] data = new byte[500_000];
        chance.nextBytes(data);
        try (Subprocess process = new Command("/bin/sh", "-c", "tee /dev/stderr").start()) {
            int before = hub.greenlets().size();
            Completed completed = null;
            boolean begun = false;
            while (completed == null) {
                byte[] input = begun ? null : data;
                boolean[] ran = {false};
                Greenlet<Completed> greenlet = hub.spawn(() -> {
                    ran[0] = true;
                    return process.communicate(input);
                });
                lapse(hub);
                greenlet.kill();
                begun |= ran[0];
                completed = greenlet.value();
                assertThat(hub.greenlets()).hasSize(before);
            }
            assertThat(completed.output()).isEqualTo(data);
            assertThat(completed.errorOutput()).isEqualTo(data);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("who waits for the end can be killed and timed out; the program goes on")
    void waitsCanBeInterrupted(Hub hub) throws Exception {
        try (Subprocess process = Subprocess.start("cat")) {
            Greenlet<Integer> waiter = hub.spawn(() -> process.waitFor());
            hub.yieldNow();
            waiter.kill();
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> process.waitFor())).isInstanceOf(TimeoutException.class);
            assertThat(process.waitFor(SHORT)).isFalse();
            assertThat(process.linkCount()).isZero();
            assertThat(process.isAlive()).isTrue();
            process.stdin().close();
            assertThat(process.waitFor()).isZero();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("whoever is killed while a program starts, or runs in run(), leaves no program behind")
    void killedRunLeavesNoProgram(Hub hub, @TempDir Path folder) throws Exception {
        for (int i = 0; i < 40; i++) {
            Path mark = folder.resolve("mark" + i);
            Greenlet<?> runner = i % 2 == 0
                    ? hub.spawn(() -> new Command("/bin/sh", "-c", "echo $$ > " + mark + "; exec sleep 3600").run())
                    : hub.spawn(() -> new Command("/bin/sh", "-c", "exec sleep 3600").start());
            if (i % 4 == 0) {
                while (!Files.exists(mark) || Files.size(mark) == 0) {
                    hub.sleep(SHORT);
                }
            } else {
                lapse(hub);
            }
            runner.kill();
            if (runner.value() instanceof Subprocess started) {
                started.close();
            }
        }
        while (sleepers() > 0) {
            hub.sleep(SHORT);
        }
    }

    private static long sleepers() {
        try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
            return children.filter(ProcessHandle::isAlive).count();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a Timeout around run kills the program, too")
    void outerTimeoutKillsTheProgram(Hub hub) {
        assertThatThrownBy(() -> Timeout.call(Duration.ofMillis(50), () -> Subprocess.run("sleep", "3600")))
                .isInstanceOf(TimeoutException.class);
        while (sleepers() > 0) {
            hub.sleep(SHORT);
        }
        assertThat(hub.greenlets()).isEmpty();
    }

    @HubTest(virtualTime = false)
    @DisplayName("a hub that is closed while programs run lets them run; who waits elsewhere is told of their end")
    void endIsToldAfterTheHubThatStartedIt(Hub hub) throws Exception {
        Subprocess[] started = {null};
        Thread thread = new Thread(() -> {
            try {
                started[0] = Subprocess.start("cat");
                Hub.current().close();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        thread.start();
        hub.threadPool().apply(() -> {
            thread.join();
            return null;
        });
        Greenlet<Integer> waiter = hub.spawn(() -> started[0].waitFor());
        hub.yieldNow();
        started[0].stdin().close();
        assertThat(hub.joinAll(List.of(waiter))).hasSize(1);
        assertThat(waiter.value()).isZero();
        started[0].close();
    }
}
