package dev.jevent.servers;

import static dev.jevent.Jevent.spawn;
import static dev.jevent.servers.Clients.LOOPBACK;
import static dev.jevent.servers.Clients.ask;
import static dev.jevent.servers.Clients.line;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.io.net.TcpServerSocket;
import dev.jevent.io.net.TcpSocket;
import dev.jevent.io.net.UdpSocket;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

class HubGroupTest {
    private static TcpSocket connect(HubGroup group) throws IOException {
        return TcpSocket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), group.port()));
    }

    /** Answers with the number of the hub. */
    private static void sayWhere(Connection connection) throws IOException {
        line(connection);
        connection.write(ByteBuffer.wrap((Hub.current().ident() + "\n").getBytes(UTF_8)));
    }

    private static HubGroup group(int hubs, boolean handOff) {
        HubGroup group = HubGroup.of(hubs, () -> StreamServer.on(LOOPBACK, HubGroupTest::sayWhere));
        return handOff ? group.handOff() : group;
    }

    @HubTest(virtualTime = false)
    void theSystemSpreadsConnectionsOverTheHubs() throws Exception {
        try (HubGroup group = group(2, false)) {
            group.start();
            Set<String> hubs = new HashSet<>();
            for (int i = 0; i < 64; i++) {
                try (TcpSocket client = connect(group)) {
                    hubs.add(ask(client, "where"));
                }
            }
            assertThat(hubs).hasSize(2); // with a chance of one in 2^63 that it chose the same each time
        }
    }

    @HubTest(virtualTime = false)
    void itsFiguresAreThoseOfItsServersTogether() throws Exception {
        try (HubGroup group = HubGroup.of(2, () -> StreamServer.on(LOOPBACK, Clients::echoLines)).handOff()) {
            assertThat(group.statistics()).isEqualTo(new HubGroup.Statistics(0, 0, 0, 0, 0, 0));
            group.start();
            try (TcpSocket one = connect(group); TcpSocket other = connect(group)) {
                assertThat(ask(one, "one")).isEqualTo("one");
                assertThat(ask(other, "other")).isEqualTo("other");
                assertThat(group.statistics()).isEqualTo(new HubGroup.Statistics(2, 2, 2, 0, 0, 0));
                assertThat(group.hubs()).allSatisfy(hub -> assertThat(hub.parts()).hasSize(1));
            }
        }
    }

    @HubTest(virtualTime = false)
    void handedOffConnectionsGoToTheHubsInTurn() throws Exception {
        try (HubGroup group = group(3, true)) {
            group.start();
            List<String> hubs = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                try (TcpSocket client = connect(group)) {
                    hubs.add(ask(client, "where"));
                }
            }
            assertThat(hubs).containsExactlyInAnyOrderElementsOf(
                    group.hubs().stream().flatMap(hub -> Stream.of(hub.ident() + "", hub.ident() + "")).toList());
        }
    }

    @HubTest(virtualTime = false)
    void whatIsHandedOffGoesWhereThereIsRoom() throws Exception {
        HubGroup group = HubGroup.of(2, () -> StreamServer.on(LOOPBACK, Clients::echoLines).limit(2)).handOff();
        try (group) {
            group.start();
            List<TcpSocket> clients = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                TcpSocket client = connect(group);
                assertThat(ask(client, "hello")).isEqualTo("hello");
                clients.add(client);
            }
            TcpSocket waiting = connect(group);
            waiting.timeout(Clients.SILENCE);
            assertThatThrownBy(() -> ask(waiting, "waiting")).isInstanceOf(SocketTimeoutException.class);
            waiting.timeout(null);
            clients.removeLast().close();
            assertThat(line(waiting)).isEqualTo("waiting");
            waiting.close();
            for (TcpSocket client : clients) {
                client.close();
            }
        }
    }

    @HubTest(virtualTime = false)
    void workIsHandedToEachHubInTurn() throws Exception {
        try (HubGroup group = group(2, false)) {
            group.start();
            Set<Hub> hubs = new HashSet<>();
            for (int i = 0; i < 2; i++) {
                hubs.add(group.spawn(() -> Hub.current()).get());
            }
            assertThat(hubs).containsExactlyInAnyOrderElementsOf(group.hubs());
        }
    }

    @HubTest(virtualTime = false)
    void stopEndsServersHubsAndServeForever() throws Exception {
        HubGroup group = group(2, false);
        Greenlet<Void> serving = spawn(() -> group.serveForever());
        while (group.servers().size() < 2) {
            Hub.current().sleep(Duration.ofMillis(1));
        }
        List<Hub> hubs = group.hubs();
        assertThat(group.stop(Duration.ofSeconds(5))).isTrue();
        serving.get();
        assertThat(hubs).hasSize(2).allMatch(Hub::isClosed);
        assertThatThrownBy(group::start).isInstanceOf(IllegalStateException.class);
    }

    @HubTest(virtualTime = false)
    void aHandlerMayStopItsGroup() throws Exception {
        AtomicReference<HubGroup> group = new AtomicReference<>();
        AtomicInteger ended = new AtomicInteger();
        group.set(HubGroup.of(2, () -> StreamServer.on(LOOPBACK, connection -> {
            line(connection);
            try {
                group.get().stop(Duration.ofHours(1));
            } finally {
                ended.getAndIncrement();
            }
        })));
        Greenlet<Void> serving = spawn(() -> group.get().serveForever());
        while (group.get().servers().size() < 2) {
            Hub.current().sleep(Duration.ofMillis(1));
        }
        try (TcpSocket client = connect(group.get())) {
            assertThat(ask(client, "stop")).isNull();
        }
        serving.get();
        assertThat(ended).hasValue(1);
    }

    @HubTest(virtualTime = false)
    void aServerThatFailsStopsAll() throws Exception {
        ConcurrentLinkedQueue<Server> servers = new ConcurrentLinkedQueue<>();
        HubGroup group = HubGroup.of(2, () -> {
            StreamServer server = StreamServer.on(LOOPBACK, HubGroupTest::sayWhere);
            servers.add(server);
            return server;
        });
        Greenlet<IOException> serving = spawn(() -> {
            try {
                group.serveForever();
                return null;
            } catch (IOException e) {
                return e;
            }
        });
        while (group.servers().size() < 2) {
            Hub.current().sleep(Duration.ofMillis(1));
        }
        StreamServer second = (StreamServer) group.servers().get(1);
        group.hubs().get(1).spawn(() -> second.closeListener()).join();
        assertThat(serving.get()).hasMessageContaining("failed").hasRootCauseInstanceOf(ClosedChannelException.class);
        assertThat(servers).allMatch(server -> server.state() == Server.State.STOPPED);
    }

    @HubTest(virtualTime = false)
    void aStartThatFailsOnOneHubLeavesNothingOpen() throws Exception {
        AtomicInteger made = new AtomicInteger();
        HubGroup group = HubGroup.of(3, () -> {
            if (made.getAndIncrement() == 2) {
                throw new IllegalStateException("no third");
            }
            return StreamServer.on(LOOPBACK, HubGroupTest::sayWhere);
        });
        assertThatThrownBy(group::start).isInstanceOf(IllegalStateException.class).hasMessage("no third");
        assertThat(group.hubs()).hasSize(3).allMatch(Hub::isClosed);
    }

    @HubTest(virtualTime = false)
    void aPortThatAnotherGroupHasIsRefused() throws Exception {
        try (HubGroup group = group(2, false)) {
            group.start();
            HubGroup other = HubGroup.of(2, () -> StreamServer.on("127.0.0.1:" + group.port(), HubGroupTest::sayWhere));
            assertThatThrownBy(other::start).isInstanceOf(BindException.class);
        }
    }

    @HubTest(virtualTime = false)
    void serversThatHaveNoCommonAddressAreRefused() throws Exception {
        HubGroup group = HubGroup.of(2, () -> {
            try {
                return StreamServer.on(TcpServerSocket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0),
                        HubGroupTest::sayWhere);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertThatThrownBy(group::start).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("given an address");
    }

    @HubTest(virtualTime = false)
    void datagramsAreSpreadToo() throws Exception {
        try (HubGroup group = HubGroup.of(2, () -> DatagramServer.on(LOOPBACK, datagram -> datagram.reply(datagram.data())))) {
            group.start();
            for (int i = 0; i < 8; i++) {
                try (UdpSocket client = new UdpSocket().connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), group.port()))) {
                    client.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
                    assertThat(client.read(ByteBuffer.allocate(8))).isEqualTo(3);
                }
            }
        }
    }
}
