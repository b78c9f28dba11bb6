package dev.jevent.io.libraries;

import dev.jevent.Hub;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** PostgreSQL's JDBC driver, with a connection for each call. */
class PostgresTest extends LibraryTest {
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
    Gate gate() {
        return server;
    }

    @Override
    boolean isLimited() {
        return false;
    }

    @Override
    int threads() {
        return 4;
    }

    @Override
    Library open(Hub hub, int connections) {
        return new JdbcLibrary() {
            @Override
            Connection connect() throws SQLException {
                return server.connect();
            }

            @Override
            public int inUse() {
                return 0;
            }

            @Override
            public void close() {}
        };
    }
}
