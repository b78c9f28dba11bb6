package dev.jevent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RecordDataTest {
    private static RecordData typed(String type, String data) {
        return new Resolver.Entry("a.example", type, 60, data).typed();
    }

    @Test
    void eachTypeHasItsParts() {
        assertThat(typed("A", "192.0.2.1")).isEqualTo(new RecordData.Address(InetAddress.ofLiteral("192.0.2.1")));
        assertThat(typed("AAAA", "2001:db8::1")).isEqualTo(new RecordData.Address(InetAddress.ofLiteral("2001:db8::1")));
        assertThat(typed("CNAME", "b.example.")).isEqualTo(new RecordData.HostName("b.example"));
        assertThat(typed("NS", "ns.example.")).isEqualTo(new RecordData.HostName("ns.example"));
        assertThat(typed("PTR", "b.example.")).isEqualTo(new RecordData.HostName("b.example"));
        assertThat(typed("MX", "10 mail.example.")).isEqualTo(new RecordData.MailExchange(10, "mail.example"));
        assertThat(typed("SRV", "1 2 5060 sip.example.")).isEqualTo(new RecordData.Service(1, 2, 5060, "sip.example"));
        assertThat(typed("SOA", "ns.example. admin\\.me.example. 4294967295 1 2 3 4"))
                .isEqualTo(new RecordData.Authority("ns.example", "admin\\.me.example", 4_294_967_295L, 1, 2, 3, 4));
        assertThat(typed("NAPTR", "100 10 \"S\" \"SIP+D2U\" \"!^.*$!sip:a@b!\" ."))
                .isEqualTo(new RecordData.NamingAuthority(100, 10, "S", "SIP+D2U", "!^.*$!sip:a@b!", ""));
        assertThat(typed("TYPE65280", "\\# 1 0A")).isEqualTo(new RecordData.Other("TYPE65280", "\\# 1 0A"));
    }

    @Test
    void textsAreWithoutQuotesAndEscapes() {
        assertThat(typed("TXT", "\"v=spf1 -all\" \"\" \"a \\\"quote\\\", \\\\ and \\001\" bare"))
                .isEqualTo(new RecordData.Text(List.of("v=spf1 -all", "", "a \"quote\", \\ and \u0001", "bare")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "A | 192.0.2", "A | ::1", "AAAA | 192.0.2.1", "AAAA | ::x", "A | 192.0.2.1 1", "MX | mail.example.", "MX | 65536 mail.example.", "MX | -1 mail.example.", "MX | 10",
        "SRV | 1 2 3", "SOA | a. b. 1 2 3 4", "TXT | \"open", "NAPTR | 1 2 \"a\" \"b\" c"
    })
    void whatIsNotOfItsTypeIsRefused(String type, String data) {
        assertThatThrownBy(() -> typed(type, data))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("record of a.example: \"" + data + "\" (expected: the data of a record of type " + type + ")");
    }
}
