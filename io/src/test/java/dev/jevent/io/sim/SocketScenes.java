package dev.jevent.io.sim;

import static dev.jevent.io.sim.Drives.check;
import static dev.jevent.io.sim.Drives.checkEquals;
import static dev.jevent.io.sim.Drives.spawn;
import static dev.jevent.io.sim.StreamScenes.loopback;

import dev.jevent.Greenlet;
import dev.jevent.Interest;
import dev.jevent.io.PollSet;
import dev.jevent.io.net.Connector;
import dev.jevent.io.net.ServerStreamSocket;
import dev.jevent.io.net.StreamSocket;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.net.UdpSocket;
import dev.jevent.io.net.UnixServerSocket;
import dev.jevent.io.net.UnixSocket;
import dev.jevent.testkit.World;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Connections that are made and accepted, datagrams, and polls of several sockets. */
final class SocketScenes {
    private static final Path PATH = Path.of("simulated");
    private static final int DATAGRAMS = 6;

    private SocketScenes() {}

    // ---- accepting ----

    /** Makes a server. */
    interface ServerOpening {
        ServerStreamSocket<?> open() throws IOException;
    }

    /** Connects to it. */
    interface Connecting {
        StreamSocket connect(ServerStreamSocket<?> server) throws IOException;
    }

    static Scene.Opening accepting(ServerOpening opening, Connecting connecting) {
        return world -> new Accepting(world, opening.open(), connecting);
    }

    private static final class Accepting implements Scene {
        private static final int CLIENTS = 3;

        private final ServerStreamSocket<?> server;
        private final List<StreamSocket> accepted = new ArrayList<>();
        private final List<StreamSocket> clients = new ArrayList<>();
        private final Greenlet<Void> connector;

        Accepting(World world, ServerStreamSocket<?> server, Connecting connecting) {
            this.server = server;
            connector = spawn(world, () -> {
                while (clients.size() < CLIENTS && server.isOpen()) {
                    world.pause();
                    try {
                        clients.add(connecting.connect(server));
                    } catch (IOException e) {
                        world.hub().sleep(Duration.ofMillis(1)); // no descriptor, or the server was closed
                    }
                }
            });
        }

        @Override
        public void go() throws IOException {
            while (accepted.size() < CLIENTS) {
                accepted.add(server.accept());
            }
        }

        @Override
        public boolean limit(Duration limit) {
            server.timeout(limit);
            return true;
        }

        @Override
        public void halfWay(Throwable how) {
            check(server.isOpen(), "closed by " + how);
        }

        @Override
        public boolean shut() throws IOException {
            server.close();
            return true;
        }

        @Override
        public void over() throws IOException {
            connector.join();
            for (int i = 0; i < CLIENTS; i++) {
                StreamSocket client = clients.get(i);
                client.write(ByteBuffer.wrap(new byte[] {(byte) i}));
                client.shutdownOutput();
                ByteBuffer into = ByteBuffer.allocate(2);
                while (accepted.get(i).read(into) >= 0) {
                    // to the end
                }
                checkEquals(into.position(), 1, "bytes of connection " + i);
                checkEquals(into.get(0), i, "the connection");
            }
            check(server.tryAccept() == null, "another connection");
        }

        @Override
        public void close() throws IOException {
            server.close();
            connector.join();
            for (StreamSocket each : clients) {
                each.close();
            }
            for (StreamSocket each : accepted) {
                each.close();
            }
        }
    }

    // ---- connecting ----

    /** Makes a connection. */
    interface Dial {
        StreamSocket connect() throws IOException;
    }

    /** Servers, one of which a call connects to. Each of them closes what it accepted when the other side does. */
    private static class Dialling implements Scene {
        private final List<ServerStreamSocket<?>> servers;
        private final List<Greenlet<Void>> accepting = new ArrayList<>();
        private final Dial dial;
        private StreamSocket connected;

        Dialling(World world, List<ServerStreamSocket<?>> servers, Dial dial) {
            this.servers = servers;
            this.dial = dial;
            for (ServerStreamSocket<?> server : servers) {
                accepting.add(spawn(world, () -> serve(world, server)));
            }
        }

        private static void serve(World world, ServerStreamSocket<?> server) {
            while (server.isOpen()) {
                StreamSocket accepted;
                try {
                    accepted = server.accept();
                } catch (IOException e) {
                    world.hub().sleep(Duration.ofMillis(1)); // no descriptor, or closed
                    continue;
                }
                spawn(world, () -> answer(accepted));
            }
        }

        private static void answer(StreamSocket accepted) throws IOException {
            try (accepted) {
                while (accepted.read(ByteBuffer.allocate(10)) >= 0) {
                    // until the other side closes
                }
            } catch (SocketException e) {
                // reset: nobody wanted this connection
            }
        }

        @Override
        public void go() throws IOException {
            if (connected == null) {
                connected = dial.connect();
            }
        }

        @Override
        public void over() throws IOException {
            connected.write(ByteBuffer.wrap(new byte[3]));
            connected.shutdownOutput();
            checkEquals(connected.read(ByteBuffer.allocate(1)), -1, "the answer");
        }

        @Override
        public void close() throws IOException {
            if (connected != null) {
                connected.close();
            }
            for (ServerStreamSocket<?> each : servers) {
                each.close();
            }
            accepting.forEach(Greenlet::join);
        }
    }

    private static Scene dialTcp(World world) throws IOException {
        TcpServerSocket server = TcpServerSocket.bind(loopback(), 1 + world.next(2));
        InetSocketAddress address = server.getLocalAddress();
        return new Dialling(world, List.of(server), () -> TcpSocket.connect(address));
    }

    private static Scene dialUnix(World world) throws IOException {
        UnixServerSocket server = UnixServerSocket.bind(PATH, 1 + world.next(2));
        return new Dialling(world, List.of(server), () -> UnixSocket.connect(PATH));
    }

    /** A name with four addresses: nobody is at the first, the second says nothing, servers are at the others. */
    private static Scene dialName(World world) throws IOException {
        InetSocketAddress first = new InetSocketAddress("127.0.0.4", 7);
        InetSocketAddress second = new InetSocketAddress("127.0.0.5", 7);
        List<ServerStreamSocket<?>> servers = List.of(TcpServerSocket.bind(first, 1), TcpServerSocket.bind(second, 1));
        world.network().silent(new InetSocketAddress("127.0.0.3", 7));
        world.hub().resolver(new SlowNames(world, List.of("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")));
        Dial dial = () -> new Connector("many.example", 7).headStart(Duration.ofMillis(world.next(3))).connect();
        return new Dialling(world, servers, dial) {
            @Override
            public void close() throws IOException {
                world.hub().resolver(null);
                super.close();
            }
        };
    }

    // ---- datagrams ----

    private static ByteBuffer datagram(int number) {
        return ByteBuffer.wrap(new byte[] {(byte) number, (byte) (number + 1)});
    }

    private static void checkDatagram(ByteBuffer received, int number) {
        check(received.flip().equals(datagram(number)), "datagram " + number + ": " + received);
    }

    private static Scene.Opening datagrams(boolean connected, boolean sends) {
        return world -> new Datagrams(world, connected, sends);
    }

    /** From one socket to another; the call is that of one side, the other goes on by itself. */
    private static final class Datagrams implements Scene {
        private final boolean connected;
        private final boolean sends;
        private final UdpSocket from = UdpSocket.bound(loopback());
        private final UdpSocket to = UdpSocket.bound(loopback());
        private final InetSocketAddress target = to.getLocalAddress();
        private final Greenlet<Void> other;
        private final ByteBuffer into = ByteBuffer.allocate(10);
        private int sent;
        private int received;

        Datagrams(World world, boolean connected, boolean sends) throws IOException {
            this.connected = connected;
            this.sends = sends;
            if (connected) {
                from.connect(target);
                to.connect(from.getLocalAddress());
            }
            other = spawn(world, () -> {
                try {
                    while ((sends ? received : sent) < DATAGRAMS) {
                        world.pause();
                        oneMore(!sends);
                    }
                } catch (IOException e) {
                    // closed
                }
            });
        }

        private void oneMore(boolean send) throws IOException {
            if (send) {
                ByteBuffer next = datagram(sent);
                try {
                    if (connected) {
                        from.write(next);
                    } else {
                        from.send(next, target);
                    }
                    sent++;
                } finally {
                    checkEquals(next.remaining(), sent > next.get(0) ? 0 : 2, "left of datagram " + next.get(0));
                }
            } else {
                into.clear();
                if (connected) {
                    checkEquals(to.read(into), 2, "size");
                } else {
                    check(to.receive(into).equals(from.getLocalAddress()), "the sender");
                }
                checkDatagram(into, received++);
            }
        }

        @Override
        public void go() throws IOException {
            while ((sends ? sent : received) < DATAGRAMS) {
                oneMore(sends);
            }
        }

        private UdpSocket mine() {
            return sends ? from : to;
        }

        @Override
        public boolean limit(Duration limit) {
            mine().timeout(limit);
            return true;
        }

        @Override
        public void halfWay(Throwable how) {
            check(mine().isOpen(), "closed by " + how);
        }

        @Override
        public boolean shut() throws IOException {
            mine().close();
            return true;
        }

        @Override
        public void over() throws IOException {
            other.join();
            checkEquals(sent, DATAGRAMS, "sent");
            checkEquals(received, DATAGRAMS, "received");
            check(to.tryReceive(into.clear()) == null, "another datagram");
        }

        @Override
        public void close() throws IOException {
            from.close();
            to.close();
            other.join();
        }
    }

    // ---- polls ----

    private static Scene.Opening polling(boolean once) {
        return world -> new Polling(world, once);
    }

    /** Waits for the bytes of two connections until all are there. */
    private static final class Polling implements Scene {
        private static final int BYTES = 4;

        private final World world;
        private final boolean once;
        private final StreamScenes.Ends one;
        private final StreamScenes.Ends two;
        private final List<Greenlet<Void>> writers = new ArrayList<>();
        private final PollSet set = new PollSet();
        private final ByteBuffer into = ByteBuffer.allocate(100);
        private Duration limit;

        Polling(World world, boolean once) throws IOException {
            this.world = world;
            this.once = once;
            one = StreamScenes.tcp(world);
            two = StreamScenes.tcp(world);
            set.register((TcpSocket) one.to(), Interest.READ.mask());
            set.register((TcpSocket) two.to(), Interest.READ.mask());
            for (StreamScenes.Ends each : List.of(one, two)) {
                writers.add(spawn(world, () -> write(each)));
            }
        }

        private void write(StreamScenes.Ends to) {
            try {
                for (int i = 0; i < BYTES; i++) {
                    world.pause();
                    to.from().write(ByteBuffer.wrap(new byte[] {1}));
                }
            } catch (IOException e) {
                // closed
            }
        }

        @Override
        public void go() throws IOException {
            while (into.position() < 2 * BYTES) {
                for (Object ready : poll()) {
                    check(((TcpSocket) ready).tryRead(into) != 0, "ready for nothing");
                }
            }
        }

        private List<?> poll() throws IOException {
            List<TcpSocket> sources = List.of((TcpSocket) one.to(), (TcpSocket) two.to());
            List<?> ready = once
                    ? PollSet.select(sources, List.of(), limit).readable()
                    : (limit == null ? set.poll() : set.poll(limit)).stream().map(PollSet.Ready::source).toList();
            if (ready.isEmpty()) {
                throw new java.net.SocketTimeoutException("nothing is ready");
            }
            return ready;
        }

        @Override
        public boolean limit(Duration limit) {
            this.limit = limit;
            return true;
        }

        @Override
        public void halfWay(Throwable how) {
            checkEquals(set.size(), 2, "registered");
        }

        @Override
        public void over() {
            checkEquals(into.position(), 2 * BYTES, "bytes");
            writers.forEach(Greenlet::join);
        }

        @Override
        public void close() throws IOException {
            set.close();
            one.close();
            two.close();
            writers.forEach(Greenlet::join);
        }
    }

    // ---- all of them ----

    private static StreamSocket dial(ServerStreamSocket<?> server) throws IOException {
        return server instanceof TcpServerSocket tcp ? TcpSocket.connect(tcp.getLocalAddress()) : UnixSocket.connect(PATH);
    }

    static List<Scene.Kind> accepts() {
        return List.of(
                new Scene.Kind("TcpServerSocket.accept", accepting(() -> TcpServerSocket.bind(loopback(), 2), SocketScenes::dial)),
                new Scene.Kind("UnixServerSocket.accept", accepting(() -> UnixServerSocket.bind(PATH, 2), SocketScenes::dial)));
    }

    static List<Scene.Kind> datagrams() {
        return List.of(
                new Scene.Kind("UdpSocket.send", datagrams(false, true)),
                new Scene.Kind("UdpSocket.write", datagrams(true, true)),
                new Scene.Kind("UdpSocket.receive", datagrams(false, false)),
                new Scene.Kind("UdpSocket.read", datagrams(true, false)));
    }

    static List<Scene.Kind> polls() {
        return List.of(
                new Scene.Kind("PollSet.poll", polling(false)),
                new Scene.Kind("PollSet.select", polling(true)));
    }

    static List<Scene.Kind> connects() {
        return List.of(
                new Scene.Kind("TcpSocket.connect(address)", SocketScenes::dialTcp),
                new Scene.Kind("UnixSocket.connect", SocketScenes::dialUnix),
                new Scene.Kind("TcpSocket.connect(name)", SocketScenes::dialName));
    }
}
