package dev.jevent.servers.http.websocket;

import static dev.jevent.servers.http.websocket.Client.LOOPBACK;
import static dev.jevent.servers.http.websocket.Client.all;
import static dev.jevent.servers.http.websocket.Client.frame;
import static dev.jevent.servers.http.websocket.Client.handshake;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.servers.http.HttpServer;
import dev.jevent.servers.http.websocket.Client.Frame;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

/** What RFC 6455 says that a server must, and must not, by section. */
class Rfc6455Test {
    private static HttpServer echo() throws IOException {
        return started(WebSocketEndpoint.of(socket -> {
            for (Message message : socket) {
                socket.send(message);
            }
        }));
    }

    private static HttpServer started(WebSocketEndpoint endpoint) throws IOException {
        HttpServer server = HttpServer.on(LOOPBACK, endpoint);
        server.start();
        return server;
    }

    /** Sends {@code bytes}, and finds the socket closed with {@code code}, whatever comes behind them. */
    private static void refused(HttpServer server, int code, byte[]... bytes) throws IOException {
        try (Client client = Client.to(server)) {
            client.send(all(all(bytes), frame(0x81, "next")));
            Frame close = client.next();
            assertThat(close.opcode()).isEqualTo(8);
            assertThat(close.code()).isEqualTo(code);
            assertThat(client.ends()).isTrue();
        }
    }

    private static List<String> answer(HttpServer server, String request) throws IOException {
        try (Client client = Client.unconnected(server)) {
            return client.send(request).head();
        }
    }

    // ---- 4: the handshake ----

    @HubTest(virtualTime = false)
    @DisplayName("4.2.2: the handshake is answered with 101, Upgrade, Connection, and what the key becomes")
    void s4_2_2_response() throws Exception {
        try (HttpServer server = echo()) {
            assertThat(answer(server, handshake())).contains("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
                    "Sec-WebSocket-Accept: " + Client.ACCEPT);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("4.2.1: what isn't a handshake is 400, and says which version is spoken")
    void s4_2_1_request() throws Exception {
        try (HttpServer server = echo()) {
            for (String[] change : new String[][] {
                {"GET ", "POST "},
                {"HTTP/1.1", "HTTP/1.0"},
                {"keep-alive, Upgrade", "keep-alive"},
                {"Upgrade: websocket", "Upgrade: h2c"},
                {"Upgrade: websocket\r\n", ""},
                {"Version: 13", "Version: 8"},
                {"Sec-WebSocket-Version: 13\r\n", ""},
                {"Sec-WebSocket-Key: " + Client.KEY + "\r\n", ""},
                {Client.KEY, "dGhlIHNhbXBsZSBub25j"},
                {Client.KEY, "dGhlIHNhbXBsZSBub25jZQ=!"},
                {Client.KEY, Client.KEY + "\r\nSec-WebSocket-Key: " + Client.KEY},
                {"Host: a.example", "Host: a.example\r\nContent-Length: 1"},
            }) {
                String request = handshake().replace(change[0], change[1]);
                assertThat(answer(server, request + "x")).as(request).startsWith("HTTP/1.1 400 Bad Request").contains("Sec-WebSocket-Version: 13");
            }
            assertThat(answer(server, handshake().replace("Upgrade: websocket", "Upgrade: h2c, WebSocket"))).contains("Upgrade: websocket");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("4.2.2: a protocol is one that the client has offered, or none is named")
    void s4_2_2_protocol() throws Exception {
        try (HttpServer server = started(WebSocketEndpoint.of(socket -> socket.send("" + socket.protocol())).protocols("b", "a"))) {
            for (String[] offer : new String[][] {{"a, b", "b"}, {"a", "a"}, {"x,a", "a"}, {"A", "null"}}) {
                try (Client client = Client.to(server, "Sec-WebSocket-Protocol: " + offer[0])) {
                    assertThat(client.next().text()).isEqualTo(offer[1]);
                }
            }
            assertThat(answer(server, handshake("Sec-WebSocket-Protocol: x", "Sec-WebSocket-Protocol: a"))).contains("Sec-WebSocket-Protocol: a");
            assertThat(answer(server, handshake("Sec-WebSocket-Protocol: x"))).noneMatch(line -> line.startsWith("Sec-WebSocket-Protocol"));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("9.1: an extension that is offered is not used unless it was agreed on, and none is")
    void s9_1_extensions() throws Exception {
        try (HttpServer server = echo()) {
            assertThat(answer(server, handshake("Sec-WebSocket-Extensions: permessage-deflate"))).noneMatch(line -> line.startsWith("Sec-WebSocket-Ext"));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("10.2: pages of other sites are refused unless they were allowed")
    void s10_2_origin() throws Exception {
        try (HttpServer own = echo();
                HttpServer named = started(WebSocketEndpoint.of(WebSocket::receive).origins("https://shop.example"));
                HttpServer any = started(WebSocketEndpoint.of(WebSocket::receive).anyOrigin())) {
            for (String[] row : new String[][] {
                // origin, own site only, the shop only, any
                {"http://a.example", "101", "403", "101"},
                {"https://A.example", "101", "403", "101"},
                {"https://a.example:444", "403", "403", "101"},
                {"https://shop.example", "403", "101", "101"},
                {"https://shop.example.evil", "403", "403", "101"},
                {"null", "403", "403", "101"},
            }) {
                List<HttpServer> servers = List.of(own, named, any);
                for (int i = 0; i < 3; i++) {
                    assertThat(answer(servers.get(i), handshake("Origin: " + row[0])).getFirst()).as(row[0] + " " + i).startsWith("HTTP/1.1 " + row[i + 1]);
                }
            }
        }
    }

    // ---- 5: frames ----

    @HubTest(virtualTime = false)
    @DisplayName("5.1: a frame that isn't masked closes with 1002; no frame of the server is masked")
    void s5_1_masking() throws Exception {
        try (HttpServer server = echo(); Client client = Client.to(server)) {
            refused(server, 1002, new byte[] {(byte) 0x81, 0x01, 'x'});
            client.send(frame(0x81, "x"));
            assertThat(client.next().text()).isEqualTo("x"); // which checks it
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("5.2: reserved bits and opcodes close with 1002")
    void s5_2_reserved() throws Exception {
        try (HttpServer server = echo()) {
            for (int first : new int[] {0xc1, 0xa1, 0x91, 0x83, 0x84, 0x85, 0x86, 0x87, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f}) {
                refused(server, 1002, frame(first, "x"));
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("5.2: lengths of each form, and as short as can be")
    void s5_2_lengths() throws Exception {
        try (HttpServer server = echo(); Client client = Client.to(server)) {
            for (int length : new int[] {0, 1, 125, 126, 127, 0xffff, 0x10000, 1 << 20}) {
                byte[] data = new byte[length];
                Arrays.fill(data, (byte) length);
                client.send(frame(0x82, data));
                assertThat(client.next().payload()).isEqualTo(data);
            }
            refused(server, 1002, new byte[] {(byte) 0x82, (byte) 0xfe, 0, 125, 0, 0, 0, 0});
            refused(server, 1002, new byte[] {(byte) 0x82, (byte) 0xff, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff, 0, 0, 0, 0});
            refused(server, 1002, new byte[] {(byte) 0x82, (byte) 0xff, (byte) 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0});
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("5.4: fragments are one message; control frames may come between them, and data of another message must not")
    void s5_4_fragments() throws Exception {
        try (HttpServer server = echo(); Client client = Client.to(server)) {
            client.send(all(frame(0x01, "a"), frame(0x00, ""), frame(0x89, "ping"), frame(0x00, "b"), frame(0x80, "c")));
            assertThat(client.next().text()).isEqualTo("ping");
            assertThat(client.next().text()).isEqualTo("abc");
            client.send(all(frame(0x02, ""), frame(0x80, "")));
            assertThat(client.next()).matches(next -> next.opcode() == 2 && next.payload().length == 0);
            refused(server, 1002, frame(0x80, "x"));
            refused(server, 1002, frame(0x00, "x"));
            refused(server, 1002, frame(0x01, "a"), frame(0x81, "b"));
            refused(server, 1002, frame(0x02, "a"), frame(0x01, "b"));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("5.5: control frames are of at most 125 bytes, and whole")
    void s5_5_control() throws Exception {
        try (HttpServer server = echo(); Client client = Client.to(server)) {
            client.send(frame(0x89, "p".repeat(125)));
            assertThat(client.next().text()).hasSize(125);
            refused(server, 1002, frame(0x89, "p".repeat(126)));
            refused(server, 1002, frame(0x09, "p"));
            refused(server, 1002, frame(0x08, ""));
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("5.5.1: a Close is answered with one of the same code, and nothing else is said or heard after it")
    void s5_5_1_close() throws Exception {
        try (HttpServer server = echo()) {
            for (byte[] close : List.of(Client.close(1000, ""), Client.close(1001, "bye"), Client.close(4999, "x".repeat(123)), frame(0x88, ""))) {
                try (Client client = Client.to(server)) {
                    client.send(all(close, frame(0x81, "x")));
                    Frame answer = client.next();
                    assertThat(answer.opcode()).isEqualTo(8);
                    assertThat(answer.payload()).isEqualTo(close.length == 6 ? new byte[0] : new byte[] {(byte) (close[6] ^ 0x37), (byte) (close[7] ^ 0xfa)});
                    assertThat(client.ends()).isTrue();
                }
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("5.5.2, 5.5.3: a ping is answered with its own data; a pong that nobody has asked for isn't")
    void s5_5_2_ping() throws Exception {
        try (HttpServer server = echo(); Client client = Client.to(server)) {
            client.send(all(frame(0x8a, "unasked"), frame(0x89, "one"), frame(0x89, "")));
            assertThat(client.next()).matches(pong -> pong.opcode() == 10 && pong.text().equals("one"));
            assertThat(client.next()).matches(pong -> pong.opcode() == 10 && pong.payload().length == 0);
        }
    }

    // ---- 7: the end ----

    @HubTest(virtualTime = false)
    @DisplayName("7.1.1: the server is the first to close the connection, after the Close of both")
    void s7_1_1_order() throws Exception {
        try (HttpServer server = started(WebSocketEndpoint.of(socket -> socket.close(4000, "enough"))); Client client = Client.to(server)) {
            Frame close = client.next();
            assertThat(close.code()).isEqualTo(4000);
            client.send(all(frame(0x81, "late"), frame(0x89, "late"), Client.close(4000, "")));
            assertThat(client.ends()).isTrue();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("7.4.1: codes that no Close frame may have close with 1002, as does half of one")
    void s7_4_1_codes() throws Exception {
        try (HttpServer server = echo()) {
            for (int code : new int[] {0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}) {
                refused(server, 1002, Client.close(code, ""));
            }
            refused(server, 1002, frame(0x88, "x"));
        }
    }

    // ---- 8: text ----

    @HubTest(virtualTime = false)
    @DisplayName("8.1: text that isn't UTF-8 closes with 1007, with its first wrong byte; a character may be in two fragments")
    void s8_1_utf8() throws Exception {
        try (HttpServer server = echo(); Client client = Client.to(server)) {
            byte[] euro = "€".getBytes("UTF-8");
            client.send(all(frame(0x01, Arrays.copyOf(euro, 1)), frame(0x80, Arrays.copyOfRange(euro, 1, 3))));
            assertThat(client.next().text()).isEqualTo("€");
            refused(server, 1007, frame(0x81, new byte[] {(byte) 0xc0, (byte) 0x80}));
            refused(server, 1007, frame(0x81, new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80}));
            refused(server, 1007, frame(0x81, Arrays.copyOf(euro, 2)));
            refused(server, 1007, frame(0x01, new byte[] {'a', (byte) 0xff})); // the message isn't over
            refused(server, 1007, frame(0x88, new byte[] {0x03, (byte) 0xe8, (byte) 0xff}));
            client.send(frame(0x82, new byte[] {(byte) 0xff}));
            assertThat(client.next().payload()).containsExactly(0xff);
        }
    }
}
