package dev.jevent.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.sync.FifoQueue;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** The lines of a session, read ahead so that Ctrl-C is seen while something runs. */
final class BackdoorInput {
    /** A line that Ctrl-C has ended; told by identity. */
    @SuppressWarnings("StringOperationCanBeSimplified")
    static final String INTERRUPTED = new String("");

    private static final String END = new String("");
    private static final int LONGEST = 64 * 1024;
    private static final int AHEAD = 100;

    private static final int CTRL_C = 3;
    private static final int IAC = 255; // telnet's, which no UTF-8 has: a command follows [RFC 854]
    private static final int INTERRUPT_PROCESS = 244;
    private static final int WILL = 251; // from here on commands have an option
    private static final int DONT = 254;

    private final Connection connection;
    private final Runnable interrupt;
    private final FifoQueue<String> lines = new FifoQueue<>(AHEAD);
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int command; // of telnet: IAC, or one that an option follows; 0: none

    BackdoorInput(Connection connection, Runnable interrupt) {
        this.connection = connection;
        this.interrupt = interrupt;
    }

    /** Until the end of the input; what runs then may go on. The body of a greenlet. */
    void read() throws InterruptedException {
        ByteBuffer bytes = ByteBuffer.allocate(1024);
        try {
            while (connection.read(bytes) >= 0) {
                for (bytes.flip(); bytes.hasRemaining(); ) {
                    take(bytes.get() & 0xff);
                }
                bytes.clear();
            }
        } catch (IOException e) {
            interrupt.run(); // nobody is there to see what comes of it
        }
        if (line.size() > 0) {
            lines.put(line.toString(UTF_8));
        }
        lines.put(END);
    }

    private void take(int octet) throws IOException, InterruptedException {
        if (command == IAC) {
            command = octet >= WILL && octet <= DONT ? octet : 0;
            if (octet == INTERRUPT_PROCESS) {
                interrupted();
            }
        } else if (command != 0) {
            command = 0;
        } else if (octet == IAC) {
            command = IAC;
        } else if (octet == CTRL_C) {
            interrupted();
        } else if (octet == '\n') {
            lines.put(line.toString(UTF_8));
            line.reset();
        } else if (octet != '\r' && octet != 0) {
            if (line.size() == LONGEST) {
                throw new IOException("a line of more than " + LONGEST + " bytes");
            }
            line.write(octet);
        }
    }

    private void interrupted() throws InterruptedException {
        line.reset();
        interrupt.run();
        lines.put(INTERRUPTED);
    }

    /** @param patience null: no limit. @return null at the end, and after {@code patience} */
    String line(Duration patience) throws InterruptedException {
        String next = patience == null ? lines.take() : lines.take(patience);
        return next == END ? null : next;
    }
}
