package dev.jevent.resolver.threadpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.LoopExit;
import dev.jevent.Resolver;
import dev.jevent.Resolver.Family;
import dev.jevent.Settings;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a system that this test plays: names that begin with {@code stuck} are answered when the gate opens. */
class ThreadPoolResolverTest {
    private final FakeSystem system = new FakeSystem();
    private final List<ThreadPoolResolver> resolvers = new ArrayList<>();
    private Hub hub;

    @BeforeEach
    void open() {
        hub = Hub.current();
    }

    @AfterEach
    void close() {
        system.gate.release(1_000_000);
        resolvers.forEach(ThreadPoolResolver::close);
        hub.close();
    }

    private static final class FakeSystem implements InetAddressResolver {
        final Queue<String> asked = new ConcurrentLinkedQueue<>();
        final Semaphore gate = new Semaphore(0);
        final Semaphore stuck = new Semaphore(0);
        volatile RuntimeException failure;

        @Override
        public Stream<InetAddress> lookupByName(String host, LookupPolicy policy) throws UnknownHostException {
            assertThat(Thread.currentThread().isVirtual()).isFalse();
            asked.add(host + " " + policy.characteristics());
            if (failure != null) {
                throw failure;
            }
            if (host.startsWith("stuck")) {
                stuck.release();
                gate.acquireUninterruptibly();
            }
            if (host.contains("no-")) {
                throw new UnknownHostException(host + ": Name or service not known");
            }
            if (host.startsWith("mute")) {
                throw new UnknownHostException();
            }
            if (host.startsWith("empty")) {
                return Stream.empty();
            }
            byte last = (byte) (host.startsWith("alias") ? 1 : host.hashCode() | 2);
            return Stream.of(InetAddress.getByAddress(host, new byte[] {10, 0, 0, last}));
        }

        @Override
        public String lookupByAddress(byte[] address) throws UnknownHostException {
            asked.add("address " + address[3]);
            return switch (address[3]) {
                case 1 -> "alias-of-one.example";
                case 3 -> "liar.example";
                default -> throw new UnknownHostException();
            };
        }
    }

    private ThreadPoolResolver resolver() {
        return resolver(Settings.process());
    }

    private ThreadPoolResolver resolver(Settings settings) {
        ThreadPoolResolver resolver = new ThreadPoolResolver(hub, settings, system);
        resolvers.add(resolver);
        return resolver;
    }

    private static Settings settings(int threads, int queue) {
        return Settings.process().with(Settings.RESOLVER_THREADS, threads).with(Settings.RESOLVER_QUEUE, queue);
    }

    private Greenlet<List<InetAddress>> looksUp(Resolver resolver, String host) {
        return hub.spawn(() -> resolver.addresses(host));
    }

    // ---- answers ----

    @Test
    @DisplayName("F-DNS-04: the system is asked on a native thread, and greenlets run meanwhile")
    void othersRunWhileALookUpIsUnderWay() throws Exception {
        ThreadPoolResolver resolver = resolver();
        List<String> order = new ArrayList<>();
        Greenlet<?> looksUp = hub.spawn(() -> {
            order.add(resolver.addresses("stuck.example").getFirst().getHostName());
        });
        Greenlet<?> other = hub.spawn(() -> {
            order.add("other");
            system.gate.release();
        });
        hub.joinAll(List.of(looksUp, other));
        assertThat(order).containsExactly("other", "stuck.example");
        assertThat(resolver.statistics()).isEqualTo(new Resolver.Statistics(1, 0, 0));
        assertThat(resolver.name()).isEqualTo("threadpool");
    }

    @Test
    @DisplayName("anchors 3.12: InetAddress in a greenlet comes here, and other greenlets run meanwhile")
    void inetAddressComesHere() throws Exception {
        hub.resolver(resolver());
        List<String> order = new ArrayList<>();
        Greenlet<?> looksUp = hub.spawn(() -> {
            order.add(InetAddress.getByName("stuck-inet-address.example").getHostName());
        });
        Greenlet<?> other = hub.spawn(() -> {
            order.add("other");
            system.gate.release();
        });
        hub.joinAll(List.of(looksUp, other));
        assertThat(order).containsExactly("other", "stuck-inet-address.example");
    }

    @Test
    void mainMayAskToo() throws Exception {
        assertThat(resolver().addresses("host.example")).hasSize(1);
    }

    @Test
    @DisplayName("B-DNS-12: each family is asked for as such; any, in the order of the system")
    void familiesAreAskedFor() throws Exception {
        ThreadPoolResolver resolver = resolver();
        resolver.addresses("a.example", Family.IPV4);
        resolver.addresses("a.example", Family.IPV6);
        resolver.addresses("a.example", Family.ANY);
        assertThat(system.asked).containsExactly("a.example 1", "a.example 2", "a.example 3");
    }

    @Test
    void aJvmThatKnowsIpv4OnlyAsksForThat() throws Exception {
        System.setProperty("java.net.preferIPv4Stack", "true");
        try {
            resolver().addresses("a.example");
        } finally {
            System.clearProperty("java.net.preferIPv4Stack");
        }
        assertThat(system.asked).containsExactly("a.example 1");
    }

    @Test
    @DisplayName("B-DNS-01: a literal is answered without a query")
    void literalsAskNobody() throws Exception {
        ThreadPoolResolver resolver = resolver();
        assertThat(resolver.addresses("127.0.0.1")).extracting(InetAddress::toString).containsExactly("/127.0.0.1");
        assertThat(resolver.addresses("[::1]", Family.IPV6)).hasSize(1);
        assertThatThrownBy(() -> resolver.addresses("::1", Family.IPV4))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("::1: is no IPV4 address");
        assertThat(system.asked).isEmpty();
        assertThat(resolver.statistics().lookups()).isZero();
    }

    @Test
    @DisplayName("B-DNS-07: a name in other letters is asked for in its encoded form")
    void otherLettersAreEncoded() throws Exception {
        resolver().addresses("bücher.example");
        assertThat(system.asked).containsExactly("xn--bcher-kva.example 3");
    }

    @ParameterizedTest
    @DisplayName("F-DNS-03, D9: what can be no host name is refused before anybody is asked")
    @ValueSource(strings = {"", "a..b", "a\u0000b", "0x7f000001", "127.1", "010.0.0.1", "a b", "::1%no-such-interface"})
    void impossibleNamesAreRefused(String host) {
        assertThatThrownBy(() -> resolver().addresses(host)).isInstanceOf(IllegalArgumentException.class).hasMessageStartingWith("host: \"");
        assertThatThrownBy(() -> resolver().canonicalName(host)).isInstanceOf(IllegalArgumentException.class);
        assertThat(system.asked).isEmpty();
    }

    @Test
    void nullIsRefused() {
        assertThatThrownBy(() -> resolver().addresses(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> resolver().addresses("a", null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> resolver().name(null)).isInstanceOf(NullPointerException.class);
    }

    @Test
    @DisplayName("B-DNS-01: the name of an address")
    void addressesHaveNames() throws Exception {
        assertThat(resolver().name(InetAddress.ofLiteral("10.0.0.1"))).isEqualTo("alias-of-one.example");
        assertThatThrownBy(() -> resolver().name(InetAddress.ofLiteral("10.0.0.2")))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("10.0.0.2: java.net.UnknownHostException");
    }

    @Test
    @DisplayName("B-DNS-01: the canonical name is the address's, if that leads back")
    void theCanonicalNameIsVerified() throws Exception {
        assertThat(resolver().canonicalName("alias.example")).isEqualTo("alias-of-one.example");
        assertThat(resolver().canonicalName("unnamed.example")).isEqualTo("unnamed.example");
        assertThat(resolver().canonicalName("10.0.0.1")).isEqualTo("10.0.0.1");
        assertThatThrownBy(() -> resolver().canonicalName("no-host.example")).isInstanceOf(UnknownHostException.class);
    }

    @Test
    @DisplayName("B-DNS-04: ports by number and by name")
    void portsAreNumbersOrNames() throws Exception {
        ThreadPoolResolver resolver = resolver();
        assertThat(resolver.port("443", "tcp")).isEqualTo(443);
        assertThat(resolver.port("https", "tcp")).isEqualTo(443);
        assertThat(resolver.port("domain", "udp")).isEqualTo(53);
        assertThatThrownBy(() -> resolver.port("no-such-service", "tcp"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("no-such-service/tcp: unknown service");
        assertThatThrownBy(() -> resolver.port("65536", "tcp")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void recordsNeedAnotherResolver() {
        assertThatThrownBy(() -> resolver().records("example.com", "MX"))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("jevent-resolver-ares");
    }

    // ---- failures ----

    @Test
    @DisplayName("F-DNS-08: every failure is an UnknownHostException that names the host and the reason")
    void failuresNameHostAndReason() {
        ThreadPoolResolver resolver = resolver();
        assertThatThrownBy(() -> resolver.addresses("no-host.example"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("no-host.example: Name or service not known")
                .hasCauseInstanceOf(UnknownHostException.class);
        assertThatThrownBy(() -> resolver.addresses("mute.example")).hasMessage("mute.example: java.net.UnknownHostException");
        assertThatThrownBy(() -> resolver.addresses("empty.example")).hasMessage("empty.example: no address");
        system.failure = new IllegalStateException("broken");
        assertThatThrownBy(() -> resolver.addresses("a.example"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("a.example: java.lang.IllegalStateException: broken");
        assertThat(resolver.statistics()).isEqualTo(new Resolver.Statistics(4, 4, 0));
    }

    @Test
    @DisplayName("F-DNS-04: errors go to those who asked, and are not reported")
    void failuresAreNotReported() {
        List<Throwable> reported = new ArrayList<>();
        hub.errorHandler((context, error) -> reported.add(error));
        assertThat(catchThrowable(() -> resolver().addresses("no-host.example"))).isNotNull();
        Jevent.yieldNow();
        Jevent.yieldNow();
        assertThat(reported).isEmpty();
    }

    // ---- many at once ----

    @Test
    void aQuestionIsAskedOnceForAllWhoAskIt() throws Exception {
        ThreadPoolResolver resolver = resolver();
        List<Greenlet<List<InetAddress>>> greenlets = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            greenlets.add(looksUp(resolver, "stuck.example"));
        }
        Jevent.yieldNow();
        system.stuck.acquire();
        assertThat(resolver.statistics().waiting()).isEqualTo(50);
        system.gate.release();
        hub.joinAll(greenlets);
        assertThat(greenlets).extracting(Greenlet::value).doesNotContainNull().containsOnly(greenlets.getFirst().value());
        assertThat(system.asked).hasSize(1);
        resolver.addresses("stuck.example".replace("stuck", "next"));
        assertThat(system.asked).hasSize(2);
    }

    @Test
    void eachWhoWaitsGetsAnExceptionOfHisOwn() {
        ThreadPoolResolver resolver = resolver();
        hub.errorStream(null);
        Greenlet<?> first = looksUp(resolver, "stuck-no-host.example");
        Greenlet<?> second = looksUp(resolver, "stuck-no-host.example");
        Jevent.yieldNow();
        system.gate.release();
        hub.joinAll(List.of(first, second));
        assertThat(first.exception()).isNotSameAs(second.exception()).hasMessage(second.exception().getMessage());
        assertThat(first.exception().getCause()).isSameAs(second.exception().getCause());
    }

    @Test
    @DisplayName("D11, D-14: 1,000 stuck look-ups disturb neither literals, nor other blocking calls, nor other greenlets")
    void stuckLookUpsDisturbNobodyElse() throws Exception {
        ThreadPoolResolver resolver = resolver(settings(4, 2_000));
        List<Greenlet<List<InetAddress>>> stuck = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            stuck.add(looksUp(resolver, "stuck" + i + ".example"));
        }
        Jevent.yieldNow();
        system.stuck.acquire(4);
        hub.resolver(resolver);
        assertThat(resolver.statistics().waiting()).isEqualTo(1_000);
        assertThat(resolver.addresses("127.0.0.1")).hasSize(1);
        assertThat(hub.threadPool().<Integer>apply(() -> 1)).isEqualTo(1);
        assertThat(hub.spawn(() -> 2).get()).isEqualTo(2);
        assertThat(stuck).noneMatch(Greenlet::ready);
        assertThat(system.asked).hasSize(4);

        hub.killAll(stuck.subList(4, 1_000));
        Greenlet<List<InetAddress>> other = looksUp(resolver, "other.example");
        Jevent.yieldNow();
        system.gate.release();
        other.join();
        assertThat(other.value()).as("the first thread that is free comes to it").hasSize(1);
        assertThat(system.asked).hasSize(5);
        system.gate.release(3);
        hub.joinAll(stuck);
        assertThat(stuck.subList(0, 4)).extracting(Greenlet::value).doesNotContainNull();
    }

    @Test
    void aFullQueueIsTold() throws Exception {
        ThreadPoolResolver resolver = resolver(settings(1, 2));
        List<Greenlet<?>> waiting = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            waiting.add(looksUp(resolver, "stuck" + i + ".example"));
        }
        Jevent.yieldNow();
        system.stuck.acquire();
        assertThatThrownBy(() -> resolver.addresses("late.example"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("late.example: 2 look-ups wait for a thread already (jevent.resolver.queue)");
        system.gate.release(3);
        hub.joinAll(waiting);
        assertThat(resolver.addresses("late.example")).hasSize(1);
    }

    // ---- waits that end early ----

    @Test
    @DisplayName("F-DNS-15: a time-out releases who waits at once, and leaves nothing in the queue")
    void theTimeoutEndsAWait() throws Exception {
        ThreadPoolResolver resolver =
                resolver(settings(1, 10).with(Settings.RESOLVER_TIMEOUT, Duration.ofMillis(20)));
        assertThatThrownBy(() -> resolver.addresses("stuck.example"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("stuck.example: no answer within 0.02s");
        assertThatThrownBy(() -> resolver.addresses("queued.example")).hasMessage("queued.example: no answer within 0.02s");
        assertThat(resolver.statistics()).isEqualTo(new Resolver.Statistics(2, 2, 0));
        assertThat(resolver).asString().contains("1 calls running, 0 queued");
    }

    @Test
    @DisplayName("F-DNS-15: so does a kill; a question that is being asked goes on for who asks it next")
    void aKillEndsAWaitAndNotTheQuestion() throws Exception {
        ThreadPoolResolver resolver = resolver(settings(1, 10));
        Greenlet<?> asked = looksUp(resolver, "stuck.example");
        Greenlet<?> queued = looksUp(resolver, "queued.example");
        Jevent.yieldNow();
        system.stuck.acquire();
        asked.kill();
        queued.kill(new GreenletExit());
        assertThat(asked.exit()).isNotNull();
        assertThat(queued.exit()).isNotNull();
        assertThat(resolver.statistics().waiting()).isZero();
        assertThat(resolver).asString().contains("1 calls running, 0 queued");

        Greenlet<List<InetAddress>> joins = looksUp(resolver, "stuck.example");
        Jevent.yieldNow();
        system.gate.release();
        joins.join();
        assertThat(joins.value()).hasSize(1);
        assertThat(system.asked).containsExactly("stuck.example 3");
    }

    @Test
    void aQuestionStaysInTheQueueWhileAnybodyWaitsForIt() throws Exception {
        ThreadPoolResolver resolver = resolver(settings(1, 10));
        Greenlet<?> blocks = looksUp(resolver, "stuck.example");
        Greenlet<?> first = looksUp(resolver, "queued.example");
        Greenlet<List<InetAddress>> second = looksUp(resolver, "queued.example");
        Jevent.yieldNow();
        first.kill();
        system.gate.release();
        hub.joinAll(List.of(blocks, second));
        assertThat(second.value()).hasSize(1);
    }

    @Test
    void whoWaitsForALookUpIsNoLoopExitAndOnceItIsOverThereIsNoHoldLeft() throws Exception {
        ThreadPoolResolver resolver = resolver();
        resolver.addresses("a.example");
        Greenlet<?> killed = looksUp(resolver, "stuck.example");
        Jevent.yieldNow();
        system.stuck.acquire();
        killed.kill();
        assertThat(hub.statistics().holds()).isZero();
        assertThatThrownBy(() -> new Greenlet<>(() -> null).join()).isInstanceOf(LoopExit.class);
    }

    // ---- threads and the end ----

    @Test
    void otherThreadsAndHubsMayAsk() throws Exception {
        ThreadPoolResolver resolver = resolver();
        AtomicInteger answered = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            boolean withHub = i % 2 == 0;
            threads.add(new Thread(() -> {
                try (Hub _ = withHub ? Hub.current() : null) {
                    answered.addAndGet(resolver.addresses("stuck.example").size());
                } catch (UnknownHostException e) {
                    throw new AssertionError(e);
                }
            }));
        }
        threads.forEach(Thread::start);
        system.stuck.acquire();
        while (resolver.statistics().waiting() < 4) {
            Thread.onSpinWait();
        }
        system.gate.release();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(answered).hasValue(4);
        assertThat(system.asked).hasSize(1);
    }

    @Test
    @DisplayName("F-DNS-08: closing fails the look-ups that wait")
    void closeFailsWhatWaits() throws Exception {
        ThreadPoolResolver resolver = resolver(settings(1, 10));
        hub.errorStream(null);
        Greenlet<?> asked = looksUp(resolver, "stuck.example");
        Greenlet<?> queued = looksUp(resolver, "queued.example");
        Jevent.yieldNow();
        system.stuck.acquire();
        resolver.close();
        resolver.close();
        hub.joinAll(List.of(asked, queued));
        assertThat(asked.exception()).isInstanceOf(UnknownHostException.class).hasMessage("stuck.example: the resolver was closed");
        assertThat(queued.exception()).isInstanceOf(UnknownHostException.class).hasMessage("queued.example: the resolver was closed");
        assertThatThrownBy(() -> resolver.addresses("late.example"))
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("late.example: the resolver is closed");
        assertThat(resolver.addresses("127.0.0.1")).hasSize(1);
        assertThat(hub.statistics().holds()).isZero();
    }
}
