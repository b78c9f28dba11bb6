package dev.jevent.servers.http;

import dev.jevent.Hub;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import java.time.Duration;
import java.time.Instant;

/** What the connections of a server have in common, whatever accepts them. */
final class HttpEngine {
    final HttpHandler handler;
    final ErrorPage errorPage; // null: plain text
    final AccessLog log; // null: none
    private final Desk desk;

    /** On the hub that serves. */
    HttpEngine(Hub hub, HttpHandler handler, HttpLimits limits, ErrorPage errorPage, AccessLog log) {
        this.handler = handler;
        this.errorPage = errorPage;
        this.log = log;
        this.desk = new Desk(hub, new HttpLimits(limits));
    }

    /** Serves a connection to its end, and closes it. */
    @Switches
    void serve(ByteStream stream) {
        new HttpConnection(this, desk, stream).run();
    }

    Desk desk() {
        return desk;
    }

    void report(Object context, Throwable error) {
        desk.hub.handleError(context, error);
    }

    void log(HttpConnection connection, RequestParser parser, int status, long bytes, Duration took) {
        if (log != null) {
            boolean whole = parser.status == 0;
            write(new AccessLog.Entry(
                    connection.remoteAddress(),
                    Instant.now(),
                    whole ? parser.requestLine() : parser.partialLine(),
                    status,
                    bytes,
                    took,
                    whole ? field(parser, "Referer") : null,
                    whole ? field(parser, "User-Agent") : null));
        }
    }

    private void write(AccessLog.Entry entry) {
        try {
            log.log(entry);
        } catch (RuntimeException e) {
            report(log, e);
        }
    }

    private static String field(RequestParser parser, String name) {
        int field = parser.find(name, 0);
        return field < 0 ? null : parser.value(field);
    }
}
