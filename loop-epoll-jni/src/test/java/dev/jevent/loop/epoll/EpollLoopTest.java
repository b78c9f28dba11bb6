package dev.jevent.loop.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Interest;
import dev.jevent.Loop.Mode;
import dev.jevent.Pollable;
import dev.jevent.Settings;
import dev.jevent.Watcher;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import dev.jevent.spi.PackageOpener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole loop on epoll; the rules of all loops are in the kit. */
class EpollLoopTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();

    private HubLoop loop;

    @BeforeAll
    static void needsIt() {
        Needs.epoll();
    }

    @BeforeEach
    void open() {
        loop = new EpollLoopProvider().create(Environment.system(), Settings.process());
    }

    @AfterEach
    void close() {
        loop.close();
    }

    @Test
    void isFoundAsAService() {
        assertThat(ServiceLoader.load(LoopProvider.class)).anySatisfy(provider -> {
            assertThat(provider.name()).isEqualTo("epoll-jni");
            assertThat(provider.rank()).isEqualTo(100);
            assertThat(provider.availability().available()).isTrue();
        });
        assertThat(ServiceLoader.load(PackageOpener.class)).anySatisfy(opener -> {
            assertThat(opener.name()).isEqualTo("epoll-jni");
            assertThat(opener.availability().available()).isTrue();
        });
        assertThat(loop.capabilities().channels() && loop.capabilities().descriptors() && loop.capabilities().edgeTriggered()).isTrue();
    }

    @Test
    void opensAPackageThatWasNot() throws Exception {
        Module base = Object.class.getModule();
        Module mine = EpollLoopTest.class.getModule();
        assertThat(base.isOpen("java.util.zip", mine)).isFalse();
        EpollPackageOpener opener = new EpollPackageOpener();
        assertThat(opener.open(base, "java.util.zip", mine)).isTrue();
        assertThat(base.isOpen("java.util.zip", mine)).isTrue();
        assertThat(opener.open(base, "no.such.name", mine)).isFalse();
    }

    // ---- closed behind its back ----

    @Test
    @DisplayName("a connect that failed has closed its channel before the loop is told; its number comes again")
    void aFailedConnectLeavesNothingBehind() throws IOException {
        InetSocketAddress nobody;
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(ANY_PORT)) {
            nobody = (InetSocketAddress) server.getLocalAddress();
        }
        for (int round = 0; round < 20; round++) {
            SocketChannel failing = SocketChannel.open();
            failing.configureBlocking(false);
            Pollable earlier = Pollable.of(failing);
            Watcher.Io connected = loop.io(earlier, WRITE);
            boolean[] refused = new boolean[1];
            failing.connect(nobody);
            connected.start(() -> {
                connected.stop();
                try {
                    failing.finishConnect();
                } catch (IOException e) {
                    refused[0] = true;
                }
            });
            loop.run();
            assertThat(refused[0]).isTrue();
            assertThat(failing.isOpen()).isFalse();

            Pipe next = Pipe.open(); // gets the number
            next.source().configureBlocking(false);
            int[] fired = new int[1];
            Watcher.Io io = loop.io(Pollable.of(next.source()), READ);
            io.start(() -> {
                fired[0]++;
                io.stop();
            });
            loop.run(Mode.NO_WAIT);
            loop.closing(earlier);
            connected.close();
            loop.run(Mode.NO_WAIT);
            assertThat(fired[0]).isZero();
            next.sink().write(ByteBuffer.allocate(1));
            loop.run();
            assertThat(fired[0]).isOne();
            io.close();
            next.source().close();
            next.sink().close();
        }
        assertThat(loop.statistics().registrations()).isZero();
    }

    @Test
    @DisplayName("who watches a number anew hears of the file that is behind it now, though nobody told of the end of the last one")
    void aNewWatcherOfANumberSeesItsNewFile() throws IOException {
        Pipe earlier = Pipe.open();
        int number = Epoll.descriptor(earlier.source());
        Watcher.Io forgotten = loop.io(Pollable.of(number), READ);
        forgotten.start(() -> {});
        forgotten.stop();
        earlier.source().close();
        earlier.sink().close();
        Pipe later = Pipe.open();
        assertThat(Epoll.descriptor(later.source())).isEqualTo(number);

        Watcher.Io io = loop.io(Pollable.of(number), READ);
        int[] fired = new int[1];
        io.start(() -> {
            fired[0]++;
            io.stop();
        });
        loop.run(Mode.NO_WAIT);
        assertThat(fired[0]).isZero();
        later.sink().write(ByteBuffer.allocate(1));
        loop.run();
        assertThat(fired[0]).isOne();
        io.close();
        forgotten.close();
        later.source().close();
        later.sink().close();
    }

    // ---- processes and files ----

    @Test
    @DisplayName("the end of a process that is no child of this one, without a thread that looks for it")
    void theEndOfAStrangersProcess() throws IOException {
        for (int round = 0; round < 3; round++) {
            long before = descriptors();
            Process holder = new ProcessBuilder("sh", "-c", "sleep 60 & echo $!; wait").start();
            ProcessHandle stranger = ProcessHandle.of(Long.parseLong(holder.inputReader().readLine())).orElseThrow();
            Watcher.Child child = loop.child(stranger);
            int[] fired = new int[1];
            child.start(() -> fired[0]++);
            child.stop();
            child.start(() -> fired[0]++);
            loop.run(Mode.NO_WAIT);
            assertThat(fired[0]).isZero();
            stranger.destroyForcibly();
            loop.run();
            assertThat(fired[0]).isOne();
            assertThat(child.active()).isFalse();
            child.start(() -> fired[0]++); // it has ended long ago
            loop.run();
            assertThat(fired[0]).isEqualTo(2);
            child.close();
            assertThat(reaperOf(stranger)).as("the JDK's thread for it").isNull();
            holder.destroyForcibly().onExit().join();
            assertThat(round == 0 || descriptors() <= before).isTrue();
        }
    }

    private static Thread reaperOf(ProcessHandle process) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("process reaper (pid " + process.pid() + ")")).findFirst().orElse(null);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> numbers = Files.list(Path.of("/proc/self/fd"))) {
            return numbers.count();
        }
    }

    @Test
    @DisplayName("a file that comes, changes, is replaced and goes is seen long before its interval is over")
    void filesAreSeenBeforeTheirInterval(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("file");
        Path neighbour = folder.resolve("file2");
        List<String> log = new ArrayList<>();
        Watcher.Stat stat = loop.stat(file, Duration.ofHours(1));
        Watcher.Stat other = loop.stat(neighbour, Duration.ofHours(1));
        stat.start(() -> log.add("file " + size(stat)));
        other.start(() -> log.add("neighbour " + size(other)));
        Files.move(Files.writeString(folder.resolve("new"), "one"), file, StandardCopyOption.ATOMIC_MOVE);
        runUntil(log, "file 3");
        Files.writeString(file, "more", StandardOpenOption.APPEND);
        runUntil(log, "file 7");
        Files.move(Files.writeString(folder.resolve("new"), "x"), file, StandardCopyOption.ATOMIC_MOVE);
        runUntil(log, "file 1");
        Files.writeString(neighbour, "12345678");
        runUntil(log, "neighbour 8");
        stat.stop();
        Files.delete(neighbour);
        runUntil(log, "neighbour none");
        Files.delete(file);
        stat.start(() -> log.add("file " + size(stat)));
        Files.delete(folder); // its directory goes, and is watched no more
        other.close();
        stat.close();
        assertThat(log).doesNotContain("file none");
    }

    private void runUntil(List<String> log, String line) {
        while (!log.contains(line)) {
            loop.run(Mode.ONCE);
        }
    }

    private static String size(Watcher.Stat stat) {
        return stat.attributes() == null ? "none" : "" + stat.attributes().size();
    }

    // ---- churn ----

    @Test
    @DisplayName("connections whose numbers come again at once: no event reaches a wrong watcher, nothing is left")
    void registrationsComeAndGo() throws IOException {
        int rounds = Integer.getInteger("jevent.test.connections", 2_000);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(ANY_PORT, 100)) {
            ArrayDeque<Connection> live = new ArrayDeque<>();
            for (int i = 0; i < rounds; i++) {
                live.add(new Connection(server, i));
                loop.run(Mode.NO_WAIT);
                if (live.size() > 8) {
                    Connection oldest = live.remove();
                    oldest.client.write(ByteBuffer.allocate(4).putInt(oldest.number).flip());
                    while (oldest.got == 0) {
                        loop.run(Mode.ONCE);
                    }
                    assertThat(oldest.got).isEqualTo(oldest.number + 1);
                    oldest.close();
                }
            }
            for (Connection connection : live) {
                assertThat(connection.got).isZero();
                connection.close();
            }
        }
        loop.run(Mode.NO_WAIT);
        assertThat(loop.statistics().registrations()).isZero();
        assertThat(loop.statistics().active()).isZero();
    }

    private final class Connection {
        final int number;
        final SocketChannel client;
        final SocketChannel accepted;
        final Watcher.Io io;
        int got; // 0: nothing yet; else what came, and one

        Connection(ServerSocketChannel server, int number) throws IOException {
            this.number = number;
            client = SocketChannel.open(server.getLocalAddress());
            client.setOption(java.net.StandardSocketOptions.SO_LINGER, 0); // its port is free at once
            accepted = server.accept();
            accepted.configureBlocking(false);
            io = loop.io(Pollable.of(accepted), READ);
            io.start(() -> {
                ByteBuffer buffer = ByteBuffer.allocate(8);
                try {
                    assertThat(accepted.read(buffer)).as("bytes of connection " + number).isEqualTo(4);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                got = buffer.flip().getInt() + 1;
            });
        }

        void close() throws IOException {
            loop.closing(io.pollable());
            io.close();
            if (number % 2 == 0) {
                client.close();
            }
            accepted.close();
            client.close();
        }
    }

    // ---- a storm ----

    @Test
    @DisplayName("H1: eight threads post to one loop: each task runs once, and then it sleeps")
    void aStormOfPostsIsRunOnceEach() throws Exception {
        int threads = 8;
        int each = Integer.getInteger("jevent.test.posts", 400_000) / threads;
        AtomicIntegerArray runs = new AtomicIntegerArray(threads * each);
        int[] left = {threads * each};
        Watcher.Async keepsGoing = loop.async();
        keepsGoing.start(() -> {});
        List<Thread> posters = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            int first = t * each;
            posters.add(Thread.ofPlatform().start(() -> {
                for (int i = first; i < first + each; i++) {
                    int number = i;
                    loop.post(() -> {
                        runs.incrementAndGet(number);
                        if (--left[0] == 0) {
                            keepsGoing.stop();
                        }
                    });
                    if (number % 1000 == 0) {
                        Thread.yield(); // the loop falls asleep in between
                    }
                }
            }));
        }
        loop.run();
        for (Thread poster : posters) {
            poster.join();
        }
        assertThat(left[0]).isZero();
        for (int i = 0; i < runs.length(); i++) {
            if (runs.get(i) != 1) {
                assertThat(runs.get(i)).as("runs of task " + i).isOne();
            }
        }
        keepsGoing.close();
        // One wake-up may have been on its way; after that nothing ends a poll but what is told to.
        loop.run(Mode.NO_WAIT);
        long polls = loop.statistics().iterations();
        loop.timer(Duration.ofMillis(20)).start(() -> {});
        loop.run();
        assertThat(loop.statistics().iterations() - polls).as("polls of 20 ms of sleep").isLessThanOrEqualTo(3);
    }

    @Test
    void aClosedLoopRefuses() {
        loop.close();
        assertThatThrownBy(() -> loop.io(Pollable.of(0), READ)).isInstanceOf(IllegalStateException.class);
    }
}
