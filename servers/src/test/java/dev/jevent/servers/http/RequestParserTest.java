package dev.jevent.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RequestParserTest {
    private static final List<String> GOOD = List.of(
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
            "OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n",
            "GET http://a.example:80/x?y HTTP/1.1\r\nHost: A.example:80\r\n\r\n",
            "GET https://a?q HTTP/1.1\r\nHost: a\r\n\r\n",
            "POST /a%20b?c=%41 HTTP/1.1\r\nhost: [::1]:8080\r\nCONTENT-LENGTH:  5 \t\r\nX:\r\nY: a\tb \u00e9\r\n\r\n",
            "PUT /long/" + "x".repeat(300) + " HTTP/1.0\r\nConnection: keep-alive, x\r\nA: " + "v".repeat(500) + "\r\n\r\n",
            "M-SEARCH / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\nExpect: 100-Continue\r\n\r\n",
            "GET / HTTP/1.7\r\nHost: a\r\nConnection: close\r\n\r\n");

    private static RequestParser parser() {
        return new RequestParser(1000, 2000, 20);
    }

    private static RequestParser parse(String text) {
        RequestParser parser = parser();
        byte[] bytes = text.getBytes(ISO_8859_1);
        parser.begin(bytes, 0);
        parser.parse(bytes.length);
        return parser;
    }

    /** All that can be asked of a parser. */
    private static List<Object> seen(RequestParser parser) {
        List<Object> seen = new ArrayList<>(Arrays.asList(
                parser.method(), parser.target(), parser.rawPath(), parser.query(), parser.requestLine(), parser.isHttp10(),
                parser.persistent(), parser.expectsContinue(), parser.isChunked(), parser.contentLength(), parser.isHead()));
        for (int i = 0; i < parser.fields(); i++) {
            seen.add(parser.name(i));
            seen.add(parser.value(i));
        }
        return seen;
    }

    @Test
    void aRequestCutAtEveryByteIsTheSameRequest() {
        for (String text : GOOD) {
            byte[] whole = text.getBytes(ISO_8859_1);
            RequestParser atOnce = parser();
            atOnce.begin(whole, 0);
            assertThat(atOnce.parse(whole.length)).as(text + atOnce.reason).isEqualTo(RequestParser.COMPLETE);
            assertThat(atOnce.position()).isEqualTo(whole.length);
            for (int cut = 0; cut < whole.length; cut++) {
                RequestParser parser = parser();
                parser.begin(whole, 0);
                assertThat(parser.parse(cut)).isEqualTo(RequestParser.INCOMPLETE);
                byte[] elsewhere = new byte[whole.length + 10]; // the rest comes after the first part has moved
                int base = parser.isEmpty() ? 0 : parser.base;
                System.arraycopy(whole, base, elsewhere, 7, whole.length - base);
                parser.moved(elsewhere, parser.base - base + 7);
                assertThat(parser.parse(whole.length - base + 7)).as(text + " cut at " + cut + ": " + parser.reason).isEqualTo(RequestParser.COMPLETE);
                assertThat(seen(parser)).as(text + " cut at " + cut).isEqualTo(seen(atOnce));
            }
            RequestParser byteByByte = parser();
            byteByByte.begin(whole, 0);
            for (int end = 1; end < whole.length; end++) {
                assertThat(byteByByte.parse(end)).isEqualTo(RequestParser.INCOMPLETE);
            }
            assertThat(byteByByte.parse(whole.length)).isEqualTo(RequestParser.COMPLETE);
            assertThat(seen(byteByByte)).isEqualTo(seen(atOnce));
        }
    }

    @Test
    void aRequestThatIsRefusedIsRefusedWithTheSameStatusHoweverItIsCut() {
        Random random = new Random(3);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = GOOD.get(random.nextInt(GOOD.size())).getBytes(ISO_8859_1);
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            RequestParser atOnce = parser();
            atOnce.begin(bytes, 0);
            int result = atOnce.parse(bytes.length);
            RequestParser cut = parser();
            cut.begin(bytes, 0);
            int cutResult = RequestParser.INCOMPLETE;
            for (int end = 0; end < bytes.length && cutResult == RequestParser.INCOMPLETE; end += random.nextInt(1, 9)) {
                cutResult = cut.parse(end);
            }
            if (cutResult == RequestParser.INCOMPLETE) {
                cutResult = cut.parse(bytes.length);
            }
            assertThat(cutResult).as(new String(bytes, ISO_8859_1)).isEqualTo(result);
            assertThat(cut.status).isEqualTo(atOnce.status);
            if (result == RequestParser.COMPLETE) {
                assertThat(cut.position()).isEqualTo(atOnce.position());
                assertThat(seen(cut)).isEqualTo(seen(atOnce));
            }
        }
    }

    @Test
    void aParserThatIsUsedAgainSeesNothingOfTheLastRequest() {
        RequestParser used = parser();
        for (String first : GOOD) {
            for (String second : GOOD) {
                byte[] bytes = (first + second).getBytes(ISO_8859_1);
                used.begin(bytes, 0);
                assertThat(used.parse(bytes.length)).isEqualTo(RequestParser.COMPLETE);
                used.begin(bytes, used.position());
                assertThat(used.parse(bytes.length)).isEqualTo(RequestParser.COMPLETE);
                assertThat(seen(used)).isEqualTo(seen(parse(second)));
            }
        }
    }

    @Test
    void theBytesOfAValueAreFoundAsOneByOne() {
        Random random = new Random(5);
        byte[] bytes = new byte[64];
        for (int round = 0; round < 200_000; round++) {
            for (int i = 0; i < bytes.length; i++) {
                int kind = random.nextInt(40);
                bytes[i] = (byte) (kind == 0 ? random.nextInt(32) : kind == 1 ? 0x7f : kind == 2 ? '\t' : kind < 6 ? random.nextInt(128, 256) : random.nextInt(32, 127));
            }
            int from = random.nextInt(20);
            int expected = from;
            while (expected < bytes.length && Bytes.isValue(bytes[expected])) {
                expected++;
            }
            assertThat(Bytes.skipValue(bytes, from, bytes.length)).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "GET /%zz HTTP/1.1", "GET /% HTTP/1.1", "GET /%4 HTTP/1.1", "GET  / HTTP/1.1", "GET /  HTTP/1.1", " GET / HTTP/1.1",
        "GET / HTTP/1.1 ", "GET / HTTP/1.11", "GET / http/1.1", "GET / HTTP/11", "GET / HTTP/1,1", "GET /", "GET", "GET\t/\tHTTP/1.1",
        "GET a HTTP/1.1", "GET ftp://a/ HTTP/1.1", "GET http:///x HTTP/1.1", "GET * HTTP/1.1", "GET /a#b HTTP/1.1", "GET /\u00e9 HTTP/1.1",
        "GET /\u0001 HTTP/1.1", "G\u0000T / HTTP/1.1", "(GET / HTTP/1.1", "\u0001GET / HTTP/1.1", "GET /\"x\" HTTP/1.1"})
    @DisplayName("B-WSG-17, B-WSG-23: a line that is no request line is refused with 400")
    void badRequestLines(String line) {
        RequestParser parser = parse(line + "\r\nHost: a\r\n\r\n");
        assertThat(parser.status).as(parser.reason).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "Content-Length: -1", "Content-Length: +1", "Content-Length: 0x5", "Content-Length: 5_0", "Content-Length: 5 5", "Content-Length: 5, 5",
        "Content-Length:", "Content-Length: a", "Content-Length: 1.0", "Content-Length: 9999999999999999999", "Content-Length: \u00b2",
        "Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5\r\nContent-Length: 6", "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "Transfer-Encoding: identity", "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: xchunked", "Transfer-Encoding: \u000bchunked", "Transfer-Encoding: chunked\u0000", "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: chunked;q=1", "Transfer-Encoding: chunked, gzip", "Transfer-Encoding:", "Transfer-Encoding : chunked", "Host: b",
        "Host : b", "X y: 1", ": 1", "X", " X: 1", "X: 1\r\n folded", "X: 1\n\tfolded", "X: a\rb", "X: a\nY: b", "X: \u0000", "X: a\u007f", "X\u0000: a",
        "X[: a", "Connection: close x", "Connection: \"close\""})
    @DisplayName("B-WSG-22, B-WSG-31: header fields that can be read in two ways are refused with 400")
    void badFields(String field) {
        RequestParser parser = parse("POST / HTTP/1.1\r\nHost: a\r\n" + field + "\r\n\r\n");
        assertThat(parser.status).as(parser.reason).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a:b", "a:70000", "a,b c", "a/b", "a@b", "[::1", "[]", "[::g]", ":80", "a%zz", "\u00e9", "a:80:80", "a\"b"})
    void badHosts(String host) {
        assertThat(parse("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n").status).isEqualTo(400);
    }

    @Test
    void whatIsWellFormedAndNotSpokenHasAStatusOfItsOwn() {
        assertThat(parse("GET / HTTP/2.0\r\nHost: a\r\n\r\n").status).isEqualTo(505);
        assertThat(parse("CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n").status).isEqualTo(501);
        assertThat(parse("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n").status).isEqualTo(501);
        assertThat(parse("X".repeat(33) + " / HTTP/1.1\r\nHost: a\r\n\r\n").status).isEqualTo(501);
        assertThat(parse("POST / HTTP/1.1\r\nHost: a\r\nExpect: 200-ok\r\n\r\n").status).isEqualTo(417);
    }

    @Test
    void limitsAreKeptToTheByte() {
        String longest = "GET /" + "x".repeat(1000 - 14) + " HTTP/1.1";
        assertThat(parse(longest + "\r\nHost: a\r\n\r\n").status).isZero();
        assertThat(parse(longest.replace("/x", "/xx") + "\r\nHost: a\r\n\r\n").status).isEqualTo(414);
        assertThat(parse("GET /" + "x".repeat(1100)).status).isEqualTo(414);

        String start = "GET / HTTP/1.1\r\nHost: a\r\n";
        String most = "X: " + "x".repeat(2000 - 9 - 5) + "\r\n";
        assertThat(parse(start + most + "\r\n").status).isZero();
        assertThat(parse(start + most.replace("X", "XX") + "\r\n").status).isEqualTo(431);
        assertThat(parse(start + "X: " + "x".repeat(2100)).status).isEqualTo(431);
        assertThat(parse(start + "x".repeat(2100)).status).isEqualTo(431);

        assertThat(parse(start + "X: 1\r\n".repeat(19) + "\r\n").status).isZero();
        assertThat(parse(start + "X: 1\r\n".repeat(20) + "\r\n").status).isEqualTo(431);
    }

    @Test
    void targetsAreTakenApart() {
        assertThat(parse("GET http://a HTTP/1.1\r\nHost: a\r\n\r\n").rawPath()).isEqualTo("/");
        assertThat(parse("GET http://a?b?c HTTP/1.1\r\nHost: a\r\n\r\n").query()).isEqualTo("b?c");
        assertThat(parse("GET /a/b?c HTTP/1.1\r\nHost: a\r\n\r\n").rawPath()).isEqualTo("/a/b");
        assertThat(parse("GET /a/b? HTTP/1.1\r\nHost: a\r\n\r\n").query()).isEmpty();
        assertThat(parse("GET /a/b HTTP/1.1\r\nHost: a\r\n\r\n").query()).isNull();
        assertThat(parse("GET http://a/ HTTP/1.1\r\nHost: b\r\n\r\n").status).isEqualTo(400);
        assertThat(parse("GET http://u@a/ HTTP/1.1\r\nHost: u@a\r\n\r\n").status).isEqualTo(400);
    }
}
