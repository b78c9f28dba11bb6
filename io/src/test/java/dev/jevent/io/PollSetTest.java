package dev.jevent.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.io.PollSet.Ready;
import dev.jevent.io.PollSet.Selection;
import dev.jevent.io.net.Pair;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.net.UdpSocket;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

@SuppressWarnings("try") // closing before the end of the block is what is tested
class PollSetTest {
    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final Duration LONG = Duration.ofSeconds(20);

    private static ByteBuffer one() {
        return ByteBuffer.wrap(new byte[1]);
    }

    // ---- poll ----

    @HubTest(virtualTime = false)
    @DisplayName("F-SEL-03: a poll tells what is ready as long as it lasts, each once, in the order of registration")
    void tellsWhatIsReady(Hub hub) throws Exception {
        try (Pair one = Pair.open(); Pair two = Pair.open(); PollSet set = new PollSet()) {
            set.register(two.server(), READ);
            set.register(one.server(), Interest.BOTH);
            set.register(one.client(), READ);
            assertThat(set.size()).isEqualTo(3);
            assertThat(set.poll(Duration.ZERO)).containsExactly(new Ready(one.server(), WRITE));
            one.client().write(one());
            two.client().write(one());
            for (int i = 0; i < 3; i++) {
                assertThat(set.poll()).containsExactly(new Ready(two.server(), READ), new Ready(one.server(), Interest.BOTH));
            }
            one.server().read(one());
            assertThat(set.poll(LONG)).containsExactly(new Ready(two.server(), READ), new Ready(one.server(), WRITE));
            set.modify(one.server(), READ);
            two.server().read(one());
            assertThat(set.poll(Duration.ZERO)).isEmpty();
            assertThat(set.poll(SHORT)).isEmpty();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a poll waits until another greenlet makes something ready, also what it registers meanwhile")
    void waits(Hub hub) throws Exception {
        try (Pair one = Pair.open(); Pair two = Pair.open(); PollSet set = new PollSet()) {
            set.register(one.server(), READ);
            Greenlet<List<Ready>> poller = hub.spawn(() -> set.poll());
            hub.sleep(Duration.ofMillis(1));
            set.register(two.server(), READ);
            two.client().write(one());
            assertThat(poller.get()).containsExactly(new Ready(two.server(), READ));
            poller = hub.spawn(() -> set.poll());
            hub.yieldNow();
            set.unregister(two.server());
            one.client().write(one());
            assertThat(poller.get()).containsExactly(new Ready(one.server(), READ));
            poller = hub.spawn(() -> set.poll());
            hub.yieldNow();
            one.server().read(one());
            set.modify(one.server(), WRITE);
            assertThat(poller.get()).as("what poll finds after a change of interest").isSubsetOf(new Ready(one.server(), WRITE));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SEL-01: a poll of zero looks at the system once, and lets others run")
    void zeroLooksAndYields(Hub hub) throws Exception {
        try (Pair pair = Pair.open(); PollSet set = new PollSet()) {
            set.register(pair.server(), READ);
            pair.client().write(one());
            AtomicInteger turns = new AtomicInteger();
            hub.spawn(turns::incrementAndGet);
            assertThat(set.poll(Duration.ZERO)).hasSize(1);
            assertThat(turns).hasValue(1);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SEL-05: unregistering, or modifying, what isn't registered is an error")
    void unknownSources() throws Exception {
        try (Pair pair = Pair.open(); PollSet set = new PollSet()) {
            assertThatThrownBy(() -> set.unregister(pair.client()))
                    .isInstanceOf(NoSuchElementException.class)
                    .hasMessageContaining(pair.client().toString());
            assertThatThrownBy(() -> set.modify(pair.client(), READ)).isInstanceOf(NoSuchElementException.class);
            set.register(pair.client(), READ);
            set.unregister(pair.client());
            assertThatThrownBy(() -> set.unregister(pair.client())).isInstanceOf(NoSuchElementException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SEL-10: what is closed, in blocking mode, or never ready so cannot be registered")
    void refused() throws Exception {
        try (Pair pair = Pair.open(); PollSet set = new PollSet(); TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 1)) {
            pair.client().close();
            assertThatThrownBy(() -> set.register(pair.client(), READ))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("closed");
            assertThatThrownBy(() -> set.register(pair.client().channel(), READ)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> set.register(pair.server(), 0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> set.register(pair.server(), 4)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> set.register(server, WRITE)).isInstanceOf(IllegalArgumentException.class);
            Pipe pipe = Pipe.open();
            assertThatThrownBy(() -> set.register(pipe.source(), READ))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("non-blocking");
            pipe.source().close();
            pipe.sink().close();
            assertThatThrownBy(() -> set.poll(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
            assertThat(set.size()).isZero();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SEL-07, B-SEL-08, B-SEL-11: a socket that another greenlet closes ends the poll, and is reported closed until it is unregistered")
    void closedWhilePolled(Hub hub) throws Exception {
        try (Pair pair = Pair.open(); Pair silent = Pair.open(); PollSet set = new PollSet()) {
            set.register(silent.server(), READ);
            set.register(pair.server(), READ);
            Greenlet<List<Ready>> poller = hub.spawn(() -> set.poll());
            hub.yieldNow();
            pair.server().close();
            assertThat(poller.get()).containsExactly(new Ready(pair.server(), PollSet.CLOSED));
            assertThat(pair.server().channel().isOpen()).isFalse();
            assertThat(set.poll()).containsExactly(new Ready(pair.server(), PollSet.CLOSED));
            silent.client().write(one());
            assertThat(set.poll()).containsExactly(new Ready(silent.server(), READ), new Ready(pair.server(), PollSet.CLOSED));
            set.modify(pair.server(), WRITE);
            set.unregister(pair.server());
            assertThat(set.poll()).containsExactly(new Ready(silent.server(), READ));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SEL-07: a channel of java.nio that another greenlet closes, without telling anybody, ends the poll")
    void channelClosedWhilePolled(Hub hub) throws Exception {
        Pipe pipe = Pipe.open();
        Pipe silent = Pipe.open();
        pipe.source().configureBlocking(false);
        silent.source().configureBlocking(false);
        try (PollSet set = new PollSet()) {
            set.register(silent.source(), READ);
            set.register(pipe.source(), READ);
            pipe.sink().write(one());
            assertThat(set.poll()).containsExactly(new Ready(pipe.source(), READ));
            pipe.source().read(one());
            Greenlet<List<Ready>> poller = hub.spawn(() -> set.poll());
            hub.yieldNow();
            hub.spawn(() -> pipe.source().close());
            assertThat(poller.get()).containsExactly(new Ready(pipe.source(), PollSet.CLOSED));
            assertThat(set.poll()).containsExactly(new Ready(pipe.source(), PollSet.CLOSED));
            set.unregister(pipe.source());
            poller = hub.spawn(() -> set.poll());
            hub.yieldNow();
            hub.loop().closing(Pollable.of(silent.source()));
            silent.source().close();
            assertThat(poller.get()).containsExactly(new Ready(silent.source(), PollSet.CLOSED));
        } finally {
            silent.sink().close();
            pipe.sink().close();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SEL-07: a channel of java.nio that is closed during a select is among those that are ready")
    void channelClosedDuringSelect(Hub hub) throws Exception {
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        Greenlet<Selection<Pipe.SourceChannel>> selecting =
                hub.spawn(() -> PollSet.select(List.of(pipe.source()), List.<Pipe.SourceChannel>of(), null));
        hub.yieldNow();
        pipe.source().close();
        assertThat(selecting.get().readable()).containsExactly(pipe.source());
        pipe.sink().close();
    }

    @HubTest(virtualTime = false)
    @DisplayName("closing the set ends the poll of another greenlet; a second one is refused")
    void closedAndSharedSet(Hub hub) throws Exception {
        hub.notErrors(IllegalStateException.class::isInstance);
        try (Pair pair = Pair.open(); PollSet set = new PollSet()) {
            set.register(pair.server(), READ);
            Greenlet<List<Ready>> poller = hub.spawn(() -> set.poll());
            hub.yieldNow();
            assertThatThrownBy(set::poll)
                    .isInstanceOf(ConcurrentUseException.class)
                    .hasMessageContaining(poller.toString());
            set.close();
            set.close();
            poller.join();
            assertThat(poller.exception()).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
            assertThatThrownBy(set::poll).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> set.register(pair.server(), READ)).isInstanceOf(IllegalStateException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a killed poll leaves the set and its sockets usable; so does a socket's own use beside it")
    void killed(Hub hub) throws Exception {
        try (Pair pair = Pair.open(); PollSet set = new PollSet()) {
            set.register(pair.server(), READ);
            Greenlet<List<Ready>> poller = hub.spawn(() -> set.poll());
            hub.yieldNow();
            poller.kill();
            assertThat(poller.exit()).isInstanceOf(GreenletExit.class);
            Greenlet<Integer> reader = hub.spawn(() -> pair.server().read(ByteBuffer.allocate(9)));
            poller = hub.spawn(() -> set.poll());
            hub.yieldNow();
            pair.client().write(one());
            assertThat(reader.get()).isEqualTo(1);
            assertThat(poller.get()).containsExactly(new Ready(pair.server(), READ));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a set refuses the threads of other hubs")
    void isConfined() throws Exception {
        try (PollSet set = new PollSet()) {
            Throwable[] thrown = new Throwable[1];
            Thread other = Thread.ofPlatform().start(() -> {
                try {
                    set.poll();
                } catch (Throwable e) {
                    thrown[0] = e;
                }
            });
            other.join();
            assertThat(thrown[0]).isInstanceOf(WrongThreadException.class).hasMessageContaining("PollSet");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("datagrams and connections to accept are waited for likewise")
    void otherSockets() throws Exception {
        try (UdpSocket udp = UdpSocket.bound(Pair.loopback());
                TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 1);
                PollSet set = new PollSet()) {
            set.register(udp, READ);
            set.register(server, READ);
            assertThat(set.poll(Duration.ZERO)).isEmpty();
            udp.send(one(), udp.getLocalAddress());
            assertThat(set.poll()).containsExactly(new Ready(udp, READ));
            try (TcpSocket client = TcpSocket.connect(server.getLocalAddress())) {
                udp.receive(one());
                assertThat(set.poll()).containsExactly(new Ready(server, READ));
                server.accept().close();
            }
        }
    }

    // ---- select ----

    @HubTest(virtualTime = false)
    @DisplayName("B-SEL-01: select of nothing, or of what stays silent, returns nothing when the time is over, not before")
    void selectTimesOut() throws Exception {
        try (Pair pair = Pair.open()) {
            for (Collection<TcpSocket> reading : List.of(List.<TcpSocket>of(), List.of(pair.client()))) {
                long before = System.nanoTime();
                assertThat(PollSet.select(reading, List.of(), SHORT).isEmpty()).isTrue();
                assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(SHORT.toNanos());
                assertThat(PollSet.select(reading, List.of(), Duration.ZERO).isEmpty()).isTrue();
            }
            assertThatThrownBy(() -> PollSet.select(List.of(), List.of(), Duration.ofMillis(-1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SEL-02: select of something closed fails")
    void selectOfClosed() throws Exception {
        try (Pair pair = Pair.open()) {
            pair.client().close();
            assertThatThrownBy(() -> PollSet.select(List.of(pair.server(), pair.client()), List.of(), Duration.ZERO))
                    .isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> PollSet.select(List.of(pair.client().channel()), List.of(), Duration.ZERO))
                    .isInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> PollSet.select(List.of("a"), List.of(), Duration.ZERO))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("a SelectableChannel");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SEL-04: select takes sockets, channels, and what makes them as it goes")
    void selectTakesAnyIterable() throws Exception {
        try (Pair one = Pair.open(); Pair two = Pair.open()) {
            List<TcpSocket> sockets = List.of(one.server(), two.server());
            two.client().write(one());
            Iterable<TcpSocket> generated = () -> sockets.stream().filter(TcpSocket::isConnected).iterator();
            assertThat(PollSet.select(generated, List.of(), LONG).readable()).containsExactly(two.server());
            assertThat(PollSet.select(List.of(two.server().channel()), List.of(), LONG).readable())
                    .containsExactly(two.server().channel());
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("O-SEL-01, F-SEL-01: select returns what is ready now at once, all of it, after a yield, and doesn't wait for the rest")
    void selectReturnsAllAtOnce(Hub hub) throws Exception {
        try (Pair one = Pair.open(); Pair two = Pair.open()) {
            one.client().write(one());
            two.client().write(one());
            boolean[] ran = new boolean[1];
            hub.spawn(() -> {
                ran[0] = true;
            });
            Selection<TcpSocket> selection = PollSet.select(
                    List.of(two.server(), one.server(), one.client()), List.of(one.client(), one.server()), null);
            assertThat(selection.readable()).containsExactly(two.server(), one.server());
            assertThat(selection.writable()).containsExactly(one.server(), one.client());
            assertThat(ran[0]).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SEL-07: a socket that is closed during a select is among those that are ready")
    void closedDuringSelect(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            Greenlet<Selection<TcpSocket>> selecting =
                    hub.spawn(() -> PollSet.select(List.of(pair.server()), List.<TcpSocket>of(), null));
            hub.yieldNow();
            pair.server().close();
            assertThat(selecting.get().readable()).containsExactly(pair.server());
            assertThat(pair.server().channel().isOpen()).isFalse();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("polls of many sockets find those that are ready among them")
    void many(Hub hub) throws Exception {
        List<Pair> pairs = new ArrayList<>();
        try (PollSet set = new PollSet()) {
            for (int i = 0; i < 100; i++) {
                Pair pair = Pair.open();
                pairs.add(pair);
                set.register(pair.server(), READ);
            }
            int[] received = new int[100];
            hub.spawn(() -> {
                for (int i = 0; i < 1000; i++) {
                    pairs.get(i * 37 % 100).client().write(one());
                    if (i % 7 == 0) {
                        hub.yieldNow();
                    }
                }
            });
            ByteBuffer into = ByteBuffer.allocate(100);
            for (int left = 1000; left > 0; ) {
                for (Ready ready : set.poll()) {
                    int count = ((TcpSocket) ready.source()).tryRead(into.clear());
                    assertThat(count).as("what is reported readable has bytes").isPositive();
                    received[pairs.indexOf(pairs.stream().filter(pair -> pair.server() == ready.source()).findFirst().get())] += count;
                    left -= count;
                }
            }
            assertThat(received).containsOnly(10);
        } finally {
            closeAll(pairs);
        }
    }

    private static void closeAll(List<Pair> pairs) throws IOException {
        for (Pair pair : pairs) {
            pair.close();
        }
    }
}
