package dev.jevent.examples;

import static dev.jevent.Jevent.joinAllOrThrow;
import static dev.jevent.Jevent.spawn;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;

/** The servers, on ports that the system chooses, with their clients as greenlets of the same hub. */
class ServersTest {
    /** The JDK keeps a descriptor from its first socket on, which is no leak of the first test. */
    @BeforeAll
    static void openWhatTheJdkKeeps() throws IOException {
        listener().close();
    }

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
        var front = listener();
        var server = start(() -> EchoServer.serve(listener, 50));
        var forwarder = start(() -> PortForwarder.forward(front, addressOf(listener)));
        clients(addressOf(front), 20);
        forwarder.kill();
        server.kill();
    }
}
