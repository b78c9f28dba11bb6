package dev.jevent.io.waits;

import static dev.jevent.io.waits.Waits.TICK;
import static dev.jevent.io.waits.Waits.data;
import static dev.jevent.io.waits.Waits.drive;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.net.UnixServerSocket;
import dev.jevent.io.net.UnixSocket;
import dev.jevent.io.process.Command;
import dev.jevent.io.process.Completed;
import dev.jevent.io.process.Subprocess;
import dev.jevent.io.program.Programs;
import dev.jevent.io.signal.SignalEvent;
import dev.jevent.io.signal.Signals;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

/** Programs, signals, and connections that need more than the network. */
class ProcessWaitsTest {
    @TempDir
    private Path folder;

    private static long children() {
        try (Stream<ProcessHandle> children = ProcessHandle.current().children()) {
            return children.filter(ProcessHandle::isAlive).count();
        }
    }

    /** A call that starts a program and leaves none. */
    private abstract static class Running extends Waits.Scene {
        private final Hub hub;

        Running(Hub hub) {
            this.hub = hub;
        }

        @Override
        void halfWay() {
            while (children() > 0) {
                hub.sleep(TICK); // it was killed, and ends
            }
        }

        @Override
        void over() {
            halfWay();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("starting a program, and closing it")
    void start() throws Exception {
        drive(2, hub -> new Running(hub) {
            private boolean done;
            private Subprocess started;

            @Override
            void go() throws Exception {
                if (!done) {
                    started = Subprocess.start("cat");
                    started.close();
                    done = true;
                }
            }

            @Override
            void halfWay() {
                if (started != null) {
                    started.kill(); // no harm: close() has done so
                }
                super.halfWay();
            }
        });
    }

    private void running(int least, String expected, Output output) throws Exception {
        drive(least, hub -> new Running(hub) {
            private String got;

            @Override
            void go() throws Exception {
                if (got == null) {
                    got = output.get();
                }
            }

            @Override
            void over() {
                super.over();
                assertThat(got).isEqualTo(expected);
            }
        });
    }

    private interface Output {
        String get() throws IOException;
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("running a program to its end")
    void run() throws Exception {
        running(2, "out\n", () -> Subprocess.run("/bin/sh", "-c", "echo out; echo err >&2").text());
        running(2, "out\n", () -> Subprocess.checkOutput("/bin/sh", "-c", "echo out"));
        running(2, "3", () -> "" + Subprocess.call("/bin/sh", "-c", "exit 3"));
        running(2, "in", () -> new Command("cat").input("in".getBytes(UTF_8)).run().text());
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("communicating with a program")
    void communicate() throws Exception {
        byte[] data = data();
        drive(2, hub -> new Waits.Scene() {
            private final Subprocess process = Subprocess.start("/bin/sh", "-c", "tee /dev/stderr");
            private boolean begun;
            private Completed completed;

            @Override
            void go() throws Exception {
                if (completed == null) {
                    byte[] input = begun ? null : data;
                    begun = true;
                    completed = process.communicate(input);
                }
            }

            @Override
            void halfWay() {
                assertThat(process.isAlive() || process.exitStatus().isPresent()).isTrue();
                assertThat(hub.greenlets()).as("helpers").isEmpty();
            }

            @Override
            void over() {
                assertThat(completed.exitStatus()).isZero();
                assertThat(completed.output()).isEqualTo(data);
                assertThat(completed.errorOutput()).isEqualTo(data);
            }

            @Override
            public void close() throws IOException {
                process.close();
            }
        });
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("waiting for the end of a program, and signals to it")
    void waitFor() throws Exception {
        drive(1, hub -> new Waits.Scene() {
            private final Subprocess process = Subprocess.start("cat");
            private final Greenlet<Void> ender = hub.spawn(() -> {
                hub.sleep(TICK.multipliedBy(5));
                process.stdin().close();
            });

            @Override
            void go() {
                assertThat(process.waitFor()).isZero();
            }

            @Override
            void halfWay() {
                assertThat(process.linkCount()).isZero();
            }

            @Override
            void over() throws Exception {
                assertThat(process.exitStatus()).hasValue(0);
                ender.get();
            }

            @Override
            public void close() throws IOException {
                process.close();
            }
        });
        drive(2, hub -> new Waits.Scene() {
            private final Subprocess process = Subprocess.start("cat");

            @Override
            void go() throws Exception {
                process.sendSignal("USR1");
                process.waitFor();
            }

            @Override
            void over() {
                assertThat(process.signal()).hasValue(10);
            }

            @Override
            public void close() throws IOException {
                process.close();
            }
        });
    }

    // ---- names and paths to connect to ----

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("connecting to a name that the system looks up")
    void connectToName() throws Exception {
        drive(2, hub -> new Waits.Scene() {
            private final TcpServerSocket server = TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
            private TcpSocket connected;

            @Override
            void go() throws Exception {
                if (connected == null) {
                    connected = TcpSocket.connect("localhost", server.port());
                }
            }

            @Override
            void over() throws Exception {
                server.timeout(Duration.ofSeconds(10));
                List<TcpSocket> accepted = new ArrayList<>();
                do {
                    accepted.add(server.accept()); // of a connection that was killed, too
                } while (!accepted.getLast().remoteAddress().equals(connected.getLocalAddress()));
                for (TcpSocket each : accepted) {
                    each.close();
                }
            }

            @Override
            public void close() throws IOException {
                connected.close();
                server.close();
            }
        });
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("connecting to a path whose server has no room")
    void connectToFullPath() throws Exception {
        Path path = folder.resolve("full");
        drive(1, hub -> new Waits.Scene() {
            private final UnixServerSocket server = server();
            private final List<UnixSocket> others = fill();
            private UnixSocket connected;
            private final Greenlet<Void> accepting = hub.spawn(() -> {
                hub.sleep(TICK.multipliedBy(3));
                while (connected == null) {
                    UnixSocket accepted = server.tryAccept();
                    if (accepted == null) {
                        hub.sleep(TICK);
                    } else {
                        accepted.close();
                    }
                }
            });

            private UnixServerSocket server() throws IOException {
                Files.deleteIfExists(path);
                return UnixServerSocket.bind(path, 1);
            }

            private List<UnixSocket> fill() throws IOException {
                return List.of(UnixSocket.connect(path), UnixSocket.connect(path));
            }

            @Override
            void go() throws Exception {
                if (connected == null) {
                    connected = UnixSocket.connect(path);
                }
            }

            @Override
            void over() throws Exception {
                assertThat(connected.isConnected()).isTrue();
                accepting.get();
            }

            @Override
            public void close() throws IOException {
                for (UnixSocket each : others) {
                    each.close();
                }
                connected.close();
                server.close();
            }
        });
    }

    // ---- signals ----

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("waiting for a signal")
    void signal() throws Exception {
        drive(1, hub -> new Waits.Scene() {
            private final SignalEvent event = Signals.event("USR2");
            private final Greenlet<Void> sender = hub.spawn(() -> {
                hub.sleep(TICK.multipliedBy(3));
                Subprocess.checkCall("/bin/sh", "-c", "kill -s USR2 " + ProcessHandle.current().pid());
            });

            @Override
            void go() {
                event.await();
            }

            @Override
            void halfWay() {
                assertThat(event.linkCount()).isZero();
            }

            @Override
            void over() throws Exception {
                sender.get();
                assertThat(event.isSet()).isTrue();
                assertThat(event.count()).isEqualTo(1);
            }

            @Override
            public void close() {
                event.close();
            }
        });
    }
}
