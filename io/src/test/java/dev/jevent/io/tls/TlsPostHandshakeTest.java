package dev.jevent.io.tls;

import static dev.jevent.io.tls.TlsStreamTest.ascii;
import static dev.jevent.io.tls.TlsStreamTest.random;
import static dev.jevent.io.tls.TlsStreamTest.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.OnHub;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one side's engine may ask for after the handshake: in TLS 1.3 new keys, before that a new handshake. */
@OnHub
class TlsPostHandshakeTest {
    @BeforeEach
    void poolInVirtualTime(Hub hub) {
        GreenletPool.use(hub, Duration.ofMillis(1));
    }

    /** Both ends after the handshake, and the engine of the one that asks. */
    private record Asking(SSLEngine engine, TlsStream asking, TlsStream asked, MemoryStream end, MemoryStream askedEnd)
            implements AutoCloseable {
        static Asking open(Hub hub, String protocol, boolean clientAsks) throws Exception {
            SSLEngine client = Certificates.client().createSSLEngine("localhost", 1);
            client.setUseClientMode(true);
            client.setEnabledProtocols(new String[] {protocol});
            SSLEngine server = Certificates.server("ec").createSSLEngine();
            server.setUseClientMode(false);
            MemoryStream[] ends = MemoryStream.pair(TlsPair.CAPACITY);
            TlsStream clientStream = new TlsStream(ends[0], client);
            TlsStream serverStream = new TlsStream(ends[1], server);
            Greenlet<Void> handshake = hub.spawn(() -> serverStream.handshake());
            clientStream.handshake();
            handshake.get();
            return clientAsks ? new Asking(client, clientStream, serverStream, ends[0], ends[1])
                    : new Asking(server, serverStream, clientStream, ends[1], ends[0]);
        }

        @Override
        public void close() throws IOException {
            asking.close();
            asked.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("either side of TLS 1.3 may ask for new keys between any two writes, and both take them")
    void keyUpdate(boolean clientAsks, Hub hub) throws Exception {
        try (Asking pair = Asking.open(hub, "TLSv1.3", clientAsks)) {
            for (int i = 0; i < 10; i++) {
                pair.engine().beginHandshake();
                pair.asking().write(ascii("question " + i));
                assertThat(read(pair.asked(), 10)).isEqualTo("question " + i);
                pair.asked().write(ascii("answer " + i));
                assertThat(read(pair.asking(), 8)).isEqualTo("answer " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("a reader that has to answer with new keys goes on reading while its writer is stuck, and the answer follows")
    void keyUpdateWhileTheWriterIsStuck(boolean clientAsks, Hub hub) throws Exception {
        byte[] data = random(300_000);
        try (Asking pair = Asking.open(hub, "TLSv1.3", clientAsks)) {
            Greenlet<Integer> stuck = hub.spawn(() -> pair.asked().write(ByteBuffer.wrap(data)));
            hub.sleep(Duration.ofSeconds(1));
            for (int i = 0; i < 5; i++) {
                pair.engine().beginHandshake();
                pair.asking().write(ascii("abc"));
                assertThat(read(pair.asked(), 3)).isEqualTo("abc");
            }
            assertThat(stuck.dead()).isFalse();
            ByteBuffer into = ByteBuffer.allocate(data.length);
            while (into.hasRemaining()) {
                assertThat(pair.asking().read(into)).isPositive();
            }
            assertThat(into.array()).isEqualTo(data);
            stuck.get();
            pair.asked().write(ascii("def"));
            assertThat(read(pair.asking(), 3)).isEqualTo("def");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("the answer with new keys leaves also if nobody writes, and though it doesn't fit at once")
    void keyUpdateIsAnsweredByTheReader(boolean clientAsks, Hub hub) throws Exception {
        for (int size : new int[] {1, TlsPair.CAPACITY * 2}) {
            long without = writtenByWhoIsAsked(hub, clientAsks, false, size);
            assertThat(writtenByWhoIsAsked(hub, clientAsks, true, size) - without).as("the record with the new keys").isBetween(20L, 60L);
        }
    }

    private static long writtenByWhoIsAsked(Hub hub, boolean clientAsks, boolean ask, int size) throws Exception {
        try (Asking pair = Asking.open(hub, "TLSv1.3", clientAsks)) {
            long before = pair.askedEnd().written();
            int accepted = pair.asked().tryWrite(ByteBuffer.wrap(random(size))); // as much as fits
            if (ask) {
                pair.engine().beginHandshake();
            }
            pair.asking().write(ascii("abc"));
            assertThat(read(pair.asked(), 3)).isEqualTo("abc");
            ByteBuffer into = ByteBuffer.allocate(accepted);
            while (into.hasRemaining()) {
                pair.asking().read(into);
            }
            pair.asking().timeout(Duration.ofSeconds(1));
            assertThatThrownBy(() -> pair.asking().read(ByteBuffer.allocate(1))).hasMessage("read timed out");
            return pair.askedEnd().written() - before;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("T2: a peer that only asks for new keys, again and again, is cut off")
    void keyUpdateFlood(boolean clientAsks, Hub hub) throws Exception {
        try (Asking pair = Asking.open(hub, "TLSv1.3", clientAsks)) {
            Greenlet<Integer> reader = hub.spawn(() -> pair.asked().read(ByteBuffer.allocate(1)));
            hub.notErrors(SSLException.class::isInstance);
            ByteBuffer packet = ByteBuffer.allocate(pair.engine().getSession().getPacketBufferSize());
            for (int i = 0; i < 40 && !reader.dead(); i++) {
                pair.engine().beginHandshake();
                pair.engine().wrap(ByteBuffer.allocate(0), packet.clear());
                pair.end().write(packet.flip());
            }
            assertThatThrownBy(reader::get).isInstanceOf(ExecutionException.class).cause()
                    .isInstanceOf(SSLException.class).hasMessageContaining("without data");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @DisplayName("T3: a new handshake before TLS 1.3 is refused, whichever side wants it, and nothing hangs")
    void renegotiation(boolean clientAsks, Hub hub) throws Exception {
        try (Asking pair = Asking.open(hub, "TLSv1.2", clientAsks)) {
            hub.notErrors(SSLException.class::isInstance);
            Greenlet<Integer> asked = hub.spawn(() -> pair.asked().read(ByteBuffer.allocate(1)));
            pair.engine().beginHandshake();
            Greenlet<Integer> asking = hub.spawn(() -> pair.asking().read(ByteBuffer.allocate(1)));
            Greenlet<Integer> writing = hub.spawn(() -> pair.asking().write(ascii("abc")));
            assertThatThrownBy(asked::get).isInstanceOf(ExecutionException.class).cause()
                    .isInstanceOf(SSLException.class).hasMessageContaining("renegotiate");
            assertThatThrownBy(() -> pair.asked().write(ascii("x"))).isInstanceOf(SSLException.class);
            pair.asked().close();
            asking.join();
            writing.join();
        }
    }
}
