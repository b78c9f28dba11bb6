package dev.jevent.io.libraries;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** {@link PagesProgram}, running. */
final class Pages implements AutoCloseable {
    private static final int SECONDS = 10;

    private final Process process;
    private final int port;

    private Pages(Process process) throws IOException {
        this.process = process;
        String line = process.inputReader().readLine();
        if (line == null) {
            throw new IOException("the HTTP server doesn't start; what it says is on this process's error stream");
        }
        port = Integer.parseInt(line);
    }

    static Pages start() throws IOException {
        return new Pages(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m", "-Xshare:auto",
                        // else a kept connection's second answer waits for the client's delayed acknowledgement
                        "-Dsun.net.httpserver.nodelay=true",
                        "-Dsun.net.httpserver.maxIdleConnections=1000",
                        "-cp", Path.of("target", "test-classes").toString(),
                        PagesProgram.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    String url(String path) {
        return "http://127.0.0.1:" + port + path;
    }

    /** A page, with a connection for each question. */
    Gate gate() {
        return new PageGate(this);
    }

    private record PageGate(Pages pages) implements Gate {
        @Override
        public void shut() throws IOException {
            pages.ask("shut");
        }

        @Override
        public int waiting() throws IOException {
            return Integer.parseInt(pages.ask("waiting"));
        }

        @Override
        public void open() throws IOException {
            pages.ask("open");
        }

        @Override
        public void close() {}
    }

    private String ask(String what) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(("GET /gate/" + what + " HTTP/1.0\r\n\r\n").getBytes(US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
            return answer.substring(answer.indexOf("\r\n\r\n") + 4);
        }
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        ServerProcess.awaitEnd(process, SECONDS);
        process.inputReader().close();
    }
}
