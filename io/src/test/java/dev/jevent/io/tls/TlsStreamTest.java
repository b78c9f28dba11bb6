package dev.jevent.io.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.ByteStream;
import dev.jevent.sync.AsyncResult;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Random;
import java.util.function.IntSupplier;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes through TLS, and its end, over memory. */
@OnHub
class TlsStreamTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    @BeforeEach
    void poolInVirtualTime(Hub hub) {
        GreenletPool.use(hub, Duration.ofMillis(1));
    }

    static byte[] random(int length) {
        byte[] data = new byte[length];
        new Random(length).nextBytes(data);
        return data;
    }

    static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(US_ASCII));
    }

    static String read(ByteStream stream, int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        while (into.hasRemaining() && stream.read(into) >= 0) {
            // until it is full
        }
        return new String(into.array(), 0, into.position(), US_ASCII);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("B-TLS-01: large data goes in both directions at once, from arrays and direct buffers, read in any size")
    void fullDuplex(String protocol, Hub hub) throws Exception {
        byte[] up = random(300_001);
        byte[] down = random(400_003);
        for (int piece : new int[] {7, 5_000, 16_384, 100_000}) {
            try (TlsPair pair = TlsPair.open(protocol)) {
                Greenlet<Void> clientWrites = hub.spawn(() -> {
                    pair.client().outputStream().write(up);
                });
                Greenlet<Void> serverWrites = hub.spawn(() -> {
                    pair.server().write(ByteBuffer.allocateDirect(down.length).put(down).flip());
                });
                Greenlet<byte[]> clientReads = hub.spawn(() -> readAll(pair.client(), ByteBuffer.allocateDirect(piece), down.length));
                Greenlet<byte[]> serverReads = hub.spawn(() -> readAll(pair.server(), ByteBuffer.allocate(piece), up.length));
                assertThat(serverReads.get()).isEqualTo(up);
                assertThat(clientReads.get()).isEqualTo(down);
                clientWrites.get();
                serverWrites.get();
                assertThat(pair.client().session().getProtocol()).isEqualTo(protocol);
            }
        }
    }

    private static byte[] readAll(ByteStream stream, ByteBuffer buffer, int length) throws IOException {
        ByteBuffer all = ByteBuffer.allocate(length);
        while (all.hasRemaining() && stream.read(buffer.clear()) >= 0) {
            all.put(buffer.flip());
        }
        return all.array();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("a transport that moves one byte, or any number, at a time changes nothing")
    void anyPieces(String protocol, Hub hub) throws Exception {
        Random random = new Random(5);
        byte[] data = random(40_000);
        for (IntSupplier pieces : new IntSupplier[] {() -> 1, () -> 1 + random.nextInt(3_000)}) {
            try (TlsPair pair = TlsPair.open(protocol)) {
                pair.clientEnd().pieces(pieces);
                pair.serverEnd().pieces(pieces);
                Greenlet<Void> echo = hub.spawn(() -> {
                    pair.server().inputStream().transferTo(pair.server().outputStream());
                    pair.server().shutdownOutput();
                });
                Greenlet<byte[]> back = hub.spawn(() -> pair.client().inputStream().readNBytes(data.length));
                pair.client().write(ByteBuffer.wrap(data));
                assertThat(back.get()).isEqualTo(data);
                pair.client().shutdownOutput();
                echo.get();
                assertThat(pair.client().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("several buffers are written as if they were one, and read into")
    void scatterAndGather(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<String> reader = hub.spawn(() -> {
                ByteBuffer[] into = {ByteBuffer.allocate(2), ByteBuffer.allocate(3), ByteBuffer.allocate(9)};
                long count = pair.server().read(into);
                return count + ": " + new String(into[0].array(), US_ASCII) + "|" + new String(into[1].array(), US_ASCII) + "|"
                        + new String(into[2].array(), 0, into[2].position(), US_ASCII);
            });
            assertThat(pair.client().write(new ByteBuffer[] {ascii("abc"), ascii(""), ascii("defg")})).isEqualTo(7);
            assertThat(reader.get()).isEqualTo("7: ab|cde|fg");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("B-TLS-01: writing nothing and reading into nothing does nothing, without a handshake")
    void emptyWrite(String protocol) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            assertThat(pair.client().write(ByteBuffer.allocate(0))).isZero();
            assertThat(pair.client().read(ByteBuffer.allocate(0))).isZero();
            assertThat(pair.client().isHandshaken()).isFalse();
            assertThat(pair.clientEnd().written()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("B-TLS-01, F-SSL-03: a read that takes too long says so, and the stream stays usable")
    void readTimesOut(String protocol, Hub hub, VirtualClock clock) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<Void> server = hub.spawn(() -> pair.server().handshake());
            pair.client().handshake();
            server.get();
            pair.client().timeout(Duration.ofSeconds(3));
            Duration before = clock.elapsed();
            ByteBuffer into = ByteBuffer.allocate(10);
            assertThatThrownBy(() -> pair.client().read(into))
                    .isInstanceOf(SocketTimeoutException.class).hasMessage("read timed out");
            assertThat(clock.elapsed().minus(before)).isEqualTo(Duration.ofSeconds(3));
            pair.server().write(ascii("late"));
            assertThat(pair.client().read(into)).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("B-TLS-01, F-SSL-03: the timeout of a write is for all of it; what it accepted is whole records, and arrives")
    void writeTimesOut(String protocol, Hub hub) throws Exception {
        byte[] data = random(500_000);
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<Void> server = hub.spawn(() -> pair.server().handshake());
            pair.client().handshake();
            server.get();
            pair.client().timeout(Duration.ofSeconds(3));
            ByteBuffer from = ByteBuffer.wrap(data);
            assertThatThrownBy(() -> pair.client().write(from))
                    .isInstanceOfSatisfying(SocketTimeoutException.class, e -> {
                        assertThat(e).hasMessage("write timed out");
                        assertThat(e.bytesTransferred).isEqualTo(from.position());
                    });
            int accepted = from.position();
            assertThat(accepted).isGreaterThan(TlsPair.CAPACITY / 2).isLessThan(TlsPair.CAPACITY + 20_000);
            Greenlet<byte[]> reader = hub.spawn(() -> pair.server().inputStream().readAllBytes());
            pair.client().timeout(null);
            assertThat(pair.client().write(from)).isEqualTo(data.length - accepted);
            pair.client().shutdownOutput();
            assertThat(reader.get()).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("what a write that was interrupted had accepted arrives while its greenlet only reads")
    void restOfInterruptedWriteArrives(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<Void> server = hub.spawn(() -> pair.server().handshake());
            pair.client().handshake();
            server.get();
            pair.client().timeout(Duration.ofSeconds(3));
            ByteBuffer from = ByteBuffer.wrap(random(500_000));
            assertThatThrownBy(() -> pair.client().write(from)).isInstanceOf(SocketTimeoutException.class);
            Greenlet<String> answer = hub.spawn(() -> {
                ByteBuffer into = ByteBuffer.allocate(from.position());
                while (into.hasRemaining()) {
                    pair.server().read(into);
                }
                pair.server().write(ascii("got it"));
                return "got it";
            });
            assertThat(read(pair.client(), 6)).isEqualTo(answer.get());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("what the peer said before it stopped reading can be read after a write that timed out")
    void earlyAnswerIsRead(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<Integer> server = hub.spawn(() -> pair.server().write(ascii("too large")));
            pair.client().timeout(Duration.ofSeconds(3));
            ByteBuffer from = ByteBuffer.wrap(random(500_000));
            assertThatThrownBy(() -> pair.client().write(from)).isInstanceOf(SocketTimeoutException.class);
            assertThat(read(pair.client(), 9)).isEqualTo("too large");
            server.get();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("F-SSL-03: a handshake with a silent peer times out under its own name, by itself or in a read or write")
    void handshakeTimesOut(String protocol, VirtualClock clock) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            pair.client().timeout(Duration.ofSeconds(2));
            assertThatThrownBy(() -> pair.client().handshake())
                    .isInstanceOf(SocketTimeoutException.class).hasMessage("handshake timed out");
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1)))
                    .isInstanceOf(SocketTimeoutException.class).hasMessage("handshake timed out");
            ByteBuffer from = ascii("abc");
            assertThatThrownBy(() -> pair.client().write(from))
                    .isInstanceOf(SocketTimeoutException.class).hasMessage("handshake timed out");
            assertThat(from.position()).isZero();
            assertThat(clock.elapsed()).isEqualTo(Duration.ofSeconds(6));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("the timeout of the transport becomes that of the stream")
    void takesTheTransportsTimeout(String protocol) throws Exception {
        MemoryStream[] ends = MemoryStream.pair(100);
        ends[0].timeout(LONG);
        try (TlsStream stream = TlsStream.client(ends[0], Certificates.client(), "localhost", 1, TlsPair.protocols(protocol))) {
            assertThat(stream.timeout()).isEqualTo(LONG);
            assertThat(ends[0].timeout()).isNull();
            assertThatThrownBy(() -> stream.timeout(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("a second reader, and a second writer, are refused with an error that names both; the first go on")
    void concurrentUse(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<String> reader = hub.spawn(() -> read(pair.client(), 3));
            reader.name("the reader");
            Greenlet<Integer> writer = hub.spawn(() -> pair.client().write(ByteBuffer.wrap(random(200_000))));
            writer.name("the writer");
            Greenlet<Void> server = hub.spawn(() -> pair.server().handshake());
            server.get();
            hub.sleep(LONG);
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).isInstanceOf(ConcurrentUseException.class)
                    .hasMessageContaining("cannot read from").hasMessageContaining("the reader").hasMessageContaining("TlsStream");
            assertThatThrownBy(() -> pair.client().tryRead(ByteBuffer.allocate(1))).isInstanceOf(ConcurrentUseException.class);
            assertThatThrownBy(() -> pair.client().write(ascii("x"))).isInstanceOf(ConcurrentUseException.class)
                    .hasMessageContaining("cannot write to").hasMessageContaining("the writer");
            assertThatThrownBy(() -> pair.client().tryWrite(ascii("x"))).isInstanceOf(ConcurrentUseException.class);
            assertThatThrownBy(() -> pair.client().shutdownOutput()).isInstanceOf(ConcurrentUseException.class);
            pair.server().write(ascii("abc"));
            assertThat(reader.get()).isEqualTo("abc");
            Greenlet<byte[]> rest = hub.spawn(() -> pair.server().inputStream().readNBytes(200_000));
            assertThat(rest.get()).isEqualTo(random(200_000));
            writer.get();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("a reader and a writer that come first do one handshake together")
    void oneHandshakeForBoth(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<String> clientReads = hub.spawn(() -> read(pair.client(), 4));
            Greenlet<Integer> clientWrites = hub.spawn(() -> pair.client().write(ascii("ping")));
            Greenlet<Void> clientHandshakes = hub.spawn(() -> pair.client().handshake());
            Greenlet<String> serverReads = hub.spawn(() -> read(pair.server(), 4));
            Greenlet<Integer> serverWrites = hub.spawn(() -> pair.server().write(ascii("pong")));
            assertThat(clientReads.get()).isEqualTo("pong");
            assertThat(serverReads.get()).isEqualTo("ping");
            clientWrites.get();
            serverWrites.get();
            clientHandshakes.get();
        }
    }

    // ---- without waiting ----

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("tryRead and tryWrite move what goes without waiting; what tryWrite has accepted arrives")
    void tries(String protocol, Hub hub) throws Exception {
        byte[] data = random(500_000);
        try (TlsPair pair = TlsPair.open(protocol)) {
            assertThat(pair.client().tryRead(ByteBuffer.allocate(9))).as("before the handshake").isZero();
            assertThat(pair.client().tryWrite(ascii("x"))).as("before the handshake").isZero();
            Greenlet<Void> server = hub.spawn(() -> pair.server().handshake());
            pair.client().handshake();
            server.get();
            assertThat(pair.client().tryRead(ByteBuffer.allocate(9))).isZero();
            ByteBuffer from = ByteBuffer.wrap(data);
            int accepted = pair.client().tryWrite(from);
            assertThat(accepted).isEqualTo(from.position()).isBetween(TlsPair.CAPACITY / 2, TlsPair.CAPACITY + 20_000);
            assertThat(pair.client().tryWrite(from)).as("as long as the rest of the record stands").isZero();
            ByteBuffer into = ByteBuffer.allocate(data.length);
            while (into.position() < accepted) {
                if (pair.server().tryRead(into) == 0) {
                    hub.yieldNow();
                }
            }
            assertThat(into.position()).isEqualTo(accepted);
            while (from.hasRemaining()) {
                pair.client().tryWrite(from);
                pair.server().tryRead(into);
                hub.yieldNow();
            }
            while (into.hasRemaining()) {
                pair.server().read(into);
            }
            assertThat(into.array()).isEqualTo(data);
            pair.client().close();
            assertThat(pair.server().tryRead(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("tryRead and tryWrite may be called in a callback of the loop")
    void triesInACallback(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<Void> server = hub.spawn(() -> pair.server().handshake());
            pair.client().handshake();
            server.get();
            ByteBuffer into = ByteBuffer.allocate(9);
            AsyncResult<String> result = new AsyncResult<>();
            hub.loop().runCallback(() -> {
                try {
                    int written = pair.client().tryWrite(ascii("abc"));
                    result.set(written + " " + pair.server().tryRead(into) + " " + pair.server().tryRead(into));
                } catch (IOException e) {
                    result.setException(e);
                }
            });
            assertThat(result.get()).isEqualTo("3 3 0");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("TLS goes over TLS as over any stream")
    void nested(String protocol, Hub hub) throws Exception {
        byte[] data = random(100_000);
        try (TlsPair outer = TlsPair.open(protocol)) {
            try (TlsStream client = TlsStream.client(outer.client(), Certificates.client(), "shop.example", 1);
                    TlsStream server = TlsStream.server(outer.server(), Certificates.server("shop"))) {
                Greenlet<Integer> writer = hub.spawn(() -> client.write(ByteBuffer.wrap(data)));
                assertThat(server.inputStream().readNBytes(data.length)).isEqualTo(data);
                writer.get();
                Greenlet<Integer> end = hub.spawn(() -> server.read(ByteBuffer.allocate(1)));
                hub.yieldNow();
                client.shutdownOutput();
                assertThat(end.get()).isEqualTo(-1);
            }
            assertThat(outer.clientEnd().isOpen()).isFalse();
        }
    }

    // ---- the end ----

    @HubTest
    @DisplayName("before TLS 1.3 shutdownOutput ends both directions: who reads it answers in kind, and cannot write any more")
    void noHalfCloseBefore13(Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open("TLSv1.2")) {
            Greenlet<Void> server = hub.spawn(() -> {
                assertThat(read(pair.server(), 4)).isEqualTo("abc");
                assertThatThrownBy(() -> pair.server().write(ascii("more")))
                        .isInstanceOf(SSLException.class).hasMessageContaining("closed TLSv1.2");
                assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            });
            pair.client().write(ascii("abc"));
            pair.client().shutdownOutput();
            assertThat(pair.client().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            server.get();
        }
    }

    @HubTest
    @DisplayName("in TLS 1.3 shutdownOutput ends what the peer reads, again and again; the other direction goes on")
    void halfClose(Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open("TLSv1.3")) {
            Greenlet<Void> server = hub.spawn(() -> {
                assertThat(pair.server().inputStream().readAllBytes()).isEqualTo("question".getBytes(US_ASCII));
                assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
                pair.server().write(ascii("answer"));
                pair.server().close();
            });
            pair.client().write(ascii("question"));
            pair.client().shutdownOutput();
            pair.client().shutdownOutput();
            assertThat(pair.client().isOutputShutdown()).isTrue();
            assertThatThrownBy(() -> pair.client().write(ascii("more"))).isInstanceOf(ClosedChannelException.class);
            assertThat(new String(pair.client().inputStream().readAllBytes(), US_ASCII)).isEqualTo("answer");
            server.get();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("close says so to the peer without waiting for it, and ends who waits here")
    void close(String protocol, Hub hub) throws Exception {
        hub.notErrors(AsynchronousCloseException.class::isInstance);
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<Integer> peer = hub.spawn(() -> pair.server().read(ByteBuffer.allocate(1)));
            pair.client().handshake();
            Greenlet<Integer> reader = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(1)));
            hub.sleep(LONG);
            pair.client().close();
            pair.client().close();
            assertThat(peer.get()).as("not a truncation").isEqualTo(-1);
            reader.join();
            assertThat(reader.exception()).isInstanceOf(AsynchronousCloseException.class);
            assertThat(pair.client().isOpen()).isFalse();
            assertThat(pair.clientEnd().isOpen()).isFalse();
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).isExactlyInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> pair.client().write(ascii("x"))).isExactlyInstanceOf(ClosedChannelException.class);
            assertThatThrownBy(() -> pair.client().handshake()).isExactlyInstanceOf(ClosedChannelException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("close ends all who wait in the handshake, also for work in the thread pool")
    void closeInHandshake(String protocol, Hub hub) throws Exception {
        hub.notErrors(AsynchronousCloseException.class::isInstance);
        for (Duration after : new Duration[] {Duration.ZERO, Duration.ofMillis(1), LONG}) {
            GreenletPool.use(hub, after.equals(LONG) ? LONG.multipliedBy(2) : Duration.ofMillis(1));
            try (TlsPair pair = TlsPair.open(protocol)) {
                Greenlet<Void> server = hub.spawn(() -> pair.server().handshake());
                Greenlet<Void> client = hub.spawn(() -> pair.client().handshake());
                Greenlet<Integer> reader = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(1)));
                hub.sleep(after);
                pair.client().close();
                pair.server().close();
                hub.joinAll(java.util.List.of(server, client, reader));
                assertThat(server.exception()).isInstanceOf(AsynchronousCloseException.class);
                assertThat(client.exception()).isInstanceOf(AsynchronousCloseException.class);
                assertThat(reader.exception()).isInstanceOf(AsynchronousCloseException.class);
            }
        }
        hub.sleep(LONG.multipliedBy(5));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("B-TLS-03: closing either stream view closes the connection and its transport, in both orders, on both sides")
    void closingViews(String protocol, Hub hub) throws Exception {
        for (boolean outputFirst : new boolean[] {true, false}) {
            try (TlsPair pair = TlsPair.open(protocol)) {
                Greenlet<Integer> server = hub.spawn(() -> pair.server().inputStream().read());
                pair.client().handshake();
                if (outputFirst) {
                    pair.client().outputStream().close();
                    pair.client().inputStream().close();
                } else {
                    pair.client().inputStream().close();
                    pair.client().outputStream().close();
                }
                assertThat(pair.clientEnd().isOpen()).isFalse();
                assertThat(server.get()).isEqualTo(-1);
                pair.server().inputStream().close();
                assertThat(pair.serverEnd().isOpen()).isFalse();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("F-SSL-05: unwrap gives the transport back after both have said so, and nothing that follows TLS is lost")
    void unwrap(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            pair.client().timeout(LONG);
            Greenlet<String> server = hub.spawn(() -> {
                read(pair.server(), 3);
                ByteStream plain = pair.server().unwrap();
                assertThat(plain).isSameAs(pair.serverEnd());
                plain.write(ascii("plain from the server"));
                return read(plain, 21);
            });
            pair.client().write(ascii("abc"));
            Greenlet<ByteStream> unwrapping = hub.spawn(() -> pair.client().unwrap());
            ByteStream plain = unwrapping.get();
            assertThat(pair.client().isOpen()).isFalse();
            assertThat(pair.clientEnd().isOpen()).isTrue();
            assertThat(plain.timeout()).isEqualTo(LONG);
            plain.write(ascii("plain from the client"));
            assertThat(read(plain, 21)).isEqualTo("plain from the server");
            assertThat(server.get()).isEqualTo("plain from the client");
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).isInstanceOf(ClosedChannelException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("F-SSL-05: plain bytes that came with the last record come first after unwrap")
    void unwrapKeepsWhatWasReadAhead(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<ByteStream> server = hub.spawn(() -> {
                read(pair.server(), 3);
                pair.server().shutdownOutput();
                pair.serverEnd().write(ascii("plain"));
                return pair.server().unwrap();
            });
            pair.client().write(ascii("abc"));
            hub.sleep(LONG); // all of it is there, in one piece
            ByteStream plain = pair.client().unwrap();
            server.get();
            pair.serverEnd().write(ascii(" text"));
            ByteBuffer[] into = {ByteBuffer.allocate(2), ByteBuffer.allocate(2)};
            assertThat(plain.read(into)).isEqualTo(4);
            assertThat(read(plain, 6)).isEqualTo("n text");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("unwrap with data unread is refused, and loses none of it")
    void unwrapWithUnreadData(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<ByteStream> server = hub.spawn(() -> {
                pair.server().write(ascii("unread"));
                return pair.server().unwrap();
            });
            assertThatThrownBy(() -> pair.client().unwrap()).isInstanceOf(IllegalStateException.class).hasMessageContaining("6 bytes");
            assertThat(read(pair.client(), 6)).isEqualTo("unread");
            assertThat(pair.client().unwrap()).isSameAs(pair.clientEnd());
            assertThat(server.get()).isSameAs(pair.serverEnd());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("the transport's end without close_notify is an error, after all data, again and again; writing goes on")
    void truncated(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<Void> server = hub.spawn(() -> {
                pair.server().write(ascii("abc"));
                pair.serverEnd().shutdownOutput();
            });
            assertThat(read(pair.client(), 3)).isEqualTo("abc");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1)))
                        .isInstanceOf(SSLException.class).hasMessageContaining("truncated");
            }
            pair.client().write(ascii("def"));
            assertThat(read(pair.server(), 3)).isEqualTo("def");
            server.get();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("F-SSL-06: with suppressTruncation the transport's end is the end; in the handshake it never is")
    void suppressedTruncation(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            pair.client().suppressTruncation(true);
            Greenlet<Void> server = hub.spawn(() -> {
                pair.server().write(ascii("abc"));
                pair.serverEnd().shutdownOutput();
            });
            assertThat(new String(pair.client().inputStream().readAllBytes(), US_ASCII)).isEqualTo("abc");
            assertThat(pair.client().read(ByteBuffer.allocate(1))).isEqualTo(-1);
            server.get();
        }
        try (TlsPair pair = TlsPair.open(protocol)) {
            pair.client().suppressTruncation(true);
            pair.serverEnd().shutdownOutput();
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1)))
                    .isInstanceOf(SSLException.class).hasMessageContaining("during the TLS handshake");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("a peer that isn't speaking TLS is an error, in the handshake and later; the stream stays failed")
    void garbage(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(protocol)) {
            pair.serverEnd().write(ascii("HTTP/1.1 400 Bad Request\r\n\r\n"));
            assertThatThrownBy(() -> pair.client().handshake()).isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> pair.client().write(ascii("x"))).isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).isInstanceOf(SSLException.class);
        }
        try (TlsPair pair = TlsPair.open(protocol)) {
            Greenlet<Integer> server = hub.spawn(() -> pair.server().write(ascii("abc")));
            assertThat(read(pair.client(), 3)).isEqualTo("abc");
            server.get();
            pair.serverEnd().write(ByteBuffer.wrap(random(100)));
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).isInstanceOf(SSLException.class);
            assertThatThrownBy(() -> pair.client().write(ascii("x"))).isInstanceOf(SSLException.class);
        }
    }
}
