package dev.jevent.servers.http;

import dev.jevent.contract.NeverSwitches;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.function.Consumer;

/** Told of each response. */
@FunctionalInterface
public interface AccessLog {
    /** Called on the hub that serves, between two requests: whatever takes its time delays others. */
    @NeverSwitches
    void log(Entry entry);

    /** As Apache's <i>common</i> format; {@code line} gets each line without its end. */
    static AccessLog common(Consumer<? super String> line) {
        return entry -> line.accept(entry.common());
    }

    /** As Apache's <i>combined</i> format. */
    static AccessLog combined(Consumer<? super String> line) {
        return entry -> line.accept(entry.combined());
    }

    /**
     * A response.
     *
     * @param client null if it was gone already
     * @param time when it was complete
     * @param requestLine as it was sent; its beginning if it was refused
     * @param bytes of the response, its head included
     * @param took since the request's head was complete
     * @param referer null if the request has none; so {@code userAgent}
     */
    record Entry(
            SocketAddress client,
            Instant time,
            String requestLine,
            int status,
            long bytes,
            Duration took,
            String referer,
            String userAgent) {
        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("dd/MMM/yyyy:HH:mm:ss Z", Locale.US)
                .withZone(ZoneId.systemDefault());

        public String common() {
            return text(false).toString();
        }

        public String combined() {
            return text(true).toString();
        }

        private StringBuilder text(boolean combined) {
            StringBuilder text = new StringBuilder(128);
            text.append(client == null ? "-" : client instanceof InetSocketAddress inet ? inet.getAddress().getHostAddress() : "unix");
            text.append(" - - [");
            TIME.formatTo(time, text);
            text.append("] ");
            quote(text, requestLine).append(' ').append(status).append(' ').append(bytes);
            if (combined) {
                quote(text.append(' '), referer);
                quote(text.append(' '), userAgent);
            }
            return text;
        }

        /** What a client sent cannot end the quotes or the line, or reach a terminal as a control sequence. */
        private static StringBuilder quote(StringBuilder text, String sent) {
            if (sent == null) {
                return text.append("\"-\"");
            }
            text.append('"');
            for (int i = 0; i < sent.length(); i++) {
                char c = sent.charAt(i);
                if (c == '"' || c == '\\') {
                    text.append('\\').append(c);
                } else if (c < 0x20 || c >= 0x7f) {
                    text.append("\\x").append(Character.forDigit(c >> 4 & 15, 16)).append(Character.forDigit(c & 15, 16));
                } else {
                    text.append(c);
                }
            }
            return text.append('"');
        }
    }
}
