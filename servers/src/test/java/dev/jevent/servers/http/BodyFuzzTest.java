package dev.jevent.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.api.SilentCloseable;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.sun.management.ThreadMXBean;
import dev.jevent.Hub;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;

/** Any bytes, as a chunked body: read as the grammar has it, or refused. How to look for more than the corpus has: servers/fuzz. */
@Tag("fuzz")
class BodyFuzzTest {
    private static final byte[] HEAD = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(ISO_8859_1);

    /** Longer ones would be too deep for the regular expression that they are compared with, and could meet limits which that has not. */
    private static final int MOST = 900;

    /** The exchange, a room for the body, an exception with its trace, and what the body is collected in. */
    private static final long ALLOCATION = 64 << 10;

    private static final long ALLOCATION_PER_BYTE = 64; // a trailer of two bytes is two strings

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static HttpConnection connection; // of a client that has gone: after what is in its input nothing comes

    private static HttpConnection connection() throws IOException {
        if (connection == null) {
            try (SilentCloseable _ = BugDetectors.allowNetworkConnections();
                    TcpServerSocket listener = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1)) {
                TcpSocket.connect(listener.getLocalAddress()).close();
                HttpLimits limits = new HttpLimits().headerFields(MOST);
                HttpEngine engine = new HttpEngine(Hub.current(), exchange -> exchange.respond(200), limits, null, null);
                connection = new HttpConnection(engine, engine.desk(), listener.accept());
                connection.buffers = engine.desk().lend();
                connection.output.bytes = connection.buffers.output;
            }
        }
        return connection;
    }

    @AfterAll
    static void close() throws IOException {
        if (connection != null) {
            connection.stream.close();
            connection = null;
            Hub.current().close();
        }
    }

    /** What has come of a request: its head, and these bytes. */
    private static InputStream body(byte[] data) throws IOException {
        HttpConnection from = connection();
        byte[] bytes = Arrays.copyOf(HEAD, HEAD.length + data.length + Buffers.INPUT);
        System.arraycopy(data, 0, bytes, HEAD.length, data.length);
        from.buffers.input = bytes;
        from.input.bytes = bytes;
        from.input.begin = 0;
        from.input.end = HEAD.length + data.length;
        RequestParser parser = from.buffers.parser;
        parser.begin(bytes, 0);
        assertThat(parser.parse(from.input.end)).isEqualTo(RequestParser.COMPLETE);
        from.input.begin = parser.position();
        from.input.pin();
        return new HttpExchange(from, parser, true).body();
    }

    /** The body, or null if it was refused. */
    private static String read(byte[] data, int step) throws IOException {
        StringBuilder all = new StringBuilder();
        byte[] piece = new byte[step];
        try (InputStream body = body(data)) {
            for (int count = body.read(piece); count >= 0; count = body.read(piece)) {
                all.append(new String(piece, 0, count, ISO_8859_1));
            }
            assertThat(body.read()).isEqualTo(-1);
            assertThat(((RequestBody) body).isEnded()).isTrue();
            assertThat(connection.input.begin).isLessThanOrEqualTo(connection.input.end);
            return all.toString();
        } catch (HttpException refused) {
            assertThat(refused.status()).isEqualTo(400);
            return null;
        }
    }

    @FuzzTest(maxDuration = "") // servers/fuzz says how long
    void bodies(byte[] data) throws IOException {
        if (data.length > MOST) {
            return;
        }
        String read = read(data, 3);
        assertThat(read).isEqualTo(RequestBodyTest.decode(new String(data, ISO_8859_1)));
        long before = THREADS.getCurrentThreadAllocatedBytes(); // not before: classes were loaded, perhaps
        assertThat(read(data, 512)).isEqualTo(read);
        long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated).isLessThan(ALLOCATION + ALLOCATION_PER_BYTE * data.length);
    }
}
