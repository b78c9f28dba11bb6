package dev.jevent.servers.http;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.HubLoop;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;

/**
 * What the connections of one server on one hub share: buffers, the date, and one alarm for all their deadlines.
 *
 * <p>Deadlines are counted in ticks of that alarm. So to set one costs a store, to take it back another, and no request starts
 * a timer or asks for the time. A tick looks at every connection: some nanoseconds for each, a few times in a second.
 */
final class Desk implements CarrierCallback {
    /** More buffers than that are left to the garbage collector. */
    private static final int SHELF = 256;

    /** Bytes that go through the system at once. */
    static final int STAGE = 64 << 10;

    private static final long SHORTEST_TICK = 10_000_000;
    private static final long LONGEST_TICK = 1_000_000_000;
    private static final DateTimeFormatter IMF =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US).withZone(ZoneOffset.UTC);

    final Hub hub;
    final HttpLimits limits;
    final int headerTicks;
    final int bodyTicks;
    final int idleTicks;
    final int lingerTicks;

    /** For bytes on their way in and out, within one call that doesn't switch: else the JDK would copy to one of its own. */
    final ByteBuffer incoming = ByteBuffer.allocateDirect(STAGE);
    final ByteBuffer outgoing = ByteBuffer.allocateDirect(Buffers.OUTPUT);

    private final long tickNanos;
    private final Alarm alarm;
    private long ticks;
    private HttpConnection[] connections = new HttpConnection[16];
    private int open;

    private Buffers shelf;
    private int shelved;

    private final ArrayList<HttpConnection> unwritten = new ArrayList<>();

    private long dateSecond = -1;
    private byte[] date;

    /** On the thread of {@code hub}. */
    Desk(Hub hub, HttpLimits limits) {
        this.hub = hub;
        this.limits = limits;
        long shortest = Math.min(
                Math.min(nanos(limits.headerTimeout()), nanos(limits.bodyTimeout())), nanos(limits.idleTimeout()));
        tickNanos = Math.clamp(shortest / 4, SHORTEST_TICK, LONGEST_TICK);
        headerTicks = ticks(limits.headerTimeout());
        bodyTicks = ticks(limits.bodyTimeout());
        idleTicks = ticks(limits.idleTimeout());
        lingerTicks = ticks(Duration.ofSeconds(2));
        alarm = ((HubLoop) hub.loop()).alarm(this);
    }

    private static long nanos(Duration duration) {
        return Durations.nanos("timeout", duration);
    }

    /** One more than it takes: the first may be over at any moment. */
    private int ticks(Duration duration) {
        return (int) Math.min(Integer.MAX_VALUE - 1, (nanos(duration) + tickNanos - 1) / tickNanos + 1);
    }

    /** Ticks that {@code bytes} of a body win. */
    long ticksFor(long bytes) {
        return bytes / limits.bodyRate() * (1_000_000_000 / tickNanos);
    }

    // ---- deadlines ----

    long ticks() {
        return ticks;
    }

    void opened(HttpConnection connection) {
        if (open == connections.length) {
            connections = Arrays.copyOf(connections, 2 * open);
        }
        connection.place = open;
        connections[open++] = connection;
        if (open == 1) {
            alarm.set(tickNanos, false);
        }
    }

    void closed(HttpConnection connection) {
        HttpConnection last = connections[--open];
        connections[open] = null;
        if (last != connection) {
            connections[connection.place] = last;
            last.place = connection.place;
        }
        if (open == 0 && !hub.isClosed()) {
            alarm.cancel();
        }
    }

    int open() {
        return open;
    }

    /** Asks those that have no request to close. */
    void closeIdle() {
        for (int i = 0; i < open; i++) {
            connections[i].stopWhenIdle();
        }
    }

    @Override
    public void run() {
        ticks++;
        for (int i = 0; i < open; i++) {
            if (connections[i].deadline <= ticks) {
                connections[i].expire();
            }
        }
        alarm.set(tickNanos, false);
    }

    // ---- buffers ----

    Buffers lend() {
        Buffers lent = shelf;
        if (lent == null) {
            return new Buffers(limits);
        }
        shelf = lent.next;
        lent.next = null;
        shelved--;
        return lent;
    }

    void giveBack(Buffers buffers) {
        if (shelved < SHELF) {
            if (buffers.input.length > Buffers.INPUT) {
                buffers.input = new byte[Buffers.INPUT]; // it was made larger for one large request
            }
            buffers.next = shelf;
            shelf = buffers;
            shelved++;
        }
    }

    /** How many wait to be lent. */
    int shelved() {
        return shelved;
    }

    // ---- responses that others hold up ----

    /** Has the earlier responses of {@code connection} written as soon as its greenlet waits, if they aren't by then. */
    void flushSoon(HttpConnection connection) {
        unwritten.add(connection);
        if (unwritten.size() == 1) {
            hub.loop().runCallback(this::flushUnwritten);
        }
    }

    private void flushUnwritten() {
        for (int i = 0; i < unwritten.size(); i++) {
            unwritten.get(i).flushEarlier();
        }
        unwritten.clear();
    }

    // ---- the date ----

    /** The field with the end of its line, made once in a second. */
    byte[] date() {
        long now = System.currentTimeMillis() / 1000;
        if (now != dateSecond) {
            dateSecond = now;
            date = ("Date: " + date(Instant.ofEpochSecond(now)) + "\r\n").getBytes(StandardCharsets.US_ASCII);
        }
        return date;
    }

    /** As RFC 9110 5.6.7 wants it. */
    static String date(Instant instant) {
        return IMF.format(instant);
    }
}
