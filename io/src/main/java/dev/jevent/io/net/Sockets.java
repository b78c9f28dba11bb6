package dev.jevent.io.net;

import dev.jevent.contract.AnyThread;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketImplFactory;
import java.util.function.BooleanSupplier;
import javax.net.ServerSocketFactory;
import javax.net.SocketFactory;

/**
 * Sockets of {@code java.net} that wait cooperatively, for drivers and clients that take a factory. They keep the contract of
 * {@link Socket} and {@link ServerSocket}, with these differences for the better: a kill, or a
 * {@link dev.jevent.sync.Timeout}, of a greenlet that waits in one leaves it open and usable; only while it connects it is closed.
 *
 * <p>Any thread may use them: greenlets of any hub, and threads without a hub, which block.
 */
@AnyThread
public final class Sockets {
    private Sockets() {}

    /** Makes sockets, and connects them if told where to. */
    public static SocketFactory factory() {
        return Clients.INSTANCE;
    }

    /** Makes server sockets. What they accept is of the same kind. */
    public static ServerSocketFactory serverFactory() {
        return Servers.INSTANCE;
    }

    /**
     * For {@link Socket#setSocketImplFactory}.
     *
     * @param cooperative asked at each wait: whether greenlets let others of their hub run by its loop. If not, they wait as with
     *     the JDK's own sockets, and an interrupt, a kill's as well, closes the socket.
     */
    public static SocketImplFactory implFactory(BooleanSupplier cooperative) {
        return () -> new JdkSocket(cooperative);
    }

    /** For {@link ServerSocket#setSocketFactory}. What it accepts needs {@link #implFactory} for its sockets. */
    public static SocketImplFactory serverImplFactory(BooleanSupplier cooperative) {
        return () -> new JdkServerSocket(cooperative);
    }

    static Socket viewOf(TcpSocket viewed, JdkSocket impl) throws IOException {
        View view = new View(impl, viewed);
        if (viewed.isConnected()) {
            new Connecting().connect(view);
        }
        return view;
    }

    static ServerSocket viewOf(TcpServerSocket viewed, JdkServerSocket impl) throws IOException {
        ServerView view = new ServerView(impl, viewed);
        if (viewed.getLocalAddress() != null) {
            view.bind(null); // it is, which only has to be known
        }
        return view;
    }

    private static class View extends Socket {
        private final TcpSocket viewed;

        View(JdkSocket impl, TcpSocket viewed) throws IOException {
            super(impl);
            this.viewed = viewed;
        }

        @Override
        public boolean isClosed() {
            return super.isClosed() || viewed != null && !viewed.isOpen();
        }
    }

    private static class ServerView extends ServerSocket {
        private final TcpServerSocket viewed;

        ServerView(JdkServerSocket impl, TcpServerSocket viewed) {
            super(impl);
            this.viewed = viewed;
        }

        @Override
        public Socket accept() throws IOException {
            if (isClosed()) {
                throw new java.net.SocketException("Socket is closed");
            }
            if (!isBound()) {
                throw new java.net.SocketException("Socket is not bound yet");
            }
            Socket accepted = unconnected();
            implAccept(accepted);
            return accepted;
        }

        @Override
        public boolean isClosed() {
            return super.isClosed() || viewed != null && !viewed.isOpen();
        }
    }

    /** Only {@link ServerSocket#implAccept} makes a socket a connected one. */
    private static final class Connecting extends ServerSocket {
        Connecting() {
            super(new JdkServerSocket(() -> true));
        }

        void connect(Socket view) throws IOException {
            implAccept(view);
        }
    }

    private static Socket unconnected() throws IOException {
        return new View(new JdkSocket(() -> true), null);
    }

    private static final class Clients extends SocketFactory {
        static final Clients INSTANCE = new Clients();

        @Override
        public Socket createSocket() throws IOException {
            return unconnected();
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return connect(new InetSocketAddress(host, port), null);
        }

        @Override
        public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
            return connect(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
        }

        @Override
        public Socket createSocket(InetAddress host, int port) throws IOException {
            return connect(new InetSocketAddress(host, port), null);
        }

        @Override
        public Socket createSocket(InetAddress host, int port, InetAddress localHost, int localPort) throws IOException {
            return connect(new InetSocketAddress(host, port), new InetSocketAddress(localHost, localPort));
        }

        private static Socket connect(InetSocketAddress to, InetSocketAddress local) throws IOException {
            Socket socket = unconnected();
            boolean connected = false;
            try {
                if (local != null) {
                    socket.bind(local);
                }
                socket.connect(to);
                connected = true;
                return socket;
            } finally {
                if (!connected) {
                    socket.close();
                }
            }
        }
    }

    private static final class Servers extends ServerSocketFactory {
        static final Servers INSTANCE = new Servers();

        @Override
        public ServerSocket createServerSocket() {
            return new ServerView(new JdkServerSocket(() -> true), null);
        }

        @Override
        public ServerSocket createServerSocket(int port) throws IOException {
            return bind(new InetSocketAddress(port), 0);
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog) throws IOException {
            return bind(new InetSocketAddress(port), backlog);
        }

        @Override
        public ServerSocket createServerSocket(int port, int backlog, InetAddress address) throws IOException {
            return bind(new InetSocketAddress(address, port), backlog);
        }

        private ServerSocket bind(InetSocketAddress local, int backlog) throws IOException {
            ServerSocket server = createServerSocket();
            boolean bound = false;
            try {
                server.bind(local, backlog);
                bound = true;
                return server;
            } finally {
                if (!bound) {
                    server.close();
                }
            }
        }
    }
}
