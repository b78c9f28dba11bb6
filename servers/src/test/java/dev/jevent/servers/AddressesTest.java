package dev.jevent.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.io.net.TcpSocket;
import dev.jevent.testkit.HubTest;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressesTest {
    @Test
    @DisplayName("O-SRV-01: addresses as people write them")
    void readsWhatPeopleWrite() {
        for (String all : new String[] {"80", ":80", "*:80"}) {
            assertThat(Server.address(all)).isEqualTo(new InetSocketAddress(80));
        }
        assertThat(Server.address("[::1]:82")).isEqualTo(InetSocketAddress.createUnresolved("::1", 82));
        assertThat(Server.address("127.0.0.1:0")).isEqualTo(InetSocketAddress.createUnresolved("127.0.0.1", 0));
        assertThat(Server.address("localhost:65535")).isEqualTo(InetSocketAddress.createUnresolved("localhost", 65535));
        assertThat(Server.address("unix:/run/app.socket")).isEqualTo(UnixDomainSocketAddress.of("/run/app.socket"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ":", "http", "host", "host:", "host:http", "host:-1", "host:65536", "host:000080", "::1", "::1:80", "[::1]",
            "[]:80", "[host]:80", "a b:80", "unix:", "host:80 ", "٣:80x", "host:٣"})
    @DisplayName("O-SRV-01: what is no address is refused, naming the forms")
    void refusesWhatIsNone(String text) {
        assertThatThrownBy(() -> Server.address(text)).isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("address: \"" + text + "\" (expected: PORT, HOST:PORT");
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SRV-01: a bare port is that of all addresses, of both families")
    void aBarePortIsDualStack() throws Exception {
        try (StreamServer server = StreamServer.on(0, Clients::echoLines)) {
            server.start();
            for (String host : new String[] {"127.0.0.1", "::1"}) {
                try (TcpSocket client = TcpSocket.connect(host, server.port())) {
                    assertThat(Clients.ask(client, host)).isEqualTo(host);
                }
            }
        }
    }

    @HubTest(virtualTime = false)
    void aNameIsLookedUpAtTheStart() throws Exception {
        try (StreamServer server = StreamServer.on("localhost:0", Clients::echoLines)) {
            assertThat(server.port()).isEqualTo(-1);
            server.start();
            assertThat(Clients.ask(server, "hello")).isEqualTo("hello");
        }
    }
}
