package dev.jevent.examples;

import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.yieldNow;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.name.Names;
import dev.jevent.Task;
import dev.jevent.guice.Servers;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.servers.Server;
import dev.jevent.servers.http.HttpServer;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetSocketAddress;

class ComposedShopTest {
    private static String ask(Server server, String method, String path) throws IOException {
        try (TcpSocket socket = TcpSocket.connect((InetSocketAddress) server.address())) {
            socket.outputStream().write((method + " " + path + " HTTP/1.1\r\nHost: shop\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").getBytes(UTF_8));
            String response = new String(socket.inputStream().readAllBytes(), UTF_8);
            return response.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()) + " " + response.substring(response.indexOf("\r\n\r\n") + 4);
        }
    }

    @HubTest(virtualTime = false)
    void bothServersUseOneStockAndTheDeskClosesThemAll() throws Exception {
        Injector shop = Guice.createInjector(new ComposedShop(0, 0));
        Servers servers = shop.getInstance(Servers.class);
        var serving = spawn((Task) servers::serveForever);
        while (!servers.servers().stream().allMatch(Server::started)) {
            yieldNow();
        }
        Server counter = shop.getInstance(HttpServer.class);
        Server desk = shop.getInstance(Key.get(HttpServer.class, Names.named("desk")));
        assertThat(ask(counter, "GET", "/tea")).isEqualTo("200 one tea\n");
        assertThat(ask(counter, "GET", "/coffee")).isEqualTo("200 one coffee\n");
        assertThat(ask(counter, "GET", "/coffee")).isEqualTo("404 no coffee\n");
        assertThat(ask(desk, "GET", "/stock")).isEqualTo("200 {coffee=0, tea=1}\n");
        assertThat(ask(desk, "POST", "/stop")).isEqualTo("202 closing\n");
        serving.get();
        assertThat(servers.servers()).noneMatch(Server::started);
    }
}
