package dev.jevent.docs;

import dev.jevent.Hub;
import dev.jevent.io.patch.Patch;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.Pipe;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What {@link Heartbeat} measures: operations of the JDK, each of which blocks its caller for about a second. */
final class HeartbeatRows {
    static final int SECOND = 1000;

    /** Names a FIFO in the environment of {@link Heartbeat}. */
    static final String ALIASES = "HOSTALIASES";

    private static final InetAddress HERE = InetAddress.getLoopbackAddress();

    /** What becomes of the hub while a greenlet is in such a call. */
    enum Hubs { RUNS, FREEZES }

    interface Operation {
        void run() throws Throwable;
    }

    /**
     * @param alone what the hub does on the JDK alone
     * @param patched what it does when everything is patched that can be
     * @param advice where it freezes: what to do
     * @param pool whether {@code Hub.threadPool().apply} is the remedy, and is measured too
     */
    record Row(String name, Hubs alone, Hubs patched, String advice, boolean pool, Operation operation) {}

    private static final String FILES = "the patch `files`, for which java needs an option; or the thread pool";

    private HeartbeatRows() {}

    private static Row runs(String name, Operation operation) {
        return new Row(name, Hubs.RUNS, Hubs.RUNS, "", false, operation);
    }

    private static Row patched(String name, String advice, Operation operation) {
        return new Row(name, Hubs.FREEZES, Hubs.RUNS, advice, false, operation);
    }

    private static Row pool(String name, String advice, Operation operation) {
        return new Row(name, Hubs.FREEZES, Hubs.FREEZES, advice, true, operation);
    }

    private static Row patchedOrPool(String name, String advice, Operation operation) {
        return new Row(name, Hubs.FREEZES, Hubs.RUNS, advice, true, operation);
    }

    private static Row freezes(String name, String advice, Operation operation) {
        return new Row(name, Hubs.FREEZES, Hubs.FREEZES, advice, false, operation);
    }

    static List<Row> all() {
        return List.of(
                runs("`LockSupport.park`, `java.util.concurrent` (here `CompletableFuture.get`)", HeartbeatRows::future),
                runs("`Thread.sleep`, `parkNanos`, timed waits", () -> Thread.sleep(SECOND)),
                runs("`Thread.yield`, again and again", HeartbeatRows::yields),
                runs("`synchronized` that another thread holds", HeartbeatRows::monitor),
                runs("`Object.wait`", HeartbeatRows::objectWait),
                runs("`Socket`: read", HeartbeatRows::socketRead),
                runs("`Socket`: write to one who doesn't read", HeartbeatRows::socketWrite),
                runs("`ServerSocket.accept`", HeartbeatRows::accept),
                runs("`SocketChannel` in blocking mode: read", HeartbeatRows::channelRead),
                runs("`ServerSocketChannel` in blocking mode: accept", HeartbeatRows::channelAccept),
                runs("`DatagramSocket.receive`", HeartbeatRows::datagram),
                runs("`Pipe`: read", HeartbeatRows::pipe),
                runs("`Selector.select` (Linux)", HeartbeatRows::select),
                runs("`HttpClient.send`", HeartbeatRows::http),
                patched("`InetAddress.getByName`", "jevent-hub on the class path is the patch", HeartbeatRows::lookUp),
                pool("`InetAddress.isReachable`, `NetworkInterface.*`", "no hook: the thread pool", HeartbeatRows::reachable),
                pool("`FileInputStream`, `FileOutputStream`, `RandomAccessFile` (here: a FIFO)", "no hook: the thread pool",
                        HeartbeatRows::fileStream),
                patchedOrPool("`FileChannel`, `Files.*` (here: a FIFO)", FILES, HeartbeatRows::files),
                patchedOrPool("`FileChannel.lock`", FILES + ", or `tryLock` and `Hub.sleep` in turns", HeartbeatRows::fileLock),
                runs("`WatchService.poll`, `AsynchronousFileChannel`", HeartbeatRows::watch),
                pool("`Process`: its streams", "no hook: `dev.jevent.io.process`, or the thread pool", HeartbeatRows::processOutput),
                runs("`Process.waitFor`, `onExit`", () -> new ProcessBuilder("sleep", "1").start().waitFor()),
                runs("`ProcessBuilder.start`, again and again: a few milliseconds each", HeartbeatRows::processStart),
                patched("`System.in`", "", HeartbeatRows::standardInput),
                patchedOrPool("`System.out`, `System.err` into a pipe that is full", "the patch, or a logger with a thread of its own",
                        HeartbeatRows::standardOutput),
                freezes("a static initialiser that sleeps", "initialise the class before: `Class.forName` on main",
                        () -> Class.forName(SleepingClass.class.getName())),
                freezes("a static initialiser that reads from a `Socket`", "as above", HeartbeatRows::classInitialiserReads),
                freezes("waiting for a class that another thread initialises", "as above", HeartbeatRows::otherInitialiser),
                pool("native code that blocks: JNI, foreign functions", "the thread pool", HeartbeatRows::nativeCall),
                freezes("Java code that waits below a native frame", "have the native call made on the thread pool",
                        HeartbeatRows::belowNative),
                freezes("computing, spinning", "`Hub.yieldNow` now and then, or the thread pool", HeartbeatRows::compute),
                runs("`CompletableFuture.supplyAsync`, parallel streams: waiting for them", HeartbeatRows::async),
                runs("`Thread.startVirtualThread` and `join`", () -> Thread.startVirtualThread(HeartbeatRows::sleep).join()));
    }

    // ---- helpers ----

    private static void sleep() {
        try {
            Thread.sleep(SECOND);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** On a thread of its own, a second from now. */
    private static void later(Operation operation) {
        now(() -> {
            sleep();
            operation.run();
        });
    }

    private static void now(Operation operation) {
        Thread thread = new Thread(() -> {
            try {
                operation.run();
            } catch (Throwable e) {
                e.printStackTrace();
            }
        });
        thread.setDaemon(true);
        Thread starter = new Thread(thread::start); // a thread that a greenlet makes would be its heir in more ways than one
        starter.start();
    }

    private static Path fifo() throws Exception {
        Path path = Files.createTempDirectory("heartbeat").resolve("fifo");
        if (new ProcessBuilder("mkfifo", path.toString()).start().waitFor() != 0) {
            throw new IOException("mkfifo " + path + " failed");
        }
        return path;
    }

    // ---- the operations ----

    private static void future() throws Exception {
        var future = new CompletableFuture<Void>();
        later(() -> future.complete(null));
        future.get();
    }

    private static void yields() {
        for (long end = System.nanoTime() + SECOND * 1_000_000L; System.nanoTime() < end; ) {
            Thread.yield();
        }
    }

    private static void monitor() throws Exception {
        var lock = new Object();
        var held = new CountDownLatch(1);
        now(() -> {
            synchronized (lock) {
                held.countDown();
                sleep();
            }
        });
        held.await();
        synchronized (lock) {
            held.countDown();
        }
    }

    private static void objectWait() throws Exception {
        var lock = new Object();
        synchronized (lock) {
            lock.wait(SECOND);
        }
    }

    private static void socketRead() throws Exception {
        try (var listener = new ServerSocket(0, 5, HERE); var client = new Socket(HERE, listener.getLocalPort())) {
            client.setSoTimeout(SECOND);
            client.getInputStream().read();
            throw new IllegalStateException("nobody writes");
        } catch (SocketTimeoutException e) {
            // after a second
        }
    }

    private static void socketWrite() throws Exception {
        try (var listener = new ServerSocket(0, 5, HERE); var client = new Socket(HERE, listener.getLocalPort())) {
            later(() -> listener.accept().getInputStream().transferTo(java.io.OutputStream.nullOutputStream()));
            client.getOutputStream().write(new byte[20_000_000]);
        }
    }

    private static void accept() throws Exception {
        try (var listener = new ServerSocket(0, 5, HERE)) {
            listener.setSoTimeout(SECOND);
            listener.accept();
            throw new IllegalStateException("nobody connects");
        } catch (SocketTimeoutException e) {
            // after a second
        }
    }

    private static void channelRead() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(new InetSocketAddress(HERE, 0));
                var client = SocketChannel.open(listener.getLocalAddress()); var server = listener.accept()) {
            later(() -> server.write(ByteBuffer.wrap(new byte[1])));
            client.read(ByteBuffer.allocate(1));
        }
    }

    private static void channelAccept() throws Exception {
        try (var listener = ServerSocketChannel.open().bind(new InetSocketAddress(HERE, 0))) {
            var address = listener.getLocalAddress();
            later(() -> SocketChannel.open(address).close());
            listener.accept().close();
        }
    }

    private static void datagram() throws Exception {
        try (var socket = new DatagramSocket(0, HERE)) {
            socket.setSoTimeout(SECOND);
            socket.receive(new DatagramPacket(new byte[1], 1));
            throw new IllegalStateException("nobody sends");
        } catch (SocketTimeoutException e) {
            // after a second
        }
    }

    private static void pipe() throws Exception {
        var pipe = Pipe.open();
        try (var source = pipe.source(); var sink = pipe.sink()) {
            later(() -> sink.write(ByteBuffer.wrap(new byte[1])));
            source.read(ByteBuffer.allocate(1));
        }
    }

    private static void select() throws Exception {
        try (var selector = Selector.open()) {
            selector.select(SECOND);
        }
    }

    /** Its classes take as long as a call to load, which is measured in none. */
    static void warmUp() throws Exception {
        http(false);
        try (Hub hub = Hub.current()) {
            hub.spawn(() -> InetAddress.getByName("localhost")).get(); // of the file of hosts: no alias is looked for
        }
    }

    private static void http() throws Exception {
        http(true);
    }

    private static void http(boolean slow) throws Exception {
        try (var listener = new ServerSocket(0, 5, HERE); var client = HttpClient.newHttpClient()) {
            now(() -> {
                try (var accepted = listener.accept()) {
                    if (slow) {
                        sleep();
                    }
                    accepted.getOutputStream().write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes());
                }
            });
            var uri = URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
            client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding());
        }
    }

    /** The C library reads a file of aliases before it asks a name server for a name without dots; here a FIFO. */
    private static void lookUp() {
        long begun = System.nanoTime();
        var aliases = Path.of(System.getenv(ALIASES));
        later(() -> {
            while (true) { // for each family of addresses
                Files.writeString(aliases, "other alias.invalid\n");
            }
        });
        try {
            InetAddress.getByName("slow");
        } catch (UnknownHostException e) {
            // nobody has such a name
        }
        if (System.nanoTime() - begun < SECOND * 900_000L) {
            throw new IllegalStateException("the look-up of a name without dots has not read the file of aliases");
        }
    }

    private static void reachable() throws Exception {
        InetAddress.getByAddress(new byte[] {(byte) 192, 0, 2, 1}).isReachable(SECOND); // documentation only [RFC 5737]
    }

    private static void fileStream() throws Exception {
        var fifo = fifo();
        later(() -> Files.writeString(fifo, "x"));
        try (var in = new FileInputStream(fifo.toFile())) {
            in.read();
        }
    }

    private static void files() throws Exception {
        var fifo = fifo();
        later(() -> Files.writeString(fifo, "x"));
        Files.readString(fifo);
    }

    private static void fileLock() throws Exception {
        var file = Files.createTempFile("heartbeat", ".lock");
        var holder = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Holder.class.getName(), file.toString()).start();
        while (Files.size(file) == 0) {
            Thread.sleep(10);
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            holder.getOutputStream().close();
            channel.lock();
        }
        holder.waitFor();
    }

    /** A process that holds a lock until a second after its standard input has ended. */
    static final class Holder {
        public static void main(String[] args) throws Exception {
            try (var channel = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE)) {
                channel.lock();
                channel.write(ByteBuffer.wrap(new byte[1]));
                System.in.read();
                sleep();
            }
        }
    }

    private static void watch() throws Exception {
        try (var watch = FileSystems.getDefault().newWatchService()) {
            watch.poll(SECOND, TimeUnit.MILLISECONDS);
        }
    }

    private static void processOutput() throws Exception {
        try (var out = new ProcessBuilder("sh", "-c", "sleep 1; echo x").start().getInputStream()) {
            out.read();
        }
    }

    private static void processStart() throws Exception {
        for (long end = System.nanoTime() + SECOND * 1_000_000L; System.nanoTime() < end; ) {
            new ProcessBuilder("true").start().waitFor();
        }
    }

    private static void standardInput() throws IOException {
        System.out.println(Heartbeat.WANTS_INPUT); // whoever started us writes, a second later
        System.in.read();
    }

    private static void standardOutput() throws Exception {
        var fifo = fifo();
        now(() -> {
            try (var in = new FileInputStream(fifo.toFile())) {
                sleep();
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
        });
        var before = System.err;
        boolean patched = Patch.STDOUT.isOn();
        System.setErr(new PrintStream(new FileOutputStream(fifo.toFile())));
        try {
            if (patched) {
                Patch.STDOUT.on(); // for the new one
            }
            System.err.print("x".repeat(100_000)); // more than a pipe holds
            System.err.print("x".repeat(100_000)); // more than a patched one holds besides
            System.err.close(); // after what was printed
        } finally {
            System.setErr(before);
        }
    }

    private static final class SleepingClass {
        static {
            sleep();
        }
    }

    private static ServerSocket peer;

    private static void classInitialiserReads() throws Exception {
        try (var listener = new ServerSocket(0, 5, HERE)) {
            peer = listener;
            later(() -> listener.accept().getOutputStream().write(1));
            Class.forName(ReadingClass.class.getName());
        }
    }

    private static final class ReadingClass {
        static {
            try (var client = new Socket(HERE, peer.getLocalPort())) {
                client.getInputStream().read();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private static void otherInitialiser() throws Exception {
        now(() -> Class.forName(OtherClass.class.getName()));
        OtherClass.BEGUN.await();
        Class.forName(OtherClass.class.getName());
    }

    private static final class OtherClass {
        static final CountDownLatch BEGUN = Begun.LATCH;

        static {
            BEGUN.countDown();
            sleep();
        }
    }

    private static final class Begun {
        static final CountDownLatch LATCH = new CountDownLatch(1);
    }

    private static void nativeCall() throws Throwable {
        var linker = Linker.nativeLinker();
        MethodHandle usleep = linker.downcallHandle(linker.defaultLookup().find("usleep").orElseThrow(),
                FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        int result = (int) usleep.invokeExact(SECOND * 1000 - 1000);
        if (result != 0) {
            throw new IOException("usleep: " + result);
        }
    }

    private static int compared;

    @SuppressWarnings("unused") // called by qsort
    private static int compare(MemorySegment one, MemorySegment other) {
        if (compared++ == 0) {
            sleep();
        }
        return 0;
    }

    private static void belowNative() throws Throwable {
        var linker = Linker.nativeLinker();
        MethodHandle qsort = linker.downcallHandle(linker.defaultLookup().find("qsort").orElseThrow(),
                FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        MethodHandle compare = MethodHandles.lookup().findStatic(HeartbeatRows.class, "compare",
                MethodType.methodType(int.class, MemorySegment.class, MemorySegment.class));
        try (var arena = Arena.ofConfined()) {
            var callback = linker.upcallStub(compare,
                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS), arena);
            compared = 0;
            qsort.invokeExact(arena.allocate(8), 2L, 4L, callback);
        }
    }

    private static void compute() {
        for (long end = System.nanoTime() + SECOND * 1_000_000L; System.nanoTime() < end; ) {
            Thread.onSpinWait();
        }
    }

    private static void async() {
        CompletableFuture.runAsync(HeartbeatRows::sleep).join();
    }
}
