package dev.jevent.servers;

import static dev.jevent.Jevent.joinAllOrThrow;
import static dev.jevent.Jevent.sleep;
import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.yieldNow;
import static dev.jevent.servers.Clients.connect;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.ByteStream;
import dev.jevent.io.net.UnixSocket;
import dev.jevent.sync.Event;
import dev.jevent.testkit.HubTest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import jdk.jshell.JShell;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

class BackdoorServerTest {
    private static final String PROMPT = "jshell> ";

    /** JShell has a thread that it never ends. */
    @BeforeAll
    static void startThreadOfJShell() {
        try (JShell shell = JShell.builder().executionEngine("local").build()) {
            shell.sourceCodeAnalysis().analyzeCompletion("1");
        }
    }

    /** What was said until {@code end}, which is left out. */
    private static String until(ByteStream stream, String end) throws IOException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        while (!said.toString(UTF_8).endsWith(end)) {
            int next = stream.inputStream().read();
            if (next < 0) {
                throw new AssertionError("ended before \"" + end + "\" after: " + said);
            }
            said.write(next);
        }
        String text = said.toString(UTF_8);
        return text.substring(0, text.length() - end.length());
    }

    private static void send(ByteStream stream, String text) throws IOException {
        stream.write(UTF_8.encode(text));
    }

    /** A client that was let in, behind the first prompt. */
    private static <S extends ByteStream> S admitted(BackdoorServer server, S client) throws IOException {
        until(client, "token: ");
        send(client, server.token() + "\n");
        until(client, PROMPT);
        return client;
    }

    private static String eval(ByteStream client, String source) throws IOException {
        send(client, source + "\n");
        return until(client, PROMPT);
    }

    private static String rest(ByteStream client) throws IOException {
        return new String(client.inputStream().readAllBytes(), UTF_8);
    }

    @HubTest(virtualTime = false, limitSeconds = 100)
    @DisplayName("B-BKD-01: several clients at once get the value of 2 + 2, each")
    void evaluatesForSeveralClientsAtOnce() throws Exception {
        try (BackdoorServer server = BackdoorServer.on(0)) {
            server.start();
            List<Greenlet<String>> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(spawn(() -> {
                    try (ByteStream client = admitted(server, connect(server))) {
                        return eval(client, "2 + 2");
                    }
                }));
            }
            joinAllOrThrow(clients);
            assertThat(clients).allSatisfy(client -> assertThat(client.value()).isEqualTo("$1 ==> 4\n"));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-BKD-03: the banner comes first")
    void theBannerComesFirst() throws Exception {
        try (BackdoorServer server = BackdoorServer.on(0).banner("Welcome to the shop")) {
            server.start();
            try (ByteStream client = connect(server)) {
                assertThat(until(client, "token: ")).isEqualTo("Welcome to the shop\n");
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("N16: without the token nobody gets in")
    void withoutTheTokenNobodyGetsIn() throws Exception {
        try (BackdoorServer server = BackdoorServer.on(0)) {
            server.start();
            assertThat(server.token()).hasSize(32);
            for (String guess : new String[] {"", "guess", server.token().substring(1), server.token() + "0"}) {
                try (ByteStream client = connect(server)) {
                    send(client, guess + "\n2 + 2\n");
                    assertThat(rest(client)).isEqualTo("token: refused\n");
                }
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("N16: an address that others reach is refused, unless told otherwise")
    void listensOnLoopbackOnly() throws Exception {
        BackdoorServer server = BackdoorServer.on("*:0");
        assertThatThrownBy(server::start).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("of loopback");
        try (BackdoorServer told = BackdoorServer.on("*:0").remote()) {
            told.start();
            assertThat(told.started()).isTrue();
        }
        assertThatThrownBy(() -> BackdoorServer.on(0).token("short")).isInstanceOf(IllegalArgumentException.class);
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-BKD-04, F-BD-02: what a call prints, before and after its waits, goes to its session in order, and what others print doesn't")
    void printsGoToTheirSession() throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream others = new ByteArrayOutputStream();
        System.setOut(new PrintStream(others, true, UTF_8));
        try (BackdoorServer server = BackdoorServer.on(0)) {
            server.start();
            try (ByteStream client = admitted(server, connect(server))) {
                Greenlet<Void> other = spawn(() -> {
                    sleep(Duration.ofMillis(1));
                    System.out.print("elsewhere");
                });
                assertThat(eval(client, "IO.println(\"before\"); sleep(Duration.ofMillis(20)); System.out.println(5);"
                        + " try { new dev.jevent.sync.Event().await(Duration.ofMillis(1)); } finally { System.err.println(\"after\"); }"))
                        .isEqualTo("before\n5\nafter\n");
                other.join();
                send(client, "exit\n");
                assertThat(rest(client)).isEmpty();
            }
            server.stop();
            System.out.print(" and here");
            assertThat(others.toString(UTF_8)).isEqualTo("elsewhere and here");
        } finally {
            System.setOut(before);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-BD-01: objects of the application are variables of each session, which has its own copies")
    void objectsAreInScope() throws Exception {
        record Hidden(int size) implements Comparable<Hidden> {
            @Override
            public int compareTo(Hidden other) {
                return Integer.compare(size, other.size);
            }
        }

        List<String> list = new ArrayList<>(List.of("one"));
        BackdoorServer server = BackdoorServer.on(0).with("list", list).with("hub", Hub.current()).with("hidden", new Hidden(5))
                .with("shop", Map.class, Map.of("price", 7));
        try (server) {
            server.start();
            try (ByteStream one = admitted(server, connect(server)); ByteStream other = admitted(server, connect(server))) {
                assertThat(eval(one, "list.add(\"two\")")).contains("true");
                assertThat(list).containsExactly("one", "two");
                assertThat(eval(one, "list = null")).contains("null");
                assertThat(eval(other, "list")).isEqualTo("list ==> [one, two]\n");
                assertThat(eval(other, "hub.isCurrent()")).contains("true");
                assertThat(eval(other, "hidden.compareTo(hidden)")).contains("0");
                assertThat(eval(other, "shop.get(\"price\")")).contains("7");
                assertThat(eval(other, "/vars")).contains("list").contains("shop");
                assertThat(eval(other, "/greenlets")).contains("input of <Connection", "acceptor");
                assertThat(eval(other, "/report")).contains(Hub.current() + ": ", "waits for ", server + ": state=STARTED, handlers=2, ");
            }
        }
        assertThatThrownBy(() -> server.with("no name", 5)).isInstanceOf(IllegalArgumentException.class);
    }

    @HubTest(virtualTime = false)
    void aVariableThatTheCompilerCannotSeeIsLeftOut() throws Exception {
        try (BackdoorServer server = BackdoorServer.on(0).with("class", 5).with("after", 6)) {
            server.start();
            try (ByteStream client = connect(server)) {
                send(client, server.token() + "\n");
                assertThat(until(client, PROMPT)).contains("not in this session: java.lang.Integer class = null;");
                assertThat(eval(client, "after")).isEqualTo("after ==> 6\n");
            }
        }
    }

    @HubTest(virtualTime = false)
    void errorsAreToldAndTheSessionGoesOn() throws Exception {
        try (BackdoorServer server = BackdoorServer.on(0)) {
            server.start();
            try (ByteStream client = admitted(server, connect(server))) {
                assertThat(eval(client, "int x = \"text\";")).startsWith("error: incompatible types");
                assertThat(eval(client, "List.of().getFirst()")).startsWith("java.util.NoSuchElementException");
                assertThat(eval(client, "throw new StackOverflowError(\"mine\")")).startsWith("java.lang.StackOverflowError: mine");
                assertThat(eval(client, "/nothing")).startsWith("/nothing: not a command");
                send(client, "int twice(int n) {\n");
                assertThat(until(client, "...> ")).isEqualTo("   ");
                assertThat(eval(client, "return 2 * n; }")).isEmpty();
                assertThat(eval(client, "twice(21)")).contains("42");
                assertThat(eval(client, "int a = 1; int b = a + 1;")).isEqualTo("a ==> 1\nb ==> 2\n");
            }
        }
    }

    @HubTest(virtualTime = false)
    void ctrlCKillsWhatRunsAtItsNextWait() throws Exception {
        try (BackdoorServer server = BackdoorServer.on(0)) {
            server.start();
            Event begun = new Event();
            server.with("begun", begun);
            try (ByteStream client = admitted(server, connect(server))) {
                for (byte[] interrupt : new byte[][] {{3}, {(byte) 255, (byte) 244, (byte) 255, (byte) 253, 6}}) {
                    begun.clear();
                    send(client, "begun.set(); new dev.jevent.sync.Event().await();\n");
                    begun.await();
                    client.write(ByteBuffer.wrap(interrupt));
                    assertThat(until(client, PROMPT)).startsWith("dev.jevent.GreenletExit");
                    until(client, PROMPT);
                }
                assertThat(eval(client, "1 + 1")).contains("2");
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-BD-03: exit ends only its own session; a stop ends all of them, and what they run")
    void sessionsEnd() throws Exception {
        Event begun = new Event();
        List<String> ends = new ArrayList<>();
        BackdoorServer server = BackdoorServer.on(0).with("begun", begun).with("ends", List.class, ends);
        server.start();
        try (ByteStream one = admitted(server, connect(server)); ByteStream other = admitted(server, connect(server))) {
            send(one, "quit()\n");
            assertThat(rest(one)).isEmpty();
            send(other, "{ begun.set(); try { new dev.jevent.sync.Event().await(); } finally { ends.add(\"ended\"); } }\n");
            begun.await();
            assertThat(server.stop(Duration.ZERO)).isFalse();
            while (ends.isEmpty()) {
                yieldNow();
            }
            assertThat(rest(other)).isEmpty();
        }
    }

    @HubTest(virtualTime = false)
    void inputThatEndsIsEvaluatedToItsEnd() throws Exception {
        try (BackdoorServer server = BackdoorServer.on(0)) {
            server.start();
            try (ByteStream client = connect(server)) {
                send(client, server.token() + "\nsleep(Duration.ofMillis(10)); 6 * 7");
                client.shutdownOutput();
                assertThat(rest(client)).contains("$1 ==> 42\n");
            }
        }
    }

    @HubTest(virtualTime = false)
    void theHubGoesOnWhileCodeIsCompiled() throws Exception {
        try (BackdoorServer server = BackdoorServer.on(0)) {
            server.start();
            try (ByteStream client = admitted(server, connect(server))) {
                send(client, "class A { int a = 1; } new A().a\n");
                Greenlet<String> answer = spawn(() -> until(client, PROMPT));
                int turns = 0;
                while (!answer.dead()) {
                    sleep(Duration.ofMillis(1));
                    turns++;
                }
                assertThat(answer.value()).contains("1");
                assertThat(turns).isGreaterThan(3);
            }
        }
    }

    @TempDir
    Path folder;

    @HubTest(virtualTime = false)
    void aUnixSocketIsItsOwnersOnly() throws Exception {
        Path path = folder.resolve("backdoor");
        try (BackdoorServer server = BackdoorServer.on("unix:" + path)) {
            server.start();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path))).isEqualTo("rw-------");
            try (ByteStream client = admitted(server, UnixSocket.connect(path))) {
                assertThat(eval(client, "2 + 2")).contains("4");
            }
        }
    }
}
