package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Resolver.Family;
import dev.jevent.Settings;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.OnHub;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * What each {@link Resolver} must do, one test for each rule. A resolver's tests extend this, say how to make one, and
 * which names there are; rules that need a name there isn't are skipped. The test class path needs a hub and a loop.
 *
 * <p>What a look-up leaves behind after {@link Resolver#close()}, a thread or a descriptor, fails the rule that made it.
 */
@OnHub(virtualTime = false)
public abstract class ResolverTck {
    protected ResolverTck() {}

    protected abstract Resolver newResolver(Hub hub, Settings settings);

    /** A name that has addresses. */
    protected String knownHost() {
        return "localhost";
    }

    /** A name that has none; the answer comes soon. */
    protected String unknownHost() {
        return "no-such-host.invalid";
    }

    /** A name whose look-up gets no answer before {@link #answerSilentHost()}; null: there is none. */
    protected String silentHost() {
        return null;
    }

    /** From now on {@link #silentHost()} is answered, with an address. Called by any thread, more than once. */
    protected void answerSilentHost() {}

    /** An address that has no name, as is found out soon; null: there is none. */
    protected InetAddress addressWithoutName() {
        return null;
    }

    /** A name that is an alias, and the name at its end; null: there is none. */
    protected List<String> aliasAndTarget() {
        return null;
    }

    private void withResolver(Hub hub, Body body) throws Exception {
        withResolver(hub, Settings.process(), body);
    }

    private void withResolver(Hub hub, Settings settings, Body body) throws Exception {
        Resolver resolver = newResolver(hub, settings);
        try {
            body.run(resolver);
        } finally {
            answerSilentHost();
            resolver.close();
        }
    }

    /** What a rule does with a resolver. */
    @FunctionalInterface
    private interface Body {
        void run(Resolver resolver) throws Exception;
    }

    private String silent() {
        String host = silentHost();
        assumeTrue(host != null, "no name that gets no answer");
        return host;
    }

    private static void awaitWaiting(Hub hub, Resolver resolver, int count) {
        while (resolver.statistics().waiting() < count) {
            hub.sleep(Duration.ofMillis(1));
        }
    }

    private static Greenlet<List<InetAddress>> lookUp(Hub hub, Resolver resolver, String host) {
        return hub.spawn((Callable<List<InetAddress>>) () -> resolver.addresses(host));
    }

    // ---- names that are addresses, and names that are none ----

    @Test
    @DisplayName("B-DNS-01: a literal is its own address")
    void aLiteralIsItsOwnAddress(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            for (String literal : List.of("127.0.0.1", "192.0.2.33", "::1", "2001:db8::7")) {
                InetAddress address = InetAddress.ofLiteral(literal);
                assertEquals(List.of(address), resolver.addresses(literal));
                Family family = address instanceof Inet4Address ? Family.IPV4 : Family.IPV6;
                assertEquals(List.of(address), resolver.addresses(literal, family));
            }
        });
    }

    @Test
    @DisplayName("B-DNS-12: a literal has no address of another family")
    void aLiteralHasNoAddressOfAnotherFamily(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            assertThrows(UnknownHostException.class, () -> resolver.addresses("127.0.0.1", Family.IPV6));
            assertThrows(UnknownHostException.class, () -> resolver.addresses("::1", Family.IPV4));
        });
    }

    @Test
    @DisplayName("D9, F-DNS-03: what can be no name is refused before anybody is asked")
    void whatCanBeNoNameIsRefused(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            String label = "x".repeat(63);
            for (String bad : List.of(
                    "x".repeat(64) + ".example",
                    String.join(".", label, label, label, label, label),
                    "two..dots",
                    ".first",
                    "nul\0byte")) {
                assertThrows(IllegalArgumentException.class, () -> resolver.addresses(bad), bad);
            }
            assertThrows(NullPointerException.class, () -> resolver.addresses(null));
        });
    }

    // ---- answers ----

    @Test
    void aKnownHostHasAddresses(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            List<InetAddress> found = resolver.addresses(knownHost());
            assertFalse(found.isEmpty());
            assertEquals(found, resolver.addresses(knownHost()), "asked again");
        });
    }

    @Test
    @DisplayName("B-DNS-12: a family gives addresses of that family only")
    void aFamilyGivesItsAddressesOnly(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            int found = 0;
            for (Family family : List.of(Family.IPV4, Family.IPV6)) {
                try {
                    for (InetAddress address : resolver.addresses(knownHost(), family)) {
                        assertEquals(family == Family.IPV4, address instanceof Inet4Address, address + " for " + family);
                        found++;
                    }
                } catch (UnknownHostException e) {
                    // has none of that family
                }
            }
            assertTrue(found > 0, "neither family has an address");
        });
    }

    @Test
    @DisplayName("F-DNS-08: an error names the host")
    void anUnknownHostIsRefusedByName(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            UnknownHostException thrown =
                    assertThrows(UnknownHostException.class, () -> resolver.addresses(unknownHost()));
            assertTrue(thrown.getMessage().contains(unknownHost()), thrown.getMessage());
        });
    }

    @Test
    void anAddressWithoutNameIsRefused(Hub hub) throws Exception {
        InetAddress nameless = addressWithoutName();
        assumeTrue(nameless != null, "no address without a name");
        withResolver(hub, resolver -> {
            UnknownHostException thrown = assertThrows(UnknownHostException.class, () -> resolver.name(nameless));
            assertTrue(thrown.getMessage().contains(nameless.getHostAddress()), thrown.getMessage());
        });
    }

    @Test
    void theNameAtTheEndOfAliasesIsFound(Hub hub) throws Exception {
        List<String> names = aliasAndTarget();
        assumeTrue(names != null, "no alias");
        withResolver(hub, resolver -> assertEquals(names.getLast(), resolver.canonicalName(names.getFirst())));
    }

    @Test
    @DisplayName("B-DNS-04: a port is a number, or the name of a service")
    void portsAreNumbersOrServices(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            assertEquals(80, resolver.port("80", "tcp"));
            assertEquals(65535, resolver.port("65535", "udp"));
            UnknownHostException thrown =
                    assertThrows(UnknownHostException.class, () -> resolver.port("no-such-service", "tcp"));
            assertTrue(thrown.getMessage().contains("no-such-service"), thrown.getMessage());
        });
    }

    @Test
    void manyAsksGetTheSameAnswer(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            List<Greenlet<List<InetAddress>>> asking = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                asking.add(lookUp(hub, resolver, knownHost()));
            }
            hub.joinAll(asking);
            for (Greenlet<List<InetAddress>> each : asking) {
                assertEquals(asking.getFirst().get(), each.get());
            }
        });
    }

    @Test
    @DisplayName("A thread without a hub may ask, too")
    void aThreadWithoutAHubMayAsk(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            AtomicReference<Object> answer = new AtomicReference<>();
            try (Hub.Hold hold = hub.hold()) {
                assertNotNull(hold);
                Thread asking = Helpers.start(() -> answer.set(answerOrError(resolver)));
                while (asking.isAlive()) {
                    hub.sleep(Duration.ofMillis(1)); // the resolver may need the hub to go on
                }
            }
            assertEquals(resolver.addresses(knownHost()), answer.get());
        });
    }

    private Object answerOrError(Resolver resolver) {
        try {
            return resolver.addresses(knownHost());
        } catch (UnknownHostException | RuntimeException e) {
            return e;
        }
    }

    // ---- waiting ----

    @Test
    @DisplayName("F-DNS-04: greenlets run while another waits for an answer")
    void othersRunWhileOneWaits(Hub hub) throws Exception {
        String silent = silent();
        withResolver(hub, resolver -> {
            Greenlet<List<InetAddress>> asking = lookUp(hub, resolver, silent);
            awaitWaiting(hub, resolver, 1);
            assertFalse(asking.dead());
            answerSilentHost();
            assertFalse(asking.get().isEmpty());
        });
    }

    @Test
    @DisplayName("F-DNS-15: who is killed goes on at once; the others that wait get their answer")
    void aKillEndsOneWait(Hub hub) throws Exception {
        String silent = silent();
        withResolver(hub, resolver -> {
            Greenlet<List<InetAddress>> killed = lookUp(hub, resolver, silent);
            Greenlet<List<InetAddress>> waiting = lookUp(hub, resolver, silent);
            awaitWaiting(hub, resolver, 2);
            killed.kill();
            assertInstanceOf(GreenletExit.class, killed.exit());
            assertFalse(waiting.dead());
            answerSilentHost();
            assertFalse(waiting.get().isEmpty());
            assertEquals(0, resolver.statistics().waiting());
        });
    }

    @Test
    @DisplayName("F-DNS-14: a resolver may have a time limit of its own")
    void aLimitEndsALookUp(Hub hub) throws Exception {
        String silent = silent();
        withResolver(hub, Settings.process().with(Settings.RESOLVER_TIMEOUT, Duration.ofMillis(20)), resolver -> {
            UnknownHostException thrown = assertThrows(UnknownHostException.class, () -> resolver.addresses(silent));
            assertTrue(thrown.getMessage().contains(silent), thrown.getMessage());
        });
    }

    @Test
    @DisplayName("D10: closing fails those who wait")
    void closingFailsThoseWhoWait(Hub hub, Errors errors) throws Exception {
        String silent = silent();
        errors.expectAny();
        withResolver(hub, resolver -> {
            List<Greenlet<List<InetAddress>>> waiting =
                    List.of(lookUp(hub, resolver, silent), lookUp(hub, resolver, silent));
            awaitWaiting(hub, resolver, 2);
            resolver.close();
            hub.joinAll(waiting);
            for (Greenlet<List<InetAddress>> each : waiting) {
                assertInstanceOf(UnknownHostException.class, each.exception());
            }
        });
    }

    // ---- the rest ----

    @Test
    void countsWhatItDoes(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            resolver.addresses(knownHost());
            assertThrows(UnknownHostException.class, () -> resolver.addresses(unknownHost()));
            Resolver.Statistics counted = resolver.statistics();
            assertEquals(2, counted.lookups());
            assertEquals(1, counted.failures());
            assertEquals(0, counted.waiting());
        });
    }

    @Test
    void itsNameIsTheSameEachTime(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            assertEquals(resolver.name(), resolver.name());
            assertEquals(resolver.name().toLowerCase(java.util.Locale.ROOT), resolver.name());
        });
    }

    @Test
    void closesTwiceAndRefusesAfterwards(Hub hub) throws Exception {
        withResolver(hub, resolver -> {
            resolver.close();
            resolver.close();
            assertThrows(UnknownHostException.class, () -> resolver.addresses(knownHost()));
        });
    }
}
