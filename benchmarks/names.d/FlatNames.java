import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubFactory;
import dev.jevent.sync.Pool;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;

/** Look-ups whose answers nobody remembers, and what the process has of everything before and after. */
public final class FlatNames {
    private static final int AT_ONCE = 256;
    private static final MemoryLayout MALLINFO = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(10, ValueLayout.JAVA_LONG));
    private static final int IN_USE = 7; // uordblks
    private static final int MAPPED = 4; // hblkhd

    private final Hub hub;
    private final Resolver resolver;
    private int found;
    private int none;
    private int killed;

    private FlatNames(Hub hub) {
        this.hub = hub;
        resolver = hub.resolver();
    }

    /** Kilobytes, but for the first. */
    private record Usage(long descriptors, long heap, long malloc, long resident) {
        static Usage now() throws Throwable {
            for (int i = 0; i < 3; i++) {
                System.gc();
            }
            Runtime runtime = Runtime.getRuntime();
            return new Usage(openDescriptors(), runtime.totalMemory() - runtime.freeMemory() >> 10, given(), residentNow());
        }

        private static long openDescriptors() throws IOException {
            try (var open = Files.list(Path.of("/proc/self/fd"))) {
                return open.count();
            }
        }

        private static long given() throws Throwable {
            Linker linker = Linker.nativeLinker();
            MethodHandle mallinfo = linker.downcallHandle(
                    linker.defaultLookup().find("mallinfo2").orElseThrow(), FunctionDescriptor.of(MALLINFO));
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment info = (MemorySegment) mallinfo.invokeExact((SegmentAllocator) arena);
                return info.getAtIndex(ValueLayout.JAVA_LONG, IN_USE) + info.getAtIndex(ValueLayout.JAVA_LONG, MAPPED) >> 10;
            }
        }

        private static long residentNow() throws IOException {
            String line = Files.readAllLines(Path.of("/proc/self/status")).stream().filter(it -> it.startsWith("VmRSS")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", ""));
        }

        boolean isMoreThan(Usage before) {
            return descriptors > before.descriptors || heap > before.heap + 1024 || malloc > before.malloc + 8192
                    || resident > before.resident + 16_384;
        }

        @Override
        public String toString() {
            return "%,d descriptors, %,d kB of heap, %,d kB of malloc, %,d kB resident".formatted(descriptors, heap, malloc, resident);
        }
    }

    public static void main(String[] args) throws Throwable {
        int count = Integer.parseInt(args[1]);
        Settings settings = Settings.process()
                .with(Settings.RESOLVER, List.of("ares"))
                .with(Settings.RESOLVER_NAMESERVERS, List.of(args[0]))
                .with(Settings.ARES_CACHE, false);
        HubFactory factory = ServiceLoader.load(HubFactory.class).findFirst().orElseThrow();
        boolean grown;
        try (Hub hub = factory.open(Environment.system(), settings, null)) {
            FlatNames names = new FlatNames(hub);
            names.awaitServer();
            names.lookUp("w", count / 5);
            Usage before = Usage.now();
            System.out.println("before: " + before);
            names.lookUp("m", count);
            Usage after = Usage.now();
            System.out.println("after:  " + after);
            System.out.printf("%,d found, %,d none, %,d killed%n", names.found, names.none, names.killed);
            grown = after.isMoreThan(before);
        }
        System.exit(grown ? 1 : 0);
    }

    private void awaitServer() {
        while (found == 0) {
            lookUp("first.bench");
            hub.sleep(Duration.ofMillis(100));
        }
    }

    private void lookUp(String prefix, int count) {
        found = 0;
        none = 0;
        killed = 0;
        Pool pool = new Pool(AT_ONCE);
        for (int i = 0; i < count; i++) {
            String name = prefix + i;
            if (i % 1000 == 1) {
                pool.spawn(this::longText);
            } else {
                Greenlet<Void> greenlet = pool.spawn(() -> lookUp(name + (name.hashCode() % 16 == 0 ? ".none.bench" : ".bench")));
                if (i % 32 == 2) {
                    hub.yieldNow();
                    greenlet.killLater();
                    killed++;
                }
            }
        }
        pool.join();
        // What was asked for those who were killed is over, too.
        while (hub.statistics().loop().registrations() > 0) {
            hub.sleep(Duration.ofMillis(10));
        }
    }

    private void lookUp(String host) {
        try {
            resolver.addresses(host, Resolver.Family.IPV4);
            found++;
        } catch (UnknownHostException e) {
            none++;
        }
    }

    /** Comes over TCP. */
    private void longText() throws UnknownHostException {
        if (resolver.records("long.bench", "TXT").getFirst().data().length() < 2000) {
            throw new IllegalStateException("it was cut off");
        }
        found++;
    }
}
