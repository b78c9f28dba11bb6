package dev.jevent.io.patch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.Jevent;
import dev.jevent.Pollable;
import dev.jevent.Task;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Pipe;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** On a loop that cannot watch descriptors the same holds, but that the waits are the JDK's. */
class PollersPatchTest {
    private static final int HUBS = 4;
    private static final Path TASKS = Path.of("/proc/self/task");

    /** The JDK's pollers, and ours of as many hubs as there ever are at once, stay open. */
    @BeforeAll
    static void keepPollers() throws Exception {
        Class.forName("sun.nio.ch.Poller", true, null);
        Patch.POLLERS.on();
        CountDownLatch all = new CountDownLatch(HUBS);
        onHubs(HUBS, () -> {
            try (Pipes pipes = new Pipes(); Pipes others = new Pipes()) {
                Greenlet<Integer> reader = Hub.current().spawn(() -> pipes.pipe.source().read(ByteBuffer.allocate(1)));
                Greenlet<Void> writer = Hub.current().spawn(() -> writeAll(others.pipe.sink(), 1 << 20));
                awaitParked(Hub.current(), reader);
                awaitParked(Hub.current(), writer);
                all.countDown();
                all.await();
                pipes.pipe.sink().write(ByteBuffer.allocate(1));
                reader.get();
                others.readAll(1 << 20);
                writer.get();
            }
        });
        Patch.POLLERS.off();
    }

    @BeforeEach
    void on() {
        Patch.POLLERS.on();
    }

    @AfterEach
    void off() {
        Patch.POLLERS.off();
    }

    /** Runs {@code body} as the first greenlet of a hub of the calling thread. */
    private static void onHub(Task body) throws Exception {
        try {
            Jevent.run(() -> {
                body.run();
                return null;
            });
        } finally {
            Hub.current().close();
        }
    }

    /** The same on the hubs of so many threads. */
    private static void onHubs(int count, Task body) throws Exception {
        List<FutureTask<Void>> results = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            FutureTask<Void> result = new FutureTask<>(() -> {
                onHub(body);
                return null;
            });
            results.add(result);
            new Thread(result, "hub " + i).start();
        }
        for (FutureTask<Void> result : results) {
            result.get();
        }
    }

    private static final class Pipes implements AutoCloseable {
        private final Pipe pipe = Pipe.open();

        Pipes() throws IOException {}

        void waitOnceInEachDirection() throws Exception {
            Hub hub = Hub.current();
            Greenlet<Integer> reader = hub.spawn(() -> pipe.source().read(ByteBuffer.allocate(1)));
            awaitParked(hub, reader);
            pipe.sink().write(ByteBuffer.allocate(1));
            assertThat(reader.get()).isEqualTo(1);
            Greenlet<Void> writer = hub.spawn(() -> writeAll(pipe.sink(), 1 << 20));
            awaitParked(hub, writer);
            readAll(1 << 20);
            writer.get();
        }

        void readAll(int bytes) throws IOException {
            for (ByteBuffer read = ByteBuffer.allocate(bytes); read.hasRemaining(); ) {
                pipe.source().read(read);
            }
        }

        @Override
        public void close() throws IOException {
            pipe.source().close();
            pipe.sink().close();
        }
    }

    private static void writeAll(WritableByteChannel channel, int bytes) throws IOException {
        for (ByteBuffer left = ByteBuffer.allocate(bytes); left.hasRemaining(); ) {
            channel.write(left);
        }
    }

    private static void awaitParked(Hub hub, Greenlet<?> greenlet) {
        while (greenlet.thread().getState() != Thread.State.WAITING && greenlet.thread().getState() != Thread.State.TIMED_WAITING) {
            assertThat(greenlet.dead()).isFalse();
            hub.yieldNow();
        }
    }

    private static ServerSocket listen() throws IOException {
        return new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    }

    private static Socket connect(ServerSocket listener) throws IOException {
        return new Socket(listener.getInetAddress(), listener.getLocalPort());
    }

    private static boolean canBe(Hub hub) {
        return hub.loop().capabilities().descriptors();
    }

    /** Whether the loop watches something; waits of greenlets for sockets of the JDK are all that these tests have for it. */
    private static boolean isInLoop(Hub hub) {
        hub.sleep(Duration.ofMillis(1)); // what nobody waits for any more is given back before the next poll
        return hub.loop().statistics().registrations() > 0;
    }

    // ---- on and off ----

    @HubTest(virtualTime = false, inGreenlet = true)
    void isOnAndOffByItself(Hub hub) throws Exception {
        assertThat(Patch.POLLERS.on()).isEqualTo(canBe(hub));
        assertThat(Patch.POLLERS.on()).as("again").isEqualTo(canBe(hub));
        if (canBe(hub)) {
            assertThat(Patch.POLLERS.obstacle()).isNull();
        } else {
            assertThat(Patch.POLLERS.obstacle()).isEqualTo("the loop nio cannot watch descriptors: put jevent-loop-epoll-jni (Linux) or "
                    + "jevent-loop-kqueue-jni (macOS) on the class path, or choose it with the setting jevent.loop");
        }
        for (boolean on : new boolean[] {true, false, true}) {
            assertThat(on ? Patch.POLLERS.on() && Patch.POLLERS.on() : !Patch.POLLERS.off() || !Patch.POLLERS.off())
                    .isEqualTo(on && canBe(hub));
            assertThat(Patch.POLLERS.isOn()).isEqualTo(on && canBe(hub));
            try (ServerSocket listener = listen()) {
                Greenlet<Socket> acceptor = hub.spawn(listener::accept);
                awaitParked(hub, acceptor);
                assertThat(isInLoop(hub)).isEqualTo(on && canBe(hub));
                connect(listener).close();
                acceptor.get().close();
                assertThat(isInLoop(hub)).as("afterwards").isFalse();
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void whoWaitsWhenItIsTurnedOffIsWokenInTheLoop(Hub hub) throws Exception {
        try (ServerSocket listener = listen(); Socket client = connect(listener); Socket server = listener.accept()) {
            Greenlet<Integer> reader = hub.spawn(() -> client.getInputStream().read());
            awaitParked(hub, reader);
            Patch.POLLERS.off();
            server.getOutputStream().write(3);
            assertThat(reader.get()).isEqualTo(3);
            reader = hub.spawn(() -> client.getInputStream().read());
            awaitParked(hub, reader);
            Patch.POLLERS.on();
            Greenlet<Integer> other = hub.spawn(() -> server.getInputStream().read());
            awaitParked(hub, other);
            server.getOutputStream().write(4);
            assertThat(reader.get()).isEqualTo(4);
            client.close();
            assertThat(other.get()).isEqualTo(-1);
        }
    }

    // ---- what waits there ----

    private record Way(String name, Task body) {}

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("sockets, datagrams and pipes, of java.net and of channels, are waited for in the hub's loop")
    void everythingWaitsThere(Hub hub) throws Exception {
        try (ServerSocket listener = listen();
                Socket client = connect(listener);
                Socket server = listener.accept();
                ServerSocketChannel channels = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SocketChannel channel = SocketChannel.open(channels.getLocalAddress());
                SocketChannel accepted = channels.accept();
                DatagramSocket datagrams = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                DatagramChannel packets = DatagramChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                Pipes pipes = new Pipes()) {
            DatagramPacket packet = new DatagramPacket(new byte[1], 1);
            List<Way> waits = List.of(
                    new Way("Socket.read", () -> server.getInputStream().read()),
                    new Way("ServerSocket.accept", () -> listener.accept().close()),
                    new Way("SocketChannel.read", () -> accepted.read(ByteBuffer.allocate(1))),
                    new Way("ServerSocketChannel.accept", () -> channels.accept().close()),
                    new Way("DatagramSocket.receive", () -> datagrams.receive(packet)),
                    new Way("DatagramChannel.receive", () -> packets.receive(ByteBuffer.allocate(1))),
                    new Way("Pipe.SourceChannel.read", () -> pipes.pipe.source().read(ByteBuffer.allocate(1))),
                    new Way("SocketChannel.write", () -> writeAll(channel, 1 << 24)));
            List<Task> ends = List.of(
                    () -> client.getOutputStream().write(1),
                    () -> connect(listener).close(),
                    () -> channel.write(ByteBuffer.allocate(1)),
                    () -> SocketChannel.open(channels.getLocalAddress()).close(),
                    () -> datagrams.send(new DatagramPacket(new byte[1], 1, datagrams.getLocalSocketAddress())),
                    () -> packets.send(ByteBuffer.allocate(1), packets.getLocalAddress()),
                    () -> pipes.pipe.sink().write(ByteBuffer.allocate(1)),
                    () -> accepted.read(ByteBuffer.allocate(1 << 24)));
            for (int i = 0; i < waits.size(); i++) {
                Way way = waits.get(i);
                Greenlet<?> waiter = hub.spawn(way.body());
                awaitParked(hub, waiter);
                assertThat(isInLoop(hub)).as(way.name()).isEqualTo(canBe(hub));
                while (!waiter.dead()) {
                    ends.get(i).run();
                    hub.sleep(Duration.ofMillis(1));
                }
                waiter.get();
                assertThat(isInLoop(hub)).as("after " + way.name()).isFalse();
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("no thread of the JDK's pollers does anything for a thousand round trips")
    void noOtherThreadIsInvolved(Hub hub) throws Exception {
        try (ServerSocket listener = listen(); Socket client = connect(listener); Socket server = listener.accept()) {
            Greenlet<Void> echo = hub.spawn(() -> {
                for (int read = server.getInputStream().read(); read >= 0; read = server.getInputStream().read()) {
                    server.getOutputStream().write(read);
                }
            });
            roundTrips(client, 10);
            long before = turnsOfPollers();
            roundTrips(client, 1000);
            if (Files.isDirectory(TASKS)) {
                assertThat(before).isPositive();
                if (canBe(hub)) {
                    assertThat(turnsOfPollers() - before).isZero();
                } else {
                    assertThat(turnsOfPollers() - before).isGreaterThan(100);
                }
            }
            client.close();
            echo.get();
        }
    }

    private static void roundTrips(Socket client, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            client.getOutputStream().write(i & 127);
            assertThat(client.getInputStream().read()).isEqualTo(i & 127);
        }
    }

    /** How often the JDK's poller threads have gone to sleep, as Linux counts it. */
    private static long turnsOfPollers() throws IOException {
        long turns = 0;
        if (Files.isDirectory(TASKS)) {
            try (Stream<Path> tasks = Files.list(TASKS)) {
                for (Path task : tasks.toList()) {
                    if (Files.readString(task.resolve("comm")).matches("(?s)(Read-Poller|MasterPoller).*")) {
                        turns += Files.readAllLines(task.resolve("status")).stream()
                                .filter(line -> line.startsWith("voluntary_ctxt_switches:"))
                                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip())).sum();
                    }
                }
            }
        }
        return turns;
    }

    // ---- how a wait ends ----

    @HubTest(virtualTime = false, inGreenlet = true)
    void aCloseEndsTheWaitWhoeverCloses(Hub hub) throws Exception {
        for (boolean thread : new boolean[] {false, true}) {
            try (ServerSocket listener = listen(); Socket client = connect(listener); Socket server = listener.accept();
                    SocketChannel channel = SocketChannel.open(listener.getLocalSocketAddress())) {
                Greenlet<Throwable> reader = hub.spawn(() -> failure(() -> client.getInputStream().read()));
                Greenlet<Throwable> acceptor = hub.spawn(() -> failure(() -> {
                    listener.accept().close(); // the channel
                    listener.accept().close();
                }));
                Greenlet<Throwable> channelReader = hub.spawn(() -> failure(() -> channel.read(ByteBuffer.allocate(1))));
                awaitParked(hub, reader);
                awaitParked(hub, acceptor);
                Task close = () -> {
                    client.close();
                    listener.close();
                    channel.close();
                };
                if (thread) {
                    FutureTask<Void> closed = new FutureTask<>(() -> {
                        close.run();
                        return null;
                    });
                    new Thread(closed).start();
                    hub.threadPool().apply(closed::get);
                } else {
                    close.run();
                }
                assertThat(reader.get()).isInstanceOf(SocketException.class);
                assertThat(acceptor.get()).isInstanceOf(SocketException.class);
                assertThat(channelReader.get() == null || channelReader.get() instanceof AsynchronousCloseException).isTrue();
                assertThat(server.getInputStream().read()).isEqualTo(-1);
            }
        }
        assertThat(isInLoop(hub)).isFalse();
    }

    private static Throwable failure(Task body) {
        try {
            body.run();
            return null;
        } catch (Exception e) {
            return e;
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("a timeout leaves a socket of the JDK open, a kill closes it, as without the patch; neither leaves anything behind")
    void timeoutsAndKills(Hub hub, Errors errors) throws Exception {
        try (ServerSocket listener = listen(); Socket client = connect(listener); Socket server = listener.accept()) {
            client.setSoTimeout(2);
            assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
            server.getOutputStream().write(1);
            assertThat(client.getInputStream().read()).isEqualTo(1);
            client.setSoTimeout(0);
            Greenlet<Integer> reader = hub.spawn(() -> client.getInputStream().read());
            awaitParked(hub, reader);
            reader.kill();
            assertThat(client.isClosed()).isTrue();
            assertThat(isInLoop(hub)).isFalse();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("each of many sockets that get the same descriptor, one after the other, is waited for by itself")
    void aNumberThatComesAgain(Hub hub) throws Exception {
        try (ServerSocket listener = listen()) {
            for (int i = 0; i < 200; i++) {
                listener.setSoTimeout(0);
                try (Socket client = connect(listener); Socket server = listener.accept()) {
                    client.setSoTimeout(1);
                    if (i % 3 == 0) {
                        assertThatThrownBy(() -> client.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
                    }
                    client.setSoTimeout(0);
                    Greenlet<Integer> reader = hub.spawn(() -> client.getInputStream().read());
                    awaitParked(hub, reader);
                    if (i % 3 == 1) {
                        server.close();
                        assertThat(reader.get()).isEqualTo(-1);
                    } else {
                        server.getOutputStream().write(5);
                        assertThat(reader.get()).isEqualTo(5);
                    }
                }
                listener.setSoTimeout(1);
                assertThatThrownBy(listener::accept).isInstanceOf(SocketTimeoutException.class);
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("who watches the same channel by a Selector, and by the loop, hears of it all the same")
    void othersWatchTheSameDescriptor(Hub hub) throws Exception {
        try (Pipes pipes = new Pipes(); Selector selector = Selector.open()) {
            Pipe.SourceChannel source = pipes.pipe.source();
            source.configureBlocking(false).register(selector, SelectionKey.OP_READ);
            int[] seen = new int[1];
            try (var watcher = hub.loop().io(Pollable.of(source), Interest.READ.mask())) {
                for (int i = 1; i <= 20; i++) {
                    int round = i;
                    watcher.start(() -> {
                        seen[0] = round;
                        watcher.stop();
                    });
                    Greenlet<Integer> selecting = hub.spawn(() -> selector.select());
                    awaitParked(hub, selecting);
                    pipes.pipe.sink().write(ByteBuffer.allocate(1));
                    assertThat(selecting.get()).isEqualTo(1);
                    while (seen[0] != i) {
                        hub.sleep(Duration.ofMillis(1));
                    }
                    selector.selectedKeys().clear();
                    source.read(ByteBuffer.allocate(1));
                }
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true, limitSeconds = 60)
    @DisplayName("whatever ends waits, in any order, with the patch going on and off: nobody is forgotten and nothing stays behind")
    void waitsThatEndInAnyWay(Hub hub, Errors errors) throws Exception {
        Random chance = new Random(25);
        try (ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            for (int round = 0; round < 40; round++) {
                List<Socket> clients = new ArrayList<>();
                List<Socket> servers = new ArrayList<>();
                List<Greenlet<?>> readers = new ArrayList<>();
                for (int i = 0; i < 12; i++) {
                    Socket client = connect(listener);
                    clients.add(client);
                    servers.add(listener.accept());
                    client.setSoTimeout(i % 4 == 0 ? 2 : 0);
                    readers.add(hub.spawn(() -> failure(() -> {
                        while (client.getInputStream().read() >= 0) {
                            // on to the end, however it comes
                        }
                    })));
                }
                hub.yieldNow();
                for (int i = 0; i < 12; i++) {
                    int at = i;
                    switch (chance.nextInt(6)) {
                        case 0 -> readers.get(i).killLater(new GreenletExit());
                        case 1 -> clients.get(i).close();
                        case 2 -> servers.get(i).close();
                        case 3 -> hub.threadPool().apply(() -> {
                            clients.get(at).close();
                            return null;
                        });
                        case 4 -> {
                            servers.get(i).getOutputStream().write(new byte[3]);
                            hub.yieldNow();
                        }
                        default -> {
                            Patch.POLLERS.off();
                            hub.yieldNow();
                            Patch.POLLERS.on();
                        }
                    }
                }
                for (Socket server : servers) {
                    server.close();
                }
                Jevent.joinAll(readers);
                for (Socket client : clients) {
                    client.close();
                }
            }
        }
        assertThat(isInLoop(hub)).isFalse();
    }

    // ---- who else is there ----

    @HubTest(virtualTime = false, inGreenlet = true, limitSeconds = 60)
    @DisplayName("ten thousand waits of two hundred greenlets, half of them to be woken by another hub")
    void manyWaits(Hub hub) throws Exception {
        int connections = 100;
        int rounds = 100;
        try (ServerSocket listener = new ServerSocket(0, connections, InetAddress.getLoopbackAddress())) {
            FutureTask<Void> other = new FutureTask<>(() -> {
                onHub(() -> {
                    List<Greenlet<?>> echoes = new ArrayList<>();
                    for (int i = 0; i < connections; i++) {
                        Socket accepted = listener.accept();
                        echoes.add(Hub.current().spawn(() -> {
                            try (accepted) {
                                accepted.getInputStream().transferTo(accepted.getOutputStream());
                            }
                        }));
                    }
                    Jevent.joinAll(echoes);
                });
                return null;
            });
            new Thread(other, "another hub").start();
            List<Greenlet<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < connections; i++) {
                clients.add(hub.spawn(() -> {
                    try (Socket client = connect(listener)) {
                        roundTrips(client, rounds);
                        return rounds;
                    }
                }));
            }
            for (Greenlet<Integer> client : clients) {
                assertThat(client.get()).isEqualTo(rounds);
            }
            hub.threadPool().apply(other::get);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void hubsComeAndGo(Hub hub) throws Exception {
        try (ServerSocket listener = listen(); Socket client = connect(listener); Socket server = listener.accept()) {
            Greenlet<Integer> reader = hub.spawn(() -> client.getInputStream().read());
            awaitParked(hub, reader);
            hub.threadPool().apply(() -> {
                for (int i = 0; i < 5; i++) {
                    onHubs(HUBS - 1, () -> {
                        try (Pipes pipes = new Pipes()) {
                            pipes.waitOnceInEachDirection();
                        }
                    });
                }
                return null;
            });
            server.getOutputStream().write(9);
            assertThat(reader.get()).isEqualTo(9);
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("a thread of a closed hub that waits for a socket goes on, where the JDK runs virtual threads")
    void aHubIsClosedUnderOneWhoWaits(Hub hub) throws Exception {
        try (ServerSocket listener = listen(); Socket client = connect(listener); Socket server = listener.accept()) {
            AtomicReference<Thread> orphan = new AtomicReference<>();
            FutureTask<Integer> read = new FutureTask<>(() -> client.getInputStream().read());
            FutureTask<Void> closed = new FutureTask<>(() -> {
                onHub(() -> {
                    orphan.set(Thread.startVirtualThread(read)); // the hub doesn't know it, so it isn't killed
                    while (orphan.get().getState() != Thread.State.WAITING) {
                        Hub.current().yieldNow();
                    }
                });
                return null;
            });
            new Thread(closed, "a hub").start();
            hub.threadPool().apply(closed::get);
            assertThat(read.isDone()).isFalse();
            server.getOutputStream().write(6);
            assertThat(hub.threadPool().apply(() -> read.get())).isEqualTo(6);
            orphan.get().join();
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    void virtualThreadsWithoutAHubAreUnharmed(Hub hub) throws Exception {
        try (ServerSocket listener = listen(); Socket client = connect(listener); Socket server = listener.accept()) {
            int count = hub.threadPool().apply(() -> {
                FutureTask<Integer> read = new FutureTask<>(() -> {
                    int sum = 0;
                    for (int i = 0; i < 50; i++) {
                        sum += client.getInputStream().read();
                        client.getOutputStream().write(1);
                    }
                    return sum;
                });
                Thread.startVirtualThread(read);
                for (int i = 0; i < 50; i++) {
                    server.getOutputStream().write(2);
                    server.getInputStream().read();
                }
                return read.get();
            });
            assertThat(count).isEqualTo(100);
            FutureTask<Throwable> waits = new FutureTask<>(() -> failure(() -> client.getInputStream().read()));
            Thread waiter = hub.threadPool().apply(() -> Thread.startVirtualThread(waits));
            while (waiter.getState() != Thread.State.WAITING) {
                hub.yieldNow();
            }
            client.close(); // by a greenlet
            assertThat(hub.threadPool().apply(() -> waits.get())).isInstanceOf(SocketException.class);
        }
    }

    /** Its initialiser reads. */
    private static final class Reading {
        static Socket socket;

        private static final class First {
            static final int READ = read();
        }

        static int read() {
            try {
                int sum = 0;
                for (int i = 0; i < 3; i++) {
                    socket.getOutputStream().write(i);
                    sum += socket.getInputStream().read();
                }
                return sum;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("in a static initialiser the hub stands still, but the JDK's pollers end the wait")
    void whereAGreenletCannotLeaveItsThread(Hub hub) throws Exception {
        try (ServerSocket listener = listen(); Socket client = connect(listener); Socket server = listener.accept()) {
            Thread echo = new Thread(() -> {
                try {
                    server.getInputStream().transferTo(server.getOutputStream());
                } catch (IOException e) {
                    // the end of the test
                }
            });
            echo.start();
            Reading.socket = client;
            assertThat(Reading.First.READ).isEqualTo(3);
            Greenlet<Void> again = hub.spawn(() -> roundTrips(client, 20));
            again.get();
            client.close();
            echo.join();
        }
    }

    // ---- in a process of its own ----

    private static String run(String classPath, String... options) throws Exception {
        return run(classPath, List.of(), options);
    }

    private static String run(String classPath, List<String> arguments, String... options) throws Exception {
        List<String> words = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        words.addAll(List.of(options));
        words.addAll(List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED", "-cp", classPath,
                "dev.jevent.io.program.SocketWaits"));
        words.addAll(arguments);
        Process child = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(child.getInputStream().readAllBytes());
        assertThat(child.waitFor()).as(output).isZero();
        return output;
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    @Test
    @DisplayName("a process that uses no socket starts no poller for it; the first wait of a greenlet puts it in place, Selectors included")
    void isPutInPlaceWhenItIsNeeded() throws Exception {
        assertThat(run(classPath(), "-Djevent.loop=epoll-jni")).isEqualTo("""
                on: true
                obstacle: null
                pollers before a socket: 0
                pollers after it: 2
                watchers of a selector: 1
                selected: 1
                """);
    }

    @Test
    @DisplayName("who waits already when it is put in place goes on in the hub's loop, and hears of a close")
    void isPutInPlaceWhileSomebodyWaits() throws Exception {
        for (String mode : List.of("1", "2")) {
            assertThat(run(classPath(), List.of("late"), "-Djevent.loop=epoll-jni", "-Djdk.pollerMode=" + mode)).isEqualTo("""
                    watchers before: 0
                    on: true
                    watchers after: 1
                    reader: Socket closed
                    other: -1
                    """);
        }
    }

    @Test
    @DisplayName("where the JDK's package isn't open it says what to add, and the JDK's pollers go on")
    void saysWhatIsMissing() throws Exception {
        String withoutNatives = Stream.of(classPath().split(java.io.File.pathSeparator))
                .filter(entry -> !entry.contains("-jni")).reduce((one, other) -> one + java.io.File.pathSeparator + other).orElseThrow();
        assertThat(run(withoutNatives)).isEqualTo("""
                on: false
                obstacle: java.base/sun.nio.ch is not open to ALL-UNNAMED: give java --add-opens java.base/sun.nio.ch=ALL-UNNAMED, \
                or name it in Add-Opens of the jar's manifest, or put jevent-loop-epoll-jni on the class path, which opens it by itself
                pollers before a socket: 0
                pollers after it: 2
                watchers of a selector: 0
                selected: 1
                """);
        assertThat(run(withoutNatives, "--add-opens", "java.base/sun.nio.ch=ALL-UNNAMED"))
                .startsWith("on: false\nobstacle: the loop nio cannot watch descriptors: put jevent-loop-epoll-jni (Linux)");
        assertThat(run(classPath(), "-Djevent.loop=nio"))
                .startsWith("on: false\nobstacle: the loop nio cannot watch descriptors: put jevent-loop-epoll-jni (Linux)");
    }
}
