package dev.jevent.io.libraries;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jevent.Hub;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** PostgreSQL's JDBC driver behind a HikariCP pool, for which greenlets queue. */
class HikariTest extends LibraryTest {
    private static PostgresServer server;

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.start();
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
    int connections() {
        return 20;
    }

    @Override
    int threads() {
        return 8;
    }

    @Override
    Library open(Hub hub, int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.url());
        config.setMaximumPoolSize(connections);
        return new Pooled(new HikariDataSource(config));
    }

    private static final class Pooled extends JdbcLibrary {
        private final HikariDataSource pool;

        Pooled(HikariDataSource pool) {
            this.pool = pool;
        }

        @Override
        Connection connect() throws SQLException {
            return pool.getConnection();
        }

        @Override
        public int inUse() {
            return pool.getHikariPoolMXBean().getActiveConnections();
        }

        @Override
        public void close() {
            pool.close();
        }
    }
}
