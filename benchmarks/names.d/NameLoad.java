import com.sun.management.OperatingSystemMXBean;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubFactory;
import dev.jevent.sync.Pool;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.resolver.ResolvedAddressTypes;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/**
 * Looks up so many different names of one name server, so many at once, after as many for warm-up.
 *
 * <p>Arguments: contender, HOST:PORT, names, at once. Prints look-ups per second, microseconds of processor time of each, the
 * longest time in milliseconds for which the thread that does it did nothing else ("-" where there is none), and failures.
 */
public final class NameLoad {
    private final int count;
    private final int atOnce;
    private final AtomicLong failures = new AtomicLong();
    private long longestGap; // by one thread

    private NameLoad(int count, int atOnce) {
        this.count = count;
        this.atOnce = atOnce;
    }

    /** Looks up names that begin so, and returns when all are done. */
    private interface Run {
        void run(String prefix) throws Exception;
    }

    public static void main(String[] args) throws Exception {
        NameLoad load = new NameLoad(Integer.parseInt(args[2]), Integer.parseInt(args[3]));
        int colon = args[1].lastIndexOf(':');
        InetSocketAddress server =
                new InetSocketAddress(args[1].substring(0, colon), Integer.parseInt(args[1].substring(colon + 1)));
        switch (args[0]) {
            case "ares", "threadpool" -> load.jevent(args[0], args[1]);
            case "netty" -> load.netty(server);
            case "dnsjava" -> load.dnsjava(server);
            default -> throw new IllegalArgumentException(args[0]);
        }
        System.exit(0);
    }

    private void measure(boolean gaps, Run run) throws Exception {
        var system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        run.run("w");
        failures.set(0);
        longestGap = 0;
        long processor = system.getProcessCpuTime();
        long started = System.nanoTime();
        run.run("m");
        double seconds = (System.nanoTime() - started) / 1e9;
        double micros = (system.getProcessCpuTime() - processor) / 1e3;
        System.out.printf("%.0f %.1f %s %d%n", count / seconds, micros / count,
                gaps ? "%.1f".formatted(longestGap / 1e6) : "-", failures.get());
    }

    private void gap(long since) {
        longestGap = Math.max(longestGap, System.nanoTime() - since - 1_000_000);
    }

    // ---- jevent ----

    private void jevent(String name, String server) throws Exception {
        Settings settings = Settings.process()
                .with(Settings.RESOLVER, List.of(name))
                .with(Settings.RESOLVER_THREADS, atOnce)
                .with(Settings.RESOLVER_NAMESERVERS, List.of(server));
        HubFactory factory = ServiceLoader.load(HubFactory.class).findFirst().orElseThrow();
        try (Hub hub = factory.open(Environment.system(), settings, null)) {
            Resolver resolver = hub.resolver();
            hub.spawn(() -> {
                while (true) {
                    long since = System.nanoTime();
                    hub.sleep(Duration.ofMillis(1));
                    gap(since);
                }
            });
            measure(true, prefix -> {
                Pool pool = new Pool(atOnce);
                for (int i = 0; i < count; i++) {
                    String host = prefix + i + ".bench";
                    pool.spawn(() -> lookUp(resolver, host));
                }
                pool.join();
            });
            hub.killAll(hub.greenlets());
        }
    }

    private void lookUp(Resolver resolver, String host) {
        try {
            resolver.addresses(host, Resolver.Family.IPV4);
        } catch (UnknownHostException e) {
            failures.incrementAndGet();
        }
    }

    // ---- the others ----

    private void netty(InetSocketAddress server) throws Exception {
        var group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        EventLoop loop = group.next();
        DnsNameResolver resolver = new DnsNameResolverBuilder(loop)
                .datagramChannelFactory(NameLoad::channelOfNetty)
                .nameServerProvider(new SingletonDnsServerAddressStreamProvider(server))
                .resolvedAddressTypes(ResolvedAddressTypes.IPV4_ONLY)
                .maxQueriesPerResolve(4)
                .build();
        long[] last = {System.nanoTime()};
        loop.scheduleWithFixedDelay(() -> {
            gap(last[0]);
            last[0] = System.nanoTime();
        }, 1, 1, TimeUnit.MILLISECONDS);
        measure(true, prefix -> {
            CountDownLatch all = new CountDownLatch(count);
            int[] next = {0};
            loop.submit(() -> {
                for (int i = 0; i < Math.min(atOnce, count); i++) {
                    nextOfNetty(resolver, prefix, next, all);
                }
            });
            all.await();
        });
    }

    /** All of its queries go out from one, whose answers would be lost when a burst of them is more than it has room for. */
    private static NioDatagramChannel channelOfNetty() {
        NioDatagramChannel channel = new NioDatagramChannel();
        channel.config().setReceiveBufferSize(1 << 20);
        return channel;
    }

    private void nextOfNetty(DnsNameResolver resolver, String prefix, int[] next, CountDownLatch all) {
        if (next[0] < count) {
            resolver.resolve(prefix + next[0]++ + ".bench.").addListener(future -> {
                if (!future.isSuccess()) {
                    failures.incrementAndGet();
                }
                all.countDown();
                nextOfNetty(resolver, prefix, next, all);
            });
        }
    }

    private void dnsjava(InetSocketAddress server) throws Exception {
        SimpleResolver resolver = new SimpleResolver(server);
        measure(false, prefix -> {
            Semaphore free = new Semaphore(atOnce);
            for (int i = 0; i < count; i++) {
                free.acquire();
                Record question = Record.newRecord(Name.fromString(prefix + i + ".bench."), Type.A, DClass.IN);
                resolver.sendAsync(Message.newQuery(question)).whenComplete((answer, error) -> {
                    if (error != null) {
                        failures.incrementAndGet();
                    }
                    free.release();
                });
            }
            free.acquire(atOnce);
        });
    }
}
