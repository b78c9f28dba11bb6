package dev.jevent.servers;

import static dev.jevent.Jevent.yieldNow;
import static dev.jevent.servers.Clients.LOOPBACK;
import static dev.jevent.servers.Clients.ask;
import static dev.jevent.servers.Clients.connect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.tls.TlsContexts;
import dev.jevent.io.tls.TlsStream;
import dev.jevent.sync.Event;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

class TlsServerTest {
    @TempDir
    static Path folder;

    private static Certificates certificates;

    @BeforeAll
    static void make() throws Exception {
        certificates = new Certificates(folder).make("localhost").make("shop.example").make("renewed");
    }

    private static StreamServer echo() throws IOException {
        return StreamServer.on(LOOPBACK, Clients::echoLines).tls(certificates.server("localhost"));
    }

    private static TlsStream client(Server server, String host, SSLContext trusting) throws IOException {
        return TlsStream.client(connect(server), trusting, host, server.port());
    }

    private static TlsStream client(Server server) throws IOException {
        return client(server, "localhost", certificates.client("localhost"));
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SRV-14: the handler gets a connection whose handshake is done")
    void connectionsAreEncrypted() throws Exception {
        try (StreamServer server = echo()) {
            server.start();
            try (TlsStream client = client(server)) {
                assertThat(ask(client, "hello")).isEqualTo("hello");
            }
        }
    }

    @HubTest(virtualTime = false)
    void theCertificateIsThatOfTheNameAskedFor() throws Exception {
        SSLContext both = TlsContexts.builder()
                .certificate(certificates.chain("localhost"), certificates.key("localhost"))
                .certificate("shop.example", certificates.chain("shop.example"), certificates.key("shop.example"))
                .build();
        SSLContext trusting = certificates.client("localhost", "shop.example");
        try (StreamServer server = echo().tls(both)) {
            server.start();
            for (String host : List.of("localhost", "shop.example")) {
                try (TlsStream client = client(server, host, trusting)) {
                    assertThat(ask(client, host)).isEqualTo(host);
                    assertThat(client.peerCertificates().getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=" + host);
                }
            }
        }
    }

    @HubTest(virtualTime = false)
    void aRenewedCertificateIsForThoseWhoComeLaterAndDropsNobody() throws Exception {
        try (StreamServer server = echo()) {
            server.start();
            try (TlsStream before = client(server)) {
                assertThat(ask(before, "before")).isEqualTo("before");
                server.tls(certificates.server("renewed"));
                try (TlsStream after = client(server, "renewed", certificates.client("renewed"))) {
                    assertThat(ask(after, "after")).isEqualTo("after");
                }
                assertThat(ask(before, "still")).isEqualTo("still");
            }
        }
    }

    @HubTest(virtualTime = false)
    void whoNeverShakesHandsKeepsNobodyAndIsClosedInTime() throws Exception {
        List<IOException> failures = new ArrayList<>();
        Event failed = new Event();
        StreamServer server = new StreamServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)) {
            @Override
            protected void handle(Connection connection) throws IOException {
                Clients.echoLines(connection);
            }

            @Override
            protected void handshakeFailed(Connection connection, IOException error) {
                failures.add(error);
                failed.set();
            }
        };
        try (server) {
            server.tls(certificates.server("localhost")).handshakeTimeout(Duration.ofMillis(300)).start();
            try (TcpSocket silent = connect(server)) {
                try (TlsStream client = client(server)) {
                    assertThat(ask(client, "meanwhile")).isEqualTo("meanwhile");
                }
                failed.await();
                assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }
            assertThat(failures).singleElement().isInstanceOf(SocketTimeoutException.class);
            assertThat(server.failedHandshakes()).isEqualTo(1);
        }
    }

    @HubTest(virtualTime = false)
    void aStopKillsHandshakesToo() throws Exception {
        StreamServer server = echo();
        server.start();
        try (TcpSocket silent = connect(server)) {
            while (server.statistics().handlers() == 0) {
                yieldNow();
            }
            assertThat(server.stop(Duration.ZERO)).isFalse();
            assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            assertThat(server.failedHandshakes()).isZero();
        }
    }

    @HubTest(virtualTime = false)
    void connectionsThatAreHandedOffAreEncryptedOnTheirOwnHub() throws Exception {
        SSLContext context = certificates.server("localhost");
        try (HubGroup group = HubGroup.of(2, () -> StreamServer.on(LOOPBACK, Clients::echoLines).tls(context)).handOff()) {
            group.start();
            for (int i = 0; i < 4; i++) {
                try (TlsStream client = client(group.servers().getFirst())) {
                    assertThat(ask(client, "hello")).isEqualTo("hello");
                }
            }
            assertThat(group.servers()).allMatch(server -> server.statistics().taken() == 2);
        }
    }

    @HubTest(virtualTime = false)
    void whoSpeaksNoTlsIsCountedAndNotReported() throws Exception {
        try (StreamServer server = echo()) {
            server.start();
            try (TcpSocket plain = connect(server)) {
                plain.write(ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes()));
                ByteBuffer answer = ByteBuffer.allocate(1000);
                while (plain.read(answer) >= 0) {
                    // an alert, perhaps
                }
            }
            assertThat(server.failedHandshakes()).isEqualTo(1);
            assertThat(server.statistics().failed()).isZero();
            try (TlsStream client = client(server, "localhost", certificates.client("renewed"))) {
                assertThatThrownBy(client::handshake).isInstanceOf(SSLException.class);
            }
            try (TlsStream client = client(server)) {
                assertThat(ask(client, "hello")).isEqualTo("hello");
            }
        }
    }
}
