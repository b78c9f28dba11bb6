package dev.jevent.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.servers.http.HttpServer;
import dev.jevent.testkit.HubTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** The JDK's client in the room. */
class WebChatServerTest {
    private final WebChatServer chat = new WebChatServer();
    private final HttpServer server = chat.on("127.0.0.1:0");

    private static final class Guest implements WebSocket.Listener {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private final WebSocket socket;

        Guest(HttpClient client, int port) {
            socket = client.newWebSocketBuilder().buildAsync(URI.create("ws://127.0.0.1:" + port + "/room"), this).join();
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                heard.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("closed: " + code + " " + reason);
            return null;
        }

        void say(String text) {
            socket.sendText(text, true).join();
        }

        List<String> hear(int count) throws InterruptedException {
            var texts = new ArrayList<String>();
            while (texts.size() < count) {
                var next = heard.poll(20, TimeUnit.SECONDS);
                assertThat(next).as("what comes after %s", texts).isNotNull();
                texts.add(next);
            }
            return texts;
        }

        void leave() {
            socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void everybodyReadsWhatEverybodyWrites() throws Exception {
        server.start();
        try (server; var client = HttpClient.newHttpClient()) {
            var ann = new Guest(client, server.port());
            ann.say("Ann");
            assertThat(ann.hear(2)).containsExactly("Your name?", "Ann is here: Ann");
            var ben = new Guest(client, server.port());
            ben.say(" ");
            ben.say("Ann");
            ben.say("Ben");
            assertThat(ben.hear(4)).containsExactly("Your name?", "Your name?", "There is a Ann. Your name?", "Ben is here: Ann, Ben");
            ann.say("hello");
            assertThat(ann.hear(2)).containsExactly("Ben is here: Ann, Ben", "Ann: hello");
            assertThat(ben.hear(1)).containsExactly("Ann: hello");
            ann.leave();
            assertThat(ben.hear(1)).containsExactly("Ann is gone");
            assertThat(ann.hear(1)).containsExactly("closed: 1000 ");
            ben.leave();
            assertThat(ben.hear(1)).containsExactly("closed: 1000 ");
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void whoIsTooFarBehindLeavesAndKeepsNobodyWaiting() throws Exception {
        server.start();
        try (server; var client = HttpClient.newHttpClient()) {
            var ann = new Guest(client, server.port());
            ann.say("Ann");
            assertThat(ann.hear(2)).contains("Ann is here: Ann");
            for (int i = 0; i <= WebChatServer.BEHIND; i++) {
                chat.tellAll("news"); // nobody runs in between
            }
            assertThat(ann.hear(WebChatServer.BEHIND + 1))
                    .startsWith(Collections.nCopies(WebChatServer.BEHIND, "news").toArray(String[]::new))
                    .endsWith("closed: 1008 You are too far behind.");
            var another = new Guest(client, server.port());
            another.say("Ann");
            assertThat(another.hear(2)).contains("Ann is here: Ann");
            another.leave();
            another.hear(1);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void thePageIsServedAndConnectsToTheRoom() throws Exception {
        server.start();
        try (server; var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/")).build();
            var page = client.send(request, HttpResponse.BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type")).hasValue("text/html; charset=utf-8");
            assertThat(page.body()).contains("new WebSocket(").contains("\"room\"");
        }
    }
}
