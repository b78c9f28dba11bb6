package dev.jevent.io.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.net.KeptSelectors;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** In a JVM that other tests share: each test turns off what it has turned on, and the hooks stay in place. */
class PatchTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    @BeforeAll
    static void keepSelectors() throws IOException {
        KeptSelectors.make();
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    private static Socket connect(ServerSocket listener) throws IOException {
        return new Socket(listener.getInetAddress(), listener.getLocalPort());
    }

    @Test
    void eachIsListedWithItsStateAndWhatItCovers() {
        assertThat(Patch.all()).extracting(Patch::name)
                .containsExactly("socket", "pollers", "datagram", "channels", "stdin", "stdout", "files", "dns", "processes");
        for (Patch patch : Patch.all()) {
            Patch.State state = patch.state();
            assertThat(state.covers()).isNotBlank();
            assertThat(state.on() && state.obstacle() != null).isFalse();
            assertThat(Patch.named(patch.name())).isSameAs(patch);
            if (state.obstacle() != null) {
                assertThat(patch.on()).as("%s, which has an obstacle", patch).isFalse();
            }
        }
        assertThatThrownBy(() -> Patch.named("sokcet")).isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sokcet").hasMessageContaining("socket, pollers, datagram");
        assertThat(Patch.DNS.isOn()).as("jevent-hub is on the class path").isTrue();
        assertThat(Patch.DNS.off()).as("it stays on").isFalse();
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("B-PAT-01: an ordinary blocking HTTP server and an ordinary client in one thread, two greenlets")
    void anUnmodifiedServerAndClient(Hub hub) throws Exception {
        assertThat(Patch.SOCKET.on()).isTrue();
        assertThat(Patch.SOCKET.on()).as("again").isTrue();
        try (ServerSocket listener = listen()) {
            Greenlet<String> server = hub.spawn(() -> serveOne(listener));
            var url = URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/greeting").toURL();
            HttpURLConnection connection = (HttpURLConnection) url.openConnection(java.net.Proxy.NO_PROXY);
            try (InputStream body = connection.getInputStream()) {
                assertThat(body.readAllBytes()).isEqualTo("hello".getBytes());
            }
            assertThat(server.get()).isEqualTo("GET /greeting HTTP/1.1");
        } finally {
            Patch.SOCKET.off();
        }
    }

    private static String serveOne(ServerSocket listener) throws IOException {
        try (Socket accepted = listener.accept()) {
            BufferedReader in = new BufferedReader(new InputStreamReader(accepted.getInputStream()));
            String request = in.readLine();
            while (!in.readLine().isEmpty()) {
                // the other headers
            }
            accepted.getOutputStream().write("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello".getBytes());
            return request;
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("F-MON-02: with the patch, a kill and a timeout leave a JDK socket open; without it they close it")
    void aKillDoesNotCloseAPatchedSocket(Hub hub, Errors errors) throws Exception {
        Patch.SOCKET.on();
        try (ServerSocket listener = listen(); Socket client = connect(listener); Socket server = listener.accept()) {
            InputStream in = client.getInputStream();
            Greenlet<Integer> reader = hub.spawn(() -> in.read());
            hub.yieldNow();
            reader.kill();
            assertThatThrownBy(() -> Timeout.call(SHORT, () -> in.read())).isInstanceOf(TimeoutException.class);
            server.getOutputStream().write(1);
            assertThat(in.read()).isEqualTo(1);

            Patch.SOCKET.off();
            assertThat(Patch.SOCKET.isOn()).isFalse();
            reader = hub.spawn(() -> in.read());
            while (reader.thread().getState() == Thread.State.RUNNABLE || reader.thread().getState() == Thread.State.NEW) {
                hub.yieldNow();
            }
            reader.kill();
            assertThat(client.isClosed()).isTrue();
        } finally {
            Patch.SOCKET.off();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("B-PAT-04, B-PAT-06: threads that the application starts itself go on as before, with the hook on or off")
    void threadsWithoutAHub() throws Exception {
        for (boolean on : new boolean[] {true, false}) {
            if (on) {
                Patch.SOCKET.on();
            } else {
                Patch.SOCKET.off();
            }
            try (ServerSocket listener = listen()) {
                Thread server = new Thread(() -> {
                    try {
                        serveOne(listener);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                server.start();
                try (Socket client = connect(listener)) {
                    client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes());
                    assertThat(new String(client.getInputStream().readAllBytes())).endsWith("hello");
                }
                server.join();
                assertThat(server.isAlive()).isFalse();
            } finally {
                Patch.SOCKET.off();
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void aSocketThatWasClosedSaysSo(Hub hub) throws Exception {
        Patch.SOCKET.on();
        try (ServerSocket listener = listen()) {
            Greenlet<Throwable> acceptor = hub.spawn(() -> {
                try {
                    return new AssertionError(listener.accept());
                } catch (SocketException e) {
                    return e;
                }
            });
            hub.yieldNow();
            listener.close();
            assertThat(acceptor.get()).isInstanceOf(SocketException.class).hasMessage("Socket closed");
        } finally {
            Patch.SOCKET.off();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("F-MON-06: a greenlet that waits for standard input lets others run, and when it is killed nothing is lost")
    void standardInput(Hub hub) throws Exception {
        PipedOutputStream typed = new PipedOutputStream();
        PumpedInput input = new PumpedInput(new PipedInputStream(typed));
        Greenlet<Integer> reader = hub.spawn(() -> input.read());
        hub.yieldNow();
        reader.kill();
        assertThat(input.available()).as("while a thread reads").isZero();
        typed.write("one\ntwo\n".getBytes());
        typed.flush();
        BufferedReader lines = new BufferedReader(new InputStreamReader(input), 1);
        assertThat(lines.readLine()).isEqualTo("one");
        input.pumping(false);
        assertThat(lines.readLine()).as("what was read ahead").isEqualTo("two");
        typed.write('x');
        typed.flush();
        assertThat(input.available()).isEqualTo(1);
        assertThat(lines.read()).isEqualTo('x');
        input.pumping(true);
        Greenlet<Integer> interrupted = hub.spawn(() -> {
            try {
                return input.read();
            } catch (InterruptedIOException e) {
                return Thread.interrupted() ? -2 : -3;
            }
        });
        hub.yieldNow();
        interrupted.thread().interrupt();
        assertThat(interrupted.get()).isEqualTo(-2);
        typed.close();
        assertThat(lines.readLine()).isNull();
    }

    @Test
    void standardInputIsPatchedOnceAndComesBack() {
        InputStream before = System.in;
        PrintStream out = System.out;
        PrintStream err = System.err;
        try {
            assertThat(Patch.STDIN.on()).isTrue();
            InputStream ours = System.in;
            assertThat(ours).isNotSameAs(before);
            assertThat(Patch.STDIN.on()).isTrue();
            assertThat(System.in).isSameAs(ours);
            assertThat(Patch.STDIN.off()).isTrue();
            assertThat(Patch.STDIN.isOn()).isFalse();
            assertThat(Patch.allOn()).contains(Patch.STDIN, Patch.STDOUT, Patch.SOCKET, Patch.DNS);
        } finally {
            Patch.all().forEach(Patch::off);
            System.setIn(before);
            System.setOut(out);
            System.setErr(err);
        }
    }
}
