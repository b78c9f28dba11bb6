package dev.jevent.io.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.OnHub;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a record costs in garbage beyond that of the engine. */
@OnHub
class TlsAllocationTest {
    private static final int BATCHES = 12;
    private static final int RECORDS = 2_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private interface Exchange {
        void run() throws Exception;
    }

    private static double bytesEach(Exchange exchange) throws Exception {
        long least = Long.MAX_VALUE;
        for (int batch = 0; batch < BATCHES; batch++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < RECORDS; i++) {
                exchange.run();
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        return (double) least / RECORDS;
    }

    private static final class Engines {
        final SSLEngine client = context();
        final SSLEngine server = Certificates.server("ec").createSSLEngine();

        Engines() throws Exception {
            client.setUseClientMode(true);
            server.setUseClientMode(false);
        }

        private static SSLEngine context() throws Exception {
            return Certificates.client().createSSLEngine("localhost", 1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("writing and reading a record allocates no more than the engines do, with and without a timeout")
    void perRecord(boolean limited, Hub hub) throws Exception {
        GreenletPool.use(hub, Duration.ZERO);
        Engines bare = new Engines();
        Engines used = new Engines();
        MemoryStream[] bareEnds = MemoryStream.pair(TlsPair.CAPACITY);
        MemoryStream[] ends = MemoryStream.pair(TlsPair.CAPACITY);
        try (TlsStream bareClient = new TlsStream(bareEnds[0], bare.client);
                TlsStream bareServer = new TlsStream(bareEnds[1], bare.server);
                TlsStream client = new TlsStream(ends[0], used.client);
                TlsStream server = new TlsStream(ends[1], used.server)) {
            begin(hub, bareClient, bareServer);
            begin(hub, client, server);
            ByteBuffer from = ByteBuffer.allocate(1_000);
            ByteBuffer into = ByteBuffer.allocate(2_000);
            ByteBuffer packet = ByteBuffer.allocate(20_000);
            double engines = bytesEach(() -> {
                wrap(bare.client, from.clear(), packet.clear());
                bareEnds[0].write(packet.flip());
                bareEnds[1].read(packet.clear());
                unwrap(bare.server, packet.flip(), into.clear());
            });
            if (limited) {
                client.timeout(Duration.ofSeconds(1));
                server.timeout(Duration.ofSeconds(1));
            }
            double streams = bytesEach(() -> {
                client.write(from.clear());
                server.read(into.clear());
            });
            assertThat(streams).as("bytes, and %.0f of them by the engines", engines).isLessThan(engines + 100);
        }
    }

    private static void begin(Hub hub, TlsStream client, TlsStream server) throws Exception {
        Greenlet<Integer> reader = hub.spawn(() -> server.read(ByteBuffer.allocate(1)));
        client.write(ByteBuffer.allocate(1));
        reader.get();
        server.write(ByteBuffer.allocate(1)); // after the session ticket, so that neither side has anything left to say
        client.read(ByteBuffer.allocate(1));
    }

    private static void wrap(SSLEngine engine, ByteBuffer from, ByteBuffer into) throws SSLException {
        engine.wrap(from, into);
    }

    private static void unwrap(SSLEngine engine, ByteBuffer from, ByteBuffer into) throws SSLException {
        engine.unwrap(from, into);
    }
}
