package dev.jevent.resolver.threadpool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.spi.ResolverProvider;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Against the real system, with one name that needs no network, in spellings that the JDK's cache takes for others. */
class SystemLookupsTest {
    private Hub hub;

    @BeforeEach
    void open() {
        hub = Hub.current();
    }

    @AfterEach
    void close() {
        hub.close();
    }

    @Test
    @DisplayName("B-CFG-01: it is what a hub takes where nothing else is")
    void theHubTakesIt() {
        assertThat(hub.resolver()).isInstanceOf(ThreadPoolResolver.class);
        assertThat(hub.resolver().name()).isEqualTo("threadpool");
        ResolverProvider provider = ServiceLoader.load(ResolverProvider.class).findFirst().orElseThrow();
        assertThat(provider).isInstanceOf(ThreadPoolResolverProvider.class);
        assertThat(provider.availability().available()).isTrue();
        assertThat(provider.rank()).isZero();
    }

    @Test
    @DisplayName("B-DNS-01: localhost, 127.0.0.1 and the own name are what they are on the platform")
    void answersAreThoseOfThePlatform() throws Exception {
        List<String> platform = texts(InetAddress.getAllByName("localhost"));
        Resolver resolver = hub.resolver();
        List<String> answer = resolver.addresses("localhost").stream().map(InetAddress::getHostAddress).toList();
        assertThat(answer).containsExactlyInAnyOrderElementsOf(platform);
        assertThat(resolver.name(InetAddress.ofLiteral("127.0.0.1")))
                .isEqualTo(InetAddress.ofLiteral("127.0.0.1").getCanonicalHostName());
        String own = InetAddress.getLocalHost().getHostName();
        assertThat(resolver.addresses(own)).contains(InetAddress.getLocalHost());
    }

    private static List<String> texts(InetAddress[] addresses) {
        List<String> texts = new ArrayList<>();
        for (InetAddress address : addresses) {
            texts.add(address.getHostAddress());
        }
        return texts;
    }

    @Test
    void inetAddressInAGreenletComesHere() throws Exception {
        long before = hub.resolver().statistics().lookups();
        assertThat(hub.spawn(() -> InetAddress.getByName(spelling(1))).get().isLoopbackAddress()).isTrue();
        assertThat(hub.resolver().statistics().lookups()).isEqualTo(before + 1);
    }

    @Test
    void inetAddressAndTheResolverDoNotDeadlock() throws Exception {
        Resolver resolver = hub.resolver();
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            String host = spelling(i + 2);
            greenlets.add(hub.spawn(() -> resolver.addresses(host).getFirst()));
            greenlets.add(hub.spawn(() -> InetAddress.getByName(host)));
        }
        hub.joinAll(greenlets);
        assertThat(greenlets).allMatch(greenlet -> ((InetAddress) greenlet.value()).isLoopbackAddress());
    }

    /** {@code localhost} with the letters in upper case whose bits are set in {@code number}. */
    private static String spelling(int number) {
        char[] letters = "localhost".toCharArray();
        for (int i = 0; i < letters.length; i++) {
            if ((number >> i & 1) != 0) {
                letters[i] = Character.toUpperCase(letters[i]);
            }
        }
        return new String(letters);
    }

    @Test
    void theReverseLookUpOfAGreenletComesHereToo() throws Exception {
        Greenlet<String> greenlet = hub.spawn(() -> InetAddress.getByAddress(new byte[] {127, 0, 0, 1}).getHostName());
        assertThat(greenlet.get()).isEqualTo(hub.resolver().name(InetAddress.ofLiteral("127.0.0.1")));
    }

    @Test
    void closingAHubEndsTheThreadsOfItsResolver() throws Exception {
        Resolver resolver = hub.resolver();
        resolver.addresses("localhost");
        hub.close();
        assertThat(catchThrowable(() -> resolver.addresses("localhost"))).hasMessage("localhost: the resolver is closed");
    }
}
