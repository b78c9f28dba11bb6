package dev.jevent.io.patch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.io.process.Subprocess;
import dev.jevent.io.program.LockHolder;
import dev.jevent.io.program.Programs;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.Pipe;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.nio.file.ProviderMismatchException;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** In a JVM that was started with our provider. */
@Tag("files")
class FilesPatchTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    @TempDir
    Path folder;

    @BeforeEach
    void turnOn() {
        assertThat(Patch.FILES.on()).isTrue();
    }

    @AfterEach
    void turnOff() {
        assertThat(Patch.FILES.off()).isTrue();
    }

    private Path fifo() throws Exception {
        Path fifo = folder.resolve("fifo");
        assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
        return fifo;
    }

    private static <T> T onThread(Hub hub, Callable<T> body) throws Exception {
        FutureTask<T> task = new FutureTask<>(body);
        new Thread(task).start();
        return hub.threadPool().apply(task::get);
    }

    // ---- the hub goes on

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("F-MON-06: a greenlet waits for a FIFO to be opened, and for what comes, while others run, who write there")
    void othersRun(Hub hub) throws Exception {
        Path fifo = fifo();
        Greenlet<String> reader = hub.spawn(() -> Files.readString(fifo));
        hub.sleep(SHORT);
        try (var out = Files.newOutputStream(fifo)) {
            out.write("one ".getBytes(UTF_8));
            hub.sleep(SHORT);
            assertThat(reader.isDone()).isFalse();
            out.write("two".getBytes(UTF_8));
        }
        assertThat(reader.get()).isEqualTo("one two");
    }

    @HubTest(virtualTime = false)
    void mainBlocks(Hub hub) throws Exception {
        Path fifo = fifo();
        Thread writer = new Thread(() -> {
            try {
                Files.writeString(fifo, "from a thread");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        writer.start();
        boolean[] ran = new boolean[1];
        hub.spawn(() -> {
            ran[0] = true;
        });
        assertThat(Files.readString(fifo)).isEqualTo("from a thread");
        assertThat(ran[0]).isFalse();
        hub.join();
        writer.join();
    }

    private static Path readWhenInitialised;

    private static final class ReadsWhenInitialised {
        static final String TEXT;

        static {
            try {
                TEXT = Files.readString(readWhenInitialised);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("a static initialiser, in which a greenlet cannot leave its thread, reads a file all the same")
    void staticInitialiser(Hub hub) throws Exception {
        readWhenInitialised = Files.writeString(folder.resolve("file"), "initial");
        assertThat(ReadsWhenInitialised.TEXT).isEqualTo("initial");
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aCallbackReadsRightThere(Hub hub) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "text");
        List<String> read = new ArrayList<>();
        hub.loop().runCallback(() -> {
            try {
                read.add(Files.readString(file));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        while (read.isEmpty()) {
            hub.sleep(SHORT);
        }
        assertThat(read).containsExactly("text");
    }

    // ---- kills and timeouts

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("a kill and a timeout of who reads leave the channel open, and what comes is for the next who reads")
    void aReadThatWasKilledHasNotHappened(Hub hub) throws Exception {
        try (FileChannel channel = FileChannel.open(fifo(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            Greenlet<Integer> killed = hub.spawn(() -> channel.read(ByteBuffer.allocate(3)));
            hub.sleep(SHORT);
            killed.kill();
            assertThat(killed.exit()).isInstanceOf(GreenletExit.class);
            assertThatThrownBy(() -> Timeout.run(SHORT, () -> channel.read(ByteBuffer.allocate(2)))).isInstanceOf(TimeoutException.class);
            assertThat(channel.isOpen()).isTrue();
            Greenlet<String> reader = hub.spawn(() -> read(channel, 8));
            hub.sleep(SHORT);
            Files.writeString(folder.resolve("fifo"), "abcdefgh"); // the channel itself is being read, with what it locks for that
            assertThat(sorted(reader.get())).as("the killed ones' come back, each in one piece").isEqualTo("abcdefgh");
        }
    }

    private static String sorted(String text) {
        char[] characters = text.toCharArray();
        Arrays.sort(characters);
        return new String(characters);
    }

    private static String read(FileChannel channel, int count) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(count);
        while (into.hasRemaining()) {
            channel.read(into);
        }
        return new String(into.array(), UTF_8);
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("a read that was killed leaves the position of a file where it was")
    void aKilledReadLeavesThePosition(Hub hub) throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "0123456789");
        try (FileChannel channel = FileChannel.open(file)) {
            for (int i = 0; i < 200; i++) {
                Greenlet<Integer> reader = hub.spawn(() -> channel.read(ByteBuffer.allocate(5)));
                hub.yieldNow();
                reader.kill();
                assertThat(channel.position()).isEqualTo(reader.exit() == null ? 5 : 0);
                channel.position(0);
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("a write that was killed goes on, and later ones come after it")
    void aKilledWriteGoesOn(Hub hub) throws Exception {
        try (FileChannel channel = FileChannel.open(fifo(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            byte[] much = "x".repeat(200_000).getBytes(UTF_8); // more than a FIFO holds
            ByteBuffer from = ByteBuffer.wrap(much);
            Greenlet<Integer> writer = hub.spawn(() -> channel.write(from));
            hub.sleep(SHORT);
            writer.kill();
            assertThat(from.hasRemaining()).isFalse();
            Arrays.fill(much, (byte) 'y'); // the caller's own again
            Greenlet<Integer> later = hub.spawn(() -> channel.write(ByteBuffer.wrap("!".getBytes(UTF_8))));
            hub.sleep(SHORT);
            assertThat(later.isDone()).isFalse();
            // relative reads take turns with the write that hangs, so the FIFO is emptied by another
            try (FileChannel other = FileChannel.open(folder.resolve("fifo"))) {
                assertThat(read(other, 200_001)).isEqualTo("x".repeat(200_000) + "!");
            }
            assertThat(later.get()).isEqualTo(1);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void whoIsKilledWhileItOpensLeavesNothingOpen(Hub hub) throws Exception {
        Path fifo = fifo();
        Greenlet<FileChannel> opener = hub.spawn(() -> FileChannel.open(fifo));
        hub.sleep(SHORT);
        opener.kill();
        Files.newOutputStream(fifo).close(); // now it is open: the audit finds it if nobody closes it
    }

    @HubTest(virtualTime = false, inGreenlet = true, limitSeconds = 60)
    @DisplayName("FileChannel.lock waits while another process has the lock and others run; a kill leaves the channel open")
    void locks(Hub hub) throws Exception {
        Path file = Files.writeString(folder.resolve("lock"), "");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
                Subprocess holder = Programs.of(LockHolder.class, file.toString()).start()) {
            assertThat(holder.stdout().read()).isPositive();
            Greenlet<FileLock> killed = hub.spawn(() -> channel.lock());
            Greenlet<FileLock> waiting = hub.spawn(() -> channel.lock());
            hub.sleep(SHORT);
            killed.kill();
            assertThat(killed.exit()).isInstanceOf(GreenletExit.class);
            assertThat(waiting.isDone()).isFalse();
            holder.stdin().close();
            try (FileLock lock = waiting.get()) {
                assertThat(lock.isValid()).isTrue();
                assertThat(lock.acquiredBy()).isSameAs(channel);
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void closeEndsARead(Hub hub) throws Exception {
        FileChannel channel = FileChannel.open(fifo(), StandardOpenOption.READ, StandardOpenOption.WRITE);
        Greenlet<Object> reader = hub.spawn(() -> {
            try {
                return channel.read(ByteBuffer.allocate(1));
            } catch (ClosedChannelException e) {
                return e;
            }
        });
        hub.sleep(SHORT);
        channel.close();
        assertThat(reader.get()).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(channel::size).isInstanceOf(ClosedChannelException.class);
    }

    // ---- the same as ever

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("channels do in a greenlet what they do on a thread, and with the patch off")
    void channelsDoWhatTheyAlwaysDid(Hub hub) throws Exception {
        List<String> onGreenlet = channelOperations("a");
        assertThat(onThread(hub, () -> channelOperations("b"))).isEqualTo(onGreenlet);
        Patch.FILES.off();
        assertThat(channelOperations("c")).isEqualTo(onGreenlet);
    }

    private List<String> channelOperations(String name) throws Exception {
        List<String> done = new ArrayList<>();
        Path file = folder.resolve(name);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            done.add("written " + channel.write(ByteBuffer.wrap("0123456789".getBytes(UTF_8))));
            done.add("gathered " + channel.write(new ByteBuffer[] {ascii("ab"), ascii(""), ascii("cde")}));
            done.add("at " + channel.write(ascii("X"), 3) + channel.write(ascii(""), 3));
            done.add("position " + channel.position() + " of " + channel.size());
            ByteBuffer[] into = {ByteBuffer.allocate(2), ByteBuffer.allocateDirect(0), ByteBuffer.allocate(20)};
            done.add("scattered " + channel.position(1).read(into) + Arrays.toString(into[0].array()) + into[2].position());
            done.add("end " + channel.read(into[2]) + channel.read(new ByteBuffer[] {into[2]}) + channel.read(into[2], 99)
                    + channel.position(99).read(into[2]) + channel.read(ByteBuffer.allocate(0)));
            done.add("truncated " + channel.truncate(12).size() + " " + channel.position());
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            done.add("to " + channel.transferTo(2, 100, Channels.newChannel(bytes)) + bytes);
            done.add("from " + channel.transferFrom(Channels.newChannel(new ByteArrayInputStream("rest".getBytes(UTF_8))), 12, 100));
            done.add("beyond " + channel.transferFrom(Channels.newChannel(new ByteArrayInputStream(new byte[1])), 99, 1));
            Pipe pipe = Pipe.open();
            try (var source = pipe.source(); var sink = pipe.sink()) {
                done.add("to a pipe " + channel.transferTo(0, 5, sink));
                done.add("from a pipe " + channel.transferFrom(source, 0, 5));
            }
            try (FileChannel other = FileChannel.open(folder.resolve(name + "2"), StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
                done.add("to a file " + channel.transferTo(0, 7, other) + " " + other.transferFrom(channel, 7, 3) + " " + other.size());
            }
            channel.force(true);
            done.add("mapped " + channel.map(FileChannel.MapMode.READ_ONLY, 3, 2).get(1));
            try (FileLock lock = channel.tryLock(); FileLock second = Files.isReadable(file) ? null : channel.lock()) {
                done.add("locked " + lock.isValid() + lock.overlaps(0, 1) + second);
            }
            assertThatThrownBy(() -> channel.read(ByteBuffer.allocate(1).asReadOnlyBuffer())).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> channel.position(-1)).isInstanceOf(IllegalArgumentException.class);
        }
        try (FileChannel channel = FileChannel.open(file)) {
            assertThatThrownBy(() -> channel.write(ascii("x"))).isInstanceOf(java.nio.channels.NonWritableChannelException.class);
        }
        try (SeekableByteChannel appended = Files.newByteChannel(file, StandardOpenOption.APPEND)) {
            done.add("appended " + appended.write(ascii("!")) + " at " + appended.position());
        }
        done.add(Files.readString(file));
        byte[] big = new byte[1_000_000];
        Arrays.fill(big, (byte) 'z');
        Files.write(file, big);
        done.add("big " + Arrays.equals(Files.readAllBytes(file), big));
        return done;
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("Files does in a greenlet what it does on a thread, and with the patch off")
    void filesDoesWhatItAlwaysDid(Hub hub) throws Exception {
        List<String> onGreenlet = fileOperations("a");
        assertThat(onThread(hub, () -> fileOperations("b"))).isEqualTo(onGreenlet);
        Patch.FILES.off();
        assertThat(fileOperations("c")).isEqualTo(onGreenlet);
    }

    private List<String> fileOperations(String name) throws Exception {
        List<String> done = new ArrayList<>();
        Path directory = Files.createDirectories(folder.resolve(name).resolve("x/y"));
        Path file = Files.writeString(directory.resolve("file"), "text");
        done.add(Files.exists(file) + " " + Files.notExists(file) + " " + Files.isDirectory(directory) + " " + Files.isHidden(file));
        done.add(Files.size(file) + " " + Files.readAttributes(file, BasicFileAttributes.class).isRegularFile() + " "
                + Files.readAttributes(file, "size") + " " + Files.getAttribute(file, "basic:size"));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        done.add(Files.getFileAttributeView(file, PosixFileAttributeView.class).readAttributes().permissions() + " " + Files.isWritable(file));
        Path link = Files.createSymbolicLink(directory.resolve("link"), Path.of("file"));
        done.add(Files.readSymbolicLink(link) + " " + Files.isSameFile(link, file) + " " + link.toRealPath().equals(file.toRealPath()));
        Files.createLink(directory.resolve("hard"), file);
        Path copy = Files.copy(file, directory.resolve("copy"));
        assertThatThrownBy(() -> Files.copy(file, copy)).isInstanceOf(FileAlreadyExistsException.class);
        Files.move(copy, directory.resolve("moved"), StandardCopyOption.REPLACE_EXISTING);
        done.add(Files.deleteIfExists(copy) + " " + Files.deleteIfExists(directory.resolve("moved")));
        assertThatThrownBy(() -> Files.delete(copy)).isInstanceOf(NoSuchFileException.class);
        for (int i = 0; i < 600; i++) {
            Files.createFile(directory.resolve("many-" + i));
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "many-*")) {
            int count = 0;
            for (Path entry : entries) {
                count += entry.getParent().equals(directory) && entry.getFileSystem() == FileSystems.getDefault() ? 1 : 0;
            }
            done.add("many " + count);
        }
        assertThatThrownBy(() -> {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, entry -> {
                throw new IOException("no");
            })) {
                entries.iterator().hasNext();
            }
        }).isInstanceOf(DirectoryIteratorException.class);
        try (Stream<Path> walk = Files.walk(folder.resolve(name), 2)) {
            done.add(walk.map(it -> folder.resolve(name).relativize(it).toString()).sorted().toList().toString());
        }
        Path temporary = Files.createTempFile(folder, "t", ".tmp");
        done.add(Files.getPosixFilePermissions(temporary) + " " + Files.getFileStore(temporary).isReadOnly());
        Files.delete(temporary);
        done.add(Files.mismatch(file, directory.resolve("hard")) + " " + Files.probeContentType(Path.of("a.txt")));
        try (FileSystem zip = FileSystems.newFileSystem(folder.resolve(name + ".zip"), Map.of("create", "true"))) {
            Files.copy(file, zip.getPath("/inside"));
        }
        try (FileSystem zip = FileSystems.newFileSystem(folder.resolve(name + ".zip"))) {
            done.add(Files.readString(zip.getPath("/inside")));
            assertThatThrownBy(() -> Files.readString(folder.resolve(zip.getPath("inside")))).isInstanceOf(ProviderMismatchException.class);
        }
        return done;
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void pathsAreWhatTheyWere(Hub hub) {
        Path path = Path.of("/a/b/../c");
        assertThat(path.normalize()).isEqualTo(Paths.get("/a/c")).hasSameHashCodeAs(new File("/a/c").toPath());
        assertThat(path.toFile()).isEqualTo(new File("/a/b/../c"));
        assertThat(Path.of(path.toUri())).isEqualTo(path);
        assertThat(path.getRoot().resolve(path.getName(1)).getParent()).hasToString("/");
        assertThat(path.startsWith("/a")).isTrue();
        assertThat(path.endsWith(Path.of("b/../c"))).isTrue();
        assertThat(path.resolveSibling("d")).hasToString("/a/b/../d");
        assertThat(path.subpath(0, 2).toAbsolutePath().isAbsolute()).isTrue();
        assertThat(path).hasToString("/a/b/../c").isGreaterThan(Path.of("/a"));
        assertThat(Path.of("/x").relativize(Path.of("/x/y"))).isEqualTo(Path.of("y"));
        assertThat(FileSystems.getDefault().getPathMatcher("glob:*.java").matches(Path.of("A.java"))).isTrue();
        assertThat(FileSystems.getDefault().getRootDirectories()).contains(Path.of("/"));
        assertThatThrownBy(() -> FileSystems.getDefault().close()).isInstanceOf(UnsupportedOperationException.class);
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void watchServicesTellOfPathsOfThisFileSystem(Hub hub) throws Exception {
        try (WatchService watch = FileSystems.getDefault().newWatchService()) {
            WatchKey key = folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            Files.createFile(folder.resolve("new"));
            WatchKey signalled = watch.take();
            assertThat(signalled).isEqualTo(key);
            assertThat(signalled.watchable()).isEqualTo(folder);
            List<WatchEvent<?>> events = signalled.pollEvents();
            assertThat(events).hasSize(1);
            assertThat(events.getFirst().context()).isEqualTo(Path.of("new"));
            assertThat(signalled.reset()).isTrue();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("the price: the JDK takes addresses of Unix sockets only from its own provider")
    void unixSocketsAreRefused(Hub hub) {
        assertThatThrownBy(() -> UnixDomainSocketAddress.of("/tmp/socket")).isInstanceOf(IllegalArgumentException.class);
        assertThat(Patch.FILES.state().on()).isTrue();
    }
}
