package dev.jevent.io.libraries;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Hub;
import dev.jevent.testkit.HubTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** PostgreSQL's JDBC driver, with a connection for each call. */
class PostgresTest extends LibraryTest {
    private static final String CANCELLED = "57014";

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
        return false;
    }

    @Override
    int threads() {
        return 4;
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void theDriversOwnTimeoutLeavesTheConnectionUsable() throws Exception {
        try (Connection connection = server.connect(); Statement statement = connection.createStatement()) {
            statement.setQueryTimeout(1);
            assertThatThrownBy(() -> statement.execute("select pg_sleep(3600)"))
                    .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo(CANCELLED));
            statement.execute("select 1");
        }
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
