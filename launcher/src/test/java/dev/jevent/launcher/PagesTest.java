package dev.jevent.launcher;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagesTest {
    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(ISO_8859_1));
    }

    @Test
    void aRequestIsReadAsItWasWritten() throws Exception {
        for (boolean last : new boolean[] {false, true}) {
            InputStream in = new ByteArrayInputStream(Pages.request("/connection/1/request/2", last));
            assertThat(Pages.read(in)).isEqualTo(new Pages.Request("/connection/1/request/2", last));
            assertThat(Pages.read(in)).isNull();
        }
    }

    @Test
    void aPageDependsOnItsPathAndSaysItsLength() {
        String one = new String(Pages.response(Pages.path(1, 2), false), ISO_8859_1);
        String other = new String(Pages.response(Pages.path(1, 3), false), ISO_8859_1);
        assertThat(one).isEqualTo(new String(Pages.response(Pages.path(1, 2), false), ISO_8859_1)).isNotEqualTo(other);
        String body = one.substring(one.indexOf("\r\n\r\n") + 4);
        assertThat(body).startsWith("/connection/1/request/2\n");
        assertThat(one).contains("\r\nContent-Length: " + body.length() + "\r\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n", "GET /\r\n\r\n", "GET / HTTP/1.1\r\nHost: localhost\r\n"})
    void whatIsNoWholeRequestIsRefused(String request) {
        assertThatThrownBy(() -> Pages.read(stream(request))).isInstanceOf(IOException.class);
    }

    @Test
    void aLineWithoutEndIsRefused() {
        assertThatThrownBy(() -> Pages.read(stream("GET /" + "a".repeat(5000))))
                .isInstanceOf(IOException.class).hasMessageContaining("more than");
    }
}
