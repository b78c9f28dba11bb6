package dev.jevent.io.libraries;

import dev.jevent.Hub;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisConnectionException;

/** Jedis, with its pool. */
class JedisTest extends LibraryTest {
    private static RedisServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = RedisServer.start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    Gate openGate() throws Exception {
        return server.gate();
    }

    @Override
    boolean isLimited() {
        return true;
    }

    @Override
    int threads() {
        return 4;
    }

    /** Setting the timeout of the closed socket back fails, and that is what is thrown. */
    @Override
    boolean isOfKill(Throwable error) {
        return error instanceof JedisConnectionException;
    }

    @Override
    Library open(Hub hub, int connections) {
        ConnectionPoolConfig config = new ConnectionPoolConfig();
        config.setMaxTotal(connections);
        config.setMaxIdle(connections);
        // Without it commons-pool2 2.13.1 spins while another connection is being made, and on a hub nobody makes it.
        config.setMaxWait(Duration.ofSeconds(30));
        HostAndPort address = new HostAndPort("127.0.0.1", server.port());
        return new Pooled(RedisClient.builder().hostAndPort(address).poolConfig(config).build());
    }

    private record Pooled(RedisClient redis) implements Library {
        private static final int COUNTS = 20;
        private static final int SECONDS = 20;
        private static final int MILLIS = 20;

        @Override
        public String work(int n) {
            String own = "from:" + n;
            redis.set(own, "value " + n);
            long replicas = redis.waitReplicas(own, 1, MILLIS); // none there, so it waits as long
            String value = redis.get(own);
            long count;
            try (AbstractPipeline pipeline = redis.pipelined()) {
                Response<Long> last = null;
                pipeline.del("count:" + n);
                for (int i = 0; i < COUNTS; i++) {
                    last = pipeline.incr("count:" + n);
                }
                pipeline.sync();
                count = last.get();
            }
            return value + ", " + replicas + " replicas, count " + count;
        }

        @Override
        public void waitAtGate() {
            List<String> item = redis.blpop(0, RedisServer.GATE);
            if (!item.get(1).equals("go")) {
                throw new IllegalStateException("from the gate: " + item);
            }
        }

        @Override
        public int inUse() {
            return redis.getPool().getNumActive();
        }

        @Override
        public void close() {
            redis.close();
        }
    }
}
