package dev.jevent.examples;

import static dev.jevent.Jevent.joinAllOrThrow;
import static dev.jevent.Jevent.spawn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.UdpSocket;
import dev.jevent.io.net.UnixServerSocket;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;

/** The servers, on ports that the system chooses, with their clients as greenlets of the same hub. */
class ServersTest {
    private static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static ServerSocket listener() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static InetSocketAddress addressOf(ServerSocket listener) {
        return new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort());
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        var socket = new Socket();
        socket.connect(address);
        return socket;
    }

    /** Sends {@code text} and the end of the stream, and reads until its end. */
    private static String ask(InetSocketAddress address, String text) throws IOException {
        try (var socket = connect(address)) {
            socket.getOutputStream().write(text.getBytes(UTF_8));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private static void clients(InetSocketAddress address, int count) throws Exception {
        var jobs = IntStream.range(0, count).mapToObj(i -> spawn(() -> {
            assertThat(ask(address, "hello " + i)).isEqualTo("hello " + i);
        })).toList();
        joinAllOrThrow(jobs);
    }

    /** Killed in accept(), it ends with what the JDK makes of that. */
    private static Greenlet<Void> start(Task server) {
        Hub.current().notErrors(SocketException.class::isInstance);
        return spawn(server);
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void theEchoServerAnswersMoreClientsThanItServesAtOnce() throws Exception {
        var listener = listener();
        var server = start(() -> EchoServer.serve(listener, 3));
        clients(addressOf(listener), 20);
        server.kill();
        assertThat(listener.isClosed()).as("the listener, in whose accept the server was killed").isTrue();
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aKilledEchoServerEndsItsConnections() throws Exception {
        var listener = listener();
        var server = start(() -> EchoServer.serve(listener, 3));
        try (var client = connect(addressOf(listener))) {
            client.getOutputStream().write('x');
            assertThat(client.getInputStream().read()).isEqualTo('x');
            server.kill();
            assertThat(client.getInputStream().read()).as("the end of the stream").isEqualTo(-1);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void theForwarderPassesBothDirectionsAndTheirEnds() throws Exception {
        var listener = listener();
        try (var front = TcpServerSocket.bind(LOOPBACK, 50)) {
            var server = start(() -> EchoServer.serve(listener, 50));
            var forwarder = start(() -> PortForwarder.forward(front, addressOf(listener)));
            clients(front.getLocalAddress(), 20);
            forwarder.kill();
            assertThat(front.isOpen()).as("the listener, in whose accept the forwarder was killed").isTrue();
            server.kill();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void datagramsAreAnswered() throws Exception {
        try (var socket = UdpSocket.bound(LOOPBACK)) {
            var server = start(() -> UdpEcho.serve(socket));
            var asked = IntStream.range(1, 20).mapToObj(size -> spawn(() -> {
                assertThat(UdpEcho.ask(socket.getLocalAddress(), "x".repeat(size))).isEqualTo("Received " + size + " bytes");
            })).toList();
            joinAllOrThrow(asked);
            server.kill();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aPathOfTheFileSystemIsAPlaceToMeet(@TempDir Path directory) throws Exception {
        var path = directory.resolve("echo");
        try (var listener = UnixServerSocket.bind(path)) {
            var server = start(() -> UnixEcho.serve(listener));
            var asked = IntStream.range(0, 20).mapToObj(i -> spawn(() -> {
                assertThat(UnixEcho.ask(path, "hello " + i)).isEqualTo("hello " + i);
            })).toList();
            joinAllOrThrow(asked);
            server.kill();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void theProxyPassesRequestsOnAndMakesTunnels() throws Exception {
        var pages = HttpServer.create(LOOPBACK, 0);
        pages.createContext("/", exchange -> {
            var body = exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("Proxy-Connection");
            exchange.sendResponseHeaders(200, body.length());
            try (exchange) {
                exchange.getResponseBody().write(body.getBytes(UTF_8));
            }
        });
        pages.start();
        var echo = listener();
        try (var listener = TcpServerSocket.bind(LOOPBACK, 50)) {
            var echoServer = start(() -> EchoServer.serve(echo, 50));
            var server = start(() -> WebProxy.serve(listener));
            var proxy = new Proxy(Proxy.Type.HTTP, listener.getLocalAddress());

            var url = URI.create("http://localhost:" + pages.getAddress().getPort() + "/page?of=1").toURL();
            try (var body = url.openConnection(proxy).getInputStream()) {
                assertThat(new String(body.readAllBytes(), UTF_8)).isEqualTo("/page?of=1 null");
            }
            var tunnel = "CONNECT localhost:" + echo.getLocalPort() + " HTTP/1.1\r\n\r\n";
            assertThat(ask(listener.getLocalAddress(), tunnel + "through")).endsWith("\r\n\r\nthrough");
            assertThat(ask(listener.getLocalAddress(), "nonsense\n\n")).startsWith("HTTP/1.1 400 ");
            assertThat(ask(listener.getLocalAddress(), "GET http://localhost:1/ HTTP/1.1\n\n")).startsWith("HTTP/1.1 502 ");
            server.kill();
            echoServer.kill();
        } finally {
            pages.stop(0);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void pagesAreDownloadedAtOnce() throws Exception {
        var pages = HttpServer.create(LOOPBACK, 0);
        var all = new CyclicBarrier(3);
        var handlers = Executors.newCachedThreadPool();
        pages.setExecutor(handlers);
        pages.createContext("/", exchange -> {
            try (exchange) {
                all.await();
                exchange.getResponseHeaders().set("Connection", "close"); // else the JDK's client keeps it for the next request
                exchange.sendResponseHeaders(200, 5);
                exchange.getResponseBody().write("page\n".getBytes(UTF_8));
            } catch (Exception e) {
                throw new IOException(e);
            }
        });
        pages.start();
        try {
            var base = "http://localhost:" + pages.getAddress().getPort() + "/";
            var printed = Printed.by(() -> ConcurrentDownload.download(List.of(base + 1, base + 2, base + 3)));
            assertThat(printed.subList(0, 3)).containsExactly("Starting " + base + 1, "Starting " + base + 2, "Starting " + base + 3);
            assertThat(printed.subList(3, 6)).containsExactlyInAnyOrder(
                    base + "1: 5 bytes: page", base + "2: 5 bytes: page", base + "3: 5 bytes: page");
        } finally {
            pages.stop(0);
            handlers.shutdownNow();
        }
    }
}
