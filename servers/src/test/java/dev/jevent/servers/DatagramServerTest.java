package dev.jevent.servers;

import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.yieldNow;
import static dev.jevent.servers.Clients.LOOPBACK;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.io.net.UdpSocket;
import dev.jevent.sync.Event;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;

class DatagramServerTest {
    private static UdpSocket client(Server server) throws IOException {
        return new UdpSocket().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
    }

    private static String ask(UdpSocket client, String text) throws IOException {
        client.write(UTF_8.encode(text));
        return answer(client);
    }

    private static String answer(UdpSocket client) throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(70_000);
        client.read(answer);
        return UTF_8.decode(answer.flip()).toString();
    }

    private static DatagramServer counting() {
        return DatagramServer.on(LOOPBACK,
                datagram -> datagram.reply(UTF_8.encode("Received " + datagram.data().remaining() + " bytes")));
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SRV-16: a datagram of 15 bytes is answered with 15; so is an empty one, and one of the largest size")
    void answersDatagramsOfAllSizes() throws Exception {
        for (boolean inPlace : new boolean[] {false, true}) {
            DatagramServer server = inPlace ? counting().inPlace() : counting();
            try (server) {
                server.start();
                try (UdpSocket client = client(server)) {
                    assertThat(ask(client, "x".repeat(15))).isEqualTo("Received 15 bytes");
                    assertThat(ask(client, "x".repeat(65_507))).isEqualTo("Received 65507 bytes");
                    try (UdpSocket unconnected = new UdpSocket()) {
                        unconnected.send(ByteBuffer.allocate(0), client.remoteAddress());
                        ByteBuffer answer = ByteBuffer.allocate(100);
                        unconnected.receive(answer);
                        assertThat(UTF_8.decode(answer.flip()).toString()).isEqualTo("Received 0 bytes");
                    }
                }
                assertThat(server.statistics().taken()).isEqualTo(3);
            }
        }
    }

    @HubTest(virtualTime = false)
    void aFailingHandlerIsReportedAndOthersGoOn(Errors errors) throws Exception {
        errors.expect(IllegalArgumentException.class, 2);
        errors.expect(StackOverflowError.class, 2);
        for (boolean inPlace : new boolean[] {false, true}) {
            DatagramServer server = DatagramServer.on(LOOPBACK, datagram -> {
                if (datagram.data().get(0) == '!') {
                    throw new IllegalArgumentException("a defect");
                }
                if (datagram.data().get(0) == '?') {
                    throw new StackOverflowError("mine");
                }
                datagram.reply(datagram.data());
            });
            if (inPlace) {
                server.inPlace();
            }
            try (server) {
                server.start();
                try (UdpSocket client = client(server)) {
                    client.write(UTF_8.encode("!"));
                    client.write(UTF_8.encode("?"));
                    assertThat(ask(client, "good")).isEqualTo("good");
                }
                assertThat(server.statistics().failed()).isEqualTo(2);
                assertThat(server.statistics().acceptErrors()).isZero();
            }
        }
    }

    @HubTest(virtualTime = false)
    void beyondTheLimitDatagramsWaitInTheSystemsBuffer() throws Exception {
        Event go = new Event();
        try (DatagramServer server = DatagramServer.on(LOOPBACK, datagram -> {
            go.await();
            datagram.reply(datagram.data());
        }).limit(2)) {
            server.start();
            try (UdpSocket client = client(server)) {
                for (int i = 0; i < 5; i++) {
                    client.write(UTF_8.encode("" + i));
                }
                client.timeout(Clients.SILENCE);
                assertThatThrownBy(() -> answer(client)).isInstanceOf(SocketTimeoutException.class);
                assertThat(server.statistics().handlers()).isEqualTo(2);
                client.timeout(null);
                go.set();
                List<String> answers = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    answers.add(answer(client));
                }
                assertThat(answers).containsExactlyInAnyOrder("0", "1", "2", "3", "4");
            }
        }
    }

    @HubTest(virtualTime = false)
    void handlersThatAreLeftMayAnswerWhileItStops() throws Exception {
        for (boolean inPlace : new boolean[] {false, true}) {
            Event begun = new Event();
            Event go = new Event();
            DatagramServer server = DatagramServer.on(LOOPBACK, datagram -> {
                begun.set();
                go.await();
                datagram.reply(datagram.data());
            });
            if (inPlace) {
                server.inPlace();
            }
            server.start();
            try (UdpSocket client = client(server)) {
                client.write(UTF_8.encode("last"));
                begun.await();
                Greenlet<Boolean> stopping = spawn(() -> server.stop(Duration.ofSeconds(10)));
                yieldNow();
                assertThat(server.state()).isEqualTo(Server.State.STOPPING);
                go.set();
                assertThat(answer(client)).isEqualTo("last");
                assertThat(stopping.get()).isTrue();
            }
        }
    }

    @HubTest(virtualTime = false)
    void whatIsLeftAfterTheGraceIsKilledInPlaceToo() throws Exception {
        for (boolean inPlace : new boolean[] {false, true}) {
            Event begun = new Event();
            DatagramServer server = DatagramServer.on(LOOPBACK, datagram -> {
                begun.set();
                new Event().await();
            });
            if (inPlace) {
                server.inPlace();
            }
            server.start();
            try (UdpSocket client = client(server)) {
                client.write(UTF_8.encode("x"));
                begun.await();
                assertThat(server.stop(Duration.ofMillis(10))).isFalse();
                assertThat(server.statistics().killed()).isEqualTo(1);
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SRV-17: greenlets that send at the same time take turns")
    void manySendAtOnce() throws Exception {
        try (DatagramServer server = DatagramServer.on(LOOPBACK, datagram -> {
            for (int i = 0; i < 10; i++) {
                spawn(() -> datagram.reply(datagram.data().duplicate()));
            }
        })) {
            server.start();
            try (UdpSocket client = client(server)) {
                client.write(UTF_8.encode("x"));
                for (int i = 0; i < 10; i++) {
                    assertThat(answer(client)).isEqualTo("x");
                }
            }
        }
    }

    @HubTest(virtualTime = false)
    void aStartThatFailsLeavesNothingOpen() throws Exception {
        try (UdpSocket taken = UdpSocket.bound(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            DatagramServer server = DatagramServer.on(taken.getLocalAddress(), datagram -> {});
            assertThatThrownBy(server::start).isInstanceOf(BindException.class);
        }
    }
}
