package dev.jevent.examples;

import static dev.jevent.Jevent.joinAllOrThrow;
import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.yieldNow;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.io.net.TcpServerSocket;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
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
    void thePlainEchoServerAnswersMoreClientsThanItServesAtOnce() throws Exception {
        var listener = listener();
        var server = start(() -> PlainEchoServer.serve(listener, 3));
        clients(addressOf(listener), 20);
        server.kill();
        assertThat(listener.isClosed()).as("the listener, in whose accept the server was killed").isTrue();
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aKilledPlainEchoServerEndsItsConnections() throws Exception {
        var listener = listener();
        var server = start(() -> PlainEchoServer.serve(listener, 3));
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
        var server = start(() -> PlainEchoServer.serve(listener, 50));
        try (var forwarder = PortForwarder.forward("127.0.0.1:0", addressOf(listener))) {
            forwarder.start();
            clients((InetSocketAddress) forwarder.address(), 20);
        }
        server.kill();
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("B-SRV-15: a forwarder that is stopped passes on what its open connections send, to their end")
    void aStoppedForwarderLetsConnectionsEnd() throws Exception {
        var listener = listener();
        var server = start(() -> PlainEchoServer.serve(listener, 50));
        var forwarder = PortForwarder.forward("127.0.0.1:0", addressOf(listener));
        forwarder.start();
        try (var client = connect((InetSocketAddress) forwarder.address())) {
            client.getOutputStream().write('1');
            assertThat(client.getInputStream().read()).isEqualTo('1');
            var stopping = spawn(() -> forwarder.stop());
            yieldNow();
            assertThat(forwarder.started()).isFalse();
            client.getOutputStream().write('2');
            client.shutdownOutput();
            assertThat(client.getInputStream().readAllBytes()).containsExactly('2');
            assertThat(stopping.get()).as("no connection had to be killed").isTrue();
        }
        server.kill();
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void theEchoServerAnswers() throws Exception {
        try (var server = EchoServer.on("127.0.0.1:0")) {
            server.start();
            clients((InetSocketAddress) server.address(), 20);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void filesAreServed(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("a.txt"), "content");
        try (var server = FileServer.on("127.0.0.1:0", directory)) {
            server.start();
            var address = (InetSocketAddress) server.address();
            assertThat(ask(address, "GET /a.txt HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\ncontent");
            assertThat(ask(address, "GET /none HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 404 ");
            assertThat(ask(address, "GET /answers HTTP/1.0\r\n\r\n")).endsWith("\r\n\r\n3\n");
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void inTheChatEverybodyReadsWhatEverybodyWrites() throws Exception {
        try (var server = new ChatServer().on("127.0.0.1:0")) {
            server.start();
            var address = (InetSocketAddress) server.address();
            try (var ann = connect(address); var ben = connect(address)) {
                say(ann, "Ann");
                assertThat(hear(ann, 2)).containsExactly("Your name?", "Ann is here: Ann");
                say(ben, "Ann");
                say(ben, "Ben");
                assertThat(hear(ben, 3)).containsExactly("Your name?", "There is a Ann. Your name?", "Ben is here: Ann, Ben");
                say(ann, "hello");
                assertThat(hear(ann, 2)).containsExactly("Ben is here: Ann, Ben", "Ann: hello");
                assertThat(hear(ben, 1)).containsExactly("Ann: hello");
                ann.shutdownOutput();
                assertThat(hear(ben, 1)).containsExactly("Ann is gone");
                ben.shutdownOutput();
                assertThat(ben.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    private static void say(Socket socket, String line) throws IOException {
        socket.getOutputStream().write((line + "\n").getBytes(UTF_8));
    }

    private static List<String> hear(Socket socket, int count) throws IOException {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        while (lines.size() < count) {
            int next = socket.getInputStream().read();
            assertThat(next).as("a character after " + lines + line).isNotNegative();
            if (next == '\n') {
                lines.add(line.toString());
                line.setLength(0);
            } else {
                line.append((char) next);
            }
        }
        return lines;
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void datagramsAreAnswered() throws Exception {
        try (var server = UdpEcho.server(LOOPBACK)) {
            server.start();
            var asked = IntStream.range(1, 20).mapToObj(size -> spawn(() -> {
                assertThat(UdpEcho.ask((InetSocketAddress) server.address(), "x".repeat(size))).isEqualTo("Received " + size + " bytes");
            })).toList();
            joinAllOrThrow(asked);
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
            var echoServer = start(() -> PlainEchoServer.serve(echo, 50));
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
