package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.HubTest;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;

/** What sockets cost others: garbage, and turns. */
class SocketCostTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int BATCHES = 10;
    private static final int ROUNDS = 4_000;

    private interface Round {
        void run() throws Exception;
    }

    /** Bytes per round of both, in the best batch: while code is being compiled, the JVM copies stacks anew. */
    private static double bytes(Hub hub, Round first, Round second) throws Exception {
        long least = Long.MAX_VALUE;
        for (int batch = 0; batch < BATCHES; batch++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            Greenlet<Void> one = hub.spawn(() -> repeat(first));
            Greenlet<Void> other = hub.spawn(() -> repeat(second));
            one.get();
            other.get();
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return least / (double) ROUNDS;
    }

    private static void repeat(Round round) throws Exception {
        for (int i = 0; i < ROUNDS; i++) {
            round.run();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("writing, waiting and reading allocate nothing, with a timeout or without")
    void roundTripsAllocateNothing(Hub hub) throws Exception {
        for (Duration timeout : new Duration[] {null, Duration.ofHours(1)}) {
            try (Pair pair = Pair.open()) {
                pair.client().timeout(timeout);
                pair.server().timeout(timeout);
                ByteBuffer ping = ByteBuffer.allocateDirect(100);
                ByteBuffer pong = ByteBuffer.allocateDirect(100);
                assertThat(bytes(hub, () -> {
                    pair.client().write(ping.clear());
                    readFully(pair.client(), ping.clear());
                }, () -> {
                    readFully(pair.server(), pong.clear());
                    pair.server().write(pong.clear());
                })).as("bytes per round trip, timeout %s", timeout).isLessThan(16);
            }
        }
    }

    private static void readFully(TcpSocket from, ByteBuffer into) throws Exception {
        while (into.hasRemaining()) {
            from.read(into);
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("the streams allocate nothing, for arrays and for single bytes")
    void streamsAllocateNothing(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            InputStream fromServer = pair.client().inputStream();
            OutputStream toServer = pair.client().outputStream();
            InputStream fromClient = pair.server().inputStream();
            OutputStream toClient = pair.server().outputStream();
            byte[] ping = new byte[50];
            byte[] pong = new byte[50];
            assertThat(bytes(hub, () -> {
                toServer.write(1);
                toServer.write(ping);
                fromServer.readNBytes(ping, 0, 50);
                fromServer.read();
            }, () -> {
                fromClient.read();
                fromClient.readNBytes(pong, 0, 50);
                toClient.write(pong);
                toClient.write(2);
            })).isLessThan(16);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("H6: who reads or writes without ever having to wait lets others run now and then")
    void busySocketsAreFair(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            int bytes = 6_400;
            pair.client().write(ByteBuffer.allocate(bytes));
            AtomicLong turns = new AtomicLong();
            Greenlet<Void> other = hub.spawn(() -> {
                for (;;) {
                    turns.incrementAndGet();
                    hub.yieldNow();
                }
            });
            Greenlet<Long> reader = hub.spawn(() -> {
                ByteBuffer one = ByteBuffer.allocate(1);
                long before = turns.get();
                for (int i = 0; i < bytes; i++) {
                    pair.server().read(one.clear());
                }
                return turns.get() - before;
            });
            assertThat(reader.get()).as("turns of another while 6400 bytes were read one by one").isGreaterThanOrEqualTo(bytes / 65);
            Greenlet<Long> writer = hub.spawn(() -> {
                ByteBuffer one = ByteBuffer.allocate(1);
                long before = turns.get();
                for (int i = 0; i < bytes; i++) {
                    pair.server().write(one.clear());
                }
                return turns.get() - before;
            });
            assertThat(writer.get()).as("turns of another while 6400 bytes were written one by one").isGreaterThanOrEqualTo(bytes / 65);
            other.kill();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("H6: one long write to a fast reader lets others run, too")
    void longWritesAreFair(Hub hub) throws Exception {
        int size = 64 << 20;
        try (TcpServerSocket server = TcpServerSocket.bind(Pair.loopback(), 1)) {
            SocketChannel fast = SocketChannel.open(server.getLocalAddress());
            Thread drain = Thread.ofPlatform().start(() -> {
                try (fast) {
                    ByteBuffer into = ByteBuffer.allocateDirect(1 << 20);
                    while (fast.read(into.clear()) >= 0) {
                        // on
                    }
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            try (TcpSocket socket = server.accept()) {
                AtomicLong turns = new AtomicLong();
                Greenlet<Void> other = hub.spawn(() -> {
                    for (;;) {
                        turns.incrementAndGet();
                        hub.yieldNow();
                    }
                });
                Greenlet<Integer> writer = hub.spawn(() -> socket.write(ByteBuffer.allocate(size)));
                assertThat(writer.get()).isEqualTo(size);
                assertThat(turns.get()).isGreaterThanOrEqualTo(size / (128 * 1024) / 64 - 1);
                other.kill();
            }
            drain.join();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a huge array costs no more memory outside of the heap than a piece of it")
    void hugeArraysAreCopiedInPieces(Hub hub) throws Exception {
        var direct = ManagementFactory.getPlatformMXBeans(java.lang.management.BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct")).findFirst().orElseThrow();
        try (Pair pair = Pair.open()) {
            long before = direct.getMemoryUsed();
            ByteBuffer huge = ByteBuffer.allocate(64 << 20);
            pair.client().tryWrite(huge);
            pair.server().read(huge.clear());
            pair.server().tryRead(huge.clear());
            pair.client().timeout(Duration.ZERO);
            try {
                pair.client().write(new ByteBuffer[] {ByteBuffer.allocate(64 << 20), ByteBuffer.allocate(1 << 20)});
            } catch (java.net.SocketTimeoutException e) {
                assertThat(e.bytesTransferred).isNotNegative();
            }
            pair.server().read(new ByteBuffer[] {ByteBuffer.allocate(64 << 20), ByteBuffer.allocate(1 << 20)});
            assertThat(direct.getMemoryUsed() - before).isLessThan(4 << 20);
        }
    }
}
