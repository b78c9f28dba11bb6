package dev.jevent.io.libraries;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL server with an empty table. */
final class PostgresServer implements AutoCloseable {
    /** What waits at the gate. */
    static final String WAIT = "select pg_advisory_xact_lock_shared(1)";

    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final int CONNECTIONS = 230;

    private final ServerProcess process;

    private PostgresServer(ServerProcess process) {
        this.process = process;
    }

    static PostgresServer start() throws IOException, InterruptedException, SQLException {
        String initdb = ServerProcess.program("initdb", "postgresql", debian());
        String postgres = ServerProcess.program("postgres", "postgresql", debian());
        PostgresServer server = new PostgresServer(ServerProcess.in("jevent-postgres"));
        try {
            server.start(initdb, postgres);
            return server;
        } catch (Throwable e) {
            server.close();
            throw e;
        }
    }

    private void start(String initdb, String postgres) throws IOException, InterruptedException, SQLException {
        String data = process.directory().resolve("data").toString();
        process.run(List.of(initdb, "-D", data, "-U", "jevent", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"));
        process.start(port -> command(postgres, data, port));
        try (Connection connection = connect(); Statement statement = connection.createStatement()) {
            statement.execute("create table numbers (owner int, value int)");
        }
    }

    private static List<String> command(String postgres, String data, int port) {
        List<String> command = new ArrayList<>(List.of(postgres, "-D", data, "-p", Integer.toString(port)));
        for (String setting : List.of("listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=" + CONNECTIONS,
                "fsync=off", "full_page_writes=off", "synchronous_commit=off", "autovacuum=off")) {
            command.add("-c");
            command.add(setting);
        }
        return command;
    }

    /** Where Debian has the programs, which are not in its PATH; the newest first. */
    private static List<Path> debian() throws IOException {
        if (!Files.isDirectory(DEBIAN)) {
            return List.of();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            List<Path> found = new ArrayList<>(versions.sorted().map(version -> version.resolve("bin")).toList());
            Collections.reverse(found);
            return found;
        }
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:" + process.port() + "/postgres?user=jevent";
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(url());
    }

    /** An advisory lock, which this connection holds. */
    Gate gate() throws SQLException {
        return new LockGate(connect());
    }

    private record LockGate(Connection connection) implements Gate {
        private void execute(String sql) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }

        @Override
        public void shut() throws SQLException {
            execute("select pg_advisory_lock(1)");
        }

        @Override
        public int waiting() throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet result = statement.executeQuery(
                            "select count(*) from pg_locks where locktype = 'advisory' and not granted")) {
                result.next();
                return result.getInt(1);
            }
        }

        @Override
        public void open() throws SQLException {
            execute("select pg_advisory_unlock_all()");
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
