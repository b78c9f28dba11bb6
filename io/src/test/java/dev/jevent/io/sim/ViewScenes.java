package dev.jevent.io.sim;

import static dev.jevent.io.sim.Drives.check;
import static dev.jevent.io.sim.Drives.checkEquals;
import static dev.jevent.io.sim.Drives.spawn;
import static dev.jevent.io.sim.StreamScenes.SIZE;
import static dev.jevent.io.sim.StreamScenes.complete;
import static dev.jevent.io.sim.StreamScenes.data;
import static dev.jevent.io.sim.StreamScenes.loopback;

import dev.jevent.Greenlet;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.testkit.World;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The sockets of {@code java.net}, as views of jevent's. A kill ends their calls with an exception, and closes nothing. */
final class ViewScenes {
    private ViewScenes() {}

    /** Writes; since nobody says how much went, it looks at what arrived before it goes on. */
    private static final class Sending implements Scene {
        private final World world;
        private final StreamScenes.Ends ends;
        private final Socket view;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final Greenlet<Void> receiver;

        Sending(World world) throws IOException {
            this.world = world;
            ends = StreamScenes.tcp(world);
            view = ((TcpSocket) ends.from()).asSocket();
            receiver = spawn(world, () -> {
                ByteBuffer into = ByteBuffer.allocate(1 + world.next(40));
                try {
                    while (ends.to().read(into.clear()) >= 0) {
                        received.write(into.array(), 0, into.position());
                    }
                } catch (IOException e) {
                    // reset, or closed
                }
            });
        }

        @Override
        public void go() throws IOException {
            view.getOutputStream().write(data(), received.size(), SIZE - received.size());
        }

        @Override
        public void halfWay(Throwable how) {
            check(!view.isClosed() && ends.from().isOpen(), "closed by " + how);
            Drives.quiet(world);
        }

        @Override
        public void over() throws IOException {
            view.shutdownOutput();
            receiver.join();
            check(Arrays.equals(received.toByteArray(), data()), "received " + Arrays.toString(received.toByteArray()));
        }

        @Override
        public boolean shut() throws IOException {
            view.close();
            return true;
        }

        @Override
        public void failed() throws IOException {
            close();
            byte[] arrived = received.toByteArray();
            check(Arrays.equals(arrived, Arrays.copyOf(data(), arrived.length)), "received " + Arrays.toString(arrived));
        }

        @Override
        public void close() throws IOException {
            ends.close();
            receiver.join();
            check(view.isClosed(), "the view of a closed socket is open");
        }
    }

    private static final class Receiving implements Scene {
        private final StreamScenes.Ends ends;
        private final Socket view;
        private final Greenlet<Void> sender;
        private final byte[] bytes = new byte[SIZE];
        private int count;

        Receiving(World world) throws IOException {
            ends = StreamScenes.tcp(world);
            view = ((TcpSocket) ends.to()).asSocket();
            sender = spawn(world, () -> {
                try {
                    ByteBuffer from = ByteBuffer.wrap(data());
                    while (from.hasRemaining()) {
                        from.limit(Math.min(SIZE, from.position() + 1 + world.next(30)));
                        ends.from().write(from);
                        from.limit(SIZE);
                        if (world.oneIn(4)) {
                            world.pause();
                        }
                    }
                    ends.from().shutdownOutput();
                } catch (IOException e) {
                    // reset, or closed
                }
            });
        }

        @Override
        public void go() throws IOException {
            while (count < SIZE) {
                int read = view.getInputStream().read(bytes, count, SIZE - count);
                complete(read);
                count += read;
            }
        }

        @Override
        public boolean limit(Duration limit) throws IOException {
            view.setSoTimeout(limit == null ? 0 : (int) Math.max(1, limit.toMillis()));
            return true;
        }

        @Override
        public void halfWay(Throwable how) {
            check(!view.isClosed() && ends.to().isOpen(), "closed by " + how);
        }

        @Override
        public void over() throws IOException {
            sender.join();
            check(Arrays.equals(bytes, data()), "received " + Arrays.toString(bytes));
            checkEquals(view.getInputStream().read(), -1, "behind the end");
        }

        @Override
        public boolean shut() throws IOException {
            view.close();
            return true;
        }

        @Override
        public void failed() throws IOException {
            close();
            check(Arrays.equals(Arrays.copyOf(bytes, count), Arrays.copyOf(data(), count)), "received " + Arrays.toString(bytes));
        }

        @Override
        public void close() throws IOException {
            ends.close();
            sender.join();
        }
    }

    private static final class Accepting implements Scene {
        private static final int CLIENTS = 3;

        private final TcpServerSocket server = TcpServerSocket.bind(loopback(), 2);
        private final ServerSocket view = server.asServerSocket();
        private final List<Socket> accepted = new ArrayList<>();
        private final List<TcpSocket> clients = new ArrayList<>();
        private final Greenlet<Void> connector;

        Accepting(World world) throws IOException {
            connector = spawn(world, () -> {
                while (clients.size() < CLIENTS && server.isOpen()) {
                    world.pause();
                    try {
                        clients.add(TcpSocket.connect(server.getLocalAddress()));
                    } catch (IOException e) {
                        world.hub().sleep(Duration.ofMillis(1)); // no descriptor, or the server was closed
                    }
                }
            });
        }

        @Override
        public void go() throws IOException {
            while (accepted.size() < CLIENTS) {
                accepted.add(view.accept());
            }
        }

        @Override
        public boolean limit(Duration limit) throws IOException {
            view.setSoTimeout(limit == null ? 0 : (int) Math.max(1, limit.toMillis()));
            return true;
        }

        @Override
        public void halfWay(Throwable how) {
            check(!view.isClosed() && server.isOpen(), "closed by " + how);
        }

        @Override
        public boolean shut() throws IOException {
            view.close();
            return true;
        }

        @Override
        public void over() throws IOException {
            connector.join();
            for (int i = 0; i < CLIENTS; i++) {
                checkEquals(accepted.get(i).getPort(), clients.get(i).getLocalAddress().getPort(), "port of connection " + i);
            }
            check(server.tryAccept() == null, "another connection");
        }

        @Override
        public void close() throws IOException {
            server.close();
            connector.join();
            for (Socket each : accepted) {
                each.close();
            }
            for (TcpSocket each : clients) {
                each.close();
            }
        }
    }

    static List<Scene.Kind> kinds() {
        return List.of(
                new Scene.Kind("asSocket().getOutputStream().write", Sending::new),
                new Scene.Kind("asSocket().getInputStream().read", Receiving::new),
                new Scene.Kind("asServerSocket().accept", world -> new Accepting(world)));
    }

    static List<Scene.Kind> limited() {
        return kinds().subList(1, 3);
    }
}
