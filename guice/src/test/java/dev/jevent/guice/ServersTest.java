package dev.jevent.guice;

import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.yieldNow;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Inject;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.name.Named;
import com.google.inject.name.Names;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.net.UdpSocket;
import dev.jevent.servers.Connection;
import dev.jevent.servers.DatagramServer;
import dev.jevent.servers.HubGroup;
import dev.jevent.servers.Server;
import dev.jevent.servers.StreamServer;
import dev.jevent.servers.http.HttpExchange;
import dev.jevent.servers.http.HttpHandler;
import dev.jevent.servers.http.HttpServer;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

class ServersTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    // ---- an application ----

    private static final class Stock {
        final AtomicInteger left = new AtomicInteger(3);
    }

    private record Shop(Stock stock) implements HttpHandler {
        @Inject
        Shop {}

        @Override
        public void handle(HttpExchange exchange) throws IOException {
            exchange.respond(200, "left: " + stock.left.getAndDecrement() + "\n");
        }
    }

    private record Admin() implements HttpHandler {
        @Inject
        Admin {}

        @Override
        public void handle(HttpExchange exchange) throws IOException {
            exchange.respond(200, "admin\n");
        }
    }

    private record Echo() implements StreamServer.Handler {
        @Inject
        Echo {}

        @Override
        public void handle(Connection connection) throws IOException {
            connection.inputStream().transferTo(connection.outputStream());
        }
    }

    private record Answer() implements DatagramServer.Handler {
        @Inject
        Answer {}

        @Override
        public void handle(DatagramServer.Datagram datagram) throws IOException {
            datagram.reply(datagram.data());
        }
    }

    private static String get(int port) throws IOException {
        try (TcpSocket socket = TcpSocket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            socket.outputStream().write("GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            String response = new String(socket.inputStream().readAllBytes(), StandardCharsets.US_ASCII);
            return response.substring(response.indexOf("\r\n\r\n") + 4);
        }
    }

    private static Module singleStock() {
        return new AbstractModule() {
            @Override
            protected void configure() {
                bind(Stock.class).toInstance(new Stock());
            }
        };
    }

    // ---- what it does ----

    @HubTest(virtualTime = false)
    void aServerIsComposedWithItsHandler() throws IOException {
        HttpServer server = Guice.createInjector(new JeventModule(), singleStock(), new HttpModule(ANY, Shop.class)).getInstance(HttpServer.class);
        try (server) {
            server.start();
            assertThat(get(server.port())).isEqualTo("left: 3\n");
            assertThat(get(server.port())).isEqualTo("left: 2\n");
        }
    }

    @HubTest(virtualTime = false)
    void serversOfEachKindStartAndStopAsOne() throws IOException {
        Injector injector = Guice.createInjector(singleStock(),
                new HttpModule(ANY, Shop.class),
                new HttpModule(ANY, Admin.class).named("admin"),
                new StreamModule(ANY, Echo.class),
                new DatagramModule(ANY, Answer.class));
        try (Servers servers = injector.getInstance(Servers.class)) {
            servers.start();
            assertThat(servers.servers()).hasSize(4).allMatch(Server::started);
            assertThat(get(injector.getInstance(HttpServer.class).port())).isEqualTo("left: 3\n");
            assertThat(get(injector.getInstance(Key.get(HttpServer.class, Names.named("admin"))).port())).isEqualTo("admin\n");
            try (TcpSocket socket = TcpSocket.connect((InetSocketAddress) injector.getInstance(StreamServer.class).address())) {
                socket.outputStream().write(42);
                assertThat(socket.inputStream().read()).isEqualTo(42);
            }
            try (UdpSocket socket = UdpSocket.bound(ANY)) {
                socket.send(ByteBuffer.wrap(new byte[] {7}), injector.getInstance(DatagramServer.class).address());
                ByteBuffer answer = ByteBuffer.allocate(10);
                socket.receive(answer);
                assertThat(answer.flip().get()).isEqualTo((byte) 7);
            }
            assertThat(servers.stop()).isTrue();
            assertThat(servers.servers()).noneMatch(Server::started);
        }
    }

    @HubTest(virtualTime = false)
    void whenOneCannotListenNoneDoes() throws IOException {
        try (TcpServerSocket taken = TcpServerSocket.bind(ANY, 5)) {
            Injector injector = Guice.createInjector(
                    new HttpModule(ANY, Admin.class), new HttpModule(taken.getLocalAddress(), Admin.class).named("second"));
            Servers servers = injector.getInstance(Servers.class);
            assertThatThrownBy(servers::start).isInstanceOf(IOException.class).hasMessageContaining("" + taken.getLocalAddress().getPort());
            assertThat(servers.servers()).hasSize(2).noneMatch(Server::started);
            assertThatThrownBy(servers::start).isInstanceOf(IllegalStateException.class).hasMessageContaining("expected: started once");
        }
    }

    @HubTest(virtualTime = false)
    void serveForeverEndsWithTheFirstThatEnds() throws Exception {
        Injector injector = Guice.createInjector(
                new HttpModule(ANY, Admin.class), new StreamModule(ANY, Echo.class));
        Servers servers = injector.getInstance(Servers.class);
        var serving = spawn((Task) servers::serveForever);
        StreamServer echo = injector.getInstance(StreamServer.class);
        while (!echo.started() || !injector.getInstance(HttpServer.class).started()) {
            yieldNow();
        }
        echo.stop();
        serving.get();
        assertThat(servers.servers()).noneMatch(Server::started);
    }

    @HubTest(virtualTime = false)
    void aKillOfWhoServesStopsThemAll() throws Exception {
        Injector injector = Guice.createInjector(
                new HttpModule(ANY, Admin.class), new StreamModule(ANY, Echo.class));
        Servers servers = injector.getInstance(Servers.class);
        var serving = spawn((Task) servers::serveForever);
        while (!servers.servers().stream().allMatch(Server::started)) {
            yieldNow();
        }
        serving.kill();
        assertThat(servers.servers()).noneMatch(Server::started);
    }

    @HubTest(virtualTime = false)
    void portsAreBoundAndServersConfiguredByInjection() throws IOException {
        Injector injector = Guice.createInjector(
                new AbstractModule() {
                    @Override
                    protected void configure() {
                        bindConstant().annotatedWith(Names.named("most")).to(17);
                        bind(Key.get(String.class, Names.named("place"))).toInstance("127.0.0.1:0");
                    }
                },
                new HttpModule(Key.get(String.class, Names.named("place")), Admin.class)
                        .configuredBy(Limits.class)
                        .configured(server -> server.stopTimeout(Duration.ofMillis(1))));
        HttpServer server = injector.getInstance(HttpServer.class);
        try (server) {
            server.start();
            assertThat(((InetSocketAddress) server.address()).getAddress()).isEqualTo(InetAddress.getLoopbackAddress());
            assertThat(server.limits().requests()).isEqualTo(17);
            assertThat(get(server.port())).isEqualTo("admin\n");
        }
    }

    private static final class Limits implements ServerConfiguration<HttpServer> {
        private final int most;

        @Inject
        Limits(@Named("most") int most) {
            this.most = most;
        }

        @Override
        public void configure(HttpServer server) {
            server.limits().requests(most);
        }
    }

    // ---- several hubs ----

    private static final Set<Hub> SEEN = ConcurrentHashMap.newKeySet();

    private record HubSeen(Hub hub) implements StreamServer.Handler {
        @Inject
        HubSeen {
            SEEN.add(hub);
        }

        @Override
        public void handle(Connection connection) throws IOException {
            assertThat(Hub.current()).isSameAs(hub);
            connection.outputStream().write(1);
        }
    }

    @HubTest(virtualTime = false)
    void onSeveralHubsEachHasAHandlerOfItsOwn() throws IOException {
        SEEN.clear();
        Injector injector = Guice.createInjector(new JeventModule(), new StreamModule(ANY, HubSeen.class).hubs(2));
        try (Servers servers = injector.getInstance(Servers.class)) {
            servers.start();
            assertThat(servers.servers()).hasSize(2);
            HubGroup group = injector.getInstance(HubGroup.class);
            assertThat(SEEN).containsExactlyInAnyOrderElementsOf(group.hubs());
            for (int i = 0; i < 10; i++) {
                try (TcpSocket socket = TcpSocket.connect((InetSocketAddress) group.address())) {
                    assertThat(socket.inputStream().read()).isEqualTo(1);
                }
            }
        }
    }

    // ---- what is missing ----

    @HubTest(virtualTime = false)
    void whatAHandlerLacksIsToldByGuiceWhenTheInjectorIsMade() {
        interface Unbound {}
        record NeedsMore(Unbound unbound) implements HttpHandler {
            @Inject
            NeedsMore {}

            @Override
            public void handle(HttpExchange exchange) {}
        }
        assertThatThrownBy(() -> Guice.createInjector(new HttpModule(ANY, NeedsMore.class)))
                .isInstanceOf(CreationException.class)
                .hasMessageContaining("No implementation for")
                .hasMessageContaining("Unbound")
                .hasMessageContaining("HttpModule of NeedsMore");
    }

    @HubTest(virtualTime = false)
    void aPortThatNobodyBindsIsToldByGuice() {
        assertThatThrownBy(() -> Guice.createInjector(new HttpModule(Key.get(Integer.class, Names.named("http.port")), Admin.class)))
                .isInstanceOf(CreationException.class)
                .hasMessageContaining("No implementation for Integer annotated with @Named")
                .hasMessageContaining("http.port");
    }

    @HubTest(virtualTime = false)
    void aPlaceOfAnotherTypeIsRefusedByName() {
        Injector injector = Guice.createInjector(
                new AbstractModule() {
                    @Override
                    protected void configure() {
                        bind(Key.get(Long.class, Names.named("port"))).toInstance(80L);
                    }
                },
                new HttpModule(Key.get(Long.class, Names.named("port")), Admin.class));
        assertThatThrownBy(() -> injector.getInstance(HttpServer.class))
                .hasMessageContaining("a Long (expected: an Integer, a String or a SocketAddress)");
    }

    @HubTest(virtualTime = false)
    void serversWithoutAModuleAreToldByGuice() {
        assertThatThrownBy(() -> Guice.createInjector(new JeventModule()).getInstance(Servers.class))
                .hasMessageContaining("No implementation for Set<Served>");
    }

    @HubTest(virtualTime = false)
    void twoOfAKindNeedNames() {
        assertThatThrownBy(() -> Guice.createInjector(new HttpModule(ANY, Admin.class), new HttpModule(ANY, Echo2.class)))
                .isInstanceOf(CreationException.class)
                .hasMessageContaining("HttpServer was bound multiple times");
    }

    private static final class Echo2 implements HttpHandler {
        @Inject
        Echo2() {}

        @Override
        public void handle(HttpExchange exchange) {}
    }
}
