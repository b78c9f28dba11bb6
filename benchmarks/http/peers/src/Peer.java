import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.helidon.webserver.WebServer;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.SslHandler;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** The JVM servers that jevent is compared with, each as its own documentation has it. Arguments: name, port, tls or plain, key store. */
public final class Peer {
    private static final byte[] HELLO = "Hello, World!".getBytes();
    private static final String TEXT = "text/plain; charset=utf-8";

    private Peer() {}

    public static void main(String[] args) throws Exception {
        int port = Integer.parseInt(args[1]);
        SSLContext tls = args[2].equals("tls") ? context(Path.of(args[3])) : null;
        switch (args[0]) {
            case "netty-epoll" -> netty(port, tls, new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory()), EpollServerSocketChannel.class);
            case "netty-nio" -> netty(port, tls, new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()), NioServerSocketChannel.class);
            case "helidon" -> helidon(port, tls);
            case "jdk" -> jdk(port, tls);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    private static SSLContext context(Path keys) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            store.load(in, "secret".toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, "secret".toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }

    private static void netty(int port, SSLContext tls, MultiThreadIoEventLoopGroup group, Class<? extends ServerChannel> channel) throws Exception {
        new ServerBootstrap().group(group).channel(channel).option(ChannelOption.SO_BACKLOG, 4096)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel child) {
                        if (tls != null) {
                            SSLEngine engine = tls.createSSLEngine();
                            engine.setUseClientMode(false);
                            child.pipeline().addLast(new SslHandler(engine));
                        }
                        child.pipeline().addLast(new HttpServerCodec(), new Hello(group));
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), port).sync();
    }

    /** Without an aggregator: requests of the measurements have no bodies. */
    private static final class Hello extends SimpleChannelInboundHandler<Object> {
        private static final ByteBuf BODY = Unpooled.unreleasableBuffer(Unpooled.directBuffer().writeBytes(HELLO));
        private static volatile String date;

        Hello(MultiThreadIoEventLoopGroup group) {
            if (date == null) {
                date = now();
                group.next().scheduleAtFixedRate(() -> date = now(), 1, 1, TimeUnit.SECONDS);
            }
        }

        private static String now() {
            return DateTimeFormatter.RFC_1123_DATE_TIME.format(ZonedDateTime.now(ZoneOffset.UTC));
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                DefaultFullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, BODY.duplicate());
                response.headers().set(HttpHeaderNames.CONTENT_TYPE, TEXT).set(HttpHeaderNames.DATE, date)
                        .setInt(HttpHeaderNames.CONTENT_LENGTH, HELLO.length);
                if (HttpUtil.isKeepAlive(request)) {
                    context.write(response, context.voidPromise());
                } else {
                    response.headers().set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
                    context.write(response).addListener(ChannelFutureListener.CLOSE);
                }
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            context.close();
        }
    }

    private static void helidon(int port, SSLContext tls) {
        var builder = WebServer.builder().host("127.0.0.1").port(port).routing(it -> it.get("/", (request, response) -> {
            response.header("Content-Type", TEXT);
            response.send(HELLO);
        }));
        if (tls != null) {
            builder.tls(it -> it.sslContext(tls));
        }
        builder.build().start();
    }

    private static void jdk(int port, SSLContext tls) throws Exception {
        System.setProperty("sun.net.httpserver.maxIdleConnections", "100000"); // it would close all but 200
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        com.sun.net.httpserver.HttpServer server;
        if (tls == null) {
            server = com.sun.net.httpserver.HttpServer.create(address, 4096);
        } else {
            HttpsServer secure = HttpsServer.create(address, 4096);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secure;
        }
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", exchange -> {
            exchange.getResponseHeaders().set("Content-Type", TEXT);
            if ("close".equals(exchange.getRequestHeaders().getFirst("Connection"))) {
                exchange.getResponseHeaders().set("Connection", "close"); // it closes, but doesn't say so
            }
            exchange.sendResponseHeaders(200, HELLO.length);
            exchange.getResponseBody().write(HELLO);
            exchange.close();
        });
        server.start();
    }
}
