package dev.jevent.servers;

import dev.jevent.Hub;
import dev.jevent.Jevent;

/** A program for few descriptors: an echo server that tells its port, and, asked with {@code errors}, how often it could not accept. */
final class CrowdedServer {
    private CrowdedServer() {}

    public static void main(String[] args) throws Exception {
        Jevent.run(() -> {
            StreamServer server = StreamServer.on(Clients.LOOPBACK, connection -> {
                for (String line = Clients.line(connection); line != null; line = Clients.line(connection)) {
                    String answer = line.equals("errors") ? connection.server().statistics().acceptErrors() + "" : line;
                    connection.outputStream().write((answer + "\n").getBytes());
                }
            });
            server.start();
            Clients.ask(server, "errors"); // so that every class is loaded while there are descriptors
            IO.println(server.port());
            server.serveForever();
        });
        Hub.current().close();
    }
}
