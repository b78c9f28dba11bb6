package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.io.PollSet;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

/**
 * Each call that waits, killed at each of its switch points: the other side goes on step by step, and after the k-th step, for k
 * = 0, 1, 2 and so on until the call ends unharmed, the kill comes. Afterwards the socket goes on where the call was, and what
 * arrives is what was sent.
 *
 * <p>Streams are UNIX sockets with small buffers, which show the other side's step at the next look; TCP has delays of its own.
 */
class KillAtEveryWaitTest {
    private static final int SIZE = 200_000;
    private static final int STEP = 7_000;
    private static final Duration TICK = Duration.ofMillis(1);

    private static byte[] data() {
        byte[] data = new byte[SIZE];
        new Random(3).nextBytes(data);
        return data;
    }

    /** One step of the other side. @return false if there is nothing left to do */
    private interface Step {
        boolean run() throws IOException;
    }

    /**
     * Runs {@code call} in a greenlet, and kills it after {@code k} steps.
     *
     * @return whether it ended unharmed
     */
    private static boolean killedAfter(Hub hub, int k, Callable<?> call, Step step) throws Exception {
        Greenlet<Object> victim = hub.spawn(() -> call.call());
        if (k > 0) {
            hub.yieldNow(); // it begins, and waits
        }
        for (int i = 1; i < k && !victim.dead(); i++) {
            step.run();
            look();
        }
        boolean unharmed = victim.dead();
        GreenletExit kill = new GreenletExit();
        victim.kill(kill);
        if (unharmed) {
            victim.get();
        } else if (victim.exit() == null) {
            return killedAtTheEnd(victim);
        } else {
            assertThat(victim.exit()).isSameAs(kill);
        }
        return unharmed;
    }

    /** Lets the loop poll once, and those run who were woken by that. */
    private static void look() {
        try (PollSet nothing = new PollSet()) {
            nothing.poll(Duration.ZERO);
        }
    }

    /** Two UNIX sockets. */
    private record Ends(UnixSocket client, UnixSocket server) implements AutoCloseable {
        static Ends open(Path directory) throws IOException {
            Path path = directory.resolve("socket");
            try (UnixServerSocket listener = UnixServerSocket.bind(path)) {
                UnixSocket client = UnixSocket.connect(path);
                client.setOption(StandardSocketOptions.SO_SNDBUF, 4096);
                return new Ends(client, listener.accept());
            } finally {
                Files.delete(path);
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    /** It had its outcome already: that counts. */
    private static boolean killedAtTheEnd(Greenlet<?> victim) throws Exception {
        victim.get();
        return false;
    }

    private static final class Collector {
        final byte[] bytes = new byte[SIZE];
        final ByteBuffer into = ByteBuffer.wrap(bytes);
        private final StreamSocket from;

        Collector(StreamSocket from) {
            this.from = from;
        }

        boolean step() throws IOException {
            into.limit(Math.min(SIZE, into.position() + STEP));
            from.tryRead(into);
            return into.position() < SIZE;
        }

        void rest() throws IOException {
            into.limit(SIZE);
            while (into.hasRemaining() && from.read(into) >= 0) {
                // on
            }
            assertThat(into.remaining()).as("bytes lost").isZero();
            assertThat(from.read(ByteBuffer.allocate(1))).as("nothing is behind the end").isEqualTo(-1);
        }
    }

    private interface Sending {
        /** Sends all that isn't sent yet. */
        void go(StreamSocket to) throws IOException;

        /** How much it knows to be sent. */
        long sent();
    }

    private interface Sendings {
        Sending make(byte[] data) throws IOException;
    }

    private static void killSending(Hub hub, Path directory, Sendings sendings) throws Exception {
        byte[] data = data();
        int k = 0;
        for (boolean unharmed = false; !unharmed; k++) {
            try (Ends pair = Ends.open(directory)) {
                Sending sending = sendings.make(data);
                Collector collector = new Collector(pair.server());
                unharmed = killedAfter(hub, k, () -> {
                    sending.go(pair.client());
                    return null;
                }, collector::step);
                assertThat(pair.client().bytesWritten()).isEqualTo(sending.sent());
                Greenlet<Void> rest = hub.spawn(() -> {
                    sending.go(pair.client());
                    pair.client().shutdownOutput();
                });
                collector.rest();
                rest.get();
                assertThat(collector.bytes).isEqualTo(data);
                assertThat(pair.client().bytesWritten()).isEqualTo(SIZE);
            }
        }
        assertThat(k).as("switch points").isGreaterThan(5);
    }

    @HubTest(virtualTime = false)
    @DisplayName("a write that is killed anywhere loses and doubles nothing")
    void write(Hub hub, @TempDir Path directory) throws Exception {
        killSending(hub, directory, data -> {
            ByteBuffer from = ByteBuffer.wrap(data);
            return new Sending() {
                @Override
                public void go(StreamSocket to) throws IOException {
                    to.write(from);
                }

                @Override
                public long sent() {
                    return from.position();
                }
            };
        });
    }

    @HubTest(virtualTime = false)
    @DisplayName("a gathering write that is killed anywhere loses and doubles nothing")
    void gather(Hub hub, @TempDir Path directory) throws Exception {
        killSending(hub, directory, data -> {
            ByteBuffer[] from = split(data);
            return new Sending() {
                @Override
                public void go(StreamSocket to) throws IOException {
                    to.write(from);
                }

                @Override
                public long sent() {
                    return SIZE - Arrays.stream(from).mapToInt(ByteBuffer::remaining).sum();
                }
            };
        });
    }

    /** Into arrays and direct buffers, some of them empty. */
    private static ByteBuffer[] split(byte[] data) {
        int[] sizes = {0, 1, 999, 150_000, 0, 20_000, data.length - 171_000};
        ByteBuffer[] parts = new ByteBuffer[sizes.length];
        int at = 0;
        for (int i = 0; i < sizes.length; i++) {
            parts[i] = i % 3 == 2
                    ? ByteBuffer.allocateDirect(sizes[i]).put(data, at, sizes[i]).flip()
                    : ByteBuffer.wrap(data, at, sizes[i]).slice();
            at += sizes[i];
        }
        return parts;
    }

    @HubTest(virtualTime = false)
    @DisplayName("sending a file that is killed anywhere loses and doubles nothing")
    void send(Hub hub, @TempDir Path directory) throws Exception {
        Path path = directory.resolve("data");
        Files.write(path, data());
        try (FileChannel file = FileChannel.open(path)) {
            killSending(hub, directory, data -> new Sending() {
                private StreamSocket last;

                @Override
                public void go(StreamSocket to) throws IOException {
                    last = to;
                    to.send(file, to.bytesWritten(), SIZE - to.bytesWritten());
                }

                @Override
                public long sent() {
                    return last == null ? 0 : last.bytesWritten();
                }
            });
        }
    }

    private interface Receiving {
        void go(StreamSocket from) throws IOException;

        byte[] received();
    }

    private static void killReceiving(Hub hub, Path directory, Supplier<Receiving> receivings) throws Exception {
        byte[] data = data();
        int k = 0;
        for (boolean unharmed = false; !unharmed; k++) {
            try (Ends pair = Ends.open(directory)) {
                Receiving receiving = receivings.get();
                ByteBuffer from = ByteBuffer.wrap(data);
                unharmed = killedAfter(hub, k, () -> {
                    receiving.go(pair.server());
                    return null;
                }, () -> {
                    from.limit(Math.min(SIZE, from.position() + STEP));
                    pair.client().tryWrite(from);
                    return true;
                });
                assertThat(Arrays.copyOf(receiving.received(), (int) pair.server().bytesRead()))
                        .as("what a killed read has taken")
                        .isEqualTo(Arrays.copyOf(data, (int) pair.server().bytesRead()));
                from.limit(SIZE);
                Greenlet<Integer> rest = hub.spawn(() -> pair.client().write(from));
                receiving.go(pair.server());
                rest.get();
                assertThat(receiving.received()).isEqualTo(data);
                assertThat(pair.server().bytesRead()).isEqualTo(SIZE);
            }
        }
        assertThat(k).as("switch points").isGreaterThan(5);
    }

    @HubTest(virtualTime = false)
    @DisplayName("reads that are killed anywhere lose nothing")
    void read(Hub hub, @TempDir Path directory) throws Exception {
        killReceiving(hub, directory, () -> new Receiving() {
            private final byte[] bytes = new byte[SIZE];
            private final ByteBuffer into = ByteBuffer.wrap(bytes);

            @Override
            public void go(StreamSocket from) throws IOException {
                while (into.hasRemaining()) {
                    from.read(into);
                }
            }

            @Override
            public byte[] received() {
                return bytes;
            }
        });
    }

    @HubTest(virtualTime = false)
    @DisplayName("scattering reads that are killed anywhere lose nothing")
    void scatter(Hub hub, @TempDir Path directory) throws Exception {
        killReceiving(hub, directory, () -> new Receiving() {
            private final ByteBuffer[] into = split(new byte[SIZE]);

            @Override
            public void go(StreamSocket from) throws IOException {
                while (Arrays.stream(into).anyMatch(ByteBuffer::hasRemaining)) {
                    from.read(into);
                }
            }

            @Override
            public byte[] received() {
                ByteBuffer all = ByteBuffer.allocate(SIZE);
                for (ByteBuffer part : into) {
                    all.put(part.duplicate().flip());
                }
                return all.array();
            }
        });
    }

    @HubTest(virtualTime = false)
    @DisplayName("an accept that is killed anywhere leaves the connection to the next one, and the server usable")
    void accept(Hub hub) throws Exception {
        int k = 0;
        for (boolean unharmed = false; !unharmed; k++) {
            try (TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 4)) {
                TcpSocket[] client = new TcpSocket[1];
                TcpSocket[] accepted = new TcpSocket[1];
                unharmed = killedAfter(hub, k, () -> accepted[0] = server.accept(), () -> {
                    if (client[0] == null) {
                        client[0] = TcpSocket.connect(server.getLocalAddress());
                    }
                    return true;
                });
                if (client[0] == null) {
                    client[0] = TcpSocket.connect(server.getLocalAddress());
                }
                if (accepted[0] == null) {
                    accepted[0] = server.accept();
                }
                assertThat(accepted[0].remoteAddress()).isEqualTo(client[0].getLocalAddress());
                assertThat(server.tryAccept()).isNull();
                client[0].close();
                accepted[0].close();
            }
        }
        assertThat(k).isGreaterThan(2);
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-16: a connect that is killed anywhere closes its socket")
    void connect(Hub hub) throws Exception {
        try (FullServer full = new FullServer()) {
            for (int k = 0; k < 4; k++) {
                assertThat(connectIsUnharmed(hub, k, full.address())).isFalse();
            }
        }
        try (TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 100)) {
            int k = 0;
            while (!connectIsUnharmed(hub, k, server.getLocalAddress())) {
                k++;
            }
            assertThat(k).isPositive();
        }
    }

    private static boolean connectIsUnharmed(Hub hub, int k, InetSocketAddress to) throws Exception {
        TcpSocket socket = new TcpSocket();
        boolean[] connected = new boolean[1];
        boolean unharmed = killedAfter(hub, k, () -> {
            socket.connectTo(to, null);
            connected[0] = true;
            return null;
        }, () -> true);
        if (k > 0) {
            assertThat(socket.isOpen()).isEqualTo(connected[0]);
        }
        socket.close();
        assertThat(socket.channel().isOpen()).isFalse();
        return unharmed;
    }

    @HubTest(virtualTime = false)
    @DisplayName("a receive that is killed anywhere leaves the datagram to the next one")
    void receive(Hub hub) throws Exception {
        int k = 0;
        for (boolean unharmed = false; !unharmed; k++) {
            try (UdpSocket udp = UdpSocket.bound(Pair.loopback()); UdpSocket sender = new UdpSocket()) {
                ByteBuffer into = ByteBuffer.allocate(10);
                boolean[] sent = new boolean[1];
                Step step = () -> {
                    if (!sent[0]) {
                        sent[0] = true;
                        sender.send(ByteBuffer.wrap(new byte[] {1, 2, 3}), udp.getLocalAddress());
                    }
                    return true;
                };
                unharmed = killedAfter(hub, k, () -> udp.receive(into), step);
                if (into.position() == 0) {
                    step.run();
                    udp.receive(into);
                }
                assertThat(into.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                assertThat(udp.tryReceive(into.clear())).isNull();
            }
        }
        assertThat(k).isGreaterThan(2);
    }

    @HubTest(virtualTime = false)
    @DisplayName("a poll of many that is killed anywhere leaves what is ready to the next one")
    void poll(Hub hub) throws Exception {
        int k = 0;
        for (boolean unharmed = false; !unharmed; k++) {
            try (Pair pair = Pair.open(); PollSet set = new PollSet()) {
                set.register(pair.server(), Interest.READ.mask());
                unharmed = killedAfter(hub, k, set::poll, () -> {
                    pair.client().tryWrite(ByteBuffer.wrap(new byte[1]));
                    return true;
                });
                pair.client().write(ByteBuffer.wrap(new byte[1]));
                assertThat(set.poll()).containsExactly(new PollSet.Ready(pair.server(), Interest.READ.mask()));
            }
        }
        assertThat(k).isGreaterThan(2);
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SOC-06: writes that time out again and again go on where they were: the errors tell how much went")
    void timeoutsAddUp(Hub hub, @TempDir Path directory) throws Exception {
        byte[] data = data();
        try (Ends pair = Ends.open(directory)) {
            pair.client().timeout(TICK);
            Collector collector = new Collector(pair.server());
            ByteBuffer from = ByteBuffer.wrap(data);
            Greenlet<List<Long>> writer = hub.spawn(() -> {
                long sums = 0;
                long timeouts = 0;
                while (from.hasRemaining()) {
                    int before = from.position();
                    try {
                        sums += pair.client().write(from);
                    } catch (SocketTimeoutException e) {
                        assertThat(e.bytesTransferred).isEqualTo(from.position() - before);
                        sums += e.bytesTransferred;
                        timeouts++;
                    }
                }
                pair.client().shutdownOutput();
                return List.of(sums, timeouts);
            });
            while (collector.step() && !writer.dead()) {
                hub.sleep(TICK.multipliedBy(2));
            }
            collector.rest();
            assertThat(writer.get().get(0)).isEqualTo(SIZE);
            assertThat(writer.get().get(1)).isPositive();
            assertThat(collector.bytes).isEqualTo(data);
        }
    }
}
