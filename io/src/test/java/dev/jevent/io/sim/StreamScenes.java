package dev.jevent.io.sim;

import static dev.jevent.io.sim.Drives.check;
import static dev.jevent.io.sim.Drives.checkEquals;
import static dev.jevent.io.sim.Drives.spawn;

import dev.jevent.Greenlet;
import dev.jevent.io.ByteStream;
import dev.jevent.io.file.PipeStream;
import dev.jevent.io.net.StreamSocket;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.net.UnixServerSocket;
import dev.jevent.io.net.UnixSocket;
import dev.jevent.testkit.World;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/** What is sent through, and received from, two ends of something. */
final class StreamScenes {
    static final int SIZE = 90;

    private StreamScenes() {}

    /** Two ends. Of a pipe it is the same object twice. */
    record Ends(ByteStream from, ByteStream to) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            from.close();
            to.close();
        }
    }

    /** Makes two ends. */
    interface Opening {
        Ends open(World world) throws IOException;
    }

    static Ends tcp(World world) throws IOException {
        try (TcpServerSocket server = TcpServerSocket.bind(loopback(), 4)) {
            TcpSocket client = TcpSocket.connect(server.getLocalAddress());
            TcpSocket accepted = server.accept();
            return world.oneIn(2) ? new Ends(client, accepted) : new Ends(accepted, client);
        }
    }

    static Ends unix(World world) throws IOException {
        Path path = Path.of("simulated");
        try (UnixServerSocket server = UnixServerSocket.bind(path)) {
            UnixSocket client = UnixSocket.connect(path);
            UnixSocket accepted = server.accept();
            return world.oneIn(2) ? new Ends(client, accepted) : new Ends(accepted, client);
        }
    }

    static Ends pipe(World world) throws IOException {
        PipeStream pipe = new PipeStream();
        return new Ends(pipe, pipe);
    }

    static InetSocketAddress loopback() {
        return new InetSocketAddress(java.net.InetAddress.getLoopbackAddress(), 0);
    }

    static byte[] data() {
        byte[] data = new byte[SIZE];
        for (int i = 0; i < SIZE; i++) {
            data[i] = (byte) (i + 1);
        }
        return data;
    }

    // ---- sending ----

    /** Sends the data, each call what isn't sent yet. */
    interface Sender {
        void go(ByteStream to) throws IOException;

        /** How much it knows to be sent. */
        int sent();

        /** How much it knew to be sent when it last called the stream, which is when it began unless it calls more than once. */
        default int sentBefore(int begun) {
            return begun;
        }
    }

    interface SenderOpening {
        Sender open(byte[] data);
    }

    static Sender write(byte[] data) {
        return new Sender() {
            private final ByteBuffer from = ByteBuffer.wrap(data);

            @Override
            public void go(ByteStream to) throws IOException {
                to.write(from);
            }

            @Override
            public int sent() {
                return from.position();
            }
        };
    }

    /** So many calls that don't wait, now and then, that others get a turn between two of them. */
    static Sender writeBytes(byte[] data) {
        return new Sender() {
            private final ByteBuffer from = ByteBuffer.wrap(data);

            @Override
            public void go(ByteStream to) throws IOException {
                while (from.position() < SIZE) {
                    to.write(from.limit(from.position() + 1));
                }
            }

            @Override
            public int sent() {
                return from.position();
            }

            @Override
            public int sentBefore(int begun) {
                return sent(); // the call that failed was for one byte
            }
        };
    }

    static Sender gather(byte[] data) {
        return new Sender() {
            private final ByteBuffer[] from = split(data);

            @Override
            public void go(ByteStream to) throws IOException {
                to.write(from);
            }

            @Override
            public int sent() {
                return SIZE - Arrays.stream(from).mapToInt(ByteBuffer::remaining).sum();
            }
        };
    }

    static ByteBuffer[] split(byte[] data) {
        return new ByteBuffer[] {
            ByteBuffer.wrap(data, 0, 7).slice(), ByteBuffer.allocate(0), ByteBuffer.wrap(data, 7, 40).slice(),
            ByteBuffer.wrap(data, 47, SIZE - 47).slice()
        };
    }

    /** Through the stream of {@code java.io}, which doesn't tell how much went; the socket does. */
    static Sender outputStream(byte[] data) {
        return new Sender() {
            private StreamSocket last;

            @Override
            public void go(ByteStream to) throws IOException {
                last = (StreamSocket) to;
                to.outputStream().write(data, sent(), SIZE - sent());
            }

            @Override
            public int sent() {
                return last == null ? 0 : (int) last.bytesWritten();
            }
        };
    }

    /** @param file with the data in it */
    static SenderOpening send(FileChannel file) {
        return data -> new Sender() {
            private StreamSocket last;

            @Override
            public void go(ByteStream to) throws IOException {
                last = (StreamSocket) to;
                last.send(file, sent(), SIZE - sent());
            }

            @Override
            public int sent() {
                return last == null ? 0 : (int) last.bytesWritten();
            }
        };
    }

    static Scene.Opening sending(Opening opening, SenderOpening sender) {
        return world -> new Sending(world, opening.open(world), sender.open(data()));
    }

    private static final class Sending implements Scene {
        private final World world;
        private final Ends ends;
        private final Sender sender;
        private final ByteArrayOutputStream received = new ByteArrayOutputStream();
        private final Greenlet<Void> receiver;
        private int before;

        Sending(World world, Ends ends, Sender sender) {
            this.world = world;
            this.ends = ends;
            this.sender = sender;
            receiver = spawn(world, this::receive);
        }

        private void receive() {
            ByteBuffer into = ByteBuffer.allocate(1 + world.next(40));
            try {
                while (readOn(into.clear())) {
                    received.write(into.array(), 0, into.position());
                    if (world.oneIn(8)) {
                        world.pause();
                    }
                }
            } catch (IOException e) {
                // reset, or closed: what arrived is looked at
            }
        }

        /** The limit of a pipe is that of both sides. */
        private boolean readOn(ByteBuffer into) throws IOException {
            while (true) {
                try {
                    return ends.to.read(into) >= 0;
                } catch (SocketTimeoutException e) {
                    checkEquals(into.position(), 0, "taken by a read that timed out");
                    world.hub().yieldNow(); // a limit that is over at once never does
                }
            }
        }

        @Override
        public boolean limit(Duration limit) {
            ends.from.timeout(limit);
            return true;
        }

        @Override
        public boolean shut() throws IOException {
            ends.from.close();
            return true;
        }

        @Override
        public void go() throws IOException {
            before = sender.sent();
            sender.go(ends.from);
        }

        @Override
        public void halfWay(Throwable how) {
            check(ends.from.isOpen(), "closed by " + how);
            if (ends.from instanceof StreamSocket socket) {
                checkEquals(socket.bytesWritten(), sender.sent(), "bytesWritten()");
            }
            if (how instanceof SocketTimeoutException e) {
                checkEquals(e.bytesTransferred, sender.sent() - sender.sentBefore(before), "bytesTransferred");
            }
        }

        @Override
        public void over() throws IOException {
            ends.from.shutdownOutput();
            receiver.join();
            check(Arrays.equals(received.toByteArray(), data()), "received " + Arrays.toString(received.toByteArray()));
            checkEquals(sender.sent(), SIZE, "sent");
        }

        @Override
        public void failed() throws IOException {
            close();
            byte[] arrived = received.toByteArray();
            check(arrived.length <= sender.sent(), "more arrived than was sent: " + arrived.length + " of " + sender.sent());
            check(Arrays.equals(arrived, Arrays.copyOf(data(), arrived.length)), "received " + Arrays.toString(arrived));
        }

        @Override
        public void close() throws IOException {
            ends.close();
            receiver.join();
        }
    }

    // ---- receiving ----

    /** Receives the data, each call what hasn't come yet. */
    interface Receiver {
        void go(ByteStream from) throws IOException;

        /** What it has. */
        byte[] received();
    }

    static Receiver read() {
        return new Receiver() {
            private final ByteBuffer into = ByteBuffer.allocate(SIZE);

            @Override
            public void go(ByteStream from) throws IOException {
                while (into.hasRemaining()) {
                    complete(from.read(into));
                }
            }

            @Override
            public byte[] received() {
                return Arrays.copyOf(into.array(), into.position());
            }
        };
    }

    /** As {@link #writeBytes}. */
    static Receiver readBytes() {
        return new Receiver() {
            private final ByteBuffer into = ByteBuffer.allocate(SIZE);

            @Override
            public void go(ByteStream from) throws IOException {
                while (into.position() < SIZE) {
                    complete(from.read(into.limit(into.position() + 1)));
                }
            }

            @Override
            public byte[] received() {
                return Arrays.copyOf(into.array(), into.position());
            }
        };
    }

    static Receiver scatter() {
        return new Receiver() {
            private final byte[] bytes = new byte[SIZE];
            private final ByteBuffer[] into = split(bytes);

            @Override
            public void go(ByteStream from) throws IOException {
                while (count() < SIZE) {
                    complete((int) from.read(into));
                }
            }

            private int count() {
                return SIZE - Arrays.stream(into).mapToInt(ByteBuffer::remaining).sum();
            }

            @Override
            public byte[] received() {
                return Arrays.copyOf(bytes, count());
            }
        };
    }

    static Receiver inputStream() {
        return new Receiver() {
            private final byte[] bytes = new byte[SIZE];
            private int count;

            @Override
            public void go(ByteStream from) throws IOException {
                while (count < SIZE) {
                    int read = from.inputStream().read(bytes, count, SIZE - count);
                    complete(read);
                    count += read;
                }
            }

            @Override
            public byte[] received() {
                return Arrays.copyOf(bytes, count);
            }
        };
    }

    static void complete(int count) throws IOException {
        if (count < 0) {
            throw new java.io.EOFException("the end, too soon");
        }
    }

    static Scene.Opening receiving(Opening opening, java.util.function.Supplier<Receiver> receiver) {
        return world -> new Receiving(world, opening.open(world), receiver.get());
    }

    private static final class Receiving implements Scene {
        private final World world;
        private final Ends ends;
        private final Receiver receiver;
        private final Greenlet<Void> sender;

        Receiving(World world, Ends ends, Receiver receiver) {
            this.world = world;
            this.ends = ends;
            this.receiver = receiver;
            sender = spawn(world, this::send);
        }

        private void send() {
            ByteBuffer from = ByteBuffer.wrap(data());
            try {
                while (from.hasRemaining()) {
                    from.limit(Math.min(SIZE, from.position() + 1 + world.next(30)));
                    writeOn(from);
                    from.limit(SIZE);
                    if (world.oneIn(8)) {
                        world.pause();
                    }
                }
                ends.from.shutdownOutput();
            } catch (IOException e) {
                // reset, or closed
            }
        }

        /** The limit of a pipe is that of both sides. */
        private void writeOn(ByteBuffer from) throws IOException {
            while (from.hasRemaining()) {
                try {
                    ends.from.write(from);
                } catch (SocketTimeoutException e) {
                    world.hub().yieldNow(); // a limit that is over at once never does
                }
            }
        }

        @Override
        public boolean limit(Duration limit) {
            ends.to.timeout(limit);
            return true;
        }

        @Override
        public boolean shut() throws IOException {
            ends.to.close();
            return true;
        }

        @Override
        public void go() throws IOException {
            receiver.go(ends.to);
        }

        @Override
        public void halfWay(Throwable how) {
            check(ends.to.isOpen(), "closed by " + how);
            if (ends.to instanceof StreamSocket socket) {
                checkEquals(socket.bytesRead(), receiver.received().length, "bytesRead()");
            }
            checkPrefix();
        }

        private void checkPrefix() {
            byte[] received = receiver.received();
            check(Arrays.equals(received, Arrays.copyOf(data(), received.length)), "received " + Arrays.toString(received));
        }

        @Override
        public void over() throws IOException {
            sender.join();
            checkEquals(receiver.received().length, SIZE, "received");
            checkPrefix();
            checkEquals(ends.to.read(ByteBuffer.allocate(1)), -1, "behind the end");
        }

        @Override
        public void failed() throws IOException {
            close();
            checkPrefix();
        }

        @Override
        public void close() throws IOException {
            ends.close();
            sender.join();
        }
    }

    // ---- all of them ----

    static List<Scene.Kind> kinds(FileChannel file) {
        return List.of(
                new Scene.Kind("TcpSocket.write(buffer)", sending(StreamScenes::tcp, StreamScenes::write)),
                new Scene.Kind("TcpSocket.write, byte by byte", sending(StreamScenes::tcp, StreamScenes::writeBytes)),
                new Scene.Kind("TcpSocket.read, byte by byte", receiving(StreamScenes::tcp, StreamScenes::readBytes)),
                new Scene.Kind("TcpSocket.write(buffers)", sending(StreamScenes::tcp, StreamScenes::gather)),
                new Scene.Kind("TcpSocket.outputStream().write", sending(StreamScenes::tcp, StreamScenes::outputStream)),
                new Scene.Kind("TcpSocket.send(file)", sending(StreamScenes::tcp, send(file))),
                new Scene.Kind("TcpSocket.read(buffer)", receiving(StreamScenes::tcp, StreamScenes::read)),
                new Scene.Kind("TcpSocket.read(buffers)", receiving(StreamScenes::tcp, StreamScenes::scatter)),
                new Scene.Kind("TcpSocket.inputStream().read", receiving(StreamScenes::tcp, StreamScenes::inputStream)),
                new Scene.Kind("UnixSocket.write(buffer)", sending(StreamScenes::unix, StreamScenes::write)),
                new Scene.Kind("UnixSocket.send(file)", sending(StreamScenes::unix, send(file))),
                new Scene.Kind("UnixSocket.read(buffer)", receiving(StreamScenes::unix, StreamScenes::read)),
                new Scene.Kind("PipeStream.write(buffer)", sending(StreamScenes::pipe, StreamScenes::write)),
                new Scene.Kind("PipeStream.write, byte by byte", sending(StreamScenes::pipe, StreamScenes::writeBytes)),
                new Scene.Kind("PipeStream.read, byte by byte", receiving(StreamScenes::pipe, StreamScenes::readBytes)),
                new Scene.Kind("PipeStream.write(buffers)", sending(StreamScenes::pipe, StreamScenes::gather)),
                new Scene.Kind("PipeStream.read(buffer)", receiving(StreamScenes::pipe, StreamScenes::read)),
                new Scene.Kind("PipeStream.read(buffers)", receiving(StreamScenes::pipe, StreamScenes::scatter)));
    }
}
