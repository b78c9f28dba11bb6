package dev.jevent.servers.http;

import dev.jevent.Durations;
import java.time.Duration;

/**
 * What a client may ask of an {@link HttpServer}. A server reads them when it starts.
 *
 * <pre>{@code
 * var limits = new HttpLimits().body(10 << 20).idleTimeout(Duration.ofSeconds(15));
 * }</pre>
 *
 * <p>Timeouts are kept to about a quarter of the shortest of them, and never better than 10 ms; they are never early.
 */
public final class HttpLimits {
    private int requestLine = 8 << 10;
    private int headerBytes = 32 << 10;
    private int headerFields = 100;
    private long body = Long.MAX_VALUE;
    private long unreadBody = 256 << 10;
    private long requests = Long.MAX_VALUE;
    private Duration headerTimeout = Duration.ofSeconds(10);
    private Duration bodyTimeout = Duration.ofSeconds(30);
    private int bodyRate = 256;
    private Duration idleTimeout = Duration.ofSeconds(60);
    private Duration writeTimeout = Duration.ofSeconds(30);

    public HttpLimits() {}

    HttpLimits(HttpLimits from) {
        requestLine = from.requestLine;
        headerBytes = from.headerBytes;
        headerFields = from.headerFields;
        body = from.body;
        unreadBody = from.unreadBody;
        requests = from.requests;
        headerTimeout = from.headerTimeout;
        bodyTimeout = from.bodyTimeout;
        bodyRate = from.bodyRate;
        idleTimeout = from.idleTimeout;
        writeTimeout = from.writeTimeout;
    }

    /** Bytes of a request line; a longer one is answered with 414. 8 KiB. */
    public int requestLine() {
        return requestLine;
    }

    public HttpLimits requestLine(int bytes) {
        requestLine = between("requestLine", bytes, 16, 1 << 20);
        return this;
    }

    /** Bytes of all header fields of a request, and of its trailers; more are answered with 431. 32 KiB. */
    public int headerBytes() {
        return headerBytes;
    }

    public HttpLimits headerBytes(int bytes) {
        headerBytes = between("headerBytes", bytes, 16, 1 << 24);
        return this;
    }

    /** Header fields of a request; more are answered with 431. 100. */
    public int headerFields() {
        return headerFields;
    }

    public HttpLimits headerFields(int count) {
        headerFields = between("headerFields", count, 1, 1 << 16);
        return this;
    }

    /** Bytes of a request's body; a larger one is answered with 413. Without limit, since a body is not kept in memory. */
    public long body() {
        return body;
    }

    public HttpLimits body(long bytes) {
        body = atLeast("body", bytes, 0);
        return this;
    }

    /** Bytes of a body, not read by the handler, that are skipped to get to the next request; for more the connection is closed. 256 KiB. */
    public long unreadBody() {
        return unreadBody;
    }

    public HttpLimits unreadBody(long bytes) {
        unreadBody = atLeast("unreadBody", bytes, 0);
        return this;
    }

    /** Requests on one connection; with the last response it is closed. Without limit. */
    public long requests() {
        return requests;
    }

    public HttpLimits requests(long count) {
        requests = atLeast("requests", count, 1);
        return this;
    }

    /** From the first byte of a request to the end of its header fields; then 408. 10 seconds. */
    public Duration headerTimeout() {
        return headerTimeout;
    }

    public HttpLimits headerTimeout(Duration timeout) {
        headerTimeout = positive("headerTimeout", timeout);
        return this;
    }

    /** How long a handler that reads the body may be kept waiting, all waits together, at less than {@link #bodyRate()}; then 408. 30 seconds. */
    public Duration bodyTimeout() {
        return bodyTimeout;
    }

    public HttpLimits bodyTimeout(Duration timeout) {
        bodyTimeout = positive("bodyTimeout", timeout);
        return this;
    }

    /** Bytes of a body that win the client one more second of {@link #bodyTimeout()}. 256. */
    public int bodyRate() {
        return bodyRate;
    }

    public HttpLimits bodyRate(int bytesPerSecond) {
        bodyRate = between("bodyRate", bytesPerSecond, 1, Integer.MAX_VALUE);
        return this;
    }

    /** How long a connection may be without a request; then it is closed. 60 seconds. */
    public Duration idleTimeout() {
        return idleTimeout;
    }

    public HttpLimits idleTimeout(Duration timeout) {
        idleTimeout = positive("idleTimeout", timeout);
        return this;
    }

    /** How long a client may take to accept 64 KiB of a response; then the connection is cut. 30 seconds. */
    public Duration writeTimeout() {
        return writeTimeout;
    }

    public HttpLimits writeTimeout(Duration timeout) {
        writeTimeout = positive("writeTimeout", timeout);
        return this;
    }

    private static int between(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + " to " + most + ")");
        }
        return value;
    }

    private static long atLeast(String name, long value, long least) {
        if (value < least) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: >= " + least + ")");
        }
        return value;
    }

    private static Duration positive(String name, Duration timeout) {
        if (Durations.nanos(name, timeout) == 0) {
            throw new IllegalArgumentException(name + ": " + Durations.text(timeout) + " (expected: > 0)");
        }
        return timeout;
    }
}
