package dev.jevent.io.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.process.Subprocess;
import dev.jevent.io.program.LockHolder;
import dev.jevent.io.program.Programs;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

class CooperativeFileTest {
    private static final Duration SHORT = Duration.ofMillis(2);

    @TempDir
    Path folder;

    private Path file(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String text(CooperativeFile file, int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        file.read(into);
        return new String(into.array(), 0, into.position(), UTF_8);
    }

    // ---- as the platform's files

    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-05: reading, seeking and telling give what the platform's file gives, by path and by channel")
    void readsAsThePlatform() throws Exception {
        byte[] data = new byte[200_000];
        new Random(5).nextBytes(data);
        Path path = Files.write(folder.resolve("data"), data);
        try (CooperativeFile opened = CooperativeFile.open(path);
                CooperativeFile given = CooperativeFile.of(FileChannel.open(path, READ));
                FileChannel platform = FileChannel.open(path)) {
            for (CooperativeFile file : List.of(opened, given)) {
                platform.position(0);
                Random chance = new Random(6);
                for (int i = 0; i < 200; i++) {
                    if (chance.nextInt(4) == 0) {
                        long to = chance.nextInt(data.length + 1_000);
                        assertThat(file.position(to).position()).isEqualTo(platform.position(to).position());
                    }
                    ByteBuffer ours = ByteBuffer.allocate(chance.nextInt(100_000));
                    ByteBuffer theirs = ByteBuffer.allocate(ours.capacity());
                    assertThat(file.read(ours)).isEqualTo(platform.read(theirs));
                    assertThat(ours.flip()).isEqualTo(theirs.flip());
                    assertThat(file.position()).isEqualTo(platform.position());
                }
                assertThat(file.size()).isEqualTo(platform.size());
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-05: text comes line by line, and all of it at once")
    void readsText() throws Exception {
        Path path = file("text", "first ä\nsecond\n\nlast");
        try (CooperativeFile file = CooperativeFile.open(path);
                BufferedReader lines = new BufferedReader(new InputStreamReader(file.inputStream(), UTF_8))) {
            assertThat(lines.lines().toList()).containsExactly("first ä", "second", "", "last");
        }
        try (CooperativeFile file = CooperativeFile.open(path)) {
            file.position(9);
            assertThat(file.inputStream().readAllBytes()).asString(UTF_8).isEqualTo("second\n\nlast");
            assertThat(file.inputStream().read()).isEqualTo(-1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-05: what is written is there: at the position, at the end, from several buffers, from a stream")
    void writesAsThePlatform() throws Exception {
        Path path = folder.resolve("out");
        try (CooperativeFile file = CooperativeFile.open(path, CREATE, WRITE, READ)) {
            assertThat(file.write(ByteBuffer.wrap("hello world".getBytes(UTF_8)))).isEqualTo(11);
            file.position(6);
            assertThat(file.write(new ByteBuffer[] {ByteBuffer.wrap("you".getBytes(UTF_8)), ByteBuffer.wrap("!".getBytes(UTF_8))})).isEqualTo(4);
            assertThat(file.position()).isEqualTo(10);
            file.truncate(8);
            assertThat(file.position()).isEqualTo(8);
            file.force(true);
            OutputStream out = file.outputStream();
            out.write("...".getBytes(UTF_8));
            file.position(0);
            ByteBuffer one = ByteBuffer.allocate(5);
            ByteBuffer two = ByteBuffer.allocate(20);
            assertThat(file.read(new ByteBuffer[] {one, two})).isEqualTo(11);
            assertThat(file.read(new ByteBuffer[] {one.clear(), two})).isEqualTo(-1);
        }
        assertThat(Files.readString(path)).isEqualTo("hello yo...");
        try (CooperativeFile file = CooperativeFile.open(path, APPEND)) {
            file.write(ByteBuffer.wrap("more".getBytes(UTF_8)));
            assertThat(file.position()).isEqualTo(15);
        }
        assertThat(Files.readString(path)).isEqualTo("hello yo...more");
        byte[] large = new byte[1_000_000];
        new Random(7).nextBytes(large);
        try (CooperativeFile file = CooperativeFile.open(path, WRITE)) {
            assertThat(file.write(ByteBuffer.wrap(large))).isEqualTo(large.length);
        }
        assertThat(Files.readAllBytes(path)).isEqualTo(large);
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-07: reads into buffers give 2, 1, the rest, and then the end")
    void readsIntoBuffers() throws Exception {
        try (CooperativeFile file = CooperativeFile.open(file("f", "abcdefgh"))) {
            assertThat(file.read(ByteBuffer.allocate(2))).isEqualTo(2);
            assertThat(file.read(ByteBuffer.allocate(1))).isEqualTo(1);
            assertThat(file.read(ByteBuffer.allocate(100))).isEqualTo(5);
            assertThat(file.read(ByteBuffer.allocate(100))).isEqualTo(-1);
            assertThat(file.read(ByteBuffer.allocate(0))).isZero();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-10: after the close its path is known, and everything else refused")
    void closed() throws Exception {
        Path path = file("f", "x");
        CooperativeFile file = CooperativeFile.open(path);
        file.close();
        file.close();
        assertThat(file.isOpen()).isFalse();
        assertThat(file.path()).isEqualTo(path);
        assertThat(file).hasToString("<CooperativeFile " + path + ", closed>");
        assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(file::size).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(file::position).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> file.tryLock(0, 1, false)).isInstanceOf(ClosedChannelException.class);
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-11: what cannot be opened or done is refused as the platform does")
    void badCallsAreRefused() throws Exception {
        Path path = file("f", "x");
        assertThatThrownBy(() -> CooperativeFile.open(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
        assertThatIllegalArgumentException().isThrownBy(() -> CooperativeFile.open(path, READ, APPEND));
        assertThatThrownBy(() -> CooperativeFile.open(path, new OpenOption() {})).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> CooperativeFile.open(null)).isInstanceOf(NullPointerException.class);
        try (CooperativeFile file = CooperativeFile.open(path)) {
            assertThatThrownBy(() -> file.write(ByteBuffer.allocate(1))).isInstanceOf(NonWritableChannelException.class);
            assertThatIllegalArgumentException().isThrownBy(() -> file.position(-1)).withMessageStartingWith("newPosition: -1");
            assertThatIllegalArgumentException().isThrownBy(() -> file.truncate(-1)).withMessageStartingWith("size: -1");
            assertThatIllegalArgumentException().isThrownBy(() -> file.read(ByteBuffer.allocate(1).asReadOnlyBuffer()));
            assertThat(text(file, 5)).as("and goes on").isEqualTo("x");
        }
        try (CooperativeFile file = CooperativeFile.open(path, WRITE)) {
            assertThatThrownBy(() -> file.read(ByteBuffer.allocate(1))).isInstanceOf(NonReadableChannelException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-04: a file that is dropped without a close is closed by the collector")
    void droppedFileIsClosed(Hub hub) throws Exception {
        Path path = file("dropped", "x");
        assertThat(text(CooperativeFile.open(path), 1)).isEqualTo("x");
        while (isOpenHere(path)) {
            System.gc();
            hub.sleep(SHORT);
        }
    }

    private static boolean isOpenHere(Path path) throws IOException {
        try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
            for (Path each : (Iterable<Path>) descriptors::iterator) {
                try {
                    if (Files.readSymbolicLink(each).equals(path)) {
                        return true;
                    }
                } catch (NoSuchFileException e) {
                    continue; // the one that lists
                }
            }
        }
        return false;
    }

    @HubTest(virtualTime = false)
    void wholeFiles(Hub hub) throws Exception {
        Path path = folder.resolve("whole");
        CooperativeFile.writeString(path, "ä\n");
        CooperativeFile.write(path, new byte[] {'b'}, APPEND);
        assertThat(CooperativeFile.readString(path)).isEqualTo("ä\nb");
        assertThat(CooperativeFile.readAllBytes(path)).hasSize(4);
        assertThatThrownBy(() -> CooperativeFile.readString(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    @HubTest(virtualTime = false)
    @DisplayName("on a thread without a hub operations just block, and no hub is made")
    void worksWithoutAHub(Hub hub) throws Exception {
        Path path = file("f", "hello");
        hub.threadPool().apply(() -> {
            Thread thread = new Thread(() -> {
                try (CooperativeFile file = CooperativeFile.open(path)) {
                    Files.writeString(path, text(file, 10) + CooperativeFile.readString(path) + (Hub.ifExists() == null));
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            thread.start();
            thread.join();
            return null;
        });
        assertThat(Files.readString(path)).isEqualTo("hellohellotrue");
    }

    // ---- while it waits

    @HubTest(virtualTime = false)
    @DisplayName("F-FILE-03: while the disk is slow others run; operations of several greenlets are done in order, one at a time")
    void operationsAreSerialized(Hub hub) throws Exception {
        try (Gated gated = new Gated("0123456789")) {
            List<String> got = new ArrayList<>();
            List<Greenlet<Void>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(hub.spawn(() -> {
                    got.add(text(gated.file, 3));
                }));
            }
            for (int i = 0; i < 3; i++) {
                while (!gated.channel.arrived.tryAcquire()) {
                    hub.sleep(SHORT); // others run
                }
                hub.yieldNow();
                assertThat(gated.channel.arrived.availablePermits()).as("one at a time").isZero();
                gated.channel.gate.release();
            }
            hub.joinAll(readers);
            assertThat(got).containsExactly("012", "345", "678");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a read that is killed or timed out has not happened; the next one waits for it and loses nothing")
    void killedReadHasNotHappened(Hub hub) throws Exception {
        try (Gated gated = new Gated("0123456789")) {
            ByteBuffer into = ByteBuffer.allocate(4);
            Greenlet<Integer> killed = hub.spawn(() -> gated.file.read(into));
            gated.awaitArrival(hub);
            killed.kill();
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> gated.file.read(into)))
                    .as("the native thread is in the read still")
                    .isInstanceOf(TimeoutException.class);
            assertThat(into.position()).isZero();
            assertThat(gated.file.position()).isZero();
            gated.channel.gate.release(2);
            assertThat(text(gated.file, 4)).isEqualTo("0123");
            assertThat(into.array()).as("nobody writes to the buffer of a killed one").containsOnly(0);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a write that is killed goes on, as the buffer's position says; what follows finds it done")
    void killedWriteGoesOn(Hub hub) throws Exception {
        try (Gated gated = new Gated("..........")) {
            ByteBuffer from = ByteBuffer.wrap("abc".getBytes(UTF_8));
            Greenlet<Integer> killed = hub.spawn(() -> gated.file.write(from));
            gated.awaitArrival(hub);
            killed.kill();
            assertThat(from.hasRemaining()).isFalse();
            from.array()[0] = '?'; // the caller's own again
            gated.channel.gate.release(2);
            assertThat(gated.file.write(ByteBuffer.wrap("def".getBytes(UTF_8)))).isEqualTo(3);
            assertThat(gated.file.position()).isEqualTo(6);
            assertThat(Files.readString(gated.path)).isEqualTo("abcdef....");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("what a write that was killed failed with is told to the next operation, once")
    void lostErrorIsTold(Hub hub) throws Exception {
        try (Gated gated = new Gated("..")) {
            gated.channel.failure = new FileNotFoundException("no space left");
            Greenlet<Integer> killed = hub.spawn(() -> gated.file.write(ByteBuffer.wrap(new byte[1])));
            gated.awaitArrival(hub);
            killed.kill();
            gated.channel.gate.release(2);
            assertThatThrownBy(() -> gated.file.size()).hasMessage("no space left");
            assertThat(text(gated.file, 2)).isEqualTo("..");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a write that fails tells by its buffer's position what is written")
    void failedWriteTellsHowMuch(Hub hub) throws Exception {
        try (Gated gated = new Gated("..")) {
            ByteBuffer from = ByteBuffer.wrap("ab".getBytes(UTF_8));
            gated.channel.failure = new IOException("no space left");
            gated.channel.gate.release(2);
            assertThatThrownBy(() -> gated.file.write(from)).hasMessage("no space left");
            assertThat(from.position()).isZero();
            assertThat(gated.file.write(from)).isEqualTo(2);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("an operation that is killed before a thread had time for it never happens")
    void killedInTheQueue(Hub hub) throws Exception {
        Path path = file("f", "....");
        try (Gated gated = new Gated("x"); CooperativeFile file = CooperativeFile.open(path, WRITE)) {
            hub.threadPool().maxSize(1);
            Greenlet<String> blocker = hub.spawn(() -> text(gated.file, 1));
            gated.awaitArrival(hub);
            ByteBuffer from = ByteBuffer.wrap("abcd".getBytes(UTF_8));
            Greenlet<Integer> killed = hub.spawn(() -> file.write(from));
            Greenlet<Integer> waiting = hub.spawn(() -> file.write(from));
            Greenlet<?> opening = hub.spawn(() -> CooperativeFile.open(path));
            hub.yieldNow();
            hub.yieldNow();
            killed.kill();
            waiting.kill();
            opening.kill();
            assertThat(from.position()).isZero();
            gated.channel.gate.release();
            assertThat(blocker.get()).isEqualTo("x");
            assertThat(file.size()).isEqualTo(4);
            assertThat(Files.readString(path)).isEqualTo("....");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("closing while an operation is under way lets it finish")
    void closeLetsFinish(Hub hub) throws Exception {
        hub.notErrors(ClosedChannelException.class::isInstance);
        Gated gated = new Gated("....");
        Greenlet<Integer> writer = hub.spawn(() -> gated.file.write(ByteBuffer.wrap("ab".getBytes(UTF_8))));
        Greenlet<Integer> later = hub.spawn(() -> gated.file.write(ByteBuffer.wrap("cd".getBytes(UTF_8))));
        gated.awaitArrival(hub);
        gated.file.close();
        assertThat(gated.channel.isOpen()).isTrue();
        gated.channel.gate.release();
        assertThat(writer.get()).isEqualTo(2);
        later.join();
        assertThat(later.exception()).isInstanceOf(ClosedChannelException.class);
        assertThat(gated.channel.isOpen()).isFalse();
        assertThat(Files.readString(gated.path)).isEqualTo("ab..");
    }

    private final class Gated implements AutoCloseable {
        final Path path;
        final GatedChannel channel;
        final CooperativeFile file;

        Gated(String text) throws IOException {
            path = file("gated", text);
            channel = new GatedChannel(FileChannel.open(path, READ, WRITE));
            file = CooperativeFile.of(channel);
        }

        void awaitArrival(Hub hub) {
            while (!channel.arrived.tryAcquire()) {
                hub.sleep(SHORT);
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("opening a FIFO lets others run until somebody opens the other end; then it is refused, for it has no position")
    void fifoIsRefused(Hub hub) throws Exception {
        Path fifo = folder.resolve("fifo");
        Subprocess.checkCall("mkfifo", fifo.toString());
        hub.notErrors(IOException.class::isInstance);
        Greenlet<CooperativeFile> opener = hub.spawn(() -> CooperativeFile.open(fifo));
        for (int i = 0; i < 10; i++) {
            hub.sleep(SHORT);
        }
        assertThat(opener.ready()).isFalse();
        Subprocess.run("/bin/sh", "-c", ": > \"$1\"", "sh", fifo.toString()).check();
        opener.join();
        assertThat(opener.exception()).hasMessageContaining("has no position").hasMessageContaining("CooperativeInput");
    }

    // ---- locks

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("waiting for a lock that another process has lets others run; a kill ends it, and nothing is locked then")
    void lockLetsOthersRun(Hub hub) throws Exception {
        Path path = file("locked", "x");
        try (CooperativeFile file = CooperativeFile.open(path, READ, WRITE);
                Subprocess holder = Programs.of(LockHolder.class, path.toString()).start()) {
            assertThat(holder.stdout().reader(UTF_8).readLine()).isEqualTo("locked true");
            assertThat(file.tryLock(0, 1, false)).isNull();
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> file.lock())).isInstanceOf(TimeoutException.class);
            Greenlet<Void> other = hub.spawn(() -> {
                for (int i = 0; i < 10; i++) {
                    hub.sleep(SHORT);
                }
                holder.stdin().close();
            });
            try (FileLock lock = file.lock()) {
                assertThat(lock.isValid()).isTrue();
                other.get();
                assertThatThrownBy(() -> file.lock(0, 1, true)).isInstanceOf(OverlappingFileLockException.class);
            }
        }
    }
}
