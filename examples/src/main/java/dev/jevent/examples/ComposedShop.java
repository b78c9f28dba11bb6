package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.spawn;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.Inject;
import com.google.inject.Injector;
import com.google.inject.Provider;
import com.google.inject.Singleton;
import dev.jevent.guice.HttpModule;
import dev.jevent.guice.JeventModule;
import dev.jevent.guice.ServerConfiguration;
import dev.jevent.guice.Servers;
import dev.jevent.servers.http.HttpExchange;
import dev.jevent.servers.http.HttpHandler;
import dev.jevent.servers.http.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * An application that Guice composes: a counter for customers, and a desk for the owner at another port. What both use is injected,
 * and they start and stop as one: {@code curl http://127.0.0.1:8080/tea}, {@code curl http://127.0.0.1:8081/stock},
 * {@code curl -X POST http://127.0.0.1:8081/stop}.
 */
public final class ComposedShop extends AbstractModule {
    private final int counterPort;
    private final int deskPort;

    ComposedShop(int counterPort, int deskPort) {
        this.counterPort = counterPort;
        this.deskPort = deskPort;
    }

    public static void main(String[] args) throws IOException {
        Injector shop = Guice.createInjector(new ComposedShop(8080, 8081));
        run(() -> shop.getInstance(Servers.class).serveForever());
    }

    @Override
    protected void configure() {
        install(new JeventModule());
        install(new HttpModule(new InetSocketAddress("127.0.0.1", counterPort), Counter.class).configuredBy(Opening.class));
        install(new HttpModule(new InetSocketAddress("127.0.0.1", deskPort), Desk.class).named("desk"));
    }

    /** One for the whole application; on one hub, so without a lock. */
    @Singleton
    static final class Stock {
        private final Map<String, Integer> left = new TreeMap<>(Map.of("coffee", 1, "tea", 2));

        /** @return whether there was one */
        boolean take(String ware) {
            int count = left.getOrDefault(ware, 0);
            if (count > 0) {
                left.put(ware, count - 1);
            }
            return count > 0;
        }

        @Override
        public String toString() {
            return left.toString();
        }
    }

    record Counter(Stock stock) implements HttpHandler {
        @Inject
        Counter {}

        @Override
        public void handle(HttpExchange exchange) throws IOException {
            String ware = exchange.path().substring(1);
            if (stock.take(ware)) {
                exchange.respond(200, "one " + ware + "\n");
            } else {
                exchange.respond(404, "no " + ware + "\n");
            }
        }
    }

    /** The servers come from a provider: they need this handler before they are there. */
    record Desk(Stock stock, Provider<Servers> servers) implements HttpHandler {
        @Inject
        Desk {}

        @Override
        public void handle(HttpExchange exchange) throws IOException {
            switch (exchange.method() + " " + exchange.path()) {
                case "GET /stock" -> exchange.respond(200, stock + "\n");
                case "POST /stop" -> {
                    spawn(() -> servers.get().stop()); // not here: it would wait for its own end
                    exchange.respond(202, "closing\n");
                }
                default -> exchange.respond(404);
            }
        }
    }

    /** How the counter is served. */
    static final class Opening implements ServerConfiguration<HttpServer> {
        @Override
        public void configure(HttpServer server) {
            server.limit(100).stopTimeout(Duration.ofSeconds(2));
            server.limits().body(0);
        }
    }
}
