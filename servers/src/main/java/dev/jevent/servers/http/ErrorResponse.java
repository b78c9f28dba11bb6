package dev.jevent.servers.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Responses to what no handler answers. The connection ends with them. */
final class ErrorResponse {
    private static final byte[] REST = "Connection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private ErrorResponse() {}

    static String type(HttpEngine engine) {
        return engine.errorPage == null ? "text/plain; charset=utf-8" : "text/html; charset=utf-8";
    }

    static byte[] body(HttpEngine engine, int status, String message) {
        if (engine.errorPage != null) {
            try {
                return engine.errorPage.html(status, message).getBytes(StandardCharsets.UTF_8);
            } catch (RuntimeException e) {
                engine.report(engine.errorPage, e);
            }
        }
        String reason = Status.reason(status);
        String text = status + (reason.isEmpty() ? "" : " " + reason) + (message.equals(reason) ? "" : ": " + message) + "\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void write(Output output, Desk desk, HttpEngine engine, int status, String message, boolean withBody) throws IOException {
        byte[] body = body(engine, status, message);
        output.put(Status.line(status));
        output.put(desk.date());
        output.put("Content-Type: ");
        output.put(type(engine));
        output.put("\r\nContent-Length: ");
        output.putLine(body.length);
        output.put(REST);
        if (withBody) {
            output.flushWith(java.nio.ByteBuffer.wrap(body));
        }
    }
}
