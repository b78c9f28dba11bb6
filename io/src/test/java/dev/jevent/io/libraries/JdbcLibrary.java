package dev.jevent.io.libraries;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The work of a JDBC client, on connections from wherever. */
abstract class JdbcLibrary implements Library {
    private static final int ROWS = 500;

    abstract Connection connect() throws SQLException;

    @Override
    public String work(int n) throws SQLException {
        try (Connection connection = connect()) {
            String slow = slow(connection, n);
            connection.setAutoCommit(false);
            long sum = inTransaction(connection, n);
            connection.rollback();
            connection.setAutoCommit(true);
            return n + ": " + slow + ", sum " + sum;
        }
    }

    private static String slow(Connection connection, int n) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select ? * ?, 'slept' || pg_sleep(0.02)")) {
            statement.setInt(1, n);
            statement.setInt(2, n);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getInt(1) + " " + result.getString(2);
            }
        }
    }

    /** What was inserted is seen here, and by nobody else. */
    private static long inTransaction(Connection connection, int n) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "insert into numbers select ?, ? * i from generate_series(1, ?) i")) {
            insert.setInt(1, n);
            insert.setInt(2, n);
            insert.setInt(3, ROWS);
            insert.executeUpdate();
        }
        try (Statement select = connection.createStatement();
                ResultSet rows = select.executeQuery("select value from numbers")) {
            long sum = 0;
            while (rows.next()) {
                sum += rows.getInt(1);
            }
            return sum;
        }
    }

    @Override
    public void waitAtGate() throws SQLException {
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            statement.execute(PostgresServer.WAIT);
        }
    }
}
