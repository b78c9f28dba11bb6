package dev.jevent.io.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.io.PollSet;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.World;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;

/** Peers and names that are of no help. What becomes of resets, short reads and missing descriptors is in {@link DriveSchedulesTest}. */
@Tag("simulated")
class NetworkFaultsTest {
    private static final Duration LIMIT = Duration.ofMinutes(1);

    /** More than there is room for on the way. */
    private static final int MUCH = 10_000;

    private static TcpSocket client(StreamScenes.Ends ends) {
        return (TcpSocket) ends.from();
    }

    @HubTest
    @DisplayName("N5: a peer that never reads holds up its writer alone, who is told how much went, and can go on when it reads")
    void peerThatNeverReads(World world, Hub hub) throws Exception {
        world.network().prompt();
        hub.notErrors(SocketTimeoutException.class::isInstance);
        try (StreamScenes.Ends ends = StreamScenes.tcp(world); StreamScenes.Ends others = StreamScenes.tcp(world)) {
            ByteBuffer from = ByteBuffer.allocate(MUCH);
            client(ends).timeout(LIMIT);
            Greenlet<Integer> writer = hub.spawn(() -> client(ends).write(from));
            for (int i = 0; i < 20; i++) { // others are not held up
                others.from().write(ByteBuffer.allocate(1));
                assertThat(others.to().read(ByteBuffer.allocate(3))).isEqualTo(1);
            }
            assertThat(writer.dead()).isFalse();
            writer.join();
            assertThat(writer.exception()).isInstanceOfSatisfying(SocketTimeoutException.class, e ->
                    assertThat(e.bytesTransferred).isEqualTo(from.position()).isBetween(1, 64));
            Greenlet<Integer> rest = hub.spawn(() -> client(ends).write(from));
            for (int got = 0; got < MUCH; ) {
                got += ends.to().read(ByteBuffer.allocate(100));
            }
            assertThat(rest.get()).isPositive();
        }
    }

    @HubTest
    @DisplayName("N10: of a connection whose other side vanished without a word, reads and writes end by their limits, and polls say nothing")
    void halfOpen(World world, Hub hub) throws Exception {
        try (StreamScenes.Ends ends = StreamScenes.tcp(world); PollSet set = new PollSet()) {
            set.register(client(ends), Interest.READ.mask());
            world.network().stalled(true);
            ends.to().close(); // nobody hears of it
            client(ends).timeout(LIMIT);
            Duration before = world.elapsed();
            assertThatThrownBy(() -> client(ends).read(ByteBuffer.allocate(1))).isInstanceOf(SocketTimeoutException.class);
            assertThat(world.elapsed().minus(before)).isGreaterThanOrEqualTo(LIMIT);
            assertThatThrownBy(() -> client(ends).write(ByteBuffer.allocate(MUCH))).isInstanceOf(SocketTimeoutException.class);
            assertThat(set.poll(LIMIT)).isEmpty();
            Greenlet<Integer> reader = hub.spawn(() -> client(ends).read(ByteBuffer.allocate(1)));
            hub.yieldNow();
            hub.notErrors(AsynchronousCloseException.class::isInstance);
            client(ends).close();
            reader.join();
            assertThat(reader.exception()).isInstanceOf(AsynchronousCloseException.class);
        }
        assertThat(world.network().open()).isZero();
    }

    @HubTest
    @DisplayName("a name that isn't there, or whose addresses say nothing, ends a connect, and leaves no descriptor")
    void namesOfNoHelp(World world, Hub hub) throws Exception {
        hub.resolver(new SlowNames(world, List.of()));
        assertThatThrownBy(() -> TcpSocket.connect("none.example", 7)).isInstanceOf(UnknownHostException.class);
        world.network().silent(new InetSocketAddress("127.0.0.3", 7));
        world.network().silent(new InetSocketAddress("127.0.0.4", 7));
        hub.resolver(new SlowNames(world, List.of("127.0.0.3", "127.0.0.4")));
        assertThatThrownBy(() -> TcpSocket.connect("silent.example", 7, LIMIT)).isInstanceOf(SocketTimeoutException.class);
        hub.resolver(null);
        world.settle();
        assertThat(world.network().open()).isZero();
    }
}
