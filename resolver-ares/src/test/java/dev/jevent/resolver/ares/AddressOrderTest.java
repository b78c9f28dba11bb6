package dev.jevent.resolver.ares;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The examples of RFC 6724 section 10.2, as far as their rules are ours. */
class AddressOrderTest {
    /** @param pairs a destination and its source, or "-", by turns; in the order that is expected */
    private static void ordered(String... pairs) {
        Map<InetAddress, InetAddress> sources = new HashMap<>();
        Stream.Builder<String> destinations = Stream.builder();
        for (int i = 0; i < pairs.length; i += 2) {
            sources.put(InetAddress.ofLiteral(pairs[i]), pairs[i + 1].equals("-") ? null : InetAddress.ofLiteral(pairs[i + 1]));
            destinations.add(pairs[i]);
        }
        List<InetAddress> expected = destinations.build().map(InetAddress::ofLiteral).toList();
        AddressOrder order = new AddressOrder(sources::get);
        assertThat(order.sort(expected)).isEqualTo(expected);
        assertThat(order.sort(expected.reversed())).isEqualTo(expected);
    }

    @Test
    @DisplayName("rule 1: those that can't be reached come last")
    void reachableFirst() {
        ordered("192.0.2.1", "192.0.2.9", "2001:db8::1", "-");
    }

    @Test
    @DisplayName("rule 2: those whose source has the same scope first")
    void matchingScopeFirst() {
        ordered("2001:db8:1::1", "2001:db8:1::2", "198.51.100.121", "169.254.13.78");
        ordered("198.51.100.121", "198.51.100.117", "2001:db8:1::1", "fe80::1");
    }

    @Test
    @DisplayName("rule 5: those whose source has the same label first")
    void matchingLabelFirst() {
        ordered("2002:c633:6401::1", "2002:c633:6401::d5e3:7953:13eb:22e8", "2001:db8:1::1", "2002:c633:6401::d5e3:7953:13eb:22e8");
    }

    @Test
    @DisplayName("rule 6: higher precedence first: IPv6 before IPv4, private IPv6 after both")
    void precedence() {
        ordered("2001:db8:1::1", "2001:db8:1::2", "10.1.2.3", "10.1.2.4", "fd00::1", "fd00::2");
    }

    @Test
    @DisplayName("rule 8: smaller scope first")
    void smallerScopeFirst() {
        ordered("fe80::1", "fe80::2", "2001:db8:1::1", "2001:db8:1::2");
    }

    @Test
    @DisplayName("rule 9: of IPv6, the longest common prefix first; rule 10: else as they came")
    void longestPrefixFirst() {
        ordered("2001:db8:1::1", "2001:db8:1::2", "2001:db8:3ffe::1", "2001:db8:3f44::2");
        AddressOrder order = new AddressOrder(_ -> InetAddress.ofLiteral("192.0.2.9"));
        List<InetAddress> addresses = List.of(InetAddress.ofLiteral("198.51.100.1"), InetAddress.ofLiteral("192.0.2.1"));
        assertThat(order.sort(addresses)).isEqualTo(addresses);
        assertThat(order.sort(addresses.reversed())).isEqualTo(addresses.reversed());
    }

    @Test
    void theSystemKnowsSources() {
        AddressOrder.SystemSources sources = new AddressOrder.SystemSources();
        assertThat(sources.apply(InetAddress.ofLiteral("127.0.0.1"))).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
        assertThat(sources.apply(InetAddress.ofLiteral("127.0.0.1"))).isEqualTo(InetAddress.ofLiteral("127.0.0.1"));
    }
}
