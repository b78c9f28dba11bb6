package dev.jevent.loop.epoll;

import static dev.jevent.loop.Poller.READ_LASTS;
import static dev.jevent.loop.Poller.WRITE_LASTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.loop.ReadyTokens;
import java.io.FileInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.IllegalBlockingModeException;
import java.nio.channels.Pipe;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is epoll's own; the rules of all pollers are in the kit. */
class EpollPollerTest {
    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();

    private final ReadyTokens ready = new ReadyTokens();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private EpollPoller poller;

    @BeforeAll
    static void needsIt() {
        Needs.epoll();
    }

    @BeforeEach
    void open() throws IOException {
        poller = EpollPoller.open();
    }

    @AfterEach
    void close() throws Exception {
        poller.close();
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    private <C extends SelectableChannel> C watched(C channel, long token) throws IOException {
        channel.configureBlocking(false);
        opened.add(channel);
        poller.register(Pollable.of(channel), Interest.BOTH, token);
        return channel;
    }

    /** What one poll that doesn't wait reports. */
    private Map<Long, Integer> poll() throws IOException {
        ready.clear();
        poller.poll(0, ready);
        Map<Long, Integer> reports = new HashMap<>();
        for (int i = 0; i < ready.size(); i++) {
            reports.merge(ready.token(i), ready.ready(i), (one, other) -> one | other);
        }
        return reports;
    }

    private Pipe pipe() throws IOException {
        Pipe pipe = Pipe.open();
        opened.add(pipe.source());
        opened.add(pipe.sink());
        return pipe;
    }

    /** Two ends of a connection. */
    private SocketChannel[] pair() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            SocketChannel one = SocketChannel.open(server.getLocalAddress());
            SocketChannel other = server.accept();
            opened.add(one);
            opened.add(other);
            return new SocketChannel[] {one, other};
        }
    }

    // ---- what lasts ----

    @Test
    void aPeerThatEndedItsStreamMakesReadingLast() throws IOException {
        SocketChannel[] pair = pair();
        watched(pair[0], 7);
        assertThat(poll()).containsEntry(7L, WRITE);
        pair[1].shutdownOutput();
        assertThat(poll()).containsEntry(7L, READ | WRITE | READ_LASTS);
    }

    @Test
    void aConnectionThatIsOverMakesBothLast() throws IOException {
        SocketChannel[] pair = pair();
        watched(pair[0], 7);
        pair[0].shutdownOutput();
        pair[1].shutdownOutput();
        assertThat(poll()).containsEntry(7L, READ | WRITE | READ_LASTS | WRITE_LASTS);
    }

    @Test
    void aSocketThatWasNeverConnectedHangsUpButNotForEver() throws IOException {
        SocketChannel channel = watched(SocketChannel.open(), 7);
        assertThat(poll()).containsEntry(7L, READ | WRITE);
        try (ServerSocketChannel server = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            channel.connect(server.getLocalAddress());
            assertThat(poll()).containsEntry(7L, WRITE);
        }
    }

    @Test
    void aPipeWithoutItsOtherEndLasts() throws IOException {
        Pipe one = pipe();
        Pipe other = pipe();
        watched(one.source(), 1);
        watched(other.sink(), 2);
        poll();
        one.sink().close();
        other.source().close();
        assertThat(poll()).containsEntry(1L, READ | WRITE | READ_LASTS).containsEntry(2L, READ | WRITE | WRITE_LASTS);
    }

    @Test
    void anErrorAloneDoesNotLast() {
        assertThat(EpollPoller.ready(Epoll.ERR, false)).isEqualTo(READ | WRITE); // of a datagram socket
        assertThat(EpollPoller.ready(Epoll.IN, false)).isEqualTo(READ);
        assertThat(EpollPoller.ready(Epoll.OUT, false)).isEqualTo(WRITE);
    }

    // ---- numbers that come again ----

    @Test
    @DisplayName("B-WAT-06: a channel closed behind the poller's back and another one with its number")
    void theNextOwnerOfANumberIsNotTakenForTheEarlierOne() throws IOException {
        Pipe pipe = pipe();
        watched(pipe.source(), 1);
        Pollable earlier = Pollable.of(pipe.source());
        int number = Epoll.descriptor(pipe.source());
        pipe.sink().write(ByteBuffer.allocate(1));
        pipe.source().close();
        SocketChannel later = take(number);
        watched(later, 2);
        assertThat(poll()).containsOnlyKeys(2L);
        assertThatThrownBy(() -> poller.modify(earlier, Interest.BOTH, 1)).isInstanceOf(ClosedChannelException.class);
        poller.remove(earlier);
        assertThat(poll()).isEmpty();
        poller.modify(Pollable.of(later), Interest.BOTH, 2);
        assertThat(poll()).containsOnlyKeys(2L);
    }

    /** A channel whose descriptor has {@code number}: the lowest free one, as the system hands them out. */
    private SocketChannel take(int number) throws IOException {
        for (;;) {
            SocketChannel channel = SocketChannel.open();
            opened.add(channel);
            if (Epoll.descriptor(channel) == number) {
                return channel;
            }
            assertThat(Epoll.descriptor(channel)).isLessThan(number);
        }
    }

    @Test
    void anotherFileBehindADescriptorIsWatchedOnceItIsModified() throws IOException {
        Pipe pipe = pipe();
        int number = Epoll.descriptor(pipe.source());
        poller.register(Pollable.of(number), Interest.BOTH, 7);
        pipe.source().close();
        take(number);
        assertThat(poll()).isEmpty();
        poller.modify(Pollable.of(number), Interest.BOTH, 7);
        assertThat(poll()).containsEntry(7L, READ | WRITE);
    }

    @Test
    void aDescriptorOfAWatchedChannelIsRefused() throws IOException {
        Pipe pipe = pipe();
        watched(pipe.source(), 7);
        int number = Epoll.descriptor(pipe.source());
        assertThatThrownBy(() -> poller.register(Pollable.of(number), Interest.BOTH, 8))
                .isInstanceOf(IOException.class).hasMessageContaining("descriptor " + number + " is watched already");
        pipe.sink().write(ByteBuffer.allocate(1));
        assertThat(poll()).containsOnlyKeys(7L);
    }

    @Test
    @DisplayName("a channel that is closed while a selector keeps its descriptor open")
    void aClosedChannelsFileThatIsStillOpenCanBeRegisteredAnew() throws IOException {
        Pipe pipe = pipe();
        pipe.source().configureBlocking(false);
        try (Selector selector = Selector.open()) {
            pipe.source().register(selector, SelectionKey.OP_READ);
            watched(pipe.source(), 1);
            int number = Epoll.descriptor(pipe.source());
            pipe.source().close();
            poller.register(Pollable.of(number), Interest.BOTH, 2);
            pipe.sink().write(ByteBuffer.allocate(1));
            assertThat(poll()).containsOnlyKeys(2L);
            poller.remove(Pollable.of(pipe.source()));
            pipe.sink().write(ByteBuffer.allocate(1));
            assertThat(poll()).containsOnlyKeys(2L);
            poller.remove(Pollable.of(number));
        }
    }

    // ---- what is refused ----

    @Test
    void aBlockingChannelIsRefused() throws IOException {
        Pipe pipe = pipe();
        assertThatThrownBy(() -> poller.register(Pollable.of(pipe.source()), Interest.BOTH, 7))
                .isInstanceOf(IllegalBlockingModeException.class);
    }

    @Test
    void aClosedChannelIsRefused() throws IOException {
        Pipe pipe = pipe();
        pipe.source().configureBlocking(false);
        pipe.source().close();
        assertThatThrownBy(() -> poller.register(Pollable.of(pipe.source()), Interest.BOTH, 7))
                .isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void aDescriptorThatIsNotOpenIsRefused() {
        assertThatThrownBy(() -> poller.register(Pollable.of(1 << 20), Interest.BOTH, 7))
                .isInstanceOf(IOException.class).hasMessage("epoll_ctl: EBADF (Bad file descriptor)");
    }

    @Test
    void aFileIsRefused(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        try (FileInputStream in = new FileInputStream(file.toFile()); Stream<Path> numbers = Files.list(Path.of("/proc/self/fd"))) {
            int number = numbers.filter(it -> isLinkTo(it, file)).map(it -> Integer.parseInt(it.getFileName().toString())).findFirst().orElseThrow();
            assertThatThrownBy(() -> poller.register(Pollable.of(number), Interest.BOTH, 7))
                    .isInstanceOf(IOException.class).hasMessageContaining("a file or directory is always ready");
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    private static boolean isLinkTo(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file);
        } catch (IOException e) {
            return false; // closed meanwhile
        }
    }

    @Test
    void aChannelThatIsNotTheJdksIsRefused() throws IOException {
        SelectableChannel foreign = new ForeignChannel();
        foreign.configureBlocking(false);
        assertThatThrownBy(() -> poller.register(Pollable.of(foreign), Interest.BOTH, 7))
                .isInstanceOf(IOException.class).hasMessageContaining("channels of the JDK");
        poller.remove(Pollable.of(foreign));
    }

    private static final class ForeignChannel extends AbstractSelectableChannel {
        ForeignChannel() {
            super(java.nio.channels.spi.SelectorProvider.provider());
        }

        @Override
        public int validOps() {
            return SelectionKey.OP_READ;
        }

        @Override
        protected void implCloseSelectableChannel() {}

        @Override
        protected void implConfigureBlocking(boolean block) {}
    }

    @Test
    void whatWasNotRegisteredCannotBeModified() throws IOException {
        Pipe pipe = pipe();
        pipe.source().configureBlocking(false);
        assertThatThrownBy(() -> poller.modify(Pollable.of(pipe.source()), Interest.BOTH, 7))
                .isInstanceOf(IOException.class).hasMessageContaining("isn't registered");
    }

    // ---- many ----

    @Test
    void moreEventsThanTheBufferHoldsComeInTheNextPolls() throws IOException {
        int count = 500;
        for (int i = 0; i < count; i++) {
            watched(pipe().sink(), i);
        }
        Map<Long, Integer> seen = new HashMap<>();
        for (int polls = 0; polls < 5; polls++) {
            poll().forEach((token, mask) -> assertThat(seen.put(token, mask)).as("an earlier report of " + token).isNull());
        }
        assertThat(seen).hasSize(count);
    }

    // ---- waking and ending ----

    @Test
    void anInterruptEndsThePollInProgressAndStays() throws Exception {
        for (int round = 0; round < 50; round++) {
            Thread owner = Thread.currentThread();
            int spins = round * 1000;
            Thread interrupter = Thread.ofPlatform().start(() -> {
                for (int i = 0; i < spins; i++) {
                    Thread.onSpinWait();
                }
                owner.interrupt();
            });
            ready.clear();
            while (!owner.isInterrupted()) {
                poller.poll(Long.MAX_VALUE, ready);
            }
            assertThat(Thread.interrupted()).isTrue();
            interrupter.join();
        }
        assertThat(ready.size()).isZero();
    }

    @Test
    void wakeUpsOfManyThreadsWhileItClosesWriteToNobodyElse() throws Exception {
        for (int round = 0; round < 200; round++) {
            EpollPoller closing = EpollPoller.open();
            List<Thread> wakers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                wakers.add(Thread.ofPlatform().start(() -> {
                    for (int n = 0; n < 50; n++) {
                        closing.wakeup();
                    }
                }));
            }
            ready.clear();
            closing.poll(0, ready);
            closing.close();
            Pipe pipe = Pipe.open(); // takes the numbers
            for (Thread waker : wakers) {
                waker.join();
            }
            pipe.source().configureBlocking(false);
            assertThat(pipe.source().read(ByteBuffer.allocate(16))).as("bytes that nobody wrote").isZero();
            pipe.source().close();
            pipe.sink().close();
        }
    }

    @Test
    void afterItsEndItRegistersNothing() throws IOException {
        Pipe pipe = pipe();
        watched(pipe.source(), 7);
        poller.close();
        assertThatThrownBy(() -> poller.register(Pollable.of(pipe.sink()), Interest.BOTH, 8)).hasMessageContaining("was closed");
        assertThatThrownBy(() -> poller.modify(Pollable.of(pipe.source()), Interest.BOTH, 7)).hasMessageContaining("was closed");
        poller.remove(Pollable.of(pipe.source()));
        assertThat(pipe.source().isOpen()).isTrue();
    }

    @Test
    void itFreesItsDescriptors() throws IOException {
        EpollPoller.open(true).close(); // what is opened once
        long before = descriptors();
        for (int i = 0; i < 100; i++) {
            EpollPoller.open(i % 2 == 0).close();
        }
        assertThat(descriptors()).isLessThanOrEqualTo(before);
    }

    private static long descriptors() throws IOException {
        try (Stream<Path> numbers = Files.list(Path.of("/proc/self/fd"))) {
            return numbers.count();
        }
    }
}
