package dev.jevent.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.servers.http.Wire.Reply;
import dev.jevent.testkit.HubTest;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class RequestBodyTest {
    private static final int ROUNDS = 1_000;

    private static final String TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
    private static final String SPACE = "[ \\t]*+";
    private static final String QUOTED = "\"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*+\"";
    private static final String EXTENSIONS = "(?:" + SPACE + ";" + SPACE + TOKEN + "(?:" + SPACE + "=" + SPACE + "(?:" + TOKEN + "|" + QUOTED + "))?)*";

    /** RFC 9112 7.1, for bodies of little more than nothing. */
    private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,15})" + EXTENSIONS + "\r\n");

    private static final Pattern END = Pattern.compile("(?:" + TOKEN + ":[\\t -~\\x80-\\xff]*+\r\n)*+\r\n");

    private static final List<String> SEEDS = List.of(
            "3\r\nabc\r\n0\r\n\r\n",
            "a\r\n0123456789\r\n1;x\r\n!\r\n0;y=z\r\nT: 1\r\nU:\r\n\r\n",
            "2 ; a = \"b\\\"c;\" ;d\r\n\r\n\r\n000\r\n\r\n",
            "0\r\n\r\n",
            "1\r\n0\r\n1\r\n\r\r\n0\r\nA:b\r\n\r\n");
    private static final String ALPHABET = "\r\n;=\"\\ \t:0123456789abcfxyz-+\0\u007f\u00e9";

    /** The body, or null if it isn't well-formed, or doesn't end. */
    static String decode(String chunks) {
        StringBuilder body = new StringBuilder();
        Matcher chunk = CHUNK.matcher(chunks);
        int at = 0;
        while (chunk.region(at, chunks.length()).lookingAt()) {
            long size = Long.parseLong(chunk.group(1), 16);
            at = chunk.end();
            if (size == 0) {
                return END.matcher(chunks).region(at, chunks.length()).lookingAt() ? body.toString() : null;
            }
            if (size > chunks.length() - at || !chunks.startsWith("\r\n", at + (int) size)) {
                return null;
            }
            body.append(chunks, at, at + (int) size);
            at += (int) size + 2;
        }
        return null;
    }

    @HubTest(virtualTime = false, limitSeconds = 100)
    void chunksAreReadAsTheGrammarHasThemOrRefused() throws Exception {
        Random random = new Random(11);
        HttpServer server = HttpServer.on(Wire.LOOPBACK, exchange -> {
            byte[] body = exchange.bodyBytes();
            exchange.header("Connection", "close").respond(200, body);
        });
        server.start();
        int good = 0;
        try (server) {
            for (int round = 0; round < ROUNDS; round++) {
                StringBuilder chunks = new StringBuilder(SEEDS.get(random.nextInt(SEEDS.size())));
                for (int i = random.nextInt(3); i > 0; i--) {
                    mutate(chunks, random);
                }
                String expected = decode(chunks.toString());
                try (Wire wire = Wire.to(server)) {
                    wire.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks);
                    wire.socket.shutdownOutput();
                    Reply reply = wire.reply();
                    assertThat(reply.status()).as("%s", escaped(chunks)).isEqualTo(expected == null ? 400 : 200);
                    if (expected != null) {
                        assertThat(reply.body()).as("%s", escaped(chunks)).isEqualTo(expected);
                        good++;
                    }
                }
            }
        }
        assertThat(good).isBetween(ROUNDS / 10, ROUNDS * 9 / 10); // so that both have been tried
    }

    private static void mutate(StringBuilder text, Random random) {
        int at = random.nextInt(text.length());
        char c = ALPHABET.charAt(random.nextInt(ALPHABET.length()));
        switch (random.nextInt(4)) {
            case 0 -> text.setCharAt(at, c);
            case 1 -> text.insert(at, c);
            case 2 -> text.deleteCharAt(at);
            default -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(8))));
        }
        if (text.isEmpty()) {
            text.append('0');
        }
    }

    private static String escaped(CharSequence text) {
        StringBuilder escaped = new StringBuilder();
        for (byte b : text.toString().getBytes(ISO_8859_1)) {
            escaped.append(b < 0x20 || b == 0x7f || b == '\\' ? String.format("\\x%02x", b & 0xff) : Character.toString(b));
        }
        return escaped.toString();
    }
}
