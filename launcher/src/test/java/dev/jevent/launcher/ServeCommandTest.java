package dev.jevent.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServeCommandTest {
    @TempDir
    private Path directory;

    /** The command in a JVM of its own, which a signal can end. */
    private static Process serve(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED", "-XX:TieredStopAtLevel=1",
                "-cp", System.getProperty("java.class.path"), Main.class.getName(), "serve", "--port", "0"));
        command.addAll(Arrays.asList(arguments));
        return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static String get(HttpClient client, String uri) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(uri)).build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    @Test
    void filesAreServedAndLoggedUntilASignalComes() throws Exception {
        Files.writeString(directory.resolve("hello.txt"), "hello");
        Process process = serve("--hubs", "2", directory.toString());
        try (HttpClient client = HttpClient.newHttpClient();
                BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            String address = out.readLine();
            assertThat(address).matches("http://127\\.0\\.0\\.1:\\d+/");
            assertThat(get(client, address + "hello.txt")).isEqualTo("hello");
            assertThat(get(client, address)).contains("<a href=\"./hello.txt\">");
            process.toHandle().destroy(); // SIGTERM, and leaves the output readable, while the client keeps a connection
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(out.lines().collect(Collectors.joining("\n"))).containsSubsequence("\"GET /hello.txt HTTP/1.1\" 200 ", "\"GET / HTTP/1.1\" 200 ");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void helloIsServedWithoutALog() throws Exception {
        Process process = serve("--hello");
        try (HttpClient client = HttpClient.newHttpClient();
                BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            assertThat(get(client, out.readLine() + "anything")).isEqualTo("Hello, World!");
            process.toHandle().destroy();
            assertThat(out.readLine()).isNull();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void whatCannotBeServedIsSaid() {
        assertThat(Run.jevent("serve", directory.resolve("none").toString())).satisfies(run -> {
            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err()).contains("jevent serve: cannot serve " + directory.resolve("none"));
        });
        assertThat(Run.jevent("serve", "--hubs", "0").err()).contains("--hubs: 0 (expected: a number from 1, or cores)");
        assertThat(Run.jevent("serve", "--port", "70000").err()).contains("--port: 70000 (expected: 0 to 65535)");
        assertThat(Run.jevent("serve", "--hello", "x").status()).isEqualTo(2);
        assertThat(Run.jevent("serve", "--log", "x", directory.toString()).err()).contains("--log: x (expected: common, combined or none)");
        assertThat(Run.jevent("serve", "--tls", "a", "b", directory.toString()).err()).contains("jevent serve: cannot use a and b: ");
    }
}
