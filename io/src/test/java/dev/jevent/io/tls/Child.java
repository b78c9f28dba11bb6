package dev.jevent.io.tls;

import static org.assertj.core.api.Assertions.fail;

import dev.jevent.Hub;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A process that a test talks with. What it says, on both of its outputs, is read by the thread pool. */
final class Child implements AutoCloseable {
    private final Hub hub = Hub.current();
    private final Process process;
    private final BufferedReader output;
    private final StringBuilder said = new StringBuilder();

    private Child(Process process) {
        this.process = process;
        this.output = process.inputReader();
    }

    static Child start(Path folder, String... command) throws IOException {
        return new Child(new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start());
    }

    void say(String text) throws IOException {
        process.getOutputStream().write(text.getBytes());
        process.getOutputStream().flush();
    }

    void endOfInput() throws IOException {
        process.getOutputStream().close();
    }

    /** The next line that contains {@code text}. */
    String await(String text) throws Exception {
        for (;;) {
            String line = hub.threadPool().apply(output::readLine);
            if (line == null) {
                return fail("the process ended without \"%s\"; it said\n%s", text, said);
            }
            said.append(line).append('\n');
            if (line.contains(text)) {
                return line;
            }
        }
    }

    /** The rest of what it says. */
    String rest() throws Exception {
        return hub.threadPool().apply(() -> {
            StringBuilder rest = new StringBuilder();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                rest.append(line).append('\n');
            }
            said.append(rest);
            return rest.toString();
        });
    }

    int exitValue() throws Exception {
        rest();
        if (!hub.threadPool().apply(() -> process.waitFor(20, TimeUnit.SECONDS))) {
            fail("the process doesn't end; it said\n%s", said);
        }
        return process.exitValue();
    }

    String said() {
        return said.toString();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        hub.threadPool().spawn(process::waitFor).join();
        process.getOutputStream().close();
        output.close();
        process.getErrorStream().close();
    }
}
