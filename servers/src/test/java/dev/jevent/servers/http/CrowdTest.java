package dev.jevent.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;

/** More connections than one would like, in a process of their own; the clients are the JDK's blocking sockets. */
class CrowdTest {
    private static final int MANY = 10_000;
    private static final int BYTES_FOR_EACH = 4096;

    /** Connections after which the code is compiled: before, what a parked greenlet keeps of its stack is larger by a kB. */
    private static final int WARM_UP = 6000;

    private Process server;
    private InetSocketAddress address;
    private final List<Socket> clients = new ArrayList<>();

    /** @param limit how many descriptors it may have; null: as many as the system lets it */
    private void start(String limit) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + (limit == null ? "$(ulimit -Hn)" : limit) + "; exec \"$0\" \"$@\"",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED", "-XX:-MaxFDLimit", "-XX:+UseSerialGC", "-Xmx256m",
                "-Xbatch")); // code is compiled when it is due, however busy the machine is
        if (System.getProperty("jevent.loop") != null) {
            command.add("-Djevent.loop=" + System.getProperty("jevent.loop"));
        }
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), HttpChild.class.getName()));
        server = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        BufferedReader output = server.inputReader();
        address = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(output.readLine()));
    }

    @AfterEach
    void stop() throws Exception {
        for (Socket client : clients) {
            client.close();
        }
        server.destroy();
        server.waitFor();
    }

    private Socket connect() throws IOException {
        Socket client = new Socket(address.getAddress(), address.getPort());
        client.setSoTimeout(20_000);
        clients.add(client);
        return client;
    }

    private static String ask(Socket client, String path) throws IOException {
        client.getOutputStream().write(Wire.get(path).getBytes(ISO_8859_1));
        return answer(client);
    }

    private static String answer(Socket client) throws IOException {
        String head = "";
        while (!head.endsWith("\r\n\r\n")) {
            int c = client.getInputStream().read();
            assertThat(c).as("a byte behind %s", head).isNotNegative();
            head += (char) c;
        }
        int length = Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+)\r\n.*", "$1"));
        return new String(client.getInputStream().readNBytes(length), ISO_8859_1);
    }

    private long ask(String path) throws IOException {
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
            return Long.parseLong(ask(client, path));
        }
    }

    /** As many descriptors as a process may have, less some for itself. */
    private static int room() throws Exception {
        Process shell = new ProcessBuilder("sh", "-c", "ulimit -Hn").start();
        String limit = shell.inputReader().readLine();
        shell.waitFor();
        return limit.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(limit) - 500;
    }

    @Test
    @Timeout(value = 100, unit = TimeUnit.SECONDS)
    @DisplayName("10,000 connections that were served once are held in 4 kB of heap each; each is served again, and leaves nothing")
    void manyIdleConnections(TestReporter reporter) throws Exception {
        start(null);
        int many = Math.min(MANY, room());
        long descriptors = ask("/descriptors");
        for (int i = 0; i < WARM_UP; i++) {
            ask(connect(), "/");
            if (clients.size() == 100) {
                closeAll();
            }
        }
        awaitDescriptors(descriptors);
        long resident = ask("/resident");
        long heap = ask("/heap");

        for (int i = 0; i < many; i++) {
            assertThat(ask(connect(), "/")).isEqualTo("hello");
        }
        long heapForEach = (ask("/heap") - heap) / many;
        long residentForEach = (ask("/resident") - resident) * 1024 / many;
        reporter.publishEntry("idle connections", many + ": " + heapForEach + " bytes of heap for each, " + residentForEach + " resident");
        assertThat(ask("/descriptors")).isEqualTo(descriptors + many);
        assertThat(heapForEach).isBetween(100L, (long) BYTES_FOR_EACH);
        for (int i = 0; i < many; i += many / 100) {
            assertThat(ask(clients.get(i), "/")).isEqualTo("hello");
        }

        closeAll();
        awaitDescriptors(descriptors);
        assertThat(ask("/heap") - heap).isLessThan((long) many * 300); // a table may stay as long as it was
    }

    private void closeAll() throws IOException {
        for (Socket client : clients) {
            client.close();
        }
        clients.clear();
    }

    /** Waits until the server has noticed that its clients have gone. */
    private void awaitDescriptors(long most) throws IOException {
        while (ask("/descriptors") > most) {
            Thread.onSpinWait();
        }
    }

    @Test
    @Timeout(value = 100, unit = TimeUnit.SECONDS)
    @DisplayName("N8: without descriptors those that are served go on, and the others' turn comes when descriptors are free")
    void descriptorsRunOut() throws Exception {
        start("200");
        List<Socket> unserved = new ArrayList<>();
        while (unserved.size() < 20) {
            Socket client = connect();
            client.setSoTimeout(unserved.isEmpty() && clients.size() < 100 ? 20_000 : 300);
            try {
                assertThat(ask(client, "/")).isEqualTo("hello");
            } catch (SocketTimeoutException e) {
                unserved.add(client);
            }
        }
        clients.removeAll(unserved);
        for (Socket client : clients) {
            assertThat(ask(client, "/")).isEqualTo("hello");
        }
        for (Socket client : unserved) {
            clients.removeFirst().close();
            client.setSoTimeout(20_000);
            assertThat(answer(client)).isEqualTo("hello");
        }
        closeAll();
        assertThat(ask(connect(), "/")).isEqualTo("hello");
        for (Socket client : unserved) {
            assertThat(ask(client, "/")).isEqualTo("hello");
            client.close();
        }
    }
}
