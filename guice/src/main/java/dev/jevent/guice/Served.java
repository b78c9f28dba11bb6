package dev.jevent.guice;

import dev.jevent.servers.HubGroup;
import dev.jevent.servers.Server;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** What {@link Servers} starts and stops. */
sealed interface Served {
    void start() throws IOException;

    /** Waits until it is stopped, if it has started; who stopped it meanwhile doesn't want it started again. */
    void serveForever() throws IOException;

    /** @param grace null: its own */
    boolean stop(Duration grace);

    /** Those that have started, at least. */
    List<Server> servers();

    record Alone(Server server) implements Served {
        @Override
        public void start() throws IOException {
            server.start();
        }

        @Override
        public void serveForever() throws IOException {
            if (server.started()) {
                server.serveForever();
            }
        }

        @Override
        public boolean stop(Duration grace) {
            return grace == null ? server.stop() : server.stop(grace);
        }

        @Override
        public List<Server> servers() {
            return List.of(server);
        }
    }

    record Grouped(HubGroup group) implements Served {
        @Override
        public void start() throws IOException {
            group.start();
        }

        @Override
        public void serveForever() throws IOException {
            group.serveForever();
        }

        @Override
        public boolean stop(Duration grace) {
            return group.stop(grace);
        }

        @Override
        public List<Server> servers() {
            return group.servers();
        }
    }
}
