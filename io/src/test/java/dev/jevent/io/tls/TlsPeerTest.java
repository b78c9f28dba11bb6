package dev.jevent.io.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.OnHub;
import java.nio.ByteBuffer;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who the peer is: certificates, names, sessions, protocols. */
@OnHub
class TlsPeerTest {
    @BeforeEach
    void poolInVirtualTime(Hub hub) {
        GreenletPool.use(hub, Duration.ofMillis(1));
    }

    /** The error that the client's handshake ends with, and whether the server's ends with one, too. */
    private static SSLException refusal(Hub hub, TlsPair pair) throws Exception {
        Greenlet<Throwable> server = hub.spawn(() -> {
            try {
                pair.server().read(ByteBuffer.allocate(1));
                return null;
            } catch (SSLException e) {
                return e;
            }
        });
        SSLException refusal = null;
        try {
            pair.client().handshake();
            pair.client().read(ByteBuffer.allocate(1)); // in TLS 1.3 the server may refuse after the client's handshake
        } catch (SSLException e) {
            refusal = e;
        }
        assertThat(server.get()).as("the server's error").isNotNull();
        assertThat(refusal).as("the client's error").isNotNull();
        return refusal;
    }

    /** Hands a byte to and fro, then calls {@code then} with both sides open. */
    private static void talk(Hub hub, TlsPair pair) throws Exception {
        Greenlet<Integer> server = hub.spawn(() -> {
            pair.server().read(ByteBuffer.allocate(1));
            return pair.server().write(ByteBuffer.allocate(1));
        });
        pair.client().write(ByteBuffer.allocate(1));
        assertThat(pair.client().read(ByteBuffer.allocate(1))).isEqualTo(1);
        server.get();
    }

    // ---- the server's certificate ----

    @ParameterizedTest
    @CsvSource({"TLSv1.3, rsa", "TLSv1.3, ec", "TLSv1.2, rsa", "TLSv1.2, ec"})
    @DisplayName("B-TLS-04, F-SSL-08: a client sees the certificate that a server has from its files, and what was agreed")
    void serverCertificate(String protocol, String name, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(Certificates.client(), Certificates.server(name), TlsPair.protocols(protocol))) {
            assertThat(pair.client().peerCertificates()).isEmpty();
            assertThat(pair.client().applicationProtocol()).isNull();
            talk(hub, pair);
            assertThat(pair.client().peerCertificates()).isEqualTo(PemFiles.certificates(Certificates.chain(name)));
            assertThat(pair.server().peerCertificates()).isEmpty();
            assertThat(pair.client().session().getProtocol()).isEqualTo(protocol);
            assertThat(pair.client().session().getCipherSuite()).isEqualTo(pair.server().session().getCipherSuite()).contains("GCM");
            assertThat(pair.client().applicationProtocol()).isEmpty();
            assertThat(pair.client().toString()).contains(protocol).contains("MemoryStream");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("a certificate of another host is refused by default, and both sides get an error")
    void wrongHost(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(Certificates.client(), Certificates.server("shop"), TlsPair.protocols(protocol))) {
            assertThat(refusal(hub, pair)).isInstanceOf(SSLHandshakeException.class).hasMessageContaining("localhost");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("the host name is left unchecked only where the parameters say so")
    void uncheckedHost(String protocol, Hub hub) throws Exception {
        SSLParameters parameters = TlsPair.protocols(protocol);
        parameters.setEndpointIdentificationAlgorithm("");
        try (TlsPair pair = TlsPair.open(Certificates.client(), Certificates.server("shop"), parameters)) {
            talk(hub, pair);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("a certificate that nobody trusted has signed is refused")
    void untrusted(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(Certificates.client(), Certificates.server("untrusted"), TlsPair.protocols(protocol))) {
            assertThat(refusal(hub, pair)).isInstanceOf(SSLHandshakeException.class).hasMessageContaining("path");
        }
        try (TlsPair pair = TlsPair.open(TlsContexts.client(), Certificates.server("ec"), TlsPair.protocols(protocol))) {
            assertThat(refusal(hub, pair)).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("a certificate that has expired is refused")
    void expired(String protocol, Hub hub) throws Exception {
        try (TlsPair pair = TlsPair.open(Certificates.client(), Certificates.server("expired"), TlsPair.protocols(protocol))) {
            assertThat(refusal(hub, pair)).isInstanceOf(SSLHandshakeException.class).rootCause()
                    .isInstanceOf(CertificateException.class).hasMessageContaining("NotAfter");
        }
    }

    // ---- names ----

    private static String shown(Hub hub, String protocol, SSLContext server, String host) throws Exception {
        MemoryStream[] ends = MemoryStream.pair(TlsPair.CAPACITY);
        try (TlsPair pair = new TlsPair(TlsStream.client(ends[0], Certificates.client(), host, 1, TlsPair.protocols(protocol)),
                TlsStream.server(ends[1], server), ends[0], ends[1])) {
            talk(hub, pair);
            return pair.client().peerCertificates().getFirst().getSubjectX500Principal().getName();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("F-SSL-09: the server shows the certificate of the name that the client asks for, of its pattern, or the one for all")
    void serverNames(String protocol, Hub hub) throws Exception {
        SSLContext server = TlsContexts.builder()
                .certificate(Certificates.chain("rsa"), Certificates.key("rsa"))
                .certificate("*.example", Certificates.chain("wild"), Certificates.key("wild"))
                .certificate("shop.example", Certificates.chain("shop"), Certificates.key("shop"))
                .build();
        assertThat(shown(hub, protocol, server, "shop.example")).isEqualTo("CN=shop");
        assertThat(shown(hub, protocol, server, "SHOP.example.")).isEqualTo("CN=shop");
        assertThat(shown(hub, protocol, server, "other.example")).isEqualTo("CN=wild");
        assertThat(shown(hub, protocol, server, "localhost")).isEqualTo("CN=rsa");
        assertThat(shown(hub, protocol, server, "127.0.0.1")).as("an address is no name").isEqualTo("CN=rsa");
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("a server with certificates for other names only refuses the client")
    void unknownServerName(String protocol, Hub hub) throws Exception {
        SSLContext server = TlsContexts.builder()
                .certificate("shop.example", Certificates.chain("shop"), Certificates.key("shop")).build();
        try (TlsPair pair = TlsPair.open(Certificates.client(), server, TlsPair.protocols(protocol))) {
            assertThat(refusal(hub, pair)).isInstanceOf(SSLHandshakeException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("ALPN: both sides agree on what the server likes best of what both know")
    void applicationProtocol(String protocol, Hub hub) throws Exception {
        SSLParameters client = TlsPair.protocols(protocol);
        client.setApplicationProtocols(new String[] {"h2", "http/1.1"});
        SSLParameters server = new SSLParameters();
        server.setApplicationProtocols(new String[] {"http/1.1", "h2"});
        try (TlsPair pair = TlsPair.open(Certificates.client(), Certificates.server("ec"), client, server, TlsPair.CAPACITY)) {
            talk(hub, pair);
            assertThat(pair.client().applicationProtocol()).isEqualTo("http/1.1");
            assertThat(pair.server().applicationProtocol()).isEqualTo("http/1.1");
        }
        server.setApplicationProtocols(new String[] {"smtp"});
        try (TlsPair pair = TlsPair.open(Certificates.client(), Certificates.server("ec"), client, server, TlsPair.CAPACITY)) {
            assertThat(refusal(hub, pair)).hasMessageContaining("no_application_protocol");
        }
    }

    // ---- the client's certificate ----

    private static TlsPair withClientAuth(String protocol, SSLContext client, boolean need) throws Exception {
        SSLParameters server = new SSLParameters();
        if (need) {
            server.setNeedClientAuth(true);
        } else {
            server.setWantClientAuth(true);
        }
        return TlsPair.open(client, Certificates.server("ec"), TlsPair.protocols(protocol), server, TlsPair.CAPACITY);
    }

    private static SSLContext clientWith(String certificate) throws Exception {
        return TlsContexts.builder().certificate(Certificates.chain(certificate), Certificates.key(certificate))
                .trust(Certificates.chain("ca")).build();
    }

    @ParameterizedTest
    @CsvSource({"TLSv1.3, true", "TLSv1.3, false", "TLSv1.2, true", "TLSv1.2, false"})
    @DisplayName("a server that needs, or wants, the client's certificate gets it")
    void clientCertificate(String protocol, boolean need, Hub hub) throws Exception {
        try (TlsPair pair = withClientAuth(protocol, clientWith("client"), need)) {
            talk(hub, pair);
            assertThat(pair.server().peerCertificates()).isEqualTo(PemFiles.certificates(Certificates.chain("client")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("a client without a certificate, or with one that isn't trusted, is refused by a server that needs one, and welcome to one that wants one")
    void noClientCertificate(String protocol, Hub hub) throws Exception {
        for (SSLContext client : List.of(Certificates.client(), clientWith("untrusted"))) {
            try (TlsPair pair = withClientAuth(protocol, client, true)) {
                refusal(hub, pair);
            }
            try (TlsPair pair = withClientAuth(protocol, client, false)) {
                talk(hub, pair);
                assertThat(pair.server().peerCertificates()).isEmpty();
            }
        }
    }

    // ---- sessions ----

    /** Returns how much the server sent: less if it resumed a session. */
    private static long session(Hub hub, SSLContext client, SSLContext server, String protocol, String host) throws Exception {
        MemoryStream[] ends = MemoryStream.pair(TlsPair.CAPACITY);
        try (TlsPair pair = new TlsPair(TlsStream.client(ends[0], client, host, 1, TlsPair.protocols(protocol)),
                TlsStream.server(ends[1], server), ends[0], ends[1])) {
            talk(hub, pair);
            assertThat(pair.client().peerCertificates()).isNotEmpty();
            return ends[1].written();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("F-SSL-08: a second connection to the same host resumes the session; one to another host, or with another context, doesn't")
    void resumption(String protocol, Hub hub) throws Exception {
        SSLContext client = Certificates.client();
        SSLContext server = Certificates.server("rsa");
        long full = session(hub, client, server, protocol, "localhost");
        assertThat(session(hub, client, server, protocol, "localhost")).isLessThan(full - 500);
        assertThat(session(hub, client, server, protocol, "127.0.0.1")).isGreaterThan(full - 500);
        assertThat(session(hub, Certificates.client(), server, protocol, "localhost")).isGreaterThan(full - 500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("T5: a session of one server name isn't resumed for another, whose certificate is checked for that name")
    void noResumptionForAnotherName(String protocol, Hub hub) throws Exception {
        SSLContext client = Certificates.client();
        SSLContext server = Certificates.server("rsa");
        session(hub, client, server, protocol, "localhost");
        MemoryStream[] ends = MemoryStream.pair(TlsPair.CAPACITY);
        SSLParameters parameters = TlsPair.protocols(protocol);
        parameters.setServerNames(List.of(new SNIHostName("other.example")));
        try (TlsPair pair = new TlsPair(TlsStream.client(ends[0], client, "localhost", 1, parameters),
                TlsStream.server(ends[1], server), ends[0], ends[1])) {
            assertThat(refusal(hub, pair)).isInstanceOf(SSLHandshakeException.class).hasMessageContaining("other.example");
        }
    }

    // ---- callbacks that fail ----

    private static final class OwnError extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Fails when it is asked. */
    private static SSLContext trusting(RuntimeException orThis) throws Exception {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new X509ExtendedTrustManager() {
            private void fail() {
                if (orThis != null) {
                    throw orThis;
                }
                throw new OwnError();
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
                fail();
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {
                fail();
            }

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {
                fail();
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {
                fail();
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type, java.net.Socket socket) {
                fail();
            }

            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {
                fail();
            }

            @Override
            public X509Certificate[] getAcceptedIssuers() {
                return new X509Certificate[0];
            }
        }}, null);
        return context;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("B-TLS-06: an Error in a trust manager comes out of the handshake as it is, not as an error of TLS")
    void errorOfATrustManager(String protocol, Hub hub) throws Exception {
        hub.notErrors(OwnError.class::isInstance);
        try (TlsPair pair = TlsPair.open(trusting(null), Certificates.server("ec"), TlsPair.protocols(protocol))) {
            Greenlet<Integer> server = hub.spawn(() -> pair.server().read(ByteBuffer.allocate(1)));
            assertThatThrownBy(() -> pair.client().handshake()).isInstanceOf(OwnError.class);
            assertThatThrownBy(() -> pair.client().handshake()).isInstanceOf(SSLException.class);
            hub.notErrors(SSLException.class::isInstance);
            pair.client().close();
            assertThatThrownBy(server::get).isInstanceOf(ExecutionException.class).hasCauseInstanceOf(SSLException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
    @DisplayName("T4: an exception of a trust manager or a selector fails this connection only, as an error of TLS")
    void exceptionOfATrustManager(String protocol, Hub hub) throws Exception {
        IllegalStateException own = new IllegalStateException("own");
        try (TlsPair pair = TlsPair.open(trusting(own), Certificates.server("ec"), TlsPair.protocols(protocol))) {
            assertThat(refusal(hub, pair)).hasRootCause(own);
        }
        SSLContext server = Certificates.server("ec");
        SSLEngine engine = server.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setHandshakeApplicationProtocolSelector((ofEngine, protocols) -> {
            throw own;
        });
        SSLParameters parameters = TlsPair.protocols(protocol);
        parameters.setApplicationProtocols(new String[] {"h2"});
        MemoryStream[] ends = MemoryStream.pair(TlsPair.CAPACITY);
        try (TlsPair pair = new TlsPair(TlsStream.client(ends[0], Certificates.client(), "localhost", 1, parameters),
                new TlsStream(ends[1], engine), ends[0], ends[1])) {
            refusal(hub, pair);
        }
        try (TlsPair pair = TlsPair.open(Certificates.client(), server, TlsPair.protocols(protocol))) {
            talk(hub, pair);
        }
    }
}
