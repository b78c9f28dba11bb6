package dev.jevent.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HostNamesTest {
    @ParameterizedTest
    @DisplayName("D9: an address is taken as it is written")
    @CsvSource({
        "127.0.0.1, 127.0.0.1",
        "0.0.0.0, 0.0.0.0",
        "255.255.255.255, 255.255.255.255",
        "::1, 0:0:0:0:0:0:0:1",
        "::, 0:0:0:0:0:0:0:0",
        "[::1], 0:0:0:0:0:0:0:1",
        "2001:DB8::A, 2001:db8:0:0:0:0:0:a",
        "fe80::1%1, fe80:0:0:0:0:0:0:1%1",
        "::ffff:1.2.3.4, 1.2.3.4",
    })
    void literalsAreAddresses(String text, String address) {
        assertThat(HostNames.literal(text).getHostAddress()).isEqualTo(address);
        assertThat(HostNames.literal(text).toString()).startsWith("/");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "a", "example.com", "example.com.", "1.2.3.4.example", "3com", "deadbeef", "a.b-1", "x.0y"})
    void namesAreNoLiterals(String name) {
        assertThat(HostNames.literal(name)).isNull();
        assertThat(HostNames.ascii(name)).isEqualTo(name);
    }

    @ParameterizedTest
    @DisplayName("D9: what some systems take for another address than others is refused")
    @ValueSource(strings = {
        "127.1", "1", "4294967295", "0x7f000001", "0X7F.0.0.1", "0177.0.0.1", "010.0.0.1", "1.2.3.04", "00.0.0.0", "256.1.1.1",
        "1.2.3.4.", "1.2.3.4.5", "1.2.3.", "1..2.3", "1.2.3", "example.1", "example.0x1f", "0x", "-1.2.3.4", "1.2.3.4444444444444",
    })
    void ambiguousNumbersAreRefused(String text) {
        assertThatThrownBy(() -> HostNames.literal(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("host: \"" + text
                        + "\" (expected: an IPv4 address as four numbers from 0 to 255, or a name whose last label is not a number)");
    }

    @ParameterizedTest
    @ValueSource(strings = {":", "1:2", "[1.2.3.4]", "[::1", "::1]", "[]:80", "[::1]:80", "fe80::1%no-such-interface", "::1::", "12345::", "[localhost]", "a:b"})
    void brokenIpv6IsRefused(String text) {
        assertThatThrownBy(() -> HostNames.literal(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("host: \"" + text + "\" (expected: an IPv6 address");
    }

    @Test
    @DisplayName("B-DNS-07: a name in other letters and its encoded form are the same name")
    void otherLettersAreEncoded() {
        assertThat(HostNames.ascii("bücher.example")).isEqualTo("xn--bcher-kva.example");
        assertThat(HostNames.ascii("xn--bcher-kva.example")).isEqualTo("xn--bcher-kva.example");
        assertThat(HostNames.ascii("例え。テスト")).isEqualTo("xn--r8jz45g.xn--zckzah");
        assertThat(HostNames.ascii("münchen.")).isEqualTo("xn--mnchen-3ya.");
    }

    @ParameterizedTest
    @DisplayName("D9: other letters for an address are not an address")
    @ValueSource(strings = {"１２７.０.０.１", "127.0.0.１", "０x7f000001"})
    void otherDigitsAreRefused(String text) {
        assertThat(HostNames.literal("é" + text)).isNull();
        assertThatThrownBy(() -> {
            if (HostNames.literal(text) == null) {
                HostNames.ascii(text);
            }
        }).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("expected: a");
    }

    @ParameterizedTest
    @DisplayName("F-DNS-03, D9: empty labels, spaces, NUL and other control characters are refused")
    @ValueSource(strings = {"", ".", "..", ".a", "a..b", "a..", " a", "a ", "a\u0000.example", "a\nb", "a\u007f", "é..b", "a\tb"})
    void whatCanBeNoNameIsRefused(String text) {
        assertThatThrownBy(() -> HostNames.ascii(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("host: \"")
                .hasMessageContaining("(expected: ")
                .message()
                .doesNotContain("\n", "\u0000", "\u007f");
    }

    @Test
    @DisplayName("D9: labels of 63 characters and names of 253 are the longest")
    void lengthsHaveLimits() {
        String label = "a".repeat(63);
        String longest = label + "." + label + "." + label + "." + "b".repeat(61);
        assertThat(HostNames.ascii(longest)).hasSize(253);
        assertThat(HostNames.ascii(longest + ".")).hasSize(254);
        assertThatThrownBy(() -> HostNames.ascii(longest + "b"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("host: \"" + label + ".\"…, of 254 characters (expected: at most 253)");
        assertThatThrownBy(() -> HostNames.ascii("a" + label + ".example"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("(expected: labels of 1 to 63 characters between dots, not of 64)");
        assertThatThrownBy(() -> HostNames.ascii("é".repeat(70)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a name that has an ASCII form");
    }
}
