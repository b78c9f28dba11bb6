package dev.jevent.servers.http.websocket;

import dev.jevent.Durations;
import java.time.Duration;

/**
 * What a client may ask of a {@link WebSocket}. All of these are on from the start.
 *
 * <pre>{@code
 * var limits = new WebSocketLimits().message(64 << 10).pingInterval(Duration.ofSeconds(10));
 * }</pre>
 */
public final class WebSocketLimits {
    private static final int MOST = 1 << 30;

    private int frame = 1 << 20;
    private int message = 1 << 20;
    private Duration frameTimeout = Duration.ofSeconds(30);
    private int frameRate = 256;
    private Duration pingInterval = Duration.ofSeconds(30);
    private Duration pongTimeout = Duration.ofSeconds(10);
    private Duration writeTimeout = Duration.ofSeconds(30);
    private Duration closeTimeout = Duration.ofSeconds(5);

    public WebSocketLimits() {}

    WebSocketLimits(WebSocketLimits from) {
        frame = from.frame;
        message = from.message;
        frameTimeout = from.frameTimeout;
        frameRate = from.frameRate;
        pingInterval = from.pingInterval;
        pongTimeout = from.pongTimeout;
        writeTimeout = from.writeTimeout;
        closeTimeout = from.closeTimeout;
    }

    /** Bytes of a frame; a larger one closes the socket with 1009 before it is read. 1 MiB. */
    public int frame() {
        return frame;
    }

    public WebSocketLimits frame(int bytes) {
        frame = between("frame", bytes, 125, MOST);
        return this;
    }

    /** Bytes of a message, of whatever number of frames; a larger one closes the socket with 1009. 1 MiB. */
    public int message() {
        return message;
    }

    public WebSocketLimits message(int bytes) {
        message = between("message", bytes, 1, MOST);
        return this;
    }

    /** From the first byte of a frame to its last, at less than {@link #frameRate()}; then 1008. 30 seconds. */
    public Duration frameTimeout() {
        return frameTimeout;
    }

    public WebSocketLimits frameTimeout(Duration timeout) {
        frameTimeout = positive("frameTimeout", timeout);
        return this;
    }

    /** Bytes of a frame that win the client one more second of {@link #frameTimeout()}. 256. */
    public int frameRate() {
        return frameRate;
    }

    public WebSocketLimits frameRate(int bytesPerSecond) {
        frameRate = between("frameRate", bytesPerSecond, 1, Integer.MAX_VALUE);
        return this;
    }

    /** How long a client that is waited for may say nothing before it gets a ping. 30 seconds. */
    public Duration pingInterval() {
        return pingInterval;
    }

    public WebSocketLimits pingInterval(Duration interval) {
        pingInterval = positive("pingInterval", interval);
        return this;
    }

    /** How long it may say nothing after a ping before it counts as gone. 10 seconds. */
    public Duration pongTimeout() {
        return pongTimeout;
    }

    public WebSocketLimits pongTimeout(Duration timeout) {
        pongTimeout = positive("pongTimeout", timeout);
        return this;
    }

    /** How long a client may take to accept a message; then it counts as gone. 30 seconds. */
    public Duration writeTimeout() {
        return writeTimeout;
    }

    public WebSocketLimits writeTimeout(Duration timeout) {
        writeTimeout = positive("writeTimeout", timeout);
        return this;
    }

    /** How long a client may take to answer a close. 5 seconds. */
    public Duration closeTimeout() {
        return closeTimeout;
    }

    public WebSocketLimits closeTimeout(Duration timeout) {
        closeTimeout = positive("closeTimeout", timeout);
        return this;
    }

    private static int between(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + ": " + value + " (expected: " + least + " to " + most + ")");
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
