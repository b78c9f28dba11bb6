package dev.jevent.io.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Hub;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.io.ByteStream;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import dev.jevent.testkit.Schedules;
import dev.jevent.testkit.World;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What drives calls to their ends is not blind: each of these faults is found. */
@Tag("simulated")
class PlantedFaultsTest {
    private static final int SEEDS = 1_000;

    record Fault(String name, Schedules broken) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Schedules killed(Scene.Opening opening) {
        return Schedules.of(Drives.killed(new Scene.Kind("broken", opening), new Drives.Tally()));
    }

    static Stream<Fault> faults() {
        return Stream.of(
                new Fault("a write that begins again from where it was called",
                        killed(StreamScenes.sending(StreamScenes::tcp, BeginsAgain::new))),
                new Fault("a write that says that all of it went",
                        killed(StreamScenes.sending(StreamScenes::tcp, ClaimsAll::new))),
                new Fault("a write that lets others run before it says how much went",
                        killed(StreamScenes.sending(StreamScenes::tcp, YieldsHalfWay::new))),
                new Fault("a read that holds bytes while it waits",
                        killed(StreamScenes.receiving(StreamScenes::tcp, HoldsBytes::new))),
                new Fault("a connect that waits once more when it has its socket",
                        killed(WaitsWithASocket::new)),
                new Fault("a socket that a timeout closes",
                        Schedules.of(Drives.limited(
                                new Scene.Kind("broken", StreamScenes.receiving(StreamScenes::tcp, ClosesOnTimeout::new)),
                                new Drives.Tally()))),
                new Fault("an edge-triggered poller that doesn't say that the end of a stream lasts",
                        Schedules.of(Drives.killed(
                                        new Scene.Kind("tcp", StreamScenes.sending(StreamScenes::tcp, StreamScenes::write)), new Drives.Tally()))
                                .edgeTriggered()
                                .pollers(ForgetsTheEnd::new)));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void isFound(Fault fault) {
        Optional<Schedules.Failure> found = fault.broken().count(SEEDS).firstFailure();
        assertThat(found).as(fault.name()).isPresent();
        System.out.println("found at seed " + (found.get().number() + 1) + ": " + fault);
    }

    // ---- the faults ----

    private static final class BeginsAgain implements StreamScenes.Sender {
        private final byte[] data;
        private int sent;

        BeginsAgain(byte[] data) {
            this.data = data;
        }

        @Override
        public void go(ByteStream to) throws IOException {
            to.write(ByteBuffer.wrap(data, sent, data.length - sent));
            sent = data.length;
        }

        @Override
        public int sent() {
            return sent;
        }
    }

    private static final class ClaimsAll implements StreamScenes.Sender {
        private final byte[] data;
        private int sent;

        ClaimsAll(byte[] data) {
            this.data = data;
        }

        @Override
        public void go(ByteStream to) throws IOException {
            int from = sent;
            sent = data.length;
            to.write(ByteBuffer.wrap(data, from, data.length - from));
        }

        @Override
        public int sent() {
            return sent;
        }
    }

    private static final class YieldsHalfWay implements StreamScenes.Sender {
        private final byte[] data;
        private int sent;

        YieldsHalfWay(byte[] data) {
            this.data = data;
        }

        @Override
        public void go(ByteStream to) throws IOException {
            while (sent < data.length) {
                to.write(ByteBuffer.wrap(data, sent, 1));
                Hub.current().yieldNow();
                sent++;
            }
        }

        @Override
        public int sent() {
            return sent;
        }
    }

    private static final class HoldsBytes implements StreamScenes.Receiver {
        private final byte[] bytes = new byte[StreamScenes.SIZE];
        private int count;

        @Override
        public void go(ByteStream from) throws IOException {
            while (count < bytes.length) {
                ByteBuffer two = ByteBuffer.allocate(Math.min(2, bytes.length - count));
                while (two.hasRemaining()) {
                    StreamScenes.complete(from.read(two));
                }
                System.arraycopy(two.array(), 0, bytes, count, two.position());
                count += two.position();
            }
        }

        @Override
        public byte[] received() {
            return Arrays.copyOf(bytes, count);
        }
    }

    private static final class ClosesOnTimeout implements StreamScenes.Receiver {
        private final StreamScenes.Receiver good = StreamScenes.read();

        @Override
        public void go(ByteStream from) throws IOException {
            try {
                good.go(from);
            } catch (SocketTimeoutException e) {
                from.close();
                throw e;
            }
        }

        @Override
        public byte[] received() {
            return good.received();
        }
    }

    private static final class WaitsWithASocket implements Scene {
        private final World world;
        private final TcpServerSocket server = TcpServerSocket.bind(StreamScenes.loopback(), 10);
        private TcpSocket connected;

        WaitsWithASocket(World world) throws IOException {
            this.world = world;
        }

        @Override
        public void go() throws IOException {
            if (connected == null) {
                TcpSocket socket = TcpSocket.connect(server.getLocalAddress());
                world.hub().sleep(Duration.ofMillis(1));
                connected = socket;
            }
        }

        @Override
        public void over() {
            Drives.check(connected.isConnected(), "not connected");
        }

        @Override
        public void close() throws IOException {
            server.close();
            if (connected != null) {
                connected.close();
            }
        }
    }

    private record ForgetsTheEnd(Poller real) implements Poller {
        @Override
        public LoopCapabilities capabilities() {
            return real.capabilities();
        }

        @Override
        public void register(Pollable what, int interest, long token) throws IOException {
            real.register(what, interest, token);
        }

        @Override
        public void modify(Pollable what, int interest, long token) throws IOException {
            real.modify(what, interest, token);
        }

        @Override
        public void remove(Pollable what) {
            real.remove(what);
        }

        @Override
        public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
            ReadyTokens all = new ReadyTokens();
            real.poll(timeoutNanos, all);
            for (int i = 0; i < all.size(); i++) {
                into.add(all.token(i), all.ready(i) & ~(Poller.READ_LASTS | Poller.WRITE_LASTS));
            }
            return all.size();
        }

        @Override
        public void wakeup() {
            real.wakeup();
        }

        @Override
        public SelectorProvider channels() {
            return real.channels();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
