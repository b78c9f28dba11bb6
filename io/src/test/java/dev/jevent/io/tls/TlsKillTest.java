package dev.jevent.io.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.OnHub;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Each operation, interrupted after each of its waits, one run for each: by a kill, by its own timeout. Every step of the transport and of
 * the work in the thread pool takes a millisecond of virtual time, so the wait that is hit is that of the moment.
 */
@OnHub(limitSeconds = 120)
class TlsKillTest {
    private static final Duration STEP = Duration.ofMillis(1);
    private static final int PIECE = 1_400;

    /** Thrown into the victim. */
    private static final class Hit extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Interrupts an operation once, and lets it be called again. */
    private interface Interruption {
        /** Calls until it returns. Returns whether it was interrupted. */
        boolean run(TlsStream stream, Callable<?> operation) throws Exception;
    }

    private static Interruption kill(Hub hub, Duration after) {
        return (stream, operation) -> {
            Greenlet<?> victim = Greenlet.current();
            Greenlet<Void> killer = hub.spawn(() -> {
                hub.sleep(after);
                victim.killLater(new Hit());
            });
            boolean hit = false;
            for (;;) {
                try {
                    operation.call();
                    killer.kill();
                    return hit;
                } catch (Hit e) {
                    hit = true;
                }
            }
        };
    }

    private static Interruption timeout(Duration after) {
        return (stream, operation) -> {
            stream.timeout(after);
            boolean hit = false;
            for (;;) {
                try {
                    operation.call();
                    stream.timeout(null);
                    return hit;
                } catch (SocketTimeoutException e) {
                    hit = true;
                    stream.timeout(null);
                }
            }
        };
    }

    private static Interruption interruption(Hub hub, String kind, int step) {
        Duration after = STEP.multipliedBy(step).plus(STEP.dividedBy(2));
        return kind.equals("kill") ? kill(hub, after) : timeout(after);
    }

    private static TlsPair open(Hub hub, String protocol, int capacity) throws IOException {
        GreenletPool.use(hub, STEP);
        TlsPair pair = TlsPair.open(Certificates.client(), Certificates.server("ec"), TlsPair.protocols(protocol),
                new javax.net.ssl.SSLParameters(), capacity);
        IntSupplier pieces = () -> PIECE;
        pair.clientEnd().latency(STEP).pieces(pieces);
        pair.serverEnd().latency(STEP).pieces(pieces);
        return pair;
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, kill, client", "TLSv1.3, kill, server", "TLSv1.3, timeout, client", "TLSv1.3, timeout, server",
            "TLSv1.2, kill, client", "TLSv1.2, kill, server", "TLSv1.2, timeout, client", "TLSv1.2, timeout, server"})
    @DisplayName("T7: a handshake that was interrupted at any wait goes on where it was")
    void handshake(String protocol, String kind, String side, Hub hub) throws Exception {
        boolean hit = true;
        int step = 0;
        for (; hit; step++) {
            try (TlsPair pair = open(hub, protocol, 4_000)) {
                TlsStream victim = side.equals("client") ? pair.client() : pair.server();
                TlsStream peer = side.equals("client") ? pair.server() : pair.client();
                Interruption interruption = interruption(hub, kind, step);
                Greenlet<String> other = hub.spawn(() -> {
                    peer.handshake();
                    peer.write(TlsStreamTest.ascii("abc"));
                    return TlsStreamTest.read(peer, 3);
                });
                Greenlet<Boolean> interrupted = hub.spawn(() -> interruption.run(victim, () -> {
                    victim.handshake();
                    return null;
                }));
                hit = interrupted.get();
                assertThat(TlsStreamTest.read(victim, 3)).isEqualTo("abc");
                victim.write(TlsStreamTest.ascii("def"));
                assertThat(other.get()).isEqualTo("def");
            }
        }
        assertThat(step).as("waits that were hit").isGreaterThan(8);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, kill", "TLSv1.3, timeout", "TLSv1.2, kill", "TLSv1.2, timeout"})
    @DisplayName("H4, T7: a read that was interrupted at any wait, the handshake included, loses nothing and doubles nothing")
    void read(String protocol, String kind, Hub hub) throws Exception {
        byte[] data = TlsStreamTest.random(20_000);
        boolean hit = true;
        int step = 0;
        for (; hit; step++) {
            try (TlsPair pair = open(hub, protocol, 4_000)) {
                Interruption interruption = interruption(hub, kind, step);
                Greenlet<Integer> writer = hub.spawn(() -> pair.server().write(ByteBuffer.wrap(data)));
                ByteBuffer into = ByteBuffer.allocate(data.length);
                Greenlet<Boolean> interrupted = hub.spawn(() -> interruption.run(pair.client(), () -> pair.client().read(into)));
                hit = interrupted.get();
                while (into.hasRemaining()) {
                    assertThat(pair.client().read(into)).isPositive();
                }
                assertThat(into.array()).isEqualTo(data);
                writer.get();
            }
        }
        assertThat(step).as("waits that were hit").isGreaterThan(15);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, kill", "TLSv1.3, timeout", "TLSv1.2, kill", "TLSv1.2, timeout"})
    @DisplayName("H4, T7: a write that was interrupted at any wait, the handshake included, goes on from the buffer's position, and nothing is lost or doubled")
    void write(String protocol, String kind, Hub hub) throws Exception {
        byte[] data = TlsStreamTest.random(40_000);
        boolean hit = true;
        int step = 0;
        for (; hit; step++) {
            try (TlsPair pair = open(hub, protocol, 4_000)) {
                Interruption interruption = interruption(hub, kind, step);
                Greenlet<byte[]> reader = hub.spawn(() -> pair.server().inputStream().readAllBytes());
                ByteBuffer from = ByteBuffer.wrap(data);
                Greenlet<Boolean> interrupted = hub.spawn(() -> interruption.run(pair.client(), () -> pair.client().write(from)));
                hit = interrupted.get();
                pair.client().shutdownOutput();
                assertThat(reader.get()).isEqualTo(data);
            }
        }
        assertThat(step).as("waits that were hit").isGreaterThan(30);
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, kill", "TLSv1.3, timeout", "TLSv1.2, kill", "TLSv1.2, timeout"})
    @DisplayName("H4, T7: shutdownOutput and unwrap that were interrupted at any wait can be called again")
    void ends(String protocol, String kind, Hub hub) throws Exception {
        boolean hit = true;
        int step = 0;
        for (; hit; step++) {
            try (TlsPair pair = open(hub, protocol, 4_000)) {
                Interruption interruption = interruption(hub, kind, step);
                Greenlet<String> server = hub.spawn(() -> {
                    assertThat(pair.server().read(ByteBuffer.allocate(1))).isEqualTo(-1);
                    return TlsStreamTest.read(pair.server().unwrap(), 5);
                });
                Greenlet<Boolean> interrupted = hub.spawn(() -> interruption.run(pair.client(), () -> {
                    pair.client().shutdownOutput();
                    return pair.client().unwrap();
                }));
                hit = interrupted.get();
                pair.clientEnd().write(TlsStreamTest.ascii("plain"));
                assertThat(server.get()).isEqualTo("plain");
            }
        }
        assertThat(step).as("waits that were hit").isGreaterThan(10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("T1, T7: who is killed at any wait and then closes shows the peer an end or an error, and never plain text; nothing hangs")
    void closeAfterKill(String protocol, Hub hub) throws Exception {
        byte[] data = TlsStreamTest.random(20_000);
        boolean hit = true;
        for (int step = 0; hit; step++) {
            try (TlsPair pair = open(hub, protocol, 4_000)) {
                Duration after = STEP.multipliedBy(step).plus(STEP.dividedBy(2));
                Greenlet<byte[]> reader = hub.spawn(() -> {
                    ByteBuffer into = ByteBuffer.allocate(data.length + 1);
                    try {
                        while (pair.server().read(into) >= 0) {
                            // to the end
                        }
                    } catch (SSLException e) {
                        assertThat(e).message().matches("(?s).*(truncated|during the TLS handshake).*");
                    } catch (IOException e) {
                        assertThat(e).hasMessage("broken pipe");
                    }
                    return java.util.Arrays.copyOf(into.array(), into.position());
                });
                Greenlet<Integer> writer = hub.spawn(() -> {
                    try (TlsStream client = pair.client()) {
                        return client.write(ByteBuffer.wrap(data));
                    }
                });
                hub.sleep(after);
                writer.kill();
                hit = writer.exit() != null;
                byte[] read = reader.get();
                assertThat(read).isEqualTo(java.util.Arrays.copyOf(data, read.length));
                assertThat(hit || read.length == data.length).isTrue();
            }
            hub.sleep(STEP); // what wrote the rest for the one that was killed finds it closed
        }
    }
}
