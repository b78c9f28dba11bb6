package dev.jevent.servers;

import static dev.jevent.servers.Clients.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.io.net.UnixServerSocket;
import dev.jevent.io.net.UnixSocket;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class UnixServerTest {
    @TempDir
    Path folder;

    private StreamServer echo(Path path) {
        return StreamServer.on("unix:" + path, Clients::echoLines);
    }

    private static void exchange(Path path) throws IOException {
        try (UnixSocket client = UnixSocket.connect(path)) {
            assertThat(ask(client, "hello")).isEqualTo("hello");
        }
    }

    @HubTest(virtualTime = false)
    void servesAtAPathAndDeletesItWhenItStops() throws Exception {
        Path path = folder.resolve("s");
        try (StreamServer server = echo(path)) {
            for (int i = 0; i < 2; i++) {
                server.start();
                exchange(path);
                assertThat(server.port()).isEqualTo(-1);
                server.stop();
                assertThat(path).doesNotExist();
            }
        }
    }

    @HubTest(virtualTime = false)
    void aPathAtWhichNobodyListensAnyMoreIsTakenOver() throws Exception {
        Path path = folder.resolve("s");
        UnixServerSocket.bind(path).close();
        assertThat(path).exists();
        try (StreamServer server = echo(path)) {
            server.start();
            exchange(path);
        }
    }

    @HubTest(virtualTime = false)
    void aPathOfALiveServerOrOfAFileIsLeftAlone() throws Exception {
        Path path = folder.resolve("s");
        Path file = Files.writeString(folder.resolve("f"), "mine");
        try (StreamServer server = echo(path)) {
            server.start();
            assertThatThrownBy(() -> echo(path).start()).isInstanceOf(BindException.class).hasMessageContaining(path.toString());
            exchange(path);
        }
        assertThatThrownBy(() -> echo(file).start()).isInstanceOf(BindException.class);
        assertThat(file).hasContent("mine");
    }

    @HubTest(virtualTime = false)
    void aPathThatSomebodyElseHasBoundSinceStays() throws Exception {
        Path path = folder.resolve("s");
        try (StreamServer one = echo(path); StreamServer other = echo(path)) {
            one.start();
            Files.delete(path);
            other.start();
            one.stop();
            exchange(path);
        }
    }

    @HubTest(virtualTime = false)
    void aGroupHandsOffWhatComesToAPath() throws Exception {
        Path path = folder.resolve("s");
        try (HubGroup group = HubGroup.of(2, () -> echo(path))) {
            group.start();
            for (int i = 0; i < 4; i++) {
                exchange(path);
            }
            assertThat(group.servers()).allMatch(server -> server.statistics().taken() == 2);
        }
        assertThat(path).doesNotExist();
    }
}
