package dev.jevent.io.libraries;

import java.io.IOException;
import java.util.List;
import redis.clients.jedis.Jedis;

/** A Redis server with nothing in it. */
final class RedisServer implements AutoCloseable {
    /** The list of the gate. */
    static final String GATE = "gate";

    private static final String[] ENOUGH = "go ".repeat(1000).split(" ");

    private final ServerProcess process;

    private RedisServer(ServerProcess process) {
        this.process = process;
    }

    static RedisServer start() throws IOException, InterruptedException {
        String program = ServerProcess.program("redis-server", "redis-server", List.of());
        RedisServer server = new RedisServer(ServerProcess.in("jevent-redis"));
        try {
            server.process.start(port -> List.of(program, "--port", Integer.toString(port), "--bind", "127.0.0.1",
                    "--save", "", "--appendonly", "no"));
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    int port() {
        return process.port();
    }

    /** A list from which everybody takes an item. */
    Gate gate() {
        Jedis jedis = new Jedis("127.0.0.1", port());
        jedis.ping(); // it connects with its first command
        return new ListGate(jedis);
    }

    private record ListGate(Jedis jedis) implements Gate {
        @Override
        public void shut() {
            jedis.del(GATE);
        }

        @Override
        public int waiting() {
            String name = "blocked_clients:";
            String line = jedis.info("clients").lines().filter(each -> each.startsWith(name)).findFirst().orElseThrow();
            return Integer.parseInt(line.substring(name.length()).strip());
        }

        @Override
        public void open() {
            jedis.rpush(GATE, ENOUGH);
        }

        @Override
        public void close() {
            jedis.close();
        }
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
