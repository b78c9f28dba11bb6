package dev.jevent.io.libraries;

import java.io.IOException;
import java.util.List;
import redis.clients.jedis.Jedis;

/** A Redis server with nothing in it. Its gate is a list from which everybody takes an item. */
final class RedisServer implements Gate, AutoCloseable {
    /** The list. */
    static final String GATE = "gate";

    private static final String[] ENOUGH = "go ".repeat(1000).split(" ");

    private final ServerProcess process;
    private Jedis gate;

    private RedisServer(ServerProcess process) {
        this.process = process;
    }

    static RedisServer start() throws IOException, InterruptedException {
        String program = ServerProcess.program("redis-server", "redis-server", List.of());
        RedisServer server = new RedisServer(ServerProcess.in("jevent-redis"));
        try {
            server.process.start(port -> List.of(program, "--port", Integer.toString(port), "--bind", "127.0.0.1",
                    "--save", "", "--appendonly", "no"));
            server.gate = new Jedis("127.0.0.1", server.port());
            server.gate.ping(); // else it would connect in the first test, which would be blamed for the socket
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    int port() {
        return process.port();
    }

    @Override
    public void shut() {
        gate.del(GATE);
    }

    @Override
    public int waiting() {
        String found = gate.info("clients").lines().filter(line -> line.startsWith("blocked_clients:")).findFirst().orElseThrow();
        return Integer.parseInt(found.substring(found.indexOf(':') + 1).strip());
    }

    @Override
    public void open() {
        gate.rpush(GATE, ENOUGH);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        try {
            if (gate != null) {
                gate.close();
            }
        } finally {
            process.close();
        }
    }
}
