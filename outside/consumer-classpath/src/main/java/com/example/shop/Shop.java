package com.example.shop;

import dev.jevent.Hub;
import dev.jevent.servers.http.HttpExchange;
import dev.jevent.servers.http.HttpServer;
import java.io.IOException;
import java.net.InetAddress;

/** A server that names no loop and no resolver: the pom does. */
public final class Shop {
    private Shop() {}

    public static HttpServer on(String address) {
        return HttpServer.on(address, Shop::answer);
    }

    private static void answer(HttpExchange exchange) throws IOException {
        switch (exchange.path()) {
            case "/hello" -> exchange.respond(200, "hello");
            case "/address" -> exchange.respond(200, InetAddress.getByName(exchange.query()).getHostAddress());
            case "/loop" -> exchange.respond(200, Hub.current().loop().name());
            case "/resolver" -> exchange.respond(200, Hub.current().resolver().name());
            case "/thread" -> exchange.respond(200, Thread.currentThread().isVirtual() + " of " + Hub.current().getClass().getModule());
            default -> exchange.respond(404);
        }
    }

    public static void main(String[] arguments) throws IOException {
        HttpServer server = on("127.0.0.1:0");
        server.start();
        IO.println(server.port());
        server.serveForever();
    }
}
