package dev.jevent.servers.http.websocket;

import static dev.jevent.servers.http.websocket.Client.LOOPBACK;
import static dev.jevent.servers.http.websocket.Client.all;
import static dev.jevent.servers.http.websocket.Client.frame;
import static dev.jevent.servers.http.websocket.Client.handshake;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.servers.http.HttpServer;
import dev.jevent.servers.http.websocket.Client.Frame;
import dev.jevent.sync.AsyncResult;
import dev.jevent.sync.Event;
import dev.jevent.sync.Timeout;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.io.EOFException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;

class WebSocketTest {
    private static final Duration SHORT = Duration.ofMillis(60);
    private static final Duration LONG = Duration.ofSeconds(20);

    private static HttpServer started(WebSocketLimits limits, WebSocketHandler handler) throws IOException {
        HttpServer server = HttpServer.on(LOOPBACK, WebSocketEndpoint.of(handler).limits(limits));
        server.start();
        return server;
    }

    private static HttpServer echo(WebSocketLimits limits) throws IOException {
        return started(limits, socket -> {
            for (Message message : socket) {
                socket.send(message);
            }
        });
    }

    // ---- messages ----

    @HubTest(virtualTime = false, limitSeconds = 60)
    void aConversationIsTheSameWhereverItIsCut(Hub hub) throws Exception {
        byte[] bytes = all(
                handshake().getBytes(),
                frame(0x81, "hello"),
                frame(0x01, "wor"), frame(0x89, "ping"), frame(0x80, "ld €"),
                frame(0x82, new byte[300]),
                Client.close(1000, "bye"));
        try (HttpServer server = echo(new WebSocketLimits())) {
            for (int cut = 1; cut < bytes.length; cut++) {
                try (Client client = Client.unconnected(server)) {
                    client.send(Arrays.copyOf(bytes, cut));
                    hub.yieldNow();
                    client.send(Arrays.copyOfRange(bytes, cut, bytes.length));
                    assertThat(client.head().getFirst()).startsWith("HTTP/1.1 101");
                    assertThat(client.next().text()).as("cut at %s", cut).isEqualTo("hello");
                    assertThat(client.next().text()).isEqualTo("ping");
                    assertThat(client.next().text()).isEqualTo("world €");
                    assertThat(client.next().payload()).isEqualTo(new byte[300]);
                    assertThat(client.next().code()).isEqualTo(1000);
                    assertThat(client.ends()).isTrue();
                }
            }
        }
    }

    @HubTest(virtualTime = false)
    void whoReceivesLearnsWhyItIsOver() throws Exception {
        AsyncResult<String> end = new AsyncResult<>();
        try (HttpServer server = started(new WebSocketLimits(), socket -> {
            assertThat(socket.closeCode()).isZero();
            assertThat(socket.receive()).isNull();
            assertThat(socket.receive()).isNull();
            assertThat(socket.isOpen()).isFalse();
            assertThatThrownBy(() -> socket.send("x")).isInstanceOf(WebSocketClosedException.class);
            end.set(socket.closeCode() + " " + socket.closeReason());
        }); Client client = Client.to(server)) {
            client.send(Client.close(4001, "täglich"));
            assertThat(end.get()).isEqualTo("4001 täglich");
        }
    }

    @HubTest(virtualTime = false)
    void messagesOfSeveralSendersGoOutWhole(Hub hub) throws Exception {
        int senders = 10;
        try (HttpServer server = started(new WebSocketLimits(), socket -> {
            List<Greenlet<Void>> all = new ArrayList<>();
            for (int i = 0; i < senders; i++) {
                String text = String.valueOf((char) ('a' + i)).repeat(700_000);
                all.add(hub.spawn(() -> {
                    socket.send(text);
                }));
            }
            hub.joinAll(all);
        }); Client client = Client.to(server)) {
            for (int i = 0; i < senders; i++) {
                assertThat(client.next().text()).isEqualTo(String.valueOf((char) ('a' + i)).repeat(700_000));
            }
        }
    }

    @HubTest(virtualTime = false)
    void onlyOneReceives(Hub hub) throws Exception {
        AsyncResult<Throwable> refused = new AsyncResult<>();
        try (HttpServer server = started(new WebSocketLimits(), socket -> {
            Greenlet<Message> first = hub.spawn(socket::receive);
            hub.yieldNow();
            assertThatThrownBy(socket::receive).isInstanceOf(ConcurrentUseException.class).satisfies(refused::set);
            first.join();
        }); Client client = Client.to(server)) {
            assertThat(refused.get()).hasMessageContaining("cannot receive");
            client.send(frame(0x81, "x"));
            assertThat(client.next().code()).isEqualTo(1000);
        }
    }

    @HubTest(virtualTime = false)
    void aTimeoutInTheMiddleOfAMessageLosesNothing() throws Exception {
        Event waiting = new Event();
        try (HttpServer server = started(new WebSocketLimits(), socket -> {
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> Timeout.call(Duration.ofMillis(5), socket::receive)).isInstanceOf(TimeoutException.class);
            }
            waiting.set();
            socket.send(socket.receive());
        }); Client client = Client.to(server)) {
            byte[] bytes = frame(0x82, new byte[10_000]);
            client.send(Arrays.copyOf(bytes, 7000));
            waiting.await();
            client.send(Arrays.copyOfRange(bytes, 7000, bytes.length));
            assertThat(client.next().payload()).isEqualTo(new byte[10_000]);
        }
    }

    @HubTest(virtualTime = false)
    void theRestOfAMessageThatWasInterruptedGoesOutBeforeTheNext() throws Exception {
        byte[] large = new byte[16 << 20];
        Arrays.fill(large, (byte) 7);
        Event interrupted = new Event();
        try (HttpServer server = started(new WebSocketLimits(), socket -> {
            assertThatThrownBy(() -> Timeout.run(Duration.ofMillis(20), () -> socket.send(large))).isInstanceOf(TimeoutException.class);
            interrupted.set();
            socket.send("next");
        }); Client client = Client.to(server)) {
            interrupted.await();
            assertThat(client.next().payload()).isEqualTo(large);
            assertThat(client.next().text()).isEqualTo("next");
        }
    }

    @HubTest(virtualTime = false)
    void whatCannotBeSentIsRefused() throws Exception {
        AsyncResult<Boolean> done = new AsyncResult<>();
        try (HttpServer server = started(new WebSocketLimits(), socket -> {
            assertThatThrownBy(() -> socket.send("\ud800")).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("surrogate");
            assertThatThrownBy(() -> socket.ping(new byte[126])).hasMessage("data: 126 bytes (expected: <= 125)");
            assertThatThrownBy(() -> socket.close(1005, "")).hasMessageStartingWith("code: 1005");
            assertThatThrownBy(() -> socket.close(1000, "x".repeat(124))).hasMessage("reason: 124 bytes (expected: <= 123)");
            assertThat(socket.isOpen()).isTrue();
            done.set(true);
        }); Client client = Client.to(server)) {
            assertThat(client.next().code()).isEqualTo(1000);
            assertThat(done.get()).isTrue();
        }
    }

    // ---- limits ----

    @HubTest(virtualTime = false)
    void whatIsTooLargeIsRefusedBeforeItHasCome() throws Exception {
        try (HttpServer server = echo(new WebSocketLimits().frame(1000).message(1500))) {
            for (byte[] bytes : List.of(
                    Arrays.copyOf(frame(0x82, new byte[1001]), 8),
                    new byte[] {(byte) 0x82, (byte) 0xff, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
                    all(frame(0x02, new byte[1000]), Arrays.copyOf(frame(0x80, new byte[501]), 8)))) {
                try (Client client = Client.to(server)) {
                    client.send(bytes);
                    assertThat(client.next().code()).isEqualTo(1009);
                    assertThat(client.ends()).isTrue();
                }
            }
            try (Client client = Client.to(server)) {
                client.send(all(frame(0x02, new byte[1000]), frame(0x80, new byte[500])));
                assertThat(client.next().payload()).hasSize(1500);
            }
        }
    }

    @HubTest(virtualTime = false)
    void aFrameThatDoesNotComeInTimeClosesHoweverOftenAByteComes(Hub hub) throws Exception {
        try (HttpServer server = echo(new WebSocketLimits().frameTimeout(SHORT).frameRate(100_000)); Client client = Client.to(server)) {
            client.send(Arrays.copyOf(frame(0x82, new byte[1000]), 10));
            Greenlet<Void> drip = hub.spawn(() -> {
                for (;;) {
                    hub.sleep(Duration.ofMillis(5));
                    client.send("x");
                }
            });
            assertThat(client.next().code()).isEqualTo(1008);
            drip.kill();
        }
    }

    @HubTest(virtualTime = false)
    void theTimeOfAHandlerIsNotTheClients(Hub hub) throws Exception {
        Duration limit = Duration.ofSeconds(1);
        Event ready = new Event();
        byte[] bytes = frame(0x82, new byte[100]);
        try (HttpServer server = started(new WebSocketLimits().frameTimeout(limit), socket -> {
            assertThatThrownBy(() -> Timeout.call(Duration.ofMillis(5), socket::receive)).isInstanceOf(TimeoutException.class);
            hub.sleep(limit);
            ready.set(); // the client goes on when this waits
            socket.send(socket.receive());
        }); Client client = Client.to(server)) {
            client.send(Arrays.copyOf(bytes, 50));
            ready.await();
            client.send(Arrays.copyOfRange(bytes, 50, bytes.length));
            assertThat(client.next().payload()).hasSize(100);
        }
    }

    @HubTest(virtualTime = false)
    void aClientThatSaysNothingIsAskedAndStaysIfItAnswers() throws Exception {
        try (HttpServer server = echo(new WebSocketLimits().pingInterval(SHORT).pongTimeout(LONG)); Client client = Client.to(server)) {
            for (int i = 0; i < 3; i++) {
                Frame ping = client.next();
                assertThat(ping.opcode()).isEqualTo(9);
                client.send(frame(0x8a, ping.payload()));
            }
            client.send(frame(0x81, "still here"));
            Frame answer = client.next();
            assertThat(answer.opcode() == 9 ? client.next() : answer).matches(text -> text.text().equals("still here"));
        }
    }

    @HubTest(virtualTime = false)
    void aClientThatDoesNotAnswerIsGone() throws Exception {
        AsyncResult<Integer> code = new AsyncResult<>();
        try (HttpServer server = started(new WebSocketLimits().pingInterval(SHORT).pongTimeout(SHORT), socket -> {
            socket.receive();
            code.set(socket.closeCode());
        }); Client client = Client.to(server)) {
            assertThat(client.next().opcode()).isEqualTo(9);
            assertThat(code.get()).isEqualTo(1006);
            assertThat(client.ends()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    void aClientThatDoesNotReadIsGone(Hub hub) throws Exception {
        AsyncResult<Integer> code = new AsyncResult<>();
        AsyncResult<Throwable> failure = new AsyncResult<>();
        try (HttpServer server = started(new WebSocketLimits().writeTimeout(SHORT), socket -> {
            Greenlet<Message> receiving = hub.spawn(socket::receive);
            hub.yieldNow();
            assertThatThrownBy(() -> socket.send(new byte[64 << 20])).isInstanceOf(WebSocketClosedException.class).satisfies(failure::set);
            assertThat(receiving.get()).isNull();
            code.set(socket.closeCode());
        }); Client _ = Client.to(server)) {
            assertThat(failure.get()).hasMessageContaining("has lost its client");
            assertThat(code.get()).isEqualTo(1006);
        }
    }

    @HubTest(virtualTime = false)
    void aClientThatDoesNotAnswerACloseIsNotWaitedForLongerThanThat() throws Exception {
        AsyncResult<Integer> code = new AsyncResult<>();
        try (HttpServer server = started(new WebSocketLimits().closeTimeout(SHORT), socket -> {
            socket.close(4000, "");
            code.set(socket.closeCode());
        }); Client client = Client.to(server)) {
            assertThat(client.next().code()).isEqualTo(4000);
            assertThat(client.ends()).isTrue();
            assertThat(code.get()).isEqualTo(1006);
        }
    }

    // ---- ends ----

    @HubTest(virtualTime = false)
    void anotherGreenletMayCloseWhileOneReceives(Hub hub) throws Exception {
        AsyncResult<String> end = new AsyncResult<>();
        try (HttpServer server = started(new WebSocketLimits(), socket -> {
            Greenlet<Message> receiving = hub.spawn(socket::receive);
            hub.yieldNow();
            Greenlet<Void> closing = hub.spawn(() -> socket.close(4000, "enough"));
            assertThat(receiving.get()).isEqualTo(new Message.Text("under way")); // what the client had sent before it knew
            assertThat(socket.receive()).isNull();
            closing.get();
            end.set(socket.closeCode() + " " + socket.closeReason());
        }); Client client = Client.to(server)) {
            assertThat(client.next().text()).endsWith("enough");
            client.send(all(frame(0x81, "under way"), Client.close(4000, "yes")));
            assertThat(end.get()).isEqualTo("4000 yes");
        }
    }

    @HubTest(virtualTime = false)
    void aHandlerThatFailsClosesWith1011AndIsReported(Errors errors) throws Exception {
        errors.expect(IllegalStateException.class);
        try (HttpServer server = started(new WebSocketLimits(), socket -> {
            throw new IllegalStateException("of the test");
        }); Client client = Client.to(server)) {
            assertThat(client.next().code()).isEqualTo(1011);
        }
    }

    @HubTest(virtualTime = false)
    void aKillSaysThatTheServerGoesAway() throws Exception {
        Event entered = new Event();
        HttpServer server = started(new WebSocketLimits(), socket -> {
            entered.set();
            socket.receive();
        });
        try (Client client = Client.to(server)) {
            entered.await();
            assertThat(server.stop(Duration.ZERO)).isFalse();
            assertThat(client.next().code()).isEqualTo(1001);
        }
    }

    @HubTest(virtualTime = false)
    void aClientThatResetsIsNoErrorInWhateverState(Hub hub) throws Exception {
        List<Integer> codes = new ArrayList<>();
        Event go = new Event();
        try (HttpServer server = started(new WebSocketLimits(), socket -> {
            try {
                switch (socket.receive()) {
                    case Message.Text(String text) when text.equals("send") -> {
                        go.await();
                        for (;;) {
                            socket.send("x".repeat(100_000));
                        }
                    }
                    case Message.Text(String text) when text.equals("close") -> {
                        go.await();
                        socket.close();
                    }
                    case null, default -> {}
                }
            } finally {
                codes.add(socket.closeCode());
            }
        })) {
            List<byte[]> parts = List.of(new byte[0], new byte[] {(byte) 0x81}, Arrays.copyOf(frame(0x81, "text"), 8), frame(0x01, "text"),
                    frame(0x81, "send"), frame(0x81, "close"));
            for (byte[] part : parts) {
                Client client = Client.to(server);
                client.send(part);
                hub.yieldNow();
                client.reset();
            }
            while (codes.size() < parts.size() - 2) {
                hub.yieldNow();
            }
            go.set();
            while (codes.size() < parts.size()) {
                hub.yieldNow();
            }
            assertThat(codes).containsOnly(1006);
        }
    }

    @HubTest(virtualTime = false)
    void withoutACloseTheConnectionWasLost() throws Exception {
        AsyncResult<Integer> code = new AsyncResult<>();
        try (HttpServer server = started(new WebSocketLimits(), socket -> {
            socket.receive();
            code.set(socket.closeCode());
        }); Client client = Client.to(server)) {
            client.socket.shutdownOutput();
            assertThat(code.get()).isEqualTo(1006);
            assertThatThrownBy(client::next).isInstanceOf(EOFException.class);
        }
    }
}
