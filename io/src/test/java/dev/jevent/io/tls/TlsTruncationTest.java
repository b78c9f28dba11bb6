package dev.jevent.io.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.OnHub;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A connection that somebody cuts. */
@OnHub(limitSeconds = 120)
class TlsTruncationTest {
    private static final int CUTS = 250;
    private static final byte[] DATA = TlsStreamTest.random(20_000);

    @ParameterizedTest
    @CsvSource({"TLSv1.3, client", "TLSv1.3, server", "TLSv1.2, client", "TLSv1.2, server"})
    @DisplayName("T1: data that is cut off anywhere, from the first byte of the handshake to the last of close_notify, ends with an error, not with the end of the data")
    void cut(String protocol, String reader, Hub hub) throws Exception {
        SSLContext server = Certificates.server("rsa"); // whose signatures are all of one length
        GreenletPool.use(hub, Duration.ZERO);
        long all = exchange(hub, server, protocol, reader, Long.MAX_VALUE);
        Random random = new Random(protocol.hashCode() + reader.hashCode());
        for (int i = 0; i < CUTS; i++) {
            long cut = i == 0 ? all - 1 : i % 2 == 0 ? random.nextLong(all) : random.nextLong(3_000); // half of them in the handshake
            exchange(hub, server, protocol, reader, cut);
        }
    }

    /** Returns how many bytes went in the direction that may be cut. */
    private static long exchange(Hub hub, SSLContext server, String protocol, String reader, long cut) throws Exception {
        SSLContext client = Certificates.client(); // which knows no session, so that the handshake is always the same
        SSLParameters parameters = TlsPair.protocols(protocol);
        try (TlsPair pair = TlsPair.open(client, server, parameters, new SSLParameters(), 200_000)) {
            boolean clientReads = reader.equals("client");
            TlsStream from = clientReads ? pair.server() : pair.client();
            TlsStream to = clientReads ? pair.client() : pair.server();
            MemoryStream end = clientReads ? pair.serverEnd() : pair.clientEnd();
            end.cutAfter(cut);
            Greenlet<Void> writer = hub.spawn(() -> {
                try (from) {
                    from.write(ByteBuffer.wrap(DATA));
                } catch (IOException e) {
                    assertThat(cut).as("%s", e).isLessThan(Long.MAX_VALUE);
                }
            });
            ByteBuffer into = ByteBuffer.allocate(DATA.length + 1);
            boolean truncated = false;
            try (to) {
                while (to.read(into) >= 0) {
                    // to the end
                }
            } catch (SSLException e) {
                truncated = true;
            }
            assertThat(truncated).as("cut after %d of %d bytes, read %d", cut, end.written(), into.position())
                    .isEqualTo(cut < Long.MAX_VALUE);
            byte[] read = Arrays.copyOf(into.array(), into.position());
            assertThat(read).isEqualTo(Arrays.copyOf(DATA, read.length));
            writer.get();
            hub.sleep(Duration.ofMillis(1)); // what writes a rest finds it closed
            return end.written();
        }
    }
}
