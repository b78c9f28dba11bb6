package dev.jevent.io.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.testkit.OnHub;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With openssl and curl on the other side, over TCP. */
@OnHub(virtualTime = false, limitSeconds = 60)
class TlsInteropTest {
    private static TcpServerSocket listen() throws IOException {
        return TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 5);
    }

    /** Something that a server does with one connection. */
    private interface Talk {
        void with(TlsStream stream) throws Exception;
    }

    private static Greenlet<Void> serve(Hub hub, TcpServerSocket listener, String certificate, SSLParameters parameters, Talk talk) {
        return hub.spawn(() -> {
            try (TlsStream stream = TlsStream.server(listener.accept(), Certificates.server(certificate), parameters)) {
                talk.with(stream);
            }
        });
    }

    private static BufferedReader lines(TlsStream stream) {
        return new BufferedReader(new InputStreamReader(stream.inputStream(), US_ASCII));
    }

    private static void say(TlsStream stream, String text) throws IOException {
        stream.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    // ---- openssl as client ----

    private static Child client(TcpServerSocket listener, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-connect", "127.0.0.1:" + listener.port(),
                "-servername", "localhost", "-CAfile", "ca.pem", "-verify_return_error"));
        command.addAll(List.of(options));
        return Child.start(Certificates.folder(), command.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({"-tls1_3, rsa", "-tls1_3, ec", "-tls1_2, rsa", "-tls1_2, ec"})
    @DisplayName("T6: openssl s_client talks with our server, and ends when it says so")
    void opensslClient(String protocol, String certificate, Hub hub) throws Exception {
        try (TcpServerSocket listener = listen()) {
            Greenlet<Void> server = serve(hub, listener, certificate, new SSLParameters(),
                    stream -> say(stream, "you said " + lines(stream).readLine() + "\n"));
            try (Child client = client(listener, protocol, "-quiet")) {
                client.say("hello\n");
                assertThat(client.await("said")).isEqualTo("you said hello");
                assertThat(client.exitValue()).isZero();
            }
            server.get();
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_3, client", "-tls1_2, client"})
    @DisplayName("openssl s_client shows its certificate to our server, and agrees on an application protocol")
    void opensslClientCertificate(String protocol, String certificate, Hub hub) throws Exception {
        SSLParameters parameters = new SSLParameters();
        parameters.setNeedClientAuth(true);
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        try (TcpServerSocket listener = listen()) {
            Greenlet<Void> server = serve(hub, listener, "ec", parameters, stream -> {
                stream.handshake();
                say(stream, stream.peerCertificates().getFirst().getSubjectX500Principal() + " " + stream.applicationProtocol() + "\n");
            });
            try (Child client = client(listener, protocol, "-quiet", "-cert", "client.pem", "-key", "client.key",
                    "-alpn", "h2,http/1.1")) {
                client.await("CN=client http/1.1");
                assertThat(client.exitValue()).isZero();
            }
            server.get();
        }
    }

    @ParameterizedTest
    @CsvSource({"k", "K"})
    @DisplayName("new keys in TLS 1.3, with or without a request for ours, change nothing for the data")
    void keyUpdate(String command, Hub hub) throws Exception {
        try (TcpServerSocket listener = listen()) {
            Greenlet<Void> server = serve(hub, listener, "ec", new SSLParameters(), stream -> {
                BufferedReader lines = lines(stream);
                for (String line = lines.readLine(); !line.equals("end"); line = lines.readLine()) {
                    say(stream, "you said " + line + "\n");
                }
            });
            try (Child client = client(listener, "-tls1_3")) {
                client.await("---");
                for (int i = 0; i < 5; i++) {
                    client.say(command + "\n");
                    client.await("KEYUPDATE");
                    client.say("hello " + i + "\n");
                    client.await("you said hello " + i);
                }
                client.say("end\n");
                assertThat(client.exitValue()).isZero();
            }
            server.get();
        }
    }

    @ParameterizedTest
    @CsvSource({"rsa", "ec"})
    @DisplayName("T3: our server refuses the renegotiation that a client of TLS 1.2 asks for")
    void clientRenegotiates(String certificate, Hub hub) throws Exception {
        try (TcpServerSocket listener = listen()) {
            Greenlet<Void> server = serve(hub, listener, certificate, new SSLParameters(), stream -> {
                BufferedReader lines = lines(stream);
                say(stream, "you said " + lines.readLine() + "\n");
                assertThatThrownBy(lines::readLine).isInstanceOf(SSLException.class).hasMessageContaining("renegotiate");
            });
            try (Child client = client(listener, "-tls1_2")) {
                client.say("hello\n");
                client.await("you said hello");
                client.say("R\n");
                client.await("RENEGOTIATING");
                client.exitValue();
            }
            server.get();
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_3", "-tls1_2"})
    @DisplayName("T1: a client that is killed is a truncation, or a broken connection, never the end of the data")
    void clientIsKilled(String protocol, Hub hub) throws Exception {
        try (TcpServerSocket listener = listen()) {
            Greenlet<Void> server = serve(hub, listener, "ec", new SSLParameters(), stream -> {
                BufferedReader lines = lines(stream);
                say(stream, "you said " + lines.readLine() + "\n");
                assertThatThrownBy(lines::readLine).isInstanceOf(IOException.class);
            });
            try (Child client = client(listener, protocol, "-quiet")) {
                client.say("hello\n");
                client.await("you said hello");
            }
            server.get();
        }
    }

    // ---- openssl as server ----

    private static Child server(String certificate, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of("openssl", "s_server", "-accept", "127.0.0.1:0",
                "-cert", certificate + ".pem", "-key", certificate + ".key", "-naccept", "1"));
        command.addAll(List.of(options));
        return Child.start(Certificates.folder(), command.toArray(String[]::new));
    }

    private static TlsStream connect(Child server) throws Exception {
        String accept = server.await("ACCEPT ");
        int port = Integer.parseInt(accept.substring(accept.lastIndexOf(':') + 1).strip());
        TcpSocket socket = TcpSocket.connect("127.0.0.1", port);
        return TlsStream.client(socket, Certificates.client(), "localhost", port);
    }

    @ParameterizedTest
    @CsvSource({"-tls1_3, rsa", "-tls1_3, ec", "-tls1_2, rsa", "-tls1_2, ec"})
    @DisplayName("T6: our client talks with openssl s_server, and both end when it says so")
    void opensslServer(String protocol, String certificate, Hub hub) throws Exception {
        try (Child server = server(certificate, protocol, "-rev")) {
            try (TlsStream stream = connect(server)) {
                BufferedReader lines = lines(stream);
                say(stream, "hello\n");
                assertThat(lines.readLine()).isEqualTo("olleh");
                stream.shutdownOutput();
                assertThat(lines.readLine()).isNull();
            }
            assertThat(server.exitValue()).isZero();
        }
    }

    @ParameterizedTest
    @CsvSource({"-tls1_3", "-tls1_2"})
    @DisplayName("T6: our client gets a page from openssl s_server over HTTP, to its end")
    void opensslPage(String protocol, Hub hub) throws Exception {
        try (Child server = server("rsa", protocol, "-www")) {
            try (TlsStream stream = connect(server)) {
                say(stream, "GET / HTTP/1.0\r\n\r\n");
                String page = new String(stream.inputStream().readAllBytes(), US_ASCII);
                assertThat(page).startsWith("HTTP/1.0 200 ok").contains("New, TLSv").endsWith("</HTML>\r\n\r\n");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"r", "R"})
    @DisplayName("T3: our client refuses the renegotiation that a server of TLS 1.2 asks for")
    void serverRenegotiates(String command, Hub hub) throws Exception {
        try (Child server = server("ec", "-tls1_2")) {
            try (TlsStream stream = connect(server)) {
                stream.handshake();
                server.await("END SSL SESSION PARAMETERS");
                server.say(command + "\n");
                assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1)))
                        .isInstanceOf(SSLException.class).hasMessageContaining("renegotiate");
            }
        }
    }

    // ---- curl ----

    @ParameterizedTest
    @CsvSource({"1.3, rsa", "1.3, ec", "1.2, rsa", "1.2, ec"})
    @DisplayName("T6: curl gets a large page from our server")
    void curl(String version, String certificate, Hub hub) throws Exception {
        String page = "0123456789abcdef".repeat(20_000);
        SSLParameters parameters = new SSLParameters();
        parameters.setApplicationProtocols(new String[] {"http/1.1"});
        try (TcpServerSocket listener = listen()) {
            Greenlet<Void> server = serve(hub, listener, certificate, parameters, stream -> {
                BufferedReader lines = lines(stream);
                assertThat(lines.readLine()).isEqualTo("GET /page HTTP/1.1");
                while (!lines.readLine().isEmpty()) {
                    // the rest of the head
                }
                assertThat(stream.applicationProtocol()).isEqualTo("http/1.1");
                assertThat(stream.session().getProtocol()).isEqualTo("TLSv" + version);
                say(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                say(stream, page);
            });
            try (Child curl = Child.start(Certificates.folder(), "curl", "-sS", "--cacert", "ca.pem", "--noproxy", "*",
                    "--tlsv" + version, "--tls-max", version, "--http1.1",
                    "--resolve", "localhost:" + listener.port() + ":127.0.0.1",
                    "https://localhost:" + listener.port() + "/page")) {
                assertThat(curl.rest().strip()).isEqualTo(page);
                assertThat(curl.exitValue()).isZero();
            }
            server.get();
        }
    }

    @ParameterizedTest
    @CsvSource({"untrusted, 60", "expired, 60"})
    @DisplayName("a client that refuses our certificate is an error of the handshake on our side, too")
    void curlRefuses(String certificate, int exitValue, Hub hub) throws Exception {
        try (TcpServerSocket listener = listen()) {
            Greenlet<Void> server = serve(hub, listener, certificate, new SSLParameters(),
                    stream -> assertThatThrownBy(() -> stream.read(ByteBuffer.allocate(1))).isInstanceOf(IOException.class));
            try (Child curl = Child.start(Certificates.folder(), "curl", "-sS", "--cacert", "ca.pem", "--noproxy", "*",
                    "--resolve", "localhost:" + listener.port() + ":127.0.0.1", "https://localhost:" + listener.port() + "/")) {
                assertThat(curl.exitValue()).isEqualTo(exitValue);
            }
            server.get();
        }
    }
}
