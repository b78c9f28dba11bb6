package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.io.PollSet;
import dev.jevent.sync.FifoQueue;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;

/** One socket, several hubs. */
class CrossHubSocketTest {
    /** The byte at {@code position} of a stream: tells a wrong order, a loss and a doubling. */
    private static byte expected(long position) {
        return (byte) (position * 31 + (position >> 8) * 7 + (position >> 16));
    }

    private static void fill(ByteBuffer buffer, long from) {
        buffer.clear();
        for (int i = 0; i < buffer.capacity(); i++) {
            buffer.put(i, expected(from + i));
        }
    }

    private static long send(StreamSocket socket, long from, long to, int piece) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(piece);
        for (long at = from; at < to; ) {
            fill(buffer, at);
            buffer.limit((int) Math.min(piece, to - at));
            at += socket.write(buffer);
        }
        return to;
    }

    private static long receive(StreamSocket socket, long from, long to, int piece) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(piece);
        long at = from;
        while (at < to) {
            buffer.clear().limit((int) Math.min(piece, to - at));
            int count = socket.read(buffer);
            if (count < 0) {
                throw new AssertionError("ended at " + at);
            }
            for (int i = 0; i < count; i++) {
                if (buffer.get(i) != expected(at + i)) {
                    throw new AssertionError("wrong byte at " + (at + i));
                }
            }
            at += count;
        }
        return at;
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("F-SOCK-02: a hub reads what another writes, and the other way round, through the two directions of one socket")
    void directionsOfTwoHubs(Hub hub) throws Exception {
        long size = 8 << 20;
        try (Pair pair = Pair.open()) {
            OtherHub other = OtherHub.start(second -> {
                Greenlet<Long> writes = second.spawn(() -> send(pair.client(), 0, size, 30_000));
                Greenlet<Long> writesBack = second.spawn(() -> send(pair.server(), 0, size, 50_000));
                writes.get();
                writesBack.get();
            });
            Greenlet<Long> reads = hub.spawn(() -> receive(pair.client(), 0, size, 20_000));
            Greenlet<Long> readsBack = hub.spawn(() -> receive(pair.server(), 0, size, 70_000));
            reads.get();
            readsBack.get();
            other.join();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("F-SOCK-02: two hubs read from one socket by turns, and two write; nothing is lost")
    void byTurns(Hub hub) throws Exception {
        int rounds = 300;
        int piece = 20_000;
        try (Pair pair = Pair.open()) {
            List<FifoQueue<Integer>> readTurns = List.of(new FifoQueue<>(), new FifoQueue<>());
            List<FifoQueue<Integer>> writeTurns = List.of(new FifoQueue<>(), new FifoQueue<>());
            readTurns.get(0).put(0);
            writeTurns.get(0).put(0);
            OtherHub other = OtherHub.start(second -> takeTurns(second, pair, readTurns, writeTurns, 1, rounds, piece));
            takeTurns(hub, pair, readTurns, writeTurns, 0, rounds, piece);
            other.join();
            assertThat(pair.server().bytesRead()).isEqualTo((long) rounds * piece);
        }
    }

    private static void takeTurns(Hub hub, Pair pair, List<FifoQueue<Integer>> readTurns, List<FifoQueue<Integer>> writeTurns,
            int me, int rounds, int piece) throws Exception {
        Greenlet<Void> reader = hub.spawn(() -> turns(readTurns, me, rounds,
                turn -> receive(pair.server(), (long) turn * piece, (turn + 1L) * piece, 3_000)));
        Greenlet<Void> writer = hub.spawn(() -> turns(writeTurns, me, rounds,
                turn -> send(pair.client(), (long) turn * piece, (turn + 1L) * piece, 7_000)));
        reader.get();
        writer.get();
    }

    private interface Turn {
        long run(int turn) throws Exception;
    }

    private static void turns(List<FifoQueue<Integer>> queues, int me, int rounds, Turn body) throws Exception {
        for (int turn = queues.get(me).take(); turn < rounds; turn = queues.get(me).take()) {
            body.run(turn);
            queues.get(1 - me).put(turn + 1);
        }
        queues.get(1 - me).put(rounds + 1);
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("a close by another thread or hub, at any moment, ends whoever waits, and the channel is closed")
    void closesRace(Hub hub) throws Exception {
        hub.notErrors(IOException.class::isInstance);
        int rounds = 1_000;
        FifoQueue<Pair> toClose = new FifoQueue<>();
        FifoQueue<Pair> toRead = new FifoQueue<>();
        AtomicInteger ended = new AtomicInteger();
        OtherHub other = OtherHub.start(second -> {
            second.notErrors(IOException.class::isInstance);
            for (int i = 0; i < rounds; i++) {
                Pair pair = toRead.take();
                Greenlet<Integer> reader = second.spawn(() -> pair.server().read(ByteBuffer.allocate(4)));
                for (int spin = ThreadLocalRandom.current().nextInt(200); spin > 0; spin--) {
                    Thread.onSpinWait();
                }
                second.yieldNow();
                pair.server().close();
                reader.join();
                if (reader.exception() instanceof ClosedChannelException || reader.exception() == null) {
                    ended.incrementAndGet();
                }
            }
        });
        for (int i = 0; i < rounds; i++) {
            Pair pair = Pair.open();
            Greenlet<Integer> writer = hub.spawn(() -> pair.server().write(ByteBuffer.allocate(1 << 20)));
            toRead.put(pair);
            if (i % 3 == 0) {
                pair.client().write(ByteBuffer.allocate(1));
            }
            for (int spin = ThreadLocalRandom.current().nextInt(300); spin > 0; spin--) {
                Thread.onSpinWait();
            }
            hub.yieldNow();
            pair.server().close();
            pair.client().close();
            writer.join();
            toClose.put(pair);
        }
        other.join();
        assertThat(toClose).hasSize(rounds);
        hub.sleep(Duration.ofMillis(1)); // what the other hub has left to this one
        for (Pair pair : toClose) {
            assertThat(pair.server().channel().isOpen()).isFalse();
            assertThat(pair.client().channel().isOpen()).isFalse();
        }
        assertThat(ended.get()).isPositive();
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("F-SOCK-16: two hubs that read at once: one of them is refused, and none is stopped, whoever closes")
    void refusedAcrossHubs(Hub hub) throws Exception {
        AtomicInteger refused = new AtomicInteger();
        for (int round = 0; round < 20; round++) {
            try (Pair pair = Pair.open()) {
                OtherHub other = OtherHub.start(second -> {
                    Greenlet<Void> reader = second.spawn(() -> readUntilClosed(pair.server(), refused));
                    second.sleep(Duration.ofMillis(1));
                    pair.server().close();
                    reader.get();
                });
                Greenlet<Void> reader = hub.spawn(() -> readUntilClosed(pair.server(), refused));
                hub.sleep(Duration.ofMillis(1));
                pair.server().close();
                reader.get();
                other.join();
                hub.sleep(Duration.ofMillis(1));
                assertThat(pair.server().channel().isOpen()).isFalse();
            }
        }
        assertThat(refused.get()).isPositive();
    }

    private static void readUntilClosed(TcpSocket socket, AtomicInteger refused) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(1);
        while (socket.isOpen()) {
            try {
                socket.tryRead(into);
                Hub.current().yieldNow();
            } catch (ConcurrentUseException e) {
                refused.incrementAndGet();
            } catch (ClosedChannelException e) {
                return;
            }
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("B-SEL-07: a poll hears of the close of sockets by another hub, and of the other directions' waits")
    void pollsHearOfCloses(Hub hub) throws Exception {
        for (int round = 0; round < 100; round++) {
            try (Pair pair = Pair.open(); PollSet set = new PollSet()) {
                set.register(pair.server(), Interest.READ.mask());
                CountDownLatch waits = new CountDownLatch(1);
                OtherHub other = OtherHub.start(second -> {
                    second.notErrors(IOException.class::isInstance);
                    Greenlet<Integer> reader = second.spawn(() -> pair.server().read(ByteBuffer.allocate(1)));
                    second.yieldNow();
                    waits.countDown();
                    pair.server().close();
                    reader.join();
                });
                assertThat(set.poll()).containsExactly(new PollSet.Ready(pair.server(), PollSet.CLOSED));
                waits.await();
                if (round % 2 == 0) {
                    set.unregister(pair.server());
                }
                other.join();
                assertThat(pair.server().channel().isOpen()).isFalse();
            }
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("B-SEL-07: unregistering while another thread closes lets the channel be closed once, and only then")
    void unregisterAndCloseRace(Hub hub) throws Exception {
        List<Pair> pairs = new ArrayList<>();
        try (PollSet set = new PollSet()) {
            for (int i = 0; i < 400; i++) {
                Pair pair = Pair.open();
                pairs.add(pair);
                set.register(pair.server(), Interest.READ.mask());
            }
            Thread closer = Thread.ofPlatform().start(() -> {
                for (Pair pair : pairs) {
                    try {
                        pair.server().close();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                }
            });
            for (Pair pair : pairs) {
                set.unregister(pair.server());
                if (ThreadLocalRandom.current().nextInt(8) == 0) {
                    set.poll(Duration.ZERO);
                }
            }
            closer.join();
            set.poll(Duration.ZERO);
        }
        for (Pair pair : pairs) {
            assertThat(pair.server().channel().isOpen()).isFalse();
            pair.close();
        }
    }
}
