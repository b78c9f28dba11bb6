package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import dev.jevent.spi.SystemLookup;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What {@link InetAddress} does where hubs are. Each test asks for names of its own: the JDK remembers them. */
class HubAddressResolverTest {
    private static final AtomicInteger NAMES = new AtomicInteger();

    private final String host = "host" + NAMES.incrementAndGet() + ".test";
    private final FakeResolver resolver = new FakeResolver();
    private Hub hub;

    @BeforeEach
    void open() {
        hub = Hub.current();
        hub.resolver(resolver);
    }

    @AfterEach
    void close() {
        hub.close();
    }

    /** Answers 10.0.0.1 and fe80::1 after a while. */
    private final class FakeResolver implements Resolver {
        final List<String> asked = new ArrayList<>();
        final List<Family> families = new ArrayList<>();
        RuntimeException failure;
        Duration pause = Duration.ofMillis(1);

        @Override
        public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
            asked.add(host);
            families.add(family);
            if (failure != null) {
                throw failure;
            }
            Jevent.sleep(pause);
            if (host.startsWith("no-")) {
                throw new UnknownHostException(host + ": no such name");
            }
            return List.of(InetAddress.ofLiteral("2001:db8::1"), InetAddress.ofLiteral("10.0.0.1"));
        }

        @Override
        public String name(InetAddress address) {
            asked.add(address.getHostAddress());
            Jevent.sleep(pause);
            return host;
        }

        @Override
        public String canonicalName(String host) {
            throw new AssertionError("the JDK doesn't ask that");
        }

        @Override
        public int port(String service, String protocol) {
            throw new AssertionError("the JDK doesn't ask that");
        }

        @Override
        public List<Entry> records(String name, String type) {
            throw new AssertionError("the JDK doesn't ask that");
        }

        @Override
        public String name() {
            return "fake";
        }

        @Override
        public void close() {}

        @Override
        public Statistics statistics() {
            return new Statistics(0, 0, 0);
        }
    }

    private <T> T inGreenlet(Callable<T> body) {
        Greenlet<T> greenlet = hub.spawn(body);
        greenlet.join();
        assertThat(greenlet.exception()).isNull();
        return greenlet.value();
    }

    private Throwable errorInGreenlet(Callable<?> body) {
        return inGreenlet(() -> catchThrowable(body::call));
    }

    @Test
    @DisplayName("anchors 3.12: InetAddress in a greenlet asks the hub's resolver, and others run meanwhile")
    void lookUpsOfGreenletsGoToTheHubsResolver() throws Exception {
        List<String> order = new ArrayList<>();
        Greenlet<InetAddress> looksUp = hub.spawn(() -> {
            InetAddress found = InetAddress.getByName(host);
            order.add("found");
            return found;
        });
        Greenlet<?> other = hub.spawn(() -> order.add("other"));
        hub.joinAll(List.of(looksUp, other));
        assertThat(order).containsExactly("other", "found");
        assertThat(looksUp.get().getHostAddress()).isEqualTo("10.0.0.1");
        assertThat(looksUp.get().getHostName()).isEqualTo(host);
        assertThat(resolver.asked).containsExactly(host);
    }

    @Test
    void aVirtualThreadThatAGreenletStartedCounts() {
        inGreenlet(() -> {
            Thread.ofVirtual().start(() -> assertThat(catchThrowable(() -> InetAddress.getByName(host))).isNull()).join();
            return null;
        });
        assertThat(resolver.asked).containsExactly(host);
    }

    @Test
    void mainAndOtherThreadsAskTheJdksOwn() throws Exception {
        InetAddress.getAllByName("localhost");
        List<Object> seen = new ArrayList<>();
        Thread platform = new Thread(() -> seen.add(errorOr(() -> new HubAddressResolver(new Builtin()).lookupByName("x", ANY))));
        platform.start();
        platform.join();
        seen.add(errorOr(() -> new HubAddressResolver(new Builtin()).lookupByAddress(new byte[4])));
        Thread virtual = Thread.ofVirtual().start(
                () -> seen.add(errorOr(() -> new HubAddressResolver(new Builtin()).lookupByName("x", ANY))));
        virtual.join();
        assertThat(seen).containsExactly("builtin", "builtin", "builtin");
        assertThat(resolver.asked).isEmpty();
    }

    private static Object errorOr(Callable<?> question) {
        Throwable error = catchThrowable(question::call);
        return error == null ? "answered" : error.getMessage();
    }

    private static final LookupPolicy ANY = LookupPolicy.of(LookupPolicy.IPV4 | LookupPolicy.IPV6);

    /** Stands for the JDK's own. */
    private static final class Builtin implements InetAddressResolver {
        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            throw new UnknownHostException("builtin");
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            throw new UnknownHostException("builtin");
        }
    }

    @Test
    void aGreenletThatOutlivesItsHubAsksTheJdksOwn() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        AtomicReference<Object> seen = new AtomicReference<>();
        AtomicReference<Thread> survivor = new AtomicReference<>();
        Thread owner = new Thread(() -> {
            Settings hasty = Settings.process().with(Settings.CLOSE_TIMEOUT, Duration.ofMillis(1));
            try (Hub theirs = LoopHub.open(Environment.system(), hasty, null)) {
                theirs.errorStream(null);
                survivor.set(theirs.spawn(() -> {
                    awaitUninterruptibly(closed);
                    seen.set(errorOr(() -> new HubAddressResolver(new Builtin()).lookupByName("x", ANY)));
                }).thread());
                Jevent.yieldNow();
            }
        });
        owner.start();
        owner.join();
        closed.countDown();
        survivor.get().join();
        assertThat(seen.get()).isEqualTo("builtin");
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        while (true) {
            try {
                latch.await();
                return;
            } catch (InterruptedException e) {
                // that is the kill which this greenlet refuses
            }
        }
    }

    @Test
    void policyDecidesOnFamiliesAndTheirOrder() {
        assertThat(selected(LookupPolicy.IPV4)).containsExactly("10.0.0.1");
        assertThat(selected(LookupPolicy.IPV6)).containsExactly("2001:db8:0:0:0:0:0:1");
        assertThat(selected(LookupPolicy.IPV4 | LookupPolicy.IPV6)).containsExactly("2001:db8:0:0:0:0:0:1", "10.0.0.1");
        assertThat(selected(LookupPolicy.IPV4 | LookupPolicy.IPV6 | LookupPolicy.IPV4_FIRST))
                .containsExactly("10.0.0.1", "2001:db8:0:0:0:0:0:1");
        assertThat(selected(LookupPolicy.IPV4 | LookupPolicy.IPV6 | LookupPolicy.IPV6_FIRST))
                .containsExactly("2001:db8:0:0:0:0:0:1", "10.0.0.1");
        assertThat(resolver.families).containsExactly(
                Resolver.Family.IPV4, Resolver.Family.IPV6, Resolver.Family.ANY, Resolver.Family.ANY, Resolver.Family.ANY);
    }

    private List<String> selected(int policy) {
        return inGreenlet(() -> new HubAddressResolver(new Builtin())
                .lookupByName(host, LookupPolicy.of(policy)).map(InetAddress::getHostAddress).toList());
    }

    @Test
    void theOrderWithinAFamilyStays() throws Exception {
        InetAddress[] found = {
            InetAddress.ofLiteral("::2"), InetAddress.ofLiteral("1.1.1.1"), InetAddress.ofLiteral("::1"), InetAddress.ofLiteral("1.1.1.2")
        };
        LookupPolicy fourFirst = LookupPolicy.of(LookupPolicy.IPV4 | LookupPolicy.IPV6 | LookupPolicy.IPV4_FIRST);
        assertThat(HubAddressResolver.select(host, found, fourFirst)).extracting(InetAddress::toString).containsExactly(
                host + "/1.1.1.1", host + "/1.1.1.2", host + "/0:0:0:0:0:0:0:2", host + "/0:0:0:0:0:0:0:1");
        assertThatThrownBy(() -> HubAddressResolver.select(
                        host, new InetAddress[] {InetAddress.ofLiteral("::1")}, LookupPolicy.of(LookupPolicy.IPV4)))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage(host + ": no address of the family asked for");
    }

    @Test
    void anUnknownHostIsToldWithItsReason() {
        assertThat(errorInGreenlet(() -> InetAddress.getByName("no-" + host)))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining("no-" + host + ": no such name");
    }

    @Test
    void everyErrorIsAnUnknownHost() {
        resolver.failure = new IllegalArgumentException("host: \"x\" (expected: y)");
        assertThat(errorInGreenlet(() -> InetAddress.getByName(host)))
                .isInstanceOf(UnknownHostException.class)
                .hasMessageContaining(host + ": host: \"x\" (expected: y)")
                .hasRootCauseInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void inALoopCallbackALookUpIsRefusedAsEveryWaitIs() {
        AtomicReference<Throwable> seen = new AtomicReference<>();
        hub.loop().runCallback(() -> seen.set(catchThrowable(() -> InetAddress.getByName(host))));
        Eventually.untilOnHub("called", () -> seen.get() != null);
        assertThat(seen.get()).isInstanceOf(UnknownHostException.class).hasRootCauseInstanceOf(BlockingSwitchOutException.class);
    }

    @Test
    void twoGreenletsWhoAskForOneNameBothGetIt() {
        Greenlet<InetAddress> first = hub.spawn(() -> InetAddress.getByName(host));
        Greenlet<InetAddress> second = hub.spawn(() -> InetAddress.getByName(host));
        hub.joinAll(List.of(first, second));
        assertThat(first.value()).isNotNull().isEqualTo(second.value());
        assertThat(resolver.asked).hasSize(1);
    }

    @Test
    void aKilledLookUpLeavesTheNameFreeForOthers() {
        resolver.pause = Duration.ofHours(1);
        Greenlet<?> killed = hub.spawn(() -> InetAddress.getByName(host));
        Jevent.yieldNow();
        assertThat(resolver.asked).containsExactly(host);
        killed.kill();
        assertThat(killed.exit()).isNotNull();
        resolver.pause = Duration.ZERO;
        assertThat(inGreenlet(() -> InetAddress.getByName(host))).isNotNull();
    }

    @Test
    void anInterruptNeitherEndsALookUpNorIsLost() {
        resolver.pause = Duration.ofMillis(20);
        Greenlet<Boolean> looksUp = hub.spawn(() -> InetAddress.getByName(host) != null && Thread.interrupted());
        Jevent.yieldNow();
        looksUp.thread().interrupt();
        looksUp.join();
        assertThat(looksUp.exception()).isNull();
        assertThat(looksUp.value()).isTrue();
    }

    @Test
    void namesOfAddressesComeFromTheHubsResolverToo() {
        assertThat(inGreenlet(() -> InetAddress.getByAddress(new byte[] {10, 0, 0, 1}).getHostName())).isEqualTo(host);
        assertThat(resolver.asked).first().isEqualTo("10.0.0.1");
        assertThat(errorInGreenlet(() -> new HubAddressResolver(new Builtin()).lookupByAddress(new byte[3])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void literalsAskNobody() {
        assertThat(inGreenlet(() -> InetAddress.getByName("10.1.2.3").getHostAddress())).isEqualTo("10.1.2.3");
        assertThat(resolver.asked).isEmpty();
    }

    @Test
    void resolversReachTheJdksOwnAndNotThemselves() throws Exception {
        assertThat(HubAddressResolverProvider.isInstalled()).isTrue();
        InetAddressResolver system = SystemLookup.find().resolver();
        assertThat(system.getClass().getName()).startsWith("java.net.InetAddress$");
        assertThat(inGreenlet(() -> system.lookupByName("localhost", LookupPolicy.of(LookupPolicy.IPV4)).toList())).isNotEmpty();
        assertThat(resolver.asked).isEmpty();
    }
}
