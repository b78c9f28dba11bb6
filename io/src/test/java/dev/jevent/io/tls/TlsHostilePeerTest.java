package dev.jevent.io.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Peers that send what no honest one would. */
@OnHub(limitSeconds = 60)
class TlsHostilePeerTest {
    private static final byte ALERT = 21;
    private static final byte HANDSHAKE = 22;

    @BeforeEach
    void poolInVirtualTime(Hub hub) {
        GreenletPool.use(hub, Duration.ZERO);
        hub.notErrors(SSLException.class::isInstance);
    }

    private static ByteBuffer record(byte type, int length) {
        return ByteBuffer.allocate(5 + length).put(type).put((byte) 3).put((byte) 1).putShort((short) length);
    }

    @HubTest
    @DisplayName("T2: a ClientHello that claims 16 MiB is refused before more than two records of it have come")
    void hugeClientHello(Hub hub) throws Exception {
        MemoryStream[] ends = MemoryStream.pair(TlsPair.CAPACITY);
        try (TlsStream server = TlsStream.server(ends[1], Certificates.server("ec"))) {
            Greenlet<Void> handshake = hub.spawn(() -> server.handshake());
            ByteBuffer first = record(HANDSHAKE, 16_384).put((byte) 1).put((byte) -1).put((byte) -1).put((byte) -1);
            ends[0].write(first.rewind());
            ends[0].write(record(HANDSHAKE, 16_384).rewind());
            assertThatThrownBy(handshake::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(SSLException.class);
        }
    }

    @HubTest
    @DisplayName("T2: a record that claims more than TLS allows is refused by its head alone")
    void hugeRecord(Hub hub) throws Exception {
        MemoryStream[] ends = MemoryStream.pair(TlsPair.CAPACITY);
        try (TlsStream server = TlsStream.server(ends[1], Certificates.server("ec"))) {
            Greenlet<Void> handshake = hub.spawn(() -> server.handshake());
            ends[0].write(ByteBuffer.wrap(new byte[] {HANDSHAKE, 3, 1, -1, -1}));
            assertThatThrownBy(handshake::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(SSLException.class);
        }
    }

    @HubTest
    @DisplayName("T2: warnings without end instead of a ClientHello are refused at some point")
    void warningFlood(Hub hub) throws Exception {
        MemoryStream[] ends = MemoryStream.pair(TlsPair.CAPACITY);
        try (TlsStream server = TlsStream.server(ends[1], Certificates.server("ec"))) {
            Greenlet<Void> handshake = hub.spawn(() -> server.handshake());
            ByteBuffer warnings = ByteBuffer.allocate(7_000);
            while (warnings.hasRemaining()) {
                warnings.put(record(ALERT, 2).put((byte) 1).put((byte) 90).flip()); // user_canceled
            }
            int sent = 0;
            for (; sent < 1_000 && !handshake.dead(); sent++) {
                ends[0].write(warnings.rewind());
            }
            assertThat(sent).isLessThan(1_000);
            assertThatThrownBy(handshake::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(SSLHandshakeException.class);
        }
    }

    @HubTest
    @DisplayName("any bit that is turned over on the way ends in an error, or was one that TLS ignores; never in other data, or a wait without end")
    void turnedBits(Hub hub) throws Exception {
        Random random = new Random(3);
        byte[] data = TlsStreamTest.random(5_000);
        SSLContext server = Certificates.server("ec");
        int errors = 0;
        for (int i = 0; i < 300; i++) {
            MemoryStream[] ends = MemoryStream.pair(TlsPair.CAPACITY);
            ends[1].turnOver(random.nextLong(5_900), 1 << random.nextInt(8));
            TlsStream peer = TlsStream.server(ends[1], server);
            Greenlet<Integer> writer = hub.spawn(() -> {
                try (peer) {
                    return peer.write(ByteBuffer.wrap(data));
                }
            });
            ByteBuffer into = ByteBuffer.allocate(data.length + 1);
            try (TlsStream client = TlsStream.client(ends[0], Certificates.client(), "localhost", 1)) {
                client.timeout(Duration.ofSeconds(10)); // a length that was made greater leaves both sides nothing to do but wait
                while (client.read(into) >= 0) {
                    // to the end
                }
                assertThat(into.position()).isEqualTo(data.length);
            } catch (SSLException | SocketTimeoutException e) {
                errors++;
            }
            byte[] read = Arrays.copyOf(into.array(), into.position());
            assertThat(read).isEqualTo(Arrays.copyOf(data, read.length));
            writer.join();
        }
        assertThat(errors).isGreaterThan(290);
    }

    /** Passes on what it is given, but each handshake record that isn't encrypted as records of one byte. */
    private static void inRecordsOfOneByte(MemoryStream from, MemoryStream to) throws IOException {
        ByteBuffer got = ByteBuffer.allocate(100_000);
        boolean encrypted = false;
        while (from.read(got) >= 0) {
            got.flip();
            while (got.remaining() >= 5 && got.remaining() >= 5 + got.getShort(got.position() + 3)) {
                byte type = got.get(got.position());
                short version = got.getShort(got.position() + 1);
                int length = got.getShort(got.position() + 3);
                ByteBuffer record = got.slice(got.position(), 5 + length);
                got.position(got.position() + 5 + length);
                encrypted |= type != HANDSHAKE;
                if (encrypted) {
                    to.write(record);
                } else {
                    for (int i = 5; i < record.limit(); i++) {
                        to.write(ByteBuffer.allocate(6).put(HANDSHAKE).putShort(version).putShort((short) 1).put(record.get(i)).flip());
                    }
                }
            }
            got.compact();
        }
        to.shutdownOutput();
    }

    /** To the end, or until one side has closed. */
    private static boolean isCopied(MemoryStream from, MemoryStream to) {
        try {
            inRecordsOfOneByte(from, to);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("T2: records of one byte each, of the handshake and of data, in both directions, change nothing")
    void recordsOfOneByte(String protocol, Hub hub) throws Exception {
        byte[] data = TlsStreamTest.random(2_000);
        MemoryStream[] clientEnds = MemoryStream.pair(TlsPair.CAPACITY);
        MemoryStream[] serverEnds = MemoryStream.pair(TlsPair.CAPACITY);
        List<Greenlet<Boolean>> between = List.of(
                hub.spawn(() -> isCopied(clientEnds[1], serverEnds[1])),
                hub.spawn(() -> isCopied(serverEnds[1], clientEnds[1])));
        try (TlsStream client = TlsStream.client(
                        clientEnds[0], Certificates.client(), "localhost", 4433, TlsPair.protocols(protocol));
                TlsStream server = TlsStream.server(serverEnds[0], Certificates.server("ec"))) {
            Greenlet<Void> there = hub.spawn(() -> byteByByte(data, client, server));
            byteByByte(data, server, client);
            there.get();
        }
        for (Greenlet<Boolean> each : between) {
            each.get();
        }
    }

    private static void byteByByte(byte[] data, TlsStream from, TlsStream to) throws IOException {
        Greenlet<Void> writer = Hub.current().spawn(() -> {
            for (byte each : data) {
                from.write(ByteBuffer.wrap(new byte[] {each}));
            }
        });
        ByteBuffer into = ByteBuffer.allocate(data.length);
        while (into.hasRemaining()) {
            assertThat(to.read(into)).isPositive();
        }
        assertThat(into.array()).isEqualTo(data);
        writer.join();
    }
}
