package dev.jevent.io.program;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.tls.TlsContexts;
import dev.jevent.io.tls.TlsStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * A server that answers each line {@code GET} with a page over TLS, by {@link TlsStream}, or, to compare it with, by the blocking
 * sockets of the JDK. {@code src/test/tlsfuzzer/run} sets tlsfuzzer on it.
 *
 * <p>Arguments: {@code jevent} or {@code jsse}; the files of the certificate and the key; {@code want}, if it asks clients for
 * theirs. Says its port.
 */
public final class TlsPages {
    private static final byte[] PAGE = "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\npage\n".getBytes(US_ASCII);
    private static final int SILENCE = 10; // seconds

    private TlsPages() {}

    public static void main(String[] arguments) throws Exception {
        Path chain = Path.of(arguments[1]);
        SSLContext context = TlsContexts.builder().certificate(chain, Path.of(arguments[2])).trust(chain).build();
        boolean wants = arguments.length > 3;
        if (arguments[0].equals("jevent")) {
            Jevent.<Exception>run(() -> serve(context, wants));
        } else {
            serveBlocking(context, wants);
        }
    }

    private static void serve(SSLContext context, boolean wants) throws IOException {
        SSLParameters parameters = new SSLParameters();
        parameters.setWantClientAuth(wants);
        try (TcpServerSocket server = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100)) {
            System.out.println(server.port());
            while (true) {
                TcpSocket accepted = server.accept();
                Hub.current().spawn(() -> {
                    try (TlsStream stream = TlsStream.server(accepted, context, parameters)) {
                        stream.timeout(Duration.ofSeconds(SILENCE));
                        answer(stream.inputStream(), stream.outputStream());
                    } catch (IOException e) {
                        // tlsfuzzer has made it fail
                    }
                });
            }
        }
    }

    private static void serveBlocking(SSLContext context, boolean wants) throws IOException {
        try (SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(0, 100, InetAddress.getLoopbackAddress())) {
            server.setWantClientAuth(wants);
            System.out.println(server.getLocalPort());
            while (true) {
                SSLSocket accepted = (SSLSocket) server.accept();
                Thread.ofVirtual().start(() -> {
                    try (accepted) {
                        accepted.setSoTimeout(SILENCE * 1_000);
                        answer(accepted.getInputStream(), accepted.getOutputStream());
                    } catch (IOException e) {
                        // tlsfuzzer has made it fail
                    }
                });
            }
        }
    }

    /** One request, then the end: as the HTTP of old that tlsfuzzer speaks. */
    private static void answer(InputStream in, OutputStream out) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, US_ASCII));
        for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
            // the head of the request
        }
        out.write(PAGE);
        out.flush();
    }
}
