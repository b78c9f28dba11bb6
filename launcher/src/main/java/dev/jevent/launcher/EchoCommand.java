package dev.jevent.launcher;

import dev.jevent.Settings;
import dev.jevent.servers.Connection;
import dev.jevent.servers.HubGroup;
import dev.jevent.servers.StreamServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** A server that sends back what it gets. */
@Command(
        name = "echo",
        description = {
            "Serves TCP: sends back what it gets, with a greenlet for each connection.",
            "Prints one line with the address when it is ready. SIGTERM and Ctrl-C let the connections end, a second one ends them."
        },
        exitCodeList = {"0:a signal ended it", "1:it could not listen", "2:the command line is wrong"})
final class EchoCommand implements Callable<Integer> {
    private static final int BUFFER = 4 * 1024; // each idle connection has one
    private static final int MOST_PORT = 65_535;

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Main main;

    @Option(names = "--port", paramLabel = "N", required = true, description = "Port to listen on; 0: any that is free")
    private int port;

    @Option(
            names = "--host",
            paramLabel = "H",
            defaultValue = "127.0.0.1",
            description = "Address to listen on; *: all (default: ${DEFAULT-VALUE})")
    private String host;

    @Option(
            names = "--hubs",
            paramLabel = "N|cores",
            defaultValue = "1",
            converter = HubCount.class,
            description = "Hubs to serve with, each on a thread of its own (default: ${DEFAULT-VALUE})")
    private int hubs;

    @Option(
            names = "--grace",
            paramLabel = "SECONDS",
            defaultValue = "10",
            converter = Seconds.class,
            description = "How long connections may go on after the first signal (default: ${DEFAULT-VALUE})")
    private Duration grace;

    @Override
    public Integer call() throws Exception {
        if (port < 0 || port > MOST_PORT) {
            throw new ParameterException(spec.commandLine(), "--port: " + port + " (expected: from 0 to " + MOST_PORT + ")");
        }
        Settings settings = main.settings(spec.commandLine());
        main.setProperties(); // for the group's hubs
        InetSocketAddress at = host.equals("*") ? new InetSocketAddress(port) : InetSocketAddress.createUnresolved(host, port);
        HubGroup group = HubGroup.of(hubs, () -> StreamServer.on(at, EchoCommand::echo));
        new Service(group, grace).run(settings, spec.commandLine().getOut());
        return 0;
    }

    /** Until the client has sent all, or is gone. */
    private static void echo(Connection connection) {
        ByteBuffer bytes = ByteBuffer.allocate(BUFFER);
        try {
            while (connection.read(bytes) >= 0) {
                connection.write(bytes.flip());
                bytes.clear();
            }
        } catch (IOException e) {
            // The client has ended the connection, and nobody else is concerned.
        }
    }
}
