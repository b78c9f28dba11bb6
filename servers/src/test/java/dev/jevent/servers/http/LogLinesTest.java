package dev.jevent.servers.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LogLinesTest {
    @Test
    void linesAreWrittenInOrderBeforeACloseReturns() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (LogLines lines = new LogLines(out)) {
            for (int i = 0; i < 1000; i++) {
                lines.accept("line " + i);
            }
        }
        assertThat(out.toString(UTF_8).lines().toList()).hasSize(1000).startsWith("line 0", "line 1").endsWith("line 999");
    }

    @Test
    void nobodyWaitsForAStreamThatDoesNotTakeThemAndWhatIsTooMuchIsCounted() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LogLines lines = new LogLines(new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError();
            }

            @Override
            public void write(byte[] from, int offset, int length) throws IOException {
                stuck.countDown();
                try {
                    go.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                out.write(from, offset, length);
            }
        });
        lines.accept("first");
        stuck.await();
        for (int i = 0; i < LogLines.ROOM + 7; i++) {
            lines.accept("x");
        }
        assertThat(lines.lost()).isEqualTo(7);
        go.countDown();
        lines.close();
        assertThat(out.toString(UTF_8).lines()).hasSize(1 + LogLines.ROOM);
        lines.accept("after its end");
        assertThat(lines.lost()).isEqualTo(8);
    }

    @Test
    void aStreamThatFailsIsToldByTheClose() {
        LogLines lines = new LogLines(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("disk full");
            }
        });
        lines.accept("x");
        assertThatThrownBy(lines::close).isInstanceOf(UncheckedIOException.class).hasRootCauseMessage("disk full");
    }
}
