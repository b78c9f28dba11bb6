package dev.jevent.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Hub;
import dev.jevent.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** The demo's clients against servers that do wrong. */
class PageClientsTest {
    private static final int CLIENTS = 3;

    /** A server that treats each response before it is sent. Serves until its socket is closed. */
    private static void serve(ServerSocket listener, UnaryOperator<byte[]> treatment) {
        while (true) {
            try (Socket socket = listener.accept()) {
                for (Pages.Request request; (request = Pages.read(socket.getInputStream())) != null; ) {
                    socket.getOutputStream().write(treatment.apply(Pages.response(request.path(), request.last())));
                    if (request.last()) {
                        break;
                    }
                }
            } catch (IOException e) {
                if (listener.isClosed()) {
                    return;
                }
            }
        }
    }

    private static PageClients.Report fetch(UnaryOperator<byte[]> treatment) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Hub hub = Hubs.open(Settings.process())) {
            Thread.startVirtualThread(() -> serve(listener, treatment));
            PageClients clients = new PageClients(hub, listener.getLocalSocketAddress(), CLIENTS, 2);
            Hubs.run(hub, () -> {
                clients.run(new NoProgress());
                return null;
            });
            return clients.report();
        }
    }

    private static final class NoProgress implements Progress {
        @Override
        public void at(long done) {}

        @Override
        public void done(long done) {}
    }

    @Test
    void rightPagesAreCounted() throws Exception {
        PageClients.Report report = fetch(UnaryOperator.identity());
        assertThat(report.errors().first()).isEmpty();
        assertThat(report.fetches().count()).isEqualTo(2 * CLIENTS);
        assertThat(report.mostOpen()).isEqualTo(CLIENTS);
    }

    @Test
    void oneWrongByteIsAnError() throws Exception {
        PageClients.Report report = fetch(page -> {
            page[page.length - 1] ^= 1;
            return page;
        });
        assertThat(report.errors().count()).isEqualTo(CLIENTS);
        assertThat(report.errors().first().getFirst()).contains("page /connection/", "wrong from byte");
    }

    @Test
    void bytesTooManyAreAnError() throws Exception {
        PageClients.Report report = fetch(page -> java.util.Arrays.copyOf(page, page.length + 1));
        assertThat(report.errors().count()).isEqualTo(CLIENTS);
    }

    @Test
    void aServerThatIsGoneIsAnErrorForEachClientAndNobodyHangs() throws Exception {
        InetSocketAddress nobody;
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            nobody = (InetSocketAddress) listener.getLocalSocketAddress();
        }
        try (Hub hub = Hubs.open(Settings.process())) {
            PageClients clients = new PageClients(hub, nobody, CLIENTS, 2);
            Hubs.run(hub, () -> {
                clients.run(new NoProgress());
                return null;
            });
            assertThat(clients.report().errors().count()).isEqualTo(CLIENTS);
            assertThat(clients.report().errors().first().getFirst()).contains("ConnectException");
        }
    }
}
