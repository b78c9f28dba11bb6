package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;

/** The contract of {@code java.net} on the hub's loop: views of our sockets, and what the factories make. */
@SuppressWarnings("try") // closing before the end of the block is what is tested
class SocketsTest {
    private static final Duration SHORT = Duration.ofMillis(20);
    private static final int SHORT_MILLIS = 20;

    @BeforeAll
    static void keepSelectors() throws IOException {
        KeptSelectors.make();
    }

    private record Pair(Socket client, Socket server) implements AutoCloseable {
        static Pair open() throws IOException {
            try (ServerSocket listener = Sockets.serverFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
                Socket client = Sockets.factory().createSocket(listener.getInetAddress(), listener.getLocalPort());
                return new Pair(client, listener.accept());
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            server.close();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("a socket that nobody refers to any more is closed, as the JDK closes its own, also if a loop has watched it")
    void forgottenSocketsAreClosed(Hub hub) throws Exception {
        try (Socket server = halfForgotten(hub)) {
            Greenlet<Integer> end = hub.spawn(() -> server.getInputStream().read());
            while (!end.isDone()) {
                System.gc();
                hub.sleep(SHORT);
            }
            assertThat(end.get()).isEqualTo(-1);
        }
    }

    /** A connection whose other side waited on the loop once, and is out of reach now, as is the listener. */
    private static Socket halfForgotten(Hub hub) throws Exception {
        ServerSocket listener = Sockets.serverFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress());
        Socket client = Sockets.factory().createSocket(listener.getInetAddress(), listener.getLocalPort());
        Socket server = listener.accept();
        Greenlet<Integer> read = hub.spawn(() -> client.getInputStream().read());
        hub.yieldNow();
        server.getOutputStream().write(7);
        assertThat(read.get()).isEqualTo(7);
        return server;
    }

    /** Runs {@code body} on a thread without a hub and waits for it as a greenlet does. */
    private static <T> T elsewhere(boolean virtual, java.util.concurrent.Callable<T> body) throws Exception {
        return start(virtual, body).get();
    }

    private static <T> CompletableFuture<T> start(boolean virtual, java.util.concurrent.Callable<T> body) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            if (virtual) {
                // Of the JDK's scheduler: a platform thread starts it.
                try {
                    Thread.ofVirtual().start(() -> complete(result, body)).join();
                } catch (InterruptedException e) {
                    result.completeExceptionally(e);
                }
            } else {
                complete(result, body);
            }
        });
        thread.start();
        return result;
    }

    private static <T> void complete(CompletableFuture<T> result, java.util.concurrent.Callable<T> body) {
        try {
            result.complete(body.call());
        } catch (Throwable e) {
            result.completeExceptionally(e);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("B-PAT-01: what was written for java.net works between greenlets of one hub: a server and its client")
    void aServerAndItsClientInOneHub(Hub hub) throws Exception {
        try (ServerSocket listener = Sockets.serverFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Greenlet<Void> server = hub.spawn(() -> {
                try (Socket accepted = listener.accept()) {
                    accepted.getInputStream().transferTo(accepted.getOutputStream());
                }
            });
            byte[] data = new byte[500_000];
            Arrays.fill(data, (byte) 7);
            try (Socket client = Sockets.factory().createSocket()) {
                client.connect(new InetSocketAddress(listener.getInetAddress(), listener.getLocalPort()), 5000);
                Greenlet<byte[]> reader = hub.spawn(() -> client.getInputStream().readAllBytes());
                client.getOutputStream().write(data);
                client.shutdownOutput();
                assertThat(reader.get()).isEqualTo(data);
            }
            server.get();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aReadThatTimesOutLeavesTheSocketUsable() throws Exception {
        try (Pair pair = Pair.open()) {
            pair.client.setSoTimeout(SHORT_MILLIS);
            assertThat(pair.client.getSoTimeout()).isEqualTo(SHORT_MILLIS);
            InputStream in = pair.client.getInputStream();
            assertThatThrownBy(in::read).isInstanceOf(SocketTimeoutException.class).hasMessage("Read timed out");
            pair.server.getOutputStream().write(42);
            assertThat(in.read()).isEqualTo(42);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void anAcceptThatTimesOutLeavesTheServerUsable() throws Exception {
        try (ServerSocket listener = Sockets.serverFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            listener.setSoTimeout(SHORT_MILLIS);
            assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class).hasMessage("Accept timed out");
            try (Socket client = Sockets.factory().createSocket(listener.getInetAddress(), listener.getLocalPort());
                    Socket accepted = listener.accept()) {
                assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
                assertThat(accepted.getSoTimeout()).as("not inherited").isZero();
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aConnectThatTimesOutOrIsRefusedFailsAsInTheJdk() throws Exception {
        InetAddress here = InetAddress.getLoopbackAddress();
        int port;
        try (ServerSocket full = Sockets.serverFactory().createServerSocket(0, 1, here)) {
            port = full.getLocalPort();
            List<Socket> fillers = new ArrayList<>();
            try {
                assertThatThrownBy(() -> {
                    for (int i = 0; i < 20; i++) {
                        Socket filler = Sockets.factory().createSocket();
                        fillers.add(filler);
                        filler.connect(new InetSocketAddress(here, port), 200);
                    }
                }).isInstanceOf(SocketTimeoutException.class).hasMessage("Connect timed out");
                assertThat(fillers.getLast().isClosed()).isTrue();
            } finally {
                for (Socket filler : fillers) {
                    filler.close();
                }
            }
        }
        assertThatThrownBy(() -> Sockets.factory().createSocket(here, port)).isInstanceOf(ConnectException.class);
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aKillAndATimeoutLeaveTheSocketOpen(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            Greenlet<Integer> reader = hub.spawn(() -> pair.client.getInputStream().read());
            hub.yieldNow();
            reader.kill();
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> pair.client.getInputStream().read()))
                    .isInstanceOf(TimeoutException.class);
            assertThat(pair.client.isClosed()).isFalse();
            pair.server.getOutputStream().write(7);
            assertThat(pair.client.getInputStream().read()).isEqualTo(7);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("a driver that is killed sees its connection fail, with an exception that it knows; then the kill ends the greenlet")
    void aKillInTheMiddleOfACallIsAnExceptionThereAndTheOutcomeOfTheGreenlet(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            List<String> seen = new ArrayList<>();
            Greenlet<Void> caught = hub.spawn(() -> {
                try {
                    pair.client.getInputStream().read();
                } catch (SocketException e) {
                    seen.add(e.getMessage() + " " + Thread.currentThread().isInterrupted());
                    assertThatThrownBy(() -> pair.client.getInputStream().read()).hasMessage("Interrupted");
                }
                hub.yieldNow();
                seen.add("not reached");
            });
            Greenlet<Void> passedOn = hub.spawn(() -> {
                try {
                    pair.server.getInputStream().read();
                } catch (SocketException e) {
                    throw new IllegalStateException("the query failed", e);
                }
            });
            hub.yieldNow();
            caught.kill();
            passedOn.kill();
            assertThat(seen).containsExactly("Interrupted true");
            assertThat(caught.exit()).isNotNull();
            assertThat(passedOn.exit()).isNotNull();
            assertThat(passedOn.exit().getSuppressed()).singleElement().isInstanceOf(IllegalStateException.class);
            pair.client.getOutputStream().write(1);
            assertThat(pair.server.getInputStream().read()).isEqualTo(1);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aKillLeavesAServerSocketOpenAndTakesNoConnectionAway(Hub hub) throws Exception {
        try (ServerSocket listener = Sockets.serverFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Greenlet<Socket> acceptor = hub.spawn(listener::accept);
            hub.yieldNow();
            acceptor.kill();
            try (Socket client = Sockets.factory().createSocket(listener.getInetAddress(), listener.getLocalPort());
                    Socket accepted = listener.accept()) {
                assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void anInterruptClosesAsTheJdkSaysOfVirtualThreads(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            Greenlet<Boolean> reader = hub.spawn(() -> {
                assertThatThrownBy(() -> pair.client.getInputStream().read())
                        .isInstanceOf(SocketException.class).hasMessage("Closed by interrupt");
                return Thread.interrupted();
            });
            hub.yieldNow();
            reader.thread().interrupt();
            assertThat(reader.get()).as("its interrupt status").isTrue();
            assertThat(pair.client.isClosed()).isTrue();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("B-SOC-12: who waits in a socket that is closed gets an error at once, whatever its kind of thread")
    void closeEndsEveryWait(Hub hub, Errors errors) throws Exception {
        try (Pair one = Pair.open(); Pair two = Pair.open(); Pair three = Pair.open();
                ServerSocket listener = Sockets.serverFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Greenlet<Integer> greenlet = hub.spawn(() -> one.client.getInputStream().read());
            Greenlet<Socket> acceptor = hub.spawn(listener::accept);
            CompletableFuture<Integer> thread = start(false, () -> two.client.getInputStream().read());
            CompletableFuture<Integer> virtual = start(true, () -> three.client.getInputStream().read());
            hub.yieldNow();
            one.client.close();
            listener.close();
            two.client.close(); // before, or after, they have begun to wait
            three.client.close();
            errors.expect(SocketException.class, 2);
            assertThatThrownBy(greenlet::get).cause().isInstanceOf(SocketException.class).hasMessage("Socket closed");
            assertThatThrownBy(acceptor::get).cause().isInstanceOf(SocketException.class).hasMessage("Socket closed");
            assertThatThrownBy(thread::get).cause().isInstanceOf(SocketException.class).hasMessageMatching("Socket (is )?closed");
            assertThatThrownBy(virtual::get).cause().isInstanceOf(SocketException.class).hasMessageMatching("Socket (is )?closed");
            assertThatThrownBy(() -> one.client.getInputStream()).isInstanceOf(SocketException.class).hasMessage("Socket is closed");
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("B-PAT-04: a socket goes from a greenlet to threads without a hub, and back")
    void aSocketWorksOnEveryKindOfThread(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            for (boolean virtual : new boolean[] {false, true}) {
                CompletableFuture<Integer> there = start(virtual, () -> pair.client.getInputStream().read());
                pair.server.getOutputStream().write(1);
                assertThat(there.get()).isEqualTo(1);

                Greenlet<Integer> here = hub.spawn(() -> pair.client.getInputStream().read());
                hub.yieldNow();
                elsewhere(virtual, () -> {
                    pair.server.getOutputStream().write(2);
                    return null;
                });
                assertThat(here.get()).isEqualTo(2);

                assertThatThrownBy(() -> elsewhere(virtual, () -> {
                    pair.client.setSoTimeout(SHORT_MILLIS);
                    return pair.client.getInputStream().read();
                })).isInstanceOf(ExecutionException.class).cause()
                        .isInstanceOf(SocketTimeoutException.class).hasMessage("Read timed out");
                pair.client.setSoTimeout(0);
            }
            byte[] much = new byte[5_000_000];
            CompletableFuture<byte[]> reader = start(false, () -> pair.server.getInputStream().readAllBytes());
            elsewhere(false, () -> {
                pair.client.getOutputStream().write(much);
                pair.client.shutdownOutput();
                return null;
            });
            assertThat(reader.get()).hasSameSizeAs(much);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aPlatformThreadIsNotDisturbedByAnInterrupt() throws Exception {
        try (Pair pair = Pair.open()) {
            CompletableFuture<Boolean> there = start(false, () -> {
                Thread.currentThread().interrupt();
                assertThat(pair.client.getInputStream().read()).isEqualTo(3);
                return Thread.interrupted();
            });
            pair.server.getOutputStream().write(3);
            assertThat(there.get()).as("its interrupt status").isTrue();
            assertThat(pair.client.isClosed()).isFalse();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void thoseWhoComeAtOnceTakeTurns(Hub hub) throws Exception {
        try (Pair pair = Pair.open();
                ServerSocket listener = Sockets.serverFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            List<Greenlet<Integer>> readers = new ArrayList<>();
            List<Greenlet<Socket>> acceptors = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(hub.spawn(() -> pair.client.getInputStream().read()));
                acceptors.add(hub.spawn(listener::accept));
            }
            hub.yieldNow();
            pair.server.getOutputStream().write(new byte[] {1, 2, 3});
            hub.joinAll(readers);
            assertThat(readers).extracting(Greenlet::value).containsExactlyInAnyOrder(1, 2, 3);
            for (Greenlet<Socket> acceptor : acceptors) {
                Sockets.factory().createSocket(listener.getInetAddress(), listener.getLocalPort()).close();
                acceptor.get().close();
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void availableCountsWhatTheNextReadGets() throws Exception {
        try (Pair pair = Pair.open()) {
            InputStream in = pair.client.getInputStream();
            assertThat(in.available()).isZero();
            pair.server.getOutputStream().write("hello".getBytes());
            pair.server.shutdownOutput();
            assertThat(in.read()).isEqualTo('h');
            assertThat(in.available()).isEqualTo(4);
            assertThat(in.available()).isEqualTo(4);
            assertThat(in.readNBytes(4)).isEqualTo("ello".getBytes());
            assertThat(in.available()).isZero();
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void halvesAreClosedApart(Hub hub) throws Exception {
        try (Pair pair = Pair.open()) {
            Greenlet<Integer> reader = hub.spawn(() -> pair.client.getInputStream().read());
            hub.yieldNow();
            pair.client.shutdownInput();
            assertThat(reader.get()).as("who waits finds the end").isEqualTo(-1);
            pair.client.getOutputStream().write(5);
            assertThat(pair.server.getInputStream().read()).isEqualTo(5);
            pair.client.shutdownOutput();
            assertThat(pair.server.getInputStream().read()).isEqualTo(-1);
            assertThat(pair.client.isOutputShutdown()).isTrue();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void optionsAreThoseOfTheJdk() throws Exception {
        try (Pair pair = Pair.open()) {
            Socket socket = pair.client;
            socket.setTcpNoDelay(true);
            socket.setKeepAlive(true);
            socket.setSoLinger(true, 5);
            socket.setOOBInline(true);
            socket.setReuseAddress(true);
            socket.setReceiveBufferSize(10_000);
            socket.setSendBufferSize(10_000);
            assertThat(socket.getTcpNoDelay()).isTrue();
            assertThat(socket.getKeepAlive()).isTrue();
            assertThat(socket.getSoLinger()).isEqualTo(5);
            assertThat(socket.getOOBInline()).isTrue();
            assertThat(socket.getReuseAddress()).isTrue();
            assertThat(socket.getReceiveBufferSize()).isGreaterThanOrEqualTo(10_000);
            socket.setSoLinger(false, 0);
            assertThat(socket.getSoLinger()).isEqualTo(-1);
            assertThat(socket.setOption(StandardSocketOptions.TCP_NODELAY, false).getOption(StandardSocketOptions.TCP_NODELAY)).isFalse();
            assertThat(socket.supportedOptions()).contains(StandardSocketOptions.SO_KEEPALIVE);
            assertThat(socket.getLocalAddress()).isEqualTo(InetAddress.getLoopbackAddress());
            assertThat(socket.getRemoteSocketAddress()).isEqualTo(pair.server.getLocalSocketAddress());
            socket.sendUrgentData('!');
            pair.server.setOOBInline(true);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aConnectionThatIsResetSaysSo() throws Exception {
        try (Pair pair = Pair.open()) {
            pair.server.setSoLinger(true, 0);
            pair.server.close();
            assertThatThrownBy(() -> pair.client.getInputStream().read())
                    .isInstanceOf(SocketException.class).hasMessage("Connection reset");
        }
    }

    private static ServerSocket peer;

    private static final class ReadsAtItsInitialisation {
        static final int READ;

        static {
            try (Socket client = Sockets.factory().createSocket(peer.getInetAddress(), peer.getLocalPort())) {
                client.setSoTimeout(20_000);
                READ = client.getInputStream().read();
            } catch (IOException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }

    /** There a greenlet cannot leave the hub's thread, so the loop that would wake it doesn't turn. */
    @HubTest(virtualTime = false, inGreenlet = true)
    void aWaitInAStaticInitialiserEnds(Hub hub) throws Exception {
        try (ServerSocket listener = Sockets.serverFactory().createServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            peer = listener;
            CompletableFuture<Void> writer = start(false, () -> {
                try (Socket accepted = listener.accept()) {
                    while (hub.thread().getState() != Thread.State.WAITING) {
                        Thread.sleep(1); // until the hub stands still
                    }
                    accepted.getOutputStream().write(6);
                    return null;
                }
            });
            assertThat(ReadsAtItsInitialisation.READ).isEqualTo(6);
            writer.get();
        }
    }

    // ---- views ----

    @HubTest(virtualTime = false, inGreenlet = true)
    void aViewIsTheConnectionItself(Hub hub) throws Exception {
        try (TcpServerSocket listener = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)) {
            ServerSocket server = listener.asServerSocket();
            assertThat(server).isSameAs(listener.asServerSocket());
            assertThat(server.isBound()).isTrue();
            assertThat(server.getLocalPort()).isEqualTo(listener.port());
            try (TcpSocket client = TcpSocket.connect(listener.getLocalAddress()); Socket accepted = server.accept()) {
                Socket view = client.asSocket();
                assertThat(view).isSameAs(client.asSocket());
                assertThat(view.isConnected()).isTrue();
                assertThat(view.getPort()).isEqualTo(listener.port());
                assertThat(view.getLocalPort()).isEqualTo(accepted.getPort());
                view.setSoTimeout(SHORT_MILLIS);
                assertThat(client.timeout()).isNull();
                assertThatThrownBy(() -> view.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
                accepted.getOutputStream().write(9);
                assertThat(view.getInputStream().read()).isEqualTo(9);
                client.outputStream().write(8);
                assertThat(accepted.getInputStream().read()).isEqualTo(8);

                CompletableFuture<Integer> waiting = start(false, () -> accepted.getInputStream().read());
                view.close();
                assertThat(waiting.get()).isEqualTo(-1);
                assertThat(client.isOpen()).isFalse();
            }
            listener.close();
            assertThat(server.isClosed()).isTrue();
            assertThatThrownBy(server::accept).isInstanceOf(SocketException.class).hasMessage("Socket is closed");
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aViewHearsThatItsConnectionWasClosed(Hub hub) throws Exception {
        try (TcpServerSocket listener = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
                TcpSocket client = TcpSocket.connect(listener.getLocalAddress()); TcpSocket accepted = listener.accept()) {
            Socket view = client.asSocket();
            view.setSoTimeout(30_000);
            InputStream in = view.getInputStream();
            CompletableFuture<Integer> thread = start(false, in::read);
            client.close();
            assertThatThrownBy(thread::get).cause().isInstanceOf(SocketException.class).hasMessage("Socket closed");
            assertThat(view.isClosed()).isTrue();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aViewOfASocketThatIsNotConnectedConnectsIt() throws Exception {
        try (TcpServerSocket listener = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
                TcpSocket client = new TcpSocket()) {
            Socket view = client.asSocket();
            assertThat(view.isConnected()).isFalse();
            view.connect(listener.getLocalAddress());
            try (TcpSocket accepted = listener.accept()) {
                assertThat(client.isConnected()).isTrue();
                assertThat(client.getLocalAddress()).isEqualTo(accepted.remoteAddress());
            }
        }
    }
}
