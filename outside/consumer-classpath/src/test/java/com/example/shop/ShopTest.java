package com.example.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.jevent.Jevent;
import dev.jevent.servers.http.HttpServer;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import org.junit.jupiter.api.Test;

class ShopTest {
    @Test
    void itServesOnTheLoopAndWithTheResolverOfThePom() throws Exception {
        Jevent.run(() -> {
            try (HttpServer server = Shop.on("127.0.0.1:0")) {
                server.start();
                assertEquals("hello", get(server, "/hello"));
                assertEquals("127.0.0.1", get(server, "/address?localhost"));
                assertEquals(System.getProperty("loop"), get(server, "/loop"));
                assertEquals(System.getProperty("resolver"), get(server, "/resolver"));
                assertTrue(get(server, "/thread").startsWith("true of unnamed module"));
                assertThrows(FileNotFoundException.class, () -> get(server, "/nothing"));
            }
            return null;
        });
    }

    /** By a greenlet of the same hub, which asks the resolver for the name. */
    private static String get(HttpServer server, String path) throws IOException {
        try (var in = URI.create("http://localhost:" + server.port() + path).toURL().openStream()) {
            return new String(in.readAllBytes());
        }
    }
}
