package dev.jevent.io.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Result;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.DisplayName;

/** Over TCP, with real threads. */
class TlsSocketTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    private record Pair(TlsStream client, TlsStream server) implements AutoCloseable {
        static Pair open(SSLContext client) throws IOException {
            try (TcpServerSocket listener = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1)) {
                TcpSocket socket = TcpSocket.connect(listener.getLocalAddress());
                return new Pair(TlsStream.client(socket, client, "localhost", listener.port()),
                        TlsStream.server(listener.accept(), Certificates.server("rsa")));
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-TLS-01: a timeout of a read and of a write, by its own limit and an outer one; then all data arrives")
    void timeouts(Hub hub) throws Exception {
        byte[] data = TlsStreamTest.random(10_000_000);
        try (Pair pair = Pair.open(Certificates.client())) {
            Greenlet<Void> handshake = hub.spawn(() -> pair.server().handshake());
            pair.client().handshake();
            handshake.get();
            pair.client().timeout(SHORT);
            assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1)))
                    .isInstanceOf(SocketTimeoutException.class).hasMessage("read timed out");
            ByteBuffer from = ByteBuffer.wrap(data);
            assertThatThrownBy(() -> pair.client().write(from))
                    .isInstanceOf(SocketTimeoutException.class).hasMessage("write timed out");
            pair.client().timeout(null);
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> pair.client().write(from))).isInstanceOf(TimeoutException.class);
            assertThat(from.position()).isBetween(1, data.length - 1);
            Greenlet<byte[]> reader = hub.spawn(() -> pair.server().inputStream().readAllBytes());
            pair.client().write(from);
            pair.client().close();
            assertThat(reader.get()).isEqualTo(data);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("all that was written arrives, though its writer has read nothing, the session ticket neither, and closes at once")
    void closeWithTicketUnread(Hub hub) throws Exception {
        byte[] data = TlsStreamTest.random(4_000_000); // the rest is in the system's buffers when it closes
        for (int i = 0; i < 5; i++) {
            try (Pair pair = Pair.open(Certificates.client())) {
                Greenlet<Void> handshake = hub.spawn(() -> pair.server().handshake());
                pair.client().handshake();
                handshake.get(); // so the ticket is on its way
                Greenlet<byte[]> reader = hub.spawn(() -> pair.server().inputStream().readAllBytes());
                pair.client().write(ByteBuffer.wrap(data));
                pair.client().close();
                assertThat(reader.get()).isEqualTo(data);
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("one direction may be used on this hub while the other is on another, and any thread may close")
    void acrossHubs(Hub hub) throws Exception {
        byte[] data = TlsStreamTest.random(3_000_000);
        try (Pair pair = Pair.open(Certificates.client())) {
            Greenlet<Long> echo = hub.spawn(() -> pair.server().inputStream().transferTo(pair.server().outputStream()));
            Result<Integer> writer = hub.threadPool().spawn(() -> pair.client().write(ByteBuffer.wrap(data)));
            assertThat(pair.client().inputStream().readNBytes(data.length)).isEqualTo(data);
            assertThat(writer.get()).isEqualTo(data.length);
            hub.notErrors(AsynchronousCloseException.class::isInstance);
            Greenlet<Integer> waiting = hub.spawn(() -> pair.client().read(ByteBuffer.allocate(1)));
            hub.yieldNow();
            hub.threadPool().apply(() -> {
                pair.client().close();
                return null;
            });
            assertThatThrownBy(waiting::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(AsynchronousCloseException.class);
            assertThat(echo.get()).isEqualTo(data.length);
        }
    }

    /** Trusts everybody, after {@code check}. */
    private static SSLContext trustingAfter(Runnable check) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new X509ExtendedTrustManager() {
            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
                check.run();
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {
                throw new UnsupportedOperationException();
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        }}, null);
        return context;
    }

    @HubTest(virtualTime = false)
    @DisplayName("T8: certificates are checked on a thread of the pool while the hub runs others")
    void workIsDoneOffTheHub(Hub hub) throws Exception {
        List<Thread> checking = new ArrayList<>();
        try (Pair pair = Pair.open(trustingAfter(() -> checking.add(Thread.currentThread())))) {
            Greenlet<Void> handshake = hub.spawn(() -> pair.server().handshake());
            pair.client().handshake();
            handshake.get();
            assertThat(checking).hasSize(1).allMatch(thread -> !thread.isVirtual() && thread != hub.thread());
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("T4, T8: while a certificate is being checked for ever, main may time out, again and again, and go on when it is done, or close")
    void checkThatTakesLong(Hub hub) throws Exception {
        CountDownLatch mayGoOn = new CountDownLatch(1);
        SSLContext slow = trustingAfter(() -> {
            try {
                mayGoOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        hub.notErrors(IOException.class::isInstance);
        Pair closed = Pair.open(slow);
        try (Pair pair = Pair.open(slow)) {
            Greenlet<Void> handshake = hub.spawn(() -> pair.server().handshake());
            Greenlet<Void> handshakeOfClosed = hub.spawn(() -> closed.server().handshake());
            closed.client().timeout(SHORT);
            assertThatThrownBy(() -> closed.client().handshake()).hasMessage("handshake timed out");
            pair.client().timeout(SHORT);
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> pair.client().handshake()).hasMessage("handshake timed out");
                assertThatThrownBy(() -> pair.client().read(ByteBuffer.allocate(1))).hasMessage("handshake timed out");
            }
            closed.client().close();
            mayGoOn.countDown();
            pair.client().timeout(null);
            pair.client().handshake();
            handshake.get();
            assertThatThrownBy(handshakeOfClosed::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(IOException.class);
        } finally {
            mayGoOn.countDown();
            closed.close();
        }
    }
}
