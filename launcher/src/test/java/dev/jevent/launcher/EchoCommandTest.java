package dev.jevent.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command in a JVM of its own, which signals end. */
class EchoCommandTest {
    private static final String READY = "listening on 127.0.0.1:";

    private static Process start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
                "dev.jevent.launcher.Main", "echo", "--port", "0"));
        command.addAll(List.of(options));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static Socket connect(String ready) throws IOException {
        assertThat(ready).startsWith(READY);
        return new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(ready.substring(READY.length())));
    }

    private static void exchange(Socket socket, String text) throws IOException {
        byte[] bytes = text.getBytes(UTF_8);
        socket.getOutputStream().write(bytes);
        assertThat(socket.getInputStream().readNBytes(bytes.length)).isEqualTo(bytes);
    }

    /** Until nobody is accepted any more. */
    private static void awaitDraining(int port) throws IOException {
        for (boolean accepts = true; accepts; ) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), port).close();
            } catch (ConnectException e) {
                accepts = false;
            } catch (SocketException e) {
                // reset: it was in the queue of the listener that was closed
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2", "cores"})
    @DisplayName("B-SRV-15: after SIGTERM a connection goes on to its end, and then the process ends with status 0")
    void aSignalDrains(String hubs) throws Exception {
        Process echo = start("--hubs", hubs, "--grace", "60");
        try (BufferedReader output = echo.inputReader()) {
            try (Socket socket = connect(output.readLine())) {
                exchange(socket, "before");
                echo.toHandle().destroy(); // SIGTERM
                awaitDraining(socket.getPort());
                exchange(socket, "afterwards");
            }
            assertThat(echo.waitFor()).isZero();
            assertThat(output.readAllLines()).isEmpty();
        } finally {
            echo.destroyForcibly();
        }
    }

    @Test
    void aSecondSignalEndsConnections() throws Exception {
        Process echo = start("--grace", "3600");
        try (BufferedReader output = echo.inputReader(); Socket socket = connect(output.readLine())) {
            exchange(socket, "before");
            echo.toHandle().destroy();
            awaitDraining(socket.getPort());
            exchange(socket, "afterwards");
            echo.toHandle().destroy();
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
            assertThat(echo.waitFor()).isZero();
        } finally {
            echo.destroyForcibly();
        }
    }

    @Test
    void aPortThatIsTakenAndNoPortAreRefused() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run run = Run.jevent("echo", "--port", "" + taken.getLocalPort());
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).contains("Address already in use").doesNotContain("\tat ");
        }
        assertThat(Run.jevent("echo", "--port", "65536").err()).contains("--port: 65536 (expected: from 0 to 65535)");
        assertThat(Run.jevent("echo").status()).isEqualTo(2);
        assertThat(Run.jevent("echo", "--port", "0", "--hubs", "many").err()).contains("\"many\" (expected: a number > 0, or cores)");
    }
}
