package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

class UnixSocketTest {
    private static final Duration SHORT = Duration.ofMillis(20);

    @HubTest(virtualTime = false)
    @DisplayName("F-SOCK-23: connections through a path of the file system")
    void roundTrip(Hub hub, @TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        try (UnixServerSocket server = UnixServerSocket.bind(path)) {
            Greenlet<Long> echo = hub.spawn(() -> {
                try (UnixSocket accepted = server.accept()) {
                    return accepted.inputStream().transferTo(accepted.outputStream());
                }
            });
            try (UnixSocket client = UnixSocket.connect(path)) {
                assertThat(client.remoteAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
                assertThat(client.toString()).startsWith("<UnixSocket").contains(path.toString());
                byte[] data = new byte[300_000];
                data[299_999] = 7;
                hub.spawn(() -> {
                    client.write(ByteBuffer.wrap(data));
                    client.shutdownOutput();
                });
                assertThat(client.inputStream().readAllBytes()).isEqualTo(data);
            }
            assertThat(echo.get()).isEqualTo(300_000);
            assertThat(server.getLocalAddress()).isEqualTo(UnixDomainSocketAddress.of(path));
            server.timeout(SHORT);
            assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);
        }
        assertThat(path).as("the file stays").exists();
        assertThatThrownBy(() -> UnixSocket.connect(path)).isInstanceOf(ConnectException.class).hasMessageContaining(path.toString());
        assertThatThrownBy(() -> UnixServerSocket.bind(path)).isInstanceOf(IOException.class);
        Files.delete(path);
        assertThatThrownBy(() -> UnixSocket.connect(path)).isInstanceOf(SocketException.class);
        assertThatThrownBy(() -> UnixSocket.connect(directory)).isInstanceOf(IOException.class);
    }

    @HubTest(virtualTime = false)
    @DisplayName("a connect to a server with a full backlog waits until there is room, as long as it may")
    void fullBacklog(Hub hub, @TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        List<UnixSocket> open = new ArrayList<>();
        try (UnixServerSocket server = UnixServerSocket.bind(path, 1)) {
            open.add(UnixSocket.connect(path));
            open.add(UnixSocket.connect(path)); // Linux lets in one more than the backlog
            assertThatThrownBy(() -> UnixSocket.connect(path, SHORT))
                    .isInstanceOf(SocketTimeoutException.class)
                    .hasMessageContaining(path.toString());
            Greenlet<UnixSocket> killed = hub.spawn(() -> UnixSocket.connect(path));
            hub.sleep(Duration.ofMillis(5));
            killed.kill();
            assertThat(killed.exit()).isNotNull();
            Greenlet<UnixSocket> late = hub.spawn(() -> UnixSocket.connect(path));
            hub.sleep(Duration.ofMillis(5));
            assertThat(late.dead()).isFalse();
            open.add(server.accept());
            open.add(late.get());
            open.getLast().write(ByteBuffer.wrap(new byte[] {5}));
            open.add(server.accept());
            open.add(server.accept());
            assertThat(open.getLast().read(ByteBuffer.allocate(2))).isEqualTo(1);
        } finally {
            for (UnixSocket socket : open) {
                socket.close();
            }
            hub.threadPool().join();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("channels are taken over in whatever mode they are in")
    void takesOverChannels(@TempDir Path directory) throws Exception {
        Path path = directory.resolve("socket");
        ServerSocketChannel channel = ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(path));
        try (UnixServerSocket server = new UnixServerSocket(channel); UnixSocket client = UnixSocket.connect(path);
                UnixSocket accepted = server.accept()) {
            assertThat(channel.isBlocking()).isFalse();
            client.write(ByteBuffer.wrap(new byte[] {5}));
            assertThat(accepted.read(ByteBuffer.allocate(2))).isEqualTo(1);
        }
        assertThat(channel.isOpen()).isFalse();
        assertThatThrownBy(() -> new UnixServerSocket(channel)).isInstanceOf(IOException.class);
    }
}
