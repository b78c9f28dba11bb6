package dev.jevent.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServicesTest {
    @TempDir
    private Path directory;

    private Services services;

    @BeforeEach
    void read() throws Exception {
        Path file = directory.resolve("services");
        Files.write(file, """
                # a comment
                web\t80/tcp\t\twww http2 # what follows is not an alias
                http 8000/tcp
                web 81/udp
                twice 1/tcp
                twice 2/tcp
                other 3/tcp twice
                broken
                broken2 x/tcp
                broken3 70000/tcp
                caf\u00e9 4/tcp
                """.getBytes(StandardCharsets.ISO_8859_1));
        services = Services.read(file);
    }

    @Test
    @DisplayName("B-DNS-04: services by name, with aliases, for each protocol")
    void aServiceHasItsPort() throws Exception {
        assertThat(services.port("web", "tcp")).isEqualTo(80);
        assertThat(services.port("www", "tcp")).isEqualTo(80);
        assertThat(services.port("web", "udp")).isEqualTo(81);
        assertThat(services.port("http", "tcp")).as("the system's file counts more").isEqualTo(8000);
        assertThat(services.port("https", "tcp")).as("not in that file").isEqualTo(443);
        assertThat(services.port("twice", "tcp")).as("the first line counts").isEqualTo(1);
        assertThat(services.port("other", "tcp")).isEqualTo(3);
    }

    @Test
    @DisplayName("B-DNS-04: a number is itself")
    void aNumberIsItself() throws Exception {
        assertThat(services.port("0", "tcp")).isZero();
        assertThat(services.port("8080", "udp")).isEqualTo(8080);
        assertThat(services.port("65535", "tcp")).isEqualTo(65535);
    }

    @ParameterizedTest
    @DisplayName("B-DNS-06: a number out of range is refused")
    @ValueSource(strings = {"-1", "65536", "99999999999"})
    void aNumberOutOfRangeIsRefused(String text) {
        assertThatThrownBy(() -> services.port(text, "tcp"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("service: " + text + " (expected: a name, or 0 to 65535)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-such-service", "", "broken", "broken2", "broken3", "WEB", "-", "what"})
    void anUnknownServiceIsNamed(String name) {
        assertThatThrownBy(() -> services.port(name, "tcp"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage(name + "/tcp: unknown service");
    }

    @Test
    void otherProtocolsAreRefused() {
        assertThatThrownBy(() -> services.port("web", "sctp"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("protocol: sctp (expected: tcp or udp)");
    }

    @Test
    void withoutTheFileTheWellKnownOnesAreLeft() throws Exception {
        assertThat(Services.read(directory.resolve("none")).port("http", "tcp")).isEqualTo(80);
    }

    @Test
    void theSystemsAreReadOnce() throws Exception {
        assertThat(Services.system().port("ssh", "tcp")).isEqualTo(22);
        assertThat(Services.system()).isSameAs(Services.system());
        assertThat(Services.isSystemKnown()).isTrue();
    }
}
