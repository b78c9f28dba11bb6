package dev.jevent.io.patch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.io.process.Completed;
import dev.jevent.io.process.Subprocess;
import dev.jevent.io.program.Printer;
import dev.jevent.io.program.Programs;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.HubTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StdoutPatchTest {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final String HALF = "x".repeat(40_000);

    /** Takes a piece for each permit, and says who wrote. */
    private static final class Pipe extends OutputStream {
        final Semaphore room = new Semaphore(0);
        final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        volatile Thread writer;
        volatile boolean broken;
        volatile boolean closed;

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            writer = Thread.currentThread();
            room.acquireUninterruptibly();
            if (broken) {
                throw new IOException("broken pipe");
            }
            taken.write(bytes, offset, length);
        }

        @Override
        public void close() {
            closed = true;
        }

        void open() {
            room.release(1_000_000);
        }

        String text() {
            return taken.toString(UTF_8);
        }
    }

    private final Pipe pipe = new Pipe();
    private final OutputQueue queue = new OutputQueue("test-output");
    private final QueuedPrintStream out = new QueuedPrintStream(queue, new PrintStream(pipe, true, UTF_8));

    /** Everything written. */
    private String written(Hub hub) {
        pipe.open();
        queue.drain(Duration.ofSeconds(10));
        return pipe.text();
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-MON-06: a greenlet and main print to a pipe that nobody empties, and go on; it comes in the order of the calls")
    void printingDoesNotWait(Hub hub) {
        Greenlet<Void> greenlet = hub.spawn(() -> out.println("greenlet"));
        greenlet.join();
        out.printf("%s %d%n", "main", 7);
        out.append("a").append('b').append("xcx", 1, 2);
        out.print(new char[] {'d'});
        out.format(Locale.ROOT, "%.1f", 1.5);
        out.write('\n');
        out.writeBytes("bytes\n".getBytes(UTF_8));
        assertThat(pipe.text()).isEmpty();
        assertThat(written(hub)).isEqualTo("greenlet\nmain 7\nabcd1.5\nbytes\n".replace("\n", System.lineSeparator())
                .replace("1.5" + System.lineSeparator(), "1.5\n").replace("bytes" + System.lineSeparator(), "bytes\n"));
        assertThat(pipe.writer.getName()).isEqualTo("test-output");
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("who prints when much is on its way waits, others run; who is killed there has printed nothing, an interrupt disturbs nobody")
    void backPressure(Hub hub) throws Exception {
        out.print(HALF);
        out.print(HALF);
        List<String> ran = new ArrayList<>();
        Greenlet<Void> waiting = hub.spawn(() -> {
            out.println("waiting");
            ran.add("waiting");
        });
        Greenlet<Void> killed = hub.spawn(() -> out.println("killed"));
        Greenlet<Boolean> interrupted = hub.spawn(() -> {
            out.println("interrupted");
            return Thread.interrupted();
        });
        hub.yieldNow();
        killed.kill();
        assertThat(killed.exit()).isInstanceOf(GreenletExit.class);
        interrupted.thread().interrupt();
        assertThatThrownBy(() -> Timeout.run(SHORT, () -> out.println("timed out"))).isInstanceOf(TimeoutException.class);
        assertThat(ran).isEmpty();
        pipe.open();
        waiting.join();
        assertThat(interrupted.get()).isTrue();
        assertThat(written(hub)).isEqualTo(HALF + HALF + "waiting" + System.lineSeparator() + "interrupted" + System.lineSeparator());
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("a callback and whoever holds the stream's monitor print all the same; a trace of many lines is in one piece")
    void thoseWhoMustNotWait(Hub hub) throws Exception {
        out.print(HALF);
        out.print(HALF);
        new IllegalStateException("the trace").printStackTrace(out);
        boolean[] returned = new boolean[1];
        hub.loop().runCallback(() -> {
            out.println("callback");
            returned[0] = true;
        });
        hub.sleep(SHORT);
        assertThat(returned[0]).isFalse();
        pipe.open();
        while (!returned[0]) {
            hub.sleep(SHORT);
        }
        assertThat(written(hub)).startsWith(HALF + HALF + "java.lang.IllegalStateException: the trace").endsWith("callback" + System.lineSeparator());
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("B-PAT-04: threads without a hub write themselves, after what came before them")
    void threadsWithoutAHub(Hub hub) throws Exception {
        Thread first = new Thread(() -> out.print("1"));
        first.start();
        while (pipe.writer == null) {
            hub.sleep(SHORT);
        }
        out.print("2");
        Thread third = new Thread(() -> out.print("3"));
        third.start();
        while (third.getState() != Thread.State.WAITING) {
            hub.sleep(SHORT);
        }
        assertThat(pipe.writer).isSameAs(first);
        third.interrupt();
        out.print("4");
        pipe.open();
        hub.threadPool().apply(() -> {
            first.join();
            third.join();
            return null;
        });
        assertThat(written(hub)).isEqualTo("1234");
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void turnedOffGreenletsWriteThemselves(Hub hub) {
        out.print("pumped ");
        written(hub);
        queue.pumping(false);
        do {
            out.print("written");
            assertThat(pipe.text()).endsWith("written");
        } while (pipe.writer != Thread.currentThread()); // the pump has written, and perhaps doesn't know yet that this was all
        assertThat(pipe.text()).startsWith("pumped written");
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void characterInTwoHalvesIsOne(Hub hub) {
        out.print("\ud83d");
        out.print("\ude00!");
        assertThat(written(hub)).isEqualTo("\ud83d\ude00!");
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void failureIsFoundByWhoAsks(Hub hub) {
        assertThat(out.checkError()).isFalse();
        pipe.broken = true;
        out.print("lost");
        out.flush();
        written(hub);
        assertThat(out.checkError()).isTrue();
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void closedAfterWhatWasPrinted(Hub hub) {
        out.print("last");
        out.close();
        assertThat(written(hub)).isEqualTo("last");
        assertThat(pipe.closed).isTrue();
    }

    @HubTest(virtualTime = false)
    @DisplayName("with nobody who reads, the end of the process is waited for no longer than told")
    void drainGivesUp(Hub hub) {
        out.print("never");
        queue.drain(SHORT);
        assertThat(pipe.text()).isEmpty();
        pipe.open();
    }

    @HubTest(virtualTime = false)
    @DisplayName("a stream that prints itself, to what it is, is written to")
    void aTargetThatPrints(Hub hub) {
        QueuedPrintStream[] tee = new QueuedPrintStream[1];
        tee[0] = new QueuedPrintStream(queue, new PrintStream(pipe, true, UTF_8) {
            @Override
            public void write(byte[] bytes, int offset, int length) {
                if (bytes[offset] == 'a') {
                    tee[0].print("b");
                }
                super.write(bytes, offset, length);
            }
        });
        tee[0].print("a");
        assertThat(written(hub)).isEqualTo("ba");
    }

    @Test
    void itIsTurnedOnOnceAndStays() {
        PrintStream out = System.out;
        PrintStream err = System.err;
        PrintStream before = new PrintStream(new ByteArrayOutputStream());
        try {
            System.setOut(before);
            assertThat(Patch.STDOUT.on()).isTrue();
            PrintStream ours = System.out;
            assertThat(ours).isNotSameAs(before);
            assertThat(Patch.STDOUT.on()).isTrue();
            assertThat(System.out).isSameAs(ours);
            assertThat(Patch.STDOUT.isOn()).isTrue();
            assertThat(Patch.STDOUT.off()).isTrue();
            assertThat(Patch.STDOUT.isOn()).isFalse();
            PrintStream others = new PrintStream(new ByteArrayOutputStream());
            System.setOut(others);
            PrintStream oursToErr = System.err;
            assertThat(Patch.STDOUT.on()).isTrue();
            assertThat(System.out).isNotSameAs(others);
            assertThat(System.err).as("is not wrapped twice").isSameAs(oursToErr);
        } finally {
            Patch.STDOUT.off();
            System.setOut(out);
            System.setErr(err);
        }
    }

    @ParameterizedTest
    @CsvSource({"return, 0", "exit, 3", "throw, 1"})
    @DisplayName("nothing is lost at the end of the process, whichever it is")
    void nothingIsLostAtTheEnd(String end, int status) throws Exception {
        try (Hub hub = Hub.current(); Subprocess program = Programs.of(Printer.class, end).start()) {
            String told = new String(program.stderr().readNBytes("others ran".length()), UTF_8);
            assertThat(told).as("while nobody reads what it prints").isEqualTo("others ran");
            Completed completed = program.communicate();
            List<String> lines = completed.text().lines().toList();
            assertThat(lines).hasSize(402).endsWith("a thread", "the last");
            for (char letter = 'a'; letter <= 'd'; letter++) {
                assertThat(lines).filteredOn(String.valueOf(letter).repeat(999)::equals).hasSize(100);
            }
            if (end.equals("throw")) {
                assertThat(completed.errorText()).contains("thrown by main");
            } else {
                assertThat(completed.errorText()).isBlank();
            }
            assertThat(completed.exitStatus()).isEqualTo(status);
            assertThat(hub.isClosed()).isFalse();
        }
    }
}
