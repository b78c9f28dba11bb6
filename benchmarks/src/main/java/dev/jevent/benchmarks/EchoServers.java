package dev.jevent.benchmarks;

import dev.jevent.Greenlet;
import dev.jevent.Jevent;
import dev.jevent.Task;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Servers that send back what they get, each as its own documentation would write it, and the client that all of them are
 * counted with. A server ends when its connections have ended. Started by {@code benchmarks/echo-calls}.
 */
public final class EchoServers {
    private static final int BUFFER = 16 << 10;

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private EchoServers() {}

    /** Arguments: the server, its number of connections. Prints the port. */
    public static void main(String[] arguments) throws Exception {
        int connections = Integer.parseInt(arguments[1]);
        switch (arguments[0]) {
            case "jevent" -> Jevent.run(() -> jevent(connections));
            case "threads" -> threads(connections);
            case "netty" -> netty(connections);
            default -> throw new IllegalArgumentException("server: " + arguments[0] + " (expected: jevent, threads or netty)");
        }
    }

    private static void jevent(int connections) throws IOException, InterruptedException {
        try (TcpServerSocket listener = TcpServerSocket.bind(anyPort(), 512)) {
            System.out.println(listener.getLocalAddress().getPort());
            List<Greenlet<?>> greenlets = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                TcpSocket socket = listener.accept();
                greenlets.add(Jevent.spawn((Task) () -> echo(socket)));
            }
            Jevent.joinAll(greenlets);
        }
    }

    private static void echo(TcpSocket socket) throws IOException {
        try (socket) {
            ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
            while (socket.read(buffer) >= 0) {
                socket.write(buffer.flip());
                buffer.clear();
            }
        }
    }

    private static void threads(int connections) throws Exception {
        try (ServerSocket listener = new ServerSocket()) {
            listener.bind(anyPort(), 512);
            System.out.println(listener.getLocalPort());
            Thread[] threads = new Thread[connections];
            for (int i = 0; i < connections; i++) {
                Socket socket = listener.accept();
                threads[i] = Thread.startVirtualThread(() -> echo(socket));
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static void echo(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[BUFFER];
            for (int count = in.read(buffer); count > 0; count = in.read(buffer)) {
                socket.getOutputStream().write(buffer, 0, count);
            }
        } catch (IOException e) {
            System.err.println(e);
        }
    }

    private static void netty(int connections) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        AtomicInteger left = new AtomicInteger(connections);
        Channel listener = new ServerBootstrap().group(group)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 512)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new NettyEcho(left));
                    }
                })
                .bind(anyPort()).sync().channel();
        System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
        while (left.get() > 0) {
            Thread.sleep(50);
        }
        System.exit(0);
    }

    private static final class NettyEcho extends ChannelInboundHandlerAdapter {
        private final AtomicInteger left;

        NettyEcho(AtomicInteger left) {
            this.left = left;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            context.writeAndFlush((ByteBuf) message, context.voidPromise());
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            left.decrementAndGet();
        }
    }
}
