package dev.jevent.servers.http.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Hub;
import dev.jevent.servers.Certificates;
import dev.jevent.servers.http.HttpServer;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.io.TempDir;

/** The JDK's own client. It runs on native threads while the hub goes on. */
class JdkClientTest {
    @TempDir
    private Path folder;

    /** What has come, as text. */
    private static final class Heard implements java.net.http.WebSocket.Listener {
        private final BlockingQueue<String> all = new LinkedBlockingQueue<>();
        private final StringBuilder text = new StringBuilder();
        private int bytes;

        @Override
        public CompletionStage<?> onText(java.net.http.WebSocket socket, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                all.add(text.toString());
                text.setLength(0);
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onBinary(java.net.http.WebSocket socket, ByteBuffer data, boolean last) {
            bytes += data.remaining();
            if (last) {
                all.add(bytes + " bytes");
                bytes = 0;
            }
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onPong(java.net.http.WebSocket socket, ByteBuffer data) {
            all.add("pong of " + data.remaining());
            socket.request(1);
            return null;
        }

        @Override
        public CompletionStage<?> onClose(java.net.http.WebSocket socket, int code, String reason) {
            all.add("closed: " + code + " " + reason);
            return null;
        }

        @Override
        public void onError(java.net.http.WebSocket socket, Throwable error) {
            all.add("failed: " + error);
        }

        String next() throws InterruptedException {
            return all.poll(20, TimeUnit.SECONDS);
        }
    }

    private void talk(SSLContext serves, SSLContext trusts) throws Exception {
        HttpServer server = HttpServer.on("localhost:0", WebSocketEndpoint.of(socket -> {
            for (Message message : socket) {
                if (message.equals(new Message.Text("bye"))) {
                    socket.close(4000, "bye, bye");
                } else {
                    socket.send(message);
                }
            }
        }).protocols("chat"));
        if (serves != null) {
            server.tls(serves);
        }
        server.start();
        try (server) {
            URI uri = URI.create((serves == null ? "ws" : "wss") + "://localhost:" + server.port() + "/");
            Hub.current().threadPool().apply(() -> {
                HttpClient.Builder builder = HttpClient.newBuilder();
                if (trusts != null) {
                    builder.sslContext(trusts);
                }
                try (HttpClient client = builder.build()) {
                    converse(client, uri);
                }
                return null;
            });
        }
    }

    private static void converse(HttpClient client, URI uri) throws IOException, InterruptedException {
        Heard heard = new Heard();
        java.net.http.WebSocket socket = client.newWebSocketBuilder().subprotocols("chat").buildAsync(uri, heard).join();
        assertThat(socket.getSubprotocol()).isEqualTo("chat");
        socket.sendText("hel", false).join();
        socket.sendText("lo €", true).join();
        assertThat(heard.next()).isEqualTo("hello €");
        socket.sendBinary(ByteBuffer.allocate(500_000), true).join();
        assertThat(heard.next()).isEqualTo("500000 bytes");
        socket.sendPing(ByteBuffer.allocate(5)).join();
        assertThat(heard.next()).isEqualTo("pong of 5");
        socket.sendText("bye", true).join();
        assertThat(heard.next()).isEqualTo("closed: 4000 bye, bye");

        java.net.http.WebSocket another = client.newWebSocketBuilder().buildAsync(uri, heard).join();
        another.sendClose(java.net.http.WebSocket.NORMAL_CLOSURE, "done").join();
        assertThat(heard.next()).isEqualTo("closed: 1000 ");
    }

    @HubTest(virtualTime = false)
    void talksToUs() throws Exception {
        talk(null, null);
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    void talksToUsOverTls() throws Exception {
        Certificates certificates = new Certificates(folder).make("localhost");
        talk(certificates.server("localhost"), certificates.client("localhost"));
    }
}
