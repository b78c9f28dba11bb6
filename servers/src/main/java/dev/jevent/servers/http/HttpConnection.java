package dev.jevent.servers.http;

import dev.jevent.Interest;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteStream;
import dev.jevent.io.ReadAheadStream;
import dev.jevent.io.Readiness;
import dev.jevent.io.net.StreamSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.tls.TlsStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * One client's connection, and the greenlet's work on it: a request after the other, as long as both sides want. While it waits
 * for the next one it has no buffers.
 *
 * <pre>
 *   IDLE ── first byte ──▶ HEAD ── complete ──▶ EXCHANGE ── responded, body read ──▶ IDLE, or HEAD if more is there already
 *    └── timeout, end ──┐    └── refused ──▶ LINGERING ◀── not to be kept ──┘
 *                       ▼                        └── the client's end, or too long ──▶ CLOSED
 *                     CLOSED
 * </pre>
 */
final class HttpConnection {
    private static final long NEVER = Long.MAX_VALUE;

    /** Turns without a wait before others get theirs. */
    private static final int FAIR = 32;

    private static final int LINGER_BYTES = 1 << 20;
    private static final byte[] CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    final HttpEngine engine;
    final Desk desk;
    final ByteStream stream;
    private final StreamSocket socket;
    private final Readiness readiness;
    final Input input = new Input(this);
    final Output output = new Output(this);
    Buffers buffers; // null: waits for a request

    int place; // among the desk's
    long deadline = NEVER; // in ticks
    private boolean expired;
    private boolean idle;
    private boolean stopping;
    private boolean broken; // the transport has failed
    private int unwaited;
    private long requests;

    private HttpExchange current; // null: none is open

    HttpConnection(HttpEngine engine, Desk desk, ByteStream stream) {
        this.engine = engine;
        this.desk = desk;
        this.stream = stream;
        this.socket = (StreamSocket) (stream instanceof TlsStream tls ? tls.transport() : stream);
        this.readiness = socket.readiness();
    }

    boolean isSecure() {
        return stream != socket;
    }

    StreamSocket socket() {
        return socket;
    }

    // ---- its life ----

    /** Serves it to its end, and closes it. */
    @Switches
    void run() {
        desk.opened(this);
        try {
            stream.timeout(desk.limits.writeTimeout());
            if (socket instanceof TcpSocket tcp) {
                // What is written is a whole response, or as much of it as there is.
                tcp.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            serve();
        } catch (IOException e) {
            if (broken) { // The client is gone, or too slow: else what it hasn't taken would stay with the system for minutes.
                cut();
            }
        } finally {
            desk.closed(this);
            giveBuffersBack();
            close();
        }
    }

    private void close() {
        try {
            stream.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    private void serve() throws IOException {
        for (;;) {
            HttpExchange exchange = nextRequest();
            if (exchange == null) {
                return;
            }
            if (!output.isEmpty()) {
                desk.flushSoon(this); // others wait for these, if the handler waits
            }
            current = exchange;
            boolean keep;
            try {
                keep = exchange.serve(engine.handler);
            } finally {
                current = null;
                exchange.end();
                input.unpin();
            }
            if (!keep) {
                output.flush();
                if (exchange.hasUnread()) {
                    linger();
                }
                return;
            }
        }
    }

    /** Waits for a request, and reads its head. Null: there won't be one. */
    private HttpExchange nextRequest() throws IOException {
        if (input.isEmpty() && !awaitRequest()) {
            return null;
        }
        RequestParser parser = buffers.parser;
        parser.begin(input.bytes, input.begin);
        long until = NEVER;
        for (;;) {
            int result = parser.parse(input.end);
            if (result == RequestParser.COMPLETE) {
                break;
            }
            if (result == RequestParser.REFUSED) {
                refuse(parser, parser.status, parser.reason);
                return null;
            }
            if (until == NEVER) {
                until = desk.ticks() + desk.headerTicks;
            }
            input.makeRoomForHead(parser, desk.limits.requestLine() + desk.limits.headerBytes() + 8);
            int count = fillHead(until);
            if (count < 0) {
                if (!parser.isEmpty() && expired) {
                    refuse(parser, 408, "the header fields did not come in time");
                }
                return null;
            }
        }
        input.begin = parser.position();
        input.pin();
        requests++;
        if (parser.contentLength() > desk.limits.body()) {
            refuse(parser, 413, "the body is larger than " + desk.limits.body() + " bytes");
            return null;
        }
        return new HttpExchange(this, parser, requests < desk.limits.requests());
    }

    /** Returns false when no request will come. */
    private boolean awaitRequest() throws IOException {
        output.flush();
        giveBuffersBack();
        boolean mayBeThere = !input.isDrained();
        for (;;) {
            if (mayBeThere) {
                lendBuffers();
                int count = input.tryFill();
                if (count > 0) {
                    takeTurns();
                    return true;
                }
                giveBuffersBack();
                if (count < 0) {
                    return false;
                }
            }
            if (stopping) {
                return false;
            }
            idle = true;
            try {
                mayBeThere = await(desk.ticks() + desk.idleTicks);
            } finally {
                idle = false;
            }
            if (!mayBeThere) {
                return false;
            }
        }
    }

    private int fillHead(long until) throws IOException {
        output.flush();
        for (;;) {
            if (!input.isDrained()) {
                int count = input.tryFill();
                if (count != 0) {
                    return count;
                }
            }
            if (!await(until)) {
                return -1;
            }
        }
    }

    private void takeTurns() {
        if (++unwaited > FAIR) {
            unwaited = 0;
            desk.hub.yieldNow();
        }
    }

    private void lendBuffers() {
        buffers = desk.lend();
        input.bytes = buffers.input;
        input.begin = 0;
        input.end = 0;
        output.bytes = buffers.output;
    }

    private void giveBuffersBack() {
        if (buffers != null) {
            desk.giveBack(buffers);
            buffers = null;
            input.bytes = null;
            output.bytes = null;
        }
    }

    // ---- waiting ----

    /** Waits until there may be something to read. Returns false if the tick {@code until} was over before. */
    private boolean await(long until) throws IOException {
        unwaited = 0;
        expired = false;
        deadline = until;
        try {
            readiness.await(Interest.READ, -1);
        } finally {
            deadline = NEVER;
        }
        input.awaited();
        return !expired;
    }

    /** The deadline is over. On the hub's thread itself. */
    void expire() {
        deadline = NEVER;
        expired = true;
        readiness.poke(Interest.READ);
    }

    /** No further request is served; one that is being served is. */
    void stopWhenIdle() {
        stopping = true;
        if (idle) {
            expire();
        }
    }

    boolean isStopping() {
        return stopping;
    }

    // ---- for bodies ----

    /**
     * Reads more of a body, past the input buffer if {@code into} is given.
     *
     * @return how many bytes; -1: the client has closed
     * @throws HttpException 408 if the budget of {@code body} is used up
     */
    int readBody(RequestBody body, byte[] into, int offset, int length) throws IOException {
        output.flush();
        for (;;) {
            if (!input.isDrained()) {
                int count;
                try {
                    count = into == null ? input.tryFillBody() : input.tryRead(into, offset, length);
                } catch (IOException e) {
                    broken = true;
                    throw e;
                }
                if (count != 0) {
                    takeTurns();
                    return count;
                }
            }
            long since = desk.ticks();
            boolean inTime = await(since + body.budget);
            body.budget -= desk.ticks() - since;
            if (!inTime) {
                throw new HttpException(408, "the body did not come in time");
            }
        }
    }

    /** @param begun whether the final response has: then this goes before it, or not at all */
    void sendContinue(boolean begun) throws IOException {
        if (!begun) {
            output.put(CONTINUE);
        } else if (!output.insert(CONTINUE)) {
            return;
        }
        output.flush();
    }

    /** Writes responses to earlier requests while the handler of the current one waits. Called by another greenlet. */
    void flushEarlier() {
        if (current != null && !current.isResponded() && !output.isEmpty()) {
            try {
                output.tryFlush();
            } catch (IOException e) {
                broken = true; // as the connection's own greenlet will find
            }
        }
    }

    /** Writes the first {@code count} of {@code bytes} as far as that goes without waiting. */
    int tryWrite(byte[] bytes, int count) throws IOException {
        try {
            if (stream != socket) {
                return stream.tryWrite(ByteBuffer.wrap(bytes, 0, count));
            }
            ByteBuffer stage = desk.outgoing;
            stage.clear().put(bytes, 0, count).flip();
            return socket.tryWrite(stage);
        } catch (IOException e) {
            broken = true;
            throw e;
        }
    }

    /** Writes past the output, waiting. */
    void write(ByteBuffer from) throws IOException {
        try {
            unwaited = 0;
            stream.write(from);
        } catch (IOException e) {
            broken = true;
            throw e;
        }
    }

    /** Has the system write a part of a file. */
    void send(FileChannel file, long position, int count) throws IOException {
        try {
            unwaited = 0;
            if (socket.send(file, position, count) < count) {
                throw new EOFException("the file became shorter while it was sent");
            }
        } catch (EOFException e) {
            throw e;
        } catch (IOException e) {
            broken = true;
            throw e;
        }
    }

    boolean isBroken() {
        return broken;
    }

    // ---- its end ----

    /** Answers what isn't a request, or not one that is served. */
    private void refuse(RequestParser parser, int status, String reason) throws IOException {
        long before = output.total();
        Duration none = Duration.ZERO;
        ErrorResponse.write(output, desk, engine, status, reason, parser.status != 0 || !parser.isHead());
        engine.log(this, parser, status, output.total() - before, none);
        output.flush();
        linger();
    }

    /**
     * Reads on until the client has closed: if this closed with bytes unread, the system would reset the connection, and the
     * client might lose the response.
     */
    private void linger() throws IOException {
        stream.shutdownOutput();
        long until = desk.ticks() + desk.lingerTicks;
        ByteBuffer nowhere = ByteBuffer.wrap(buffers.input);
        long skipped = 0;
        while (skipped < LINGER_BYTES) {
            int count = stream.tryRead(nowhere.clear());
            if (count < 0 || count == 0 && !await(until)) {
                return;
            }
            skipped += count;
        }
    }

    /** Ends it so that the client cannot take what it got for the whole. */
    void cut() {
        try {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // It is broken already, which says the same.
        }
        try {
            socket.close();
        } catch (IOException e) {
            // It is closed all the same.
        }
    }

    /** Ends HTTP here. What has come behind the request is the first that is read of the result. */
    ByteStream upgrade() throws IOException {
        output.flush();
        ByteBuffer ahead = ByteBuffer.wrap(Arrays.copyOfRange(input.bytes, input.begin, input.end));
        input.begin = input.end;
        stream.timeout(null);
        return new ReadAheadStream(stream, ahead);
    }

    SocketAddress remoteAddress() {
        try {
            return socket.remoteAddress();
        } catch (IOException e) {
            return null; // it is closed
        }
    }

    SocketAddress localAddress() {
        try {
            return socket.getLocalAddress();
        } catch (IOException e) {
            return null; // it is closed
        }
    }

    /** Whether {@code error} says that the client is gone or too slow. */
    boolean isOfTransport(Throwable error) {
        return broken && error instanceof IOException;
    }
}
