package dev.jevent.loop.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Interest;
import dev.jevent.Loop.Mode;
import dev.jevent.Pollable;
import dev.jevent.Settings;
import dev.jevent.Watcher;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The loop {@code nio} on real channels, threads and time. */
class NioLoopTest {
    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final HubLoop loop = new NioLoopProvider().create(Environment.system(), Settings.process());
    private final List<String> log = new ArrayList<>();
    private Pipe.SourceChannel source;
    private Pipe.SinkChannel sink;

    @BeforeEach
    void openPipe() throws IOException {
        Pipe pipe = loop.channels().openPipe();
        source = pipe.source();
        sink = pipe.sink();
        source.configureBlocking(false);
        sink.configureBlocking(false);
    }

    @AfterEach
    void close() throws IOException {
        loop.close();
        source.close();
        sink.close();
    }

    private int write(String text) {
        try {
            return sink.write(ByteBuffer.wrap(text.getBytes()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void closeSink() {
        try {
            sink.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int read() {
        try {
            return source.read(ByteBuffer.allocate(100));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code callback} once, when {@code pollable} is ready, and the loop until then. */
    private void await(java.nio.channels.SelectableChannel channel, int interest) {
        Watcher.Io io = loop.io(Pollable.of(channel), interest);
        io.start(io::close);
        loop.run();
        assertThat(io.active()).isFalse();
    }

    // ---- readiness ----

    @Test
    void isFoundAsAService() {
        assertThat(ServiceLoader.load(LoopProvider.class)).anySatisfy(provider -> {
            assertThat(provider.name()).isEqualTo("nio");
            assertThat(provider.rank()).isZero();
            assertThat(provider.availability().available()).isTrue();
        });
        assertThat(loop.name()).isEqualTo("nio");
        assertThat(loop.capabilities().channels()).isTrue();
        assertThat(loop.capabilities().edgeTriggered()).isFalse();
    }

    @Test
    @DisplayName("F-WAT-04: a watcher of a pipe fires as long as there is something to read, and at its end")
    void readsAPipe() {
        Watcher.Io io = loop.io(Pollable.of(source), READ);
        io.start(() -> {
            int count = read();
            log.add("read " + count);
            switch (count) {
                case 5 -> write("world!");
                case 6 -> closeSink();
                default -> io.stop();
            }
        });
        loop.timer(Duration.ofMillis(1)).start(() -> write("hello"));
        loop.run();
        assertThat(log).containsExactly("read 5", "read 6", "read -1");
    }

    @Test
    @DisplayName("B-SEL-07: a watcher that checks for it hears of a close that the loop wasn't told of, also a stopped and started one")
    void closesBehindTheLoopsBack() throws IOException {
        List<Pipe> pipes = new ArrayList<>();
        List<Watcher.Io> watchers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Pipe pipe = loop.channels().openPipe();
            pipe.source().configureBlocking(false);
            pipes.add(pipe);
            Watcher.Io io = loop.io(Pollable.of(pipe.source()), READ);
            io.checksClosed(true);
            int number = i;
            watchers.add(io);
            io.start(() -> {
                log.add("closed " + number);
                io.stop();
            });
        }
        assertThatThrownBy(() -> watchers.getFirst().checksClosed(false)).isInstanceOf(IllegalStateException.class);
        for (int i : new int[] {0, 5, 3}) {
            Runnable callback = watchers.get(i).callback();
            watchers.get(i).stop();
            watchers.get(i).start(callback);
        }
        for (int i : new int[] {3, 1, 0, 5, 4, 2}) {
            Pipe pipe = pipes.get(i);
            loop.runCallback(() -> {
                try {
                    pipe.source().close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            loop.run(Mode.ONCE); // would wait for ever
            loop.run(Mode.NO_WAIT);
            assertThat(log).last().isEqualTo("closed " + i);
            pipe.sink().close();
        }
        assertThat(log).hasSize(6);
        watchers.forEach(Watcher::close);
    }

    @Test
    void acceptIsReadAndConnectIsWrite() throws IOException {
        try (ServerSocketChannel server = loop.channels().openServerSocketChannel();
                SocketChannel client = loop.channels().openSocketChannel()) {
            server.bind(ANY_PORT).configureBlocking(false);
            client.configureBlocking(false);
            Watcher.Io connected = loop.io(Pollable.of(client), WRITE);
            Watcher.Io accepting = loop.io(Pollable.of(server), READ);
            accepting.start(() -> {
                log.add("accept " + accepting.ready());
                accepting.stop();
            });
            connected.start(() -> {
                log.add("connect " + connected.ready());
                connected.stop();
            });
            client.connect(server.getLocalAddress());
            loop.run();
            assertThat(log).containsExactlyInAnyOrder("accept 1", "connect 2");
            assertThat(client.finishConnect()).isTrue();
            try (SocketChannel accepted = server.accept()) {
                accepted.configureBlocking(false);
                await(client, WRITE);
                client.write(ByteBuffer.wrap("ping".getBytes()));
                await(accepted, READ);
                assertThat(accepted.read(ByteBuffer.allocate(10))).isEqualTo(4);
            }
            await(client, READ);
            assertThat(client.read(ByteBuffer.allocate(10))).isEqualTo(-1);
        }
    }

    @Test
    void aRefusedConnectIsReported() throws IOException {
        InetSocketAddress nobody;
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(ANY_PORT)) {
            nobody = (InetSocketAddress) server.getLocalAddress();
        }
        try (SocketChannel client = loop.channels().openSocketChannel()) {
            client.configureBlocking(false);
            if (!client.connect(nobody)) {
                await(client, WRITE);
            }
            assertThatThrownBy(client::finishConnect).isInstanceOf(IOException.class);
        }
    }

    @Test
    void datagrams() throws IOException {
        try (DatagramChannel one = loop.channels().openDatagramChannel(); DatagramChannel two = DatagramChannel.open()) {
            one.bind(ANY_PORT).configureBlocking(false);
            loop.timer(Duration.ofMillis(1)).start(() -> {
                try {
                    two.send(ByteBuffer.wrap("datagram".getBytes()), one.getLocalAddress());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            await(one, READ);
            assertThat(one.receive(ByteBuffer.allocate(100))).isNotNull();
        }
    }

    // ---- registrations ----

    @Test
    @DisplayName("B-WAT-06: a watcher closed and made anew before the next poll works")
    void closedAndMadeAnewBeforeTheNextPoll() {
        for (int i = 0; i < 5; i++) {
            Watcher.Io io = loop.io(Pollable.of(source), READ);
            io.start(() -> log.add("never"));
            io.close();
        }
        write("x");
        await(source, READ);
        assertThat(read()).isEqualTo(1);
        assertThat(log).isEmpty();
        assertThat(loop.statistics().registrations()).isZero();
    }

    @Test
    void aDirectionThatAChannelDoesNotHaveIsRefused() {
        Watcher.Io io = loop.io(Pollable.of(source), WRITE);
        assertThatIllegalArgumentException().isThrownBy(() -> io.start(() -> {})).withMessageContaining("interest: 2");
        assertThat(io.active()).isFalse();
    }

    @Test
    void aBlockingChannelIsRefused() throws IOException {
        source.configureBlocking(true);
        Watcher.Io io = loop.io(Pollable.of(source), READ);
        assertThatThrownBy(() -> io.start(() -> {})).isInstanceOf(IllegalBlockingModeException.class);
        assertThat(loop.run()).isFalse();
    }

    @Test
    @DisplayName("F-WAT-04: a closed channel is refused")
    void aClosedChannelIsRefused() throws IOException {
        source.close();
        Watcher.Io io = loop.io(Pollable.of(source), READ);
        assertThatThrownBy(() -> io.start(() -> {})).isInstanceOf(UncheckedIOException.class)
                .hasCauseInstanceOf(ClosedChannelException.class);
        assertThat(loop.statistics().active()).isZero();
    }

    @Test
    void descriptorsAreRefused() {
        assertThatThrownBy(() -> loop.io(Pollable.of(0), READ)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    @DisplayName("F-LOOP-17: closing a channel the proper way wakes its watcher")
    void closingWakesTheWatcher() {
        Watcher.Io io = loop.io(Pollable.of(source), READ);
        io.start(() -> {
            log.add("open " + source.isOpen());
            io.close();
        });
        loop.timer(Duration.ofMillis(1)).start(() -> {
            assertThat(loop.closing(io.pollable())).isTrue();
            try {
                source.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThat(loop.run()).isFalse();
        assertThat(log).containsExactly("open false");
    }

    @Test
    @DisplayName("a channel that is closed without telling the loop wakes its watchers, too, when the poll returns")
    void closedBehindItsBack() throws IOException {
        Watcher.Io io = loop.io(Pollable.of(source), READ);
        Watcher.Io other = loop.io(Pollable.of(sink), WRITE);
        io.start(() -> {
            log.add("open " + source.isOpen());
            io.stop();
        });
        loop.run(Mode.NO_WAIT);
        source.close();
        loop.timer(Duration.ofMillis(1)).start(() -> {});
        loop.run();
        assertThat(log).containsExactly("open false");
        io.start(() -> {
            log.add("again");
            io.stop();
        });
        loop.run();
        assertThat(log).containsExactly("open false", "again");
        io.close();
        other.start(() -> {
            log.add("other");
            other.close();
        });
        loop.run();
        assertThat(log).last().isEqualTo("other");
        assertThat(loop.statistics().registrations()).isZero();
    }

    @Test
    void manyChannelsComeAndGo() throws IOException {
        List<Pipe> pipes = new ArrayList<>();
        List<Watcher.Io> watchers = new ArrayList<>();
        int[] reads = new int[1];
        for (int i = 0; i < 100; i++) {
            Pipe pipe = Pipe.open();
            pipe.source().configureBlocking(false);
            pipes.add(pipe);
            Watcher.Io io = loop.io(Pollable.of(pipe.source()), READ);
            watchers.add(io);
            io.start(() -> {
                reads[0]++;
                io.stop();
            });
        }
        for (Pipe pipe : pipes) {
            pipe.sink().write(ByteBuffer.wrap(new byte[1]));
        }
        loop.run();
        assertThat(reads[0]).isEqualTo(100);
        for (int i = 0; i < 100; i++) {
            if (i % 2 == 0) {
                watchers.get(i).close();
            }
            pipes.get(i).source().close();
            pipes.get(i).sink().close();
        }
        loop.run(Mode.NO_WAIT);
        watchers.forEach(Watcher::close);
        loop.run(Mode.NO_WAIT);
        assertThat(loop.statistics().registrations()).isZero();
    }

    // ---- time and other threads ----

    @Test
    @DisplayName("O-LOOP-03: timers fire in the order of their deadlines, never early, with channels and without")
    void timersAreNeverEarly() {
        for (boolean withChannel : new boolean[] {false, true}) {
            Watcher.Io io = loop.io(Pollable.of(source), READ);
            if (withChannel) {
                io.ref(false);
                io.start(() -> {});
            }
            log.clear();
            for (int micros : new int[] {2500, 10, 1700, 10, 0}) {
                long due = System.nanoTime() + micros * 1000L;
                loop.timer(Duration.ofNanos(micros * 1000L)).start(() -> {
                    log.add("" + micros);
                    assertThat(System.nanoTime() - due).isGreaterThanOrEqualTo(0);
                });
            }
            loop.run();
            assertThat(log).containsExactlyInAnyOrder("0", "10", "10", "1700", "2500").endsWith("1700", "2500");
            io.close();
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    @DisplayName("without channels a loop has no descriptors")
    void withoutChannelsNoDescriptors() throws IOException {
        loop.timer(Duration.ofMillis(1)).start(() -> {});
        loop.run();
        long before = openDescriptors();
        try (HubLoop other = new NioLoopProvider().create(Environment.system(), Settings.process())) {
            other.timer(Duration.ofMillis(1)).start(() -> {});
            Thread.ofPlatform().start(() -> other.post(() -> {}));
            other.run();
            assertThat(openDescriptors()).isEqualTo(before);
            Watcher.Io io = other.io(Pollable.of(source), READ);
            io.start(() -> {});
            assertThat(openDescriptors()).isGreaterThan(before);
        }
        assertThat(openDescriptors()).isEqualTo(before);
    }

    private static long openDescriptors() throws IOException {
        try (Stream<Path> list = Files.list(Path.of("/proc/self/fd"))) {
            return list.filter(path -> {
                try {
                    return !Files.readSymbolicLink(path).toString().startsWith("/proc/");
                } catch (IOException e) {
                    return false; // the one that lists them
                }
            }).count();
        }
    }

    @Test
    @DisplayName("H1: of hand-offs between two loops, one with a channel and one without, none is lost")
    void handOffsBetweenLoops() throws InterruptedException {
        int rounds = 20_000;
        CountDownLatch ready = new CountDownLatch(1);
        HubLoop[] other = new HubLoop[1];
        boolean[] over = new boolean[1];
        Thread thread = Thread.ofPlatform().start(() -> {
            try (HubLoop second = new NioLoopProvider().create(Environment.system(), Settings.process())) {
                other[0] = second;
                ready.countDown();
                while (!over[0]) {
                    second.turn(true);
                }
            }
        });
        ready.await();
        Watcher.Io io = loop.io(Pollable.of(source), READ);
        io.start(() -> {}); // so that this loop selects, while the other one parks
        int[] count = new int[1];
        Runnable[] pingPong = new Runnable[2];
        pingPong[0] = () -> {
            if (++count[0] < rounds) {
                other[0].post(pingPong[1]);
            } else {
                io.close();
            }
        };
        pingPong[1] = () -> loop.post(pingPong[0]);
        loop.post(pingPong[0]);
        loop.run();
        assertThat(count[0]).isEqualTo(rounds);
        other[0].post(() -> {
            over[0] = true;
            other[0].endTurn();
        });
        thread.join();
    }

    @Test
    void wakeupsBeforeThePollAndAfterTheEndDoNoHarm() throws IOException {
        NioPoller poller = new NioPoller();
        dev.jevent.loop.ReadyTokens into = new dev.jevent.loop.ReadyTokens();
        poller.wakeup();
        poller.wakeup();
        assertThat(poller.poll(Long.MAX_VALUE, into)).as("woken before").isZero();
        poller.register(Pollable.of(source), READ, 5);
        poller.wakeup();
        poller.wakeup();
        assertThat(poller.poll(Long.MAX_VALUE, into)).isZero();
        assertThat(poller.poll(1, into)).isZero();
        write("x");
        assertThat(poller.poll(Long.MAX_VALUE, into)).isEqualTo(1);
        assertThat(into.token(0)).isEqualTo(5);
        assertThat(into.ready(0)).isEqualTo(READ);
        poller.close();
        poller.close();
        poller.wakeup();
        poller.remove(Pollable.of(source));
    }

    @Test
    @DisplayName("an interrupt ends run() and stays set")
    void anInterruptEndsRun() {
        for (boolean withChannel : new boolean[] {false, true}) {
            Watcher.Io io = loop.io(Pollable.of(source), READ);
            if (withChannel) {
                io.start(() -> {});
            }
            loop.ref();
            Thread main = Thread.currentThread();
            Thread.ofPlatform().start(main::interrupt);
            assertThat(loop.run()).isTrue();
            assertThat(Thread.interrupted()).isTrue();
            io.close();
            loop.unref();
        }
    }

    @Test
    @DisplayName("B-HUB-13: a selector closed behind the loop's back ends the turn with an error")
    void aClosedSelectorEndsTheTurn() {
        NioPoller poller = new NioPoller();
        try (HubLoop broken = new dev.jevent.loop.PollingLoop("nio", poller, Environment.system(), Settings.process())) {
            Watcher.Io io = broken.io(Pollable.of(source), READ);
            io.start(() -> {});
            poller.close();
            List<Throwable> reported = new ArrayList<>();
            Thread thread = Thread.currentThread();
            Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
            thread.setUncaughtExceptionHandler((failed, error) -> reported.add(error));
            try {
                assertThatThrownBy(broken::run).isInstanceOf(UncheckedIOException.class).hasMessageContaining("cannot poll");
            } finally {
                thread.setUncaughtExceptionHandler(before);
            }
            assertThat(reported).hasSize(1);
        }
    }
}
