package dev.jevent.servers.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;

/** Any bytes, as pipelined requests. How to look for more than the corpus has: docs/reference/http.md. */
@Tag("fuzz")
class RequestFuzzTest {
    private static final int MAX_LINE = 64;
    private static final int MAX_FIELD_BYTES = 128;
    private static final int MAX_FIELDS = 6;
    private static final byte SENTINEL = '\n'; // behind the end: would complete many a request that is incomplete

    @FuzzTest(maxDuration = "") // servers/fuzz says how long
    void requests(byte[] data) {
        List<Object> atOnce = parseAll(data, data.length);
        assertThat(parseAll(data, 1)).isEqualTo(atOnce);
        assertThat(parseAll(data, 7)).isEqualTo(atOnce);
    }

    /** All that is found, given {@code step} bytes at a time. */
    private static List<Object> parseAll(byte[] data, int step) {
        byte[] bytes = new byte[data.length + 2];
        System.arraycopy(data, 0, bytes, 0, data.length);
        bytes[data.length] = SENTINEL;
        bytes[data.length + 1] = SENTINEL;
        RequestParser parser = new RequestParser(MAX_LINE, MAX_FIELD_BYTES, MAX_FIELDS);
        List<Object> seen = new ArrayList<>();
        int begin = 0;
        int end = Math.min(step, data.length);
        int result = RequestParser.COMPLETE;
        while (result == RequestParser.COMPLETE && begin < data.length) {
            parser.begin(bytes, begin);
            result = parser.parse(end);
            while (result == RequestParser.INCOMPLETE && end < data.length) {
                end = Math.min(end + step, data.length);
                result = parser.parse(end);
            }
            assertThat(parser.position()).isBetween(begin, end);
            if (result == RequestParser.COMPLETE) {
                assertThat(parser.position()).isGreaterThan(begin);
                look(parser, seen);
                begin = parser.position();
            }
        }
        seen.add(result);
        seen.add(result == RequestParser.REFUSED ? parser.status : 0);
        return seen;
    }

    private static void look(RequestParser parser, List<Object> seen) {
        assertThat(parser.requestLine().length()).isLessThanOrEqualTo(MAX_LINE);
        assertThat(parser.fields()).isLessThanOrEqualTo(MAX_FIELDS);
        assertThat(parser.isChunked() && parser.contentLength() >= 0).isFalse();
        seen.add(parser.requestLine());
        seen.add(parser.method() + parser.target() + parser.rawPath() + parser.query());
        seen.add(List.of(parser.isHttp10(), parser.persistent(), parser.isChunked(), parser.contentLength(), parser.expectsContinue(), parser.wantsUpgrade()));
        for (int i = 0; i < parser.fields(); i++) {
            assertThat(Bytes.isToken(parser.name(i))).isTrue();
            assertThat(parser.value(i).chars().allMatch(c -> Bytes.isValue((char) c))).isTrue();
            assertThat(parser.value(i)).isEqualTo(parser.value(i).strip());
            seen.add(parser.name(i) + ": " + parser.value(i));
        }
    }
}
