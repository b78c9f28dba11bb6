package dev.jevent.resolver.ares;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.Resolver;
import dev.jevent.Resolver.Family;
import dev.jevent.Settings;
import dev.jevent.spi.HubLoop;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.OnHub;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Against name servers that this test plays. */
@OnHub(virtualTime = false)
class AresResolverTest {
    private static final InetAddress FOUR = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress SIX = InetAddress.ofLiteral("2001:db8::1");
    private static final Path NOWHERE = Path.of("no-such-file");

    private static NameServer server;

    @BeforeAll
    static void start() {
        server = new NameServer()
                .on("*.nx.example", exchange -> exchange.reply(exchange.negative(Rcode.NXDOMAIN)))
                .on("*.silent.example", exchange -> {});
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        server.asked.clear();
    }

    private static Greenlet<List<InetAddress>> looksUp(Hub hub, Resolver resolver, String host) {
        return hub.spawn((Callable<List<InetAddress>>) () -> resolver.addresses(host, Family.IPV4));
    }

    private static void awaitAsked(Hub hub, String question) {
        while (server.count(question) == 0) {
            hub.sleep(Duration.ofMillis(1));
        }
    }

    // ---- names and families ----

    @Test
    @DisplayName("B-DNS-12, F-DNS-07: both families are asked for, or the one that is wanted")
    void familiesAreAskedFor(Hub hub) throws Exception {
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            assertThat(resolver.addresses("both.example")).containsExactlyInAnyOrder(FOUR, SIX);
            assertThat(resolver.addresses("four.example", Family.IPV4)).containsExactly(FOUR);
            assertThat(resolver.addresses("six.example", Family.IPV6)).containsExactly(SIX);
            assertThat(server.asked).containsExactlyInAnyOrder(
                    "both.example A udp", "both.example AAAA udp", "four.example A udp", "six.example AAAA udp");
            assertThat(resolver.addresses("both.example").getFirst().getHostName()).isEqualTo("both.example");
        }
    }

    @Test
    @DisplayName("B-DNS-12: a host of one family has addresses, whatever becomes of the other question")
    void oneFamilyIsEnough(Hub hub) throws Exception {
        server.on("only-4.example", exchange -> exchange.reply(
                        exchange.type() == Type.A ? exchange.good() : exchange.negative(Rcode.NOERROR)))
                .on("only-6.example", exchange -> exchange.reply(
                        exchange.type() == Type.AAAA ? exchange.good() : exchange.negative(Rcode.SERVFAIL)));
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            assertThat(resolver.addresses("only-4.example")).containsExactly(FOUR);
            assertThat(resolver.addresses("only-6.example")).containsExactly(SIX);
            assertThatThrownBy(() -> resolver.addresses("only-4.example", Family.IPV6))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("only-4.example: no AAAA record");
        }
    }

    @Test
    @DisplayName("B-DNS-07: other letters and their form in ASCII are the same name")
    void namesInOtherLetters(Hub hub) throws Exception {
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            assertThat(resolver.addresses("bücher.example")).containsExactlyInAnyOrder(FOUR, SIX);
            assertThat(resolver.addresses("xn--bcher-kva.example")).containsExactlyInAnyOrder(FOUR, SIX);
            assertThat(server.count("xn--bcher-kva.example A udp")).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("D9: a name of letters that files of zones write otherwise is looked up as it is")
    void namesOfUnusualLetters(Hub hub) throws Exception {
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            for (String name : List.of("odd(name.example", "a@b.example", "dollar$.example", "back\\slash.example")) {
                assertThat(resolver.addresses(name, Family.IPV4)).as(name).containsExactly(FOUR);
            }
        }
    }

    @Test
    @DisplayName("F-DNS-08: there is no such name, or it has no such record")
    void negativeAnswers(Hub hub) throws Exception {
        server.on("empty.example", exchange -> exchange.reply(exchange.negative(Rcode.NOERROR)));
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            assertThatThrownBy(() -> resolver.addresses("a.nx.example"))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("a.nx.example: no such name (NXDOMAIN)");
            assertThatThrownBy(() -> resolver.addresses("empty.example", Family.IPV4)).hasMessage("empty.example: no A record");
            assertThatThrownBy(() -> resolver.records("empty.example", "MX")).hasMessage("empty.example: no MX record");
        }
    }

    @Test
    @DisplayName("B-DNS-09: a server that never answers: the error names c-ares' time-out")
    void theTimeOutOfAres(Hub hub) throws Exception {
        Settings settings = Resolvers.asking(server).with(Settings.ARES_TIMEOUT, Duration.ofMillis(1)).with(Settings.ARES_TRIES, 1);
        try (AresResolver resolver = Resolvers.open(hub, settings)) {
            assertThatThrownBy(() -> resolver.addresses("a.silent.example"))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("a.silent.example: Timeout while contacting DNS servers (" + server.address() + ")");
        }
    }

    @Test
    @DisplayName("F-DNS-05: a server is asked as often as the setting says")
    void triesAreCounted(Hub hub) throws Exception {
        Settings settings = Resolvers.asking(server).with(Settings.ARES_TIMEOUT, Duration.ofMillis(5)).with(Settings.ARES_TRIES, 3);
        try (AresResolver resolver = Resolvers.open(hub, settings)) {
            assertThatThrownBy(() -> resolver.addresses("tries.silent.example", Family.IPV4)).hasMessageContaining("Timeout");
            assertThat(server.count("tries.silent.example A udp")).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("F-DNS-05: flags: over TCP only, without the extension for long answers, not recursively")
    void flagsAreHeeded(Hub hub) throws Exception {
        AtomicReference<Message> seen = new AtomicReference<>();
        server.on("flags.example", exchange -> {
            seen.set(exchange.query);
            exchange.replyAddress();
        });
        Settings settings = Resolvers.asking(server).with(Settings.ARES_CACHE, false);
        try (AresResolver resolver = Resolvers.open(hub, settings.with(Settings.ARES_FLAGS, List.of("usevc")))) {
            assertThat(resolver.addresses("flags.example", Family.IPV4)).containsExactly(FOUR);
            assertThat(server.asked).containsExactly("flags.example A tcp");
            assertThat(seen.get().getOPT().getPayloadSize()).isEqualTo(1232);
        }
        try (AresResolver resolver = Resolvers.open(hub, settings.with(Settings.ARES_FLAGS, List.of("noedns", "norecurse")))) {
            resolver.addresses("flags.example", Family.IPV4);
            assertThat(seen.get().getOPT()).isNull();
            assertThat(seen.get().getHeader().getFlag(org.xbill.DNS.Flags.RD)).isFalse();
        }
        assertThatThrownBy(() -> Resolvers.open(hub, settings.with(Settings.ARES_FLAGS, List.of("fast"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("jevent.resolver.ares.flags: \"fast\""
                        + " (expected: of usevc, primary, igntc, norecurse, stayopen, rotate, noedns)");
    }

    @Test
    @DisplayName("F-DNS-14: name servers are addresses with ports; anything else is refused by name")
    void nameServersAreChecked(Hub hub) {
        for (String bad : List.of("dns.example", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:53x", "[::1", "[::1]53", "fe80::1%lo")) {
            assertThatThrownBy(() -> Resolvers.open(hub, Settings.process().with(Settings.RESOLVER_NAMESERVERS, List.of(bad))))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("jevent.resolver.nameservers: \"" + bad + "\"");
        }
        Settings settings = Settings.process()
                .with(Settings.RESOLVER_NAMESERVERS, List.of("9.9.9.9", "127.0.0.1:5353", "2620:fe::fe", "[::1]:5353"))
                .with(Settings.ARES_TIMEOUT, Duration.ofMillis(1500))
                .with(Settings.ARES_NDOTS, 2)
                .with(Settings.ARES_TRIES, 7);
        try (AresResolver resolver = Resolvers.open(hub, settings)) {
            assertThat(resolver.configuration().servers())
                    .containsExactly("9.9.9.9:53", "127.0.0.1:5353", "[2620:fe::fe]:53", "[::1]:5353");
            assertThat(resolver.configuration().ndots()).isEqualTo(2);
            assertThat(resolver.configuration().timeoutMillis()).isEqualTo(1500);
            assertThat(resolver.configuration().tries()).isEqualTo(7);
        }
    }

    // ---- files ----

    @Test
    @DisplayName("F-DNS-16, B-DNS-01: the hosts file comes first, both ways; what is no line of it is skipped")
    void theHostsFile(Hub hub, @TempDir Path folder) throws Exception {
        Path hosts = Files.writeString(folder.resolve("hosts"), """
                # a comment
                192.0.2.7   Host.Example alias-of-it   another # and one behind
                2001:db8::7 host.example
                192.0.2.8   host.example
                no-address  host.example
                192.0.2.9
                300.1.1.1   three-hundred.example

                \t192.0.2.10\tindented.example
                """);
        try (AresResolver resolver = Resolvers.open(hub, Resolvers.asking(server), hosts, NOWHERE)) {
            assertThat(Resolvers.texts(resolver.addresses("HOST.example", Family.IPV4))).containsExactlyInAnyOrder("192.0.2.7", "192.0.2.8");
            assertThat(Resolvers.texts(resolver.addresses("host.example.", Family.IPV6))).containsExactly("2001:db8:0:0:0:0:0:7");
            assertThat(Resolvers.texts(resolver.addresses("another"))).containsExactly("192.0.2.7");
            assertThat(Resolvers.texts(resolver.addresses("indented.example"))).containsExactly("192.0.2.10");
            assertThat(resolver.canonicalName("another")).isEqualTo("Host.Example");
            assertThat(resolver.name(InetAddress.ofLiteral("192.0.2.7"))).isEqualTo("Host.Example");
            assertThat(server.asked).isEmpty();
            assertThat(resolver.addresses("three-hundred.example", Family.IPV4)).containsExactly(FOUR);
        }
    }

    @Test
    @DisplayName("D8: a huge hosts file is read, and not on the hub's thread")
    void aHugeHostsFile(Hub hub, @TempDir Path folder) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
            lines.append("10.").append(i >> 16).append('.').append(i >> 8 & 255).append('.').append(i & 255)
                    .append(" host-").append(i).append(".example\n");
        }
        Path hosts = Files.writeString(folder.resolve("hosts"), lines);
        try (AresResolver resolver = Resolvers.open(hub, Resolvers.asking(server), hosts, NOWHERE)) {
            AtomicReference<Object> found = new AtomicReference<>();
            try (Hub.Hold _ = hub.hold()) {
                Thread other = Thread.ofPlatform().start(() -> found.set(answerOrError(resolver, "host-1.example")));
                assertThat(Resolvers.texts(resolver.addresses("host-49999.example"))).containsExactly("10.0.195.79");
                while (other.isAlive()) {
                    hub.sleep(Duration.ofMillis(1));
                }
            }
            assertThat(found.get()).isEqualTo("[10.0.0.1]");
            assertThat(server.asked).isEmpty();
        }
    }

    private static Object answerOrError(Resolver resolver, String host) {
        try {
            return Resolvers.texts(resolver.addresses(host, Family.IPV4)).toString();
        } catch (UnknownHostException | RuntimeException e) {
            return e;
        }
    }

    @Test
    @DisplayName("F-DNS-02: localhost is this machine, whatever name servers say, and .onion and .invalid are none of theirs")
    void localNamesAreNeverAskedFor(Hub hub) throws Exception {
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            assertThat(resolver.addresses("localhost")).allMatch(InetAddress::isLoopbackAddress).hasSize(2);
            assertThat(Resolvers.texts(resolver.addresses("www.LocalHost.", Family.IPV4))).containsExactly("127.0.0.1");
            assertThat(resolver.name(InetAddress.ofLiteral("127.0.0.1"))).isEqualTo("localhost");
            for (String none : List.of("abc.onion", "www.ABC.Onion.", "a.invalid")) {
                assertThatThrownBy(() -> resolver.addresses(none)).isInstanceOf(UnknownHostException.class).hasMessageContaining("NXDOMAIN");
            }
            assertThat(server.asked).isEmpty();
        }
    }

    @Test
    @DisplayName("F-DNS-05: a short name is looked for in the search domains; ndots says what is short")
    void searchDomains(Hub hub, @TempDir Path folder) throws Exception {
        server.on("www.two.search", NameServer.Exchange::replyAddress)
                .on("*.search", exchange -> exchange.reply(exchange.negative(Rcode.NXDOMAIN)))
                .on("www", exchange -> exchange.reply(exchange.negative(Rcode.NXDOMAIN)));
        Path conf = Files.writeString(folder.resolve("resolv.conf"), "search one.search two.search\noptions ndots:2\n");
        try (AresResolver resolver = Resolvers.open(hub, Resolvers.asking(server), NOWHERE, conf)) {
            assertThat(resolver.addresses("www", Family.IPV4)).containsExactly(FOUR);
            assertThat(server.asked).containsExactly("www.one.search A udp", "www.two.search A udp");
            server.asked.clear();
            assertThat(resolver.addresses("a.b", Family.IPV4)).as("one dot is short, but nothing was found").containsExactly(FOUR);
            assertThat(server.asked).containsExactly("a.b.one.search A udp", "a.b.two.search A udp", "a.b A udp");
            server.asked.clear();
            resolver.addresses("a.b.c", Family.IPV4);
            resolver.addresses("short.", Family.IPV4);
            assertThat(server.asked).containsExactly("a.b.c A udp", "short A udp");
            assertThatThrownBy(() -> resolver.addresses("x.nx.example.", Family.IPV4))
                    .hasMessage("x.nx.example.: no such name (NXDOMAIN)");
        }
    }

    @Test
    @DisplayName("D8: search domains that no name can end in are left out: the root, which systemd writes where there is none, and worse")
    void searchDomainsThatAreNone(Hub hub, @TempDir Path folder) throws Exception {
        server.on("alone", NameServer.Exchange::replyAddress);
        String tooLong = "x".repeat(64) + ".search";
        for (String line : List.of("search .", "search a..b " + tooLong + " .", "search b\u00fccher.search", "domain .")) {
            Path conf = Files.writeString(folder.resolve("resolv.conf"), line + "\n");
            try (AresResolver resolver = Resolvers.open(hub, Resolvers.asking(server), NOWHERE, conf)) {
                assertThat(resolver.configuration().domains()).as(line).isEmpty();
                assertThat(resolver.addresses("alone", Family.IPV4)).as(line).containsExactly(FOUR);
            }
        }
        Path conf = Files.writeString(folder.resolve("resolv.conf"), "search . a..b last.search.\n");
        try (AresResolver resolver = Resolvers.open(hub, Resolvers.asking(server), NOWHERE, conf)) {
            assertThat(resolver.configuration().domains()).containsExactly("last.search");
        }
    }

    @Test
    @DisplayName("D8: name servers of resolv.conf are asked; when it changes, those that it has then")
    void resolvConfIsRead(Hub hub, Errors errors, @TempDir Path folder) throws Exception {
        errors.expectAny();
        Path conf = Files.writeString(folder.resolve("resolv.conf"),
                "nameserver 127.0.0.1\noptions timeout:3 attempts:2\n");
        Settings settings = Settings.process().with(Settings.ARES_UDP_PORT, server.port());
        try (AresResolver resolver = Resolvers.open(hub, settings, NOWHERE, conf)) {
            assertThat(resolver.addresses("conf.example", Family.IPV4)).containsExactly(FOUR);
            assertThat(resolver.configuration().timeoutMillis()).isEqualTo(3000);
            assertThat(resolver.configuration().tries()).isEqualTo(2);
            Greenlet<?> asked = looksUp(hub, resolver, "before.silent.example");
            awaitAsked(hub, "before.silent.example A udp");
            Files.writeString(conf, "nameserver 127.0.0.1\noptions timeout:4 attempts:2\nsearch later.example\n");
            resolver.lookAtFilesNow();
            assertThat(resolver.addresses("changed", Family.IPV4)).containsExactly(FOUR);
            assertThat(resolver.configuration().timeoutMillis()).isEqualTo(4000);
            assertThat(resolver.configuration().domains()).containsExactly("later.example");
            assertThat(asked.dead()).as("it goes on as it began, and ends with the resolver").isFalse();
        }
        hub.yieldNow();
    }

    // ---- names of addresses, records ----

    @Test
    @DisplayName("B-DNS-01: the name of an address of either family")
    void addressesHaveNames(Hub hub) throws Exception {
        server.on("1.2.0.192.in-addr.arpa", exchange -> exchange.reply(exchange.message(
                        new PTRRecord(exchange.question(), DClass.IN, 60, Name.fromConstantString("One.example.")))))
                .on("1." + "0.".repeat(23) + "8.b.d.0.1.0.0.2.ip6.arpa", exchange -> exchange.reply(exchange.message(
                        new PTRRecord(exchange.question(), DClass.IN, 60, Name.fromConstantString("six.example.")))))
                .on("66.2.0.192.in-addr.arpa", exchange -> exchange.reply(exchange.message(
                        new PTRRecord(exchange.question(), DClass.IN, 60, Name.fromString("a\\010b<script>.example.")))))
                .on("67.2.0.192.in-addr.arpa", exchange -> exchange.reply(exchange.message(
                        new CNAMERecord(exchange.question(), DClass.IN, 60, Name.fromConstantString("67.delegated.example.")),
                        new PTRRecord(Name.fromConstantString("67.delegated.example."), DClass.IN, 60, Name.fromConstantString("two.example.")))));
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            assertThat(resolver.name(FOUR)).isEqualTo("One.example");
            assertThat(resolver.name(SIX)).isEqualTo("six.example");
            assertThat(resolver.name(InetAddress.ofLiteral("192.0.2.67"))).isEqualTo("two.example");
            assertThatThrownBy(() -> resolver.name(InetAddress.ofLiteral("192.0.2.66")))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("192.0.2.66: its name \"a\\010b<script>.example\" is no host's");
        }
    }

    @Test
    @DisplayName("records of every type, as text")
    void recordsAsText(Hub hub) throws Exception {
        String[][] expected = {
            {"A", "192.0.2.1"},
            {"AAAA", "2001:db8:0:0:0:0:0:1"},
            {"CNAME", "target.example."},
            {"NS", "ns.example."},
            {"PTR", "host.example."},
            {"MX", "10 mail.example."},
            {"TXT", "\"v=spf1 -all\" \"a \\\"quote\\\" and \\001\""},
            {"SRV", "1 2 5060 sip.example."},
            {"SOA", "ns.example. hostmaster.example. 2026112201 7200 3600 1209600 4294967295"},
            {"NAPTR", "100 10 \"S\" \"SIP+D2U\" \"!^.*$!sip:info@example.com!\" _sip._udp.example."},
            {"CAA", "0 issue \"ca.example\""},
            {"TYPE65280", "\\# 3 0A0B0C"},
        };
        for (String[] each : expected) {
            server.on(each[0].toLowerCase(java.util.Locale.ROOT) + ".records.example", exchange -> exchange.reply(exchange.message(
                    org.xbill.DNS.Record.fromString(exchange.question(), exchange.type(), DClass.IN, 300, each[1], Name.root))));
        }
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            for (String[] each : expected) {
                String name = each[0].toLowerCase(java.util.Locale.ROOT) + ".records.example";
                assertThat(resolver.records(name, each[0])).as(each[0]).containsExactly(new Resolver.Entry(name, each[0], 300, each[1]));
                assertThat(resolver.records(name, each[0]).getFirst().typed()).as(each[0]).isNotNull();
            }
            assertThat(resolver.records(".", "TYPE65280".replace("65280", "1"))).hasSize(1);
            assertThatThrownBy(() -> resolver.records("a.example", "MXX"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("type: MXX (expected: A, AAAA,");
            assertThatThrownBy(() -> resolver.records("a.example", "TYPE41")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    @DisplayName("records at the end of aliases carry the name they belong to")
    void recordsOfAnAlias(Hub hub) throws Exception {
        Name target = Name.fromConstantString("real.example.");
        server.on("alias.example", exchange -> exchange.reply(exchange.message(
                new CNAMERecord(exchange.question(), DClass.IN, 60, target), new ARecord(target, DClass.IN, 5, FOUR))));
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            assertThat(resolver.records("alias.example", "A")).containsExactly(new Resolver.Entry("real.example", "A", 5, "192.0.2.1"));
            assertThat(resolver.records("alias.example", "CNAME"))
                    .containsExactly(new Resolver.Entry("alias.example", "CNAME", 60, "real.example."));
            assertThat(resolver.canonicalName("alias.example")).isEqualTo("real.example");
        }
    }

    // ---- asked once ----

    @Test
    void aQuestionIsAskedOnceForAllWhoAskIt(Hub hub) throws Exception {
        try (AresResolver resolver = Resolvers.open(hub, Resolvers.asking(server).with(Settings.ARES_CACHE, false))) {
            List<Greenlet<List<InetAddress>>> greenlets = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                greenlets.add(looksUp(hub, resolver, i % 2 == 0 ? "shared.example" : "SHARED.example."));
            }
            hub.joinAll(greenlets);
            assertThat(greenlets).extracting(Greenlet::value).allMatch(found -> found.equals(List.of(FOUR)));
            assertThat(server.asked).hasSize(1);
            resolver.addresses("shared.example", Family.IPV4);
            assertThat(server.asked).as("nothing is kept").hasSize(2);
        }
    }

    @Test
    @DisplayName("F-DNS-15: who is killed goes on; his question goes on, too, for who asks it next")
    void aKillLeavesTheQuestion(Hub hub) throws Exception {
        AtomicReference<NameServer.Exchange> held = new AtomicReference<>();
        server.on("held.example", held::set);
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            Greenlet<?> killed = looksUp(hub, resolver, "held.example");
            while (held.get() == null) {
                hub.sleep(Duration.ofMillis(1));
            }
            killed.kill();
            assertThat(resolver.statistics().waiting()).isZero();
            assertThat(hub.statistics().holds()).isZero();
            Greenlet<List<InetAddress>> next = looksUp(hub, resolver, "held.example");
            hub.yieldNow();
            held.get().replyAddress();
            assertThat(next.get()).containsExactly(FOUR);
            assertThat(resolver.statistics()).isEqualTo(new Resolver.Statistics(2, 1, 0, 1, 0));
            assertThat(resolver.addresses("held.example", Family.IPV4)).containsExactly(FOUR);
            assertThat(resolver.statistics()).as("after an answer that it remembered").isEqualTo(new Resolver.Statistics(3, 1, 0, 1, 1));
            assertThat(server.asked).hasSize(1);
        }
    }

    @Test
    void anUnwantedQueryDoesNotKeepTheHub(Hub hub) throws Exception {
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            Greenlet<?> killed = looksUp(hub, resolver, "unwanted.silent.example");
            awaitAsked(hub, "unwanted.silent.example A udp");
            killed.kill();
            assertThatThrownBy(() -> new Greenlet<>(hub, () -> null).join()).isInstanceOf(LoopExit.class);
        }
    }

    // ---- what is kept ----

    @Test
    @DisplayName("D7: answers are kept, none is kept for a time of zero, and neither is what it doesn't say")
    void answersAreKept(Hub hub) throws Exception {
        server.on("zero.example", exchange -> exchange.reply(exchange.message(exchange.address(exchange.question(), 0))))
                .on("huge.example", exchange -> {
                    byte[] message = exchange.good().toWire();
                    message[message.length - 10] = (byte) 0x80; // the first byte of the time
                    exchange.send(message);
                })
                .on("bare.example", exchange -> exchange.reply(exchange.message()));
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            for (int i = 0; i < 3; i++) {
                resolver.addresses("kept.example", Family.IPV4);
                resolver.addresses("zero.example", Family.IPV4);
                resolver.addresses("huge.example", Family.IPV4);
                assertThatThrownBy(() -> resolver.addresses("x.nx.example", Family.IPV4)).hasMessageContaining("NXDOMAIN");
                assertThatThrownBy(() -> resolver.addresses("bare.example", Family.IPV4)).hasMessageContaining("no A record");
            }
            assertThat(server.count("kept.example A udp")).isEqualTo(1);
            assertThat(server.count("x.nx.example A udp")).isEqualTo(1);
            assertThat(server.count("zero.example A udp")).isEqualTo(3);
            assertThat(server.count("huge.example A udp")).as("its highest bit makes it zero [RFC 2181]").isEqualTo(3);
            assertThat(server.count("bare.example A udp")).as("it doesn't say for how long there is none").isEqualTo(3);
        }
    }

    // ---- many ----

    @Test
    void whatNobodyWantsAnyMoreIsNotSent(Hub hub) throws Exception {
        try (AresResolver resolver = Resolvers.open(hub, Resolvers.asking(server).with(Settings.ARES_IN_FLIGHT, 4))) {
            List<Greenlet<List<InetAddress>>> unwanted = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                unwanted.add(looksUp(hub, resolver, "n" + i + ".silent.example"));
            }
            awaitAsked(hub, "n0.silent.example A udp");
            hub.killAll(unwanted);
            assertThat(resolver.addresses("wanted.example", Family.IPV4)).containsExactly(FOUR);
            assertThat(server.asked).filteredOn(asked -> asked.contains("silent")).as("4 are in flight at first, few more after").hasSizeLessThan(50);
        }
    }

    @Test
    @DisplayName("no more than the limit are in flight, and every one is answered, first come, first served")
    void theLimitIsKept(Hub hub) throws Exception {
        List<NameServer.Exchange> held = new ArrayList<>();
        server.on("*.many.example", exchange -> {
            synchronized (held) {
                held.add(exchange);
            }
        });
        try (AresResolver resolver = Resolvers.open(hub, Resolvers.asking(server).with(Settings.ARES_IN_FLIGHT, 4))) {
            List<Greenlet<List<InetAddress>>> greenlets = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                greenlets.add(looksUp(hub, resolver, "n" + i + ".many.example"));
            }
            hub.yieldNow();
            int answered = 0;
            while (answered < 100) {
                List<NameServer.Exchange> taken;
                synchronized (held) {
                    taken = List.copyOf(held);
                    held.clear();
                }
                for (NameServer.Exchange exchange : taken) {
                    exchange.replyAddress();
                    answered++;
                }
                hub.sleep(Duration.ofMillis(1));
            }
            hub.joinAll(greenlets);
            assertThat(greenlets).extracting(Greenlet::value).allMatch(found -> found.equals(List.of(FOUR)));
            assertThat(List.copyOf(server.asked).subList(0, 4)).containsExactlyInAnyOrder(
                    "n0.many.example A udp", "n1.many.example A udp", "n2.many.example A udp", "n3.many.example A udp");
        }
    }

    @Test
    @DisplayName("D11: 1,000 names that never answer disturb neither other look-ups nor connects")
    void silentNamesDisturbNobody(Hub hub, Errors errors) throws Exception {
        errors.expectAny();
        Settings settings = Resolvers.asking(server).with(Settings.ARES_TIMEOUT, Duration.ofSeconds(60));
        try (AresResolver resolver = Resolvers.open(hub, settings);
                ServerSocketChannel listener = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0))) {
            List<Greenlet<List<InetAddress>>> silent = new ArrayList<>();
            for (int i = 0; i < 1_000; i++) {
                silent.add(looksUp(hub, resolver, "n" + i + ".silent.example"));
            }
            hub.yieldNow();
            for (int i = 0; i < 20; i++) {
                assertThat(looksUp(hub, resolver, "lively-" + i + ".example").get()).containsExactly(FOUR);
                assertThat(resolver.addresses("127.0.0.1")).hasSize(1);
                try (SocketChannel connected = SocketChannel.open(listener.getLocalAddress())) {
                    assertThat(connected.isConnected()).isTrue();
                }
            }
            assertThat(silent).noneMatch(Greenlet::ready);
            assertThat(resolver.statistics().waiting()).isEqualTo(1_000);
        }
        hub.yieldNow();
    }

    @Test
    void severalQueriesShareAPortIfTheSettingAllowsIt(Hub hub) throws Exception {
        List<NameServer.Exchange> held = new ArrayList<>();
        server.on("*.ports.example", exchange -> {
            synchronized (held) {
                held.add(exchange);
                if (held.size() == 100) {
                    for (NameServer.Exchange each : held) {
                        each.replyAddress();
                    }
                }
            }
        });
        server.sources.clear();
        Settings settings = Resolvers.asking(server).with(Settings.ARES_PORT_QUERIES, 10).with(Settings.ARES_TIMEOUT, Duration.ofSeconds(20));
        try (AresResolver resolver = Resolvers.open(hub, settings)) {
            List<Greenlet<List<InetAddress>>> greenlets = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                greenlets.add(looksUp(hub, resolver, "n" + i + ".ports.example"));
            }
            hub.joinAll(greenlets);
            assertThat(greenlets).extracting(Greenlet::value).allMatch(List.of(FOUR)::equals);
            assertThat(server.sources.stream().distinct().count()).isEqualTo(10);
            assertThat(hub.statistics().loop().registrations()).isZero();
        }
    }

    @Test
    @DisplayName("D2: an answer that comes twice is late, not forged")
    void answersThatComeTwice(Hub hub, Errors errors) throws Exception {
        errors.expectAny();
        server.on("*.twice.example", exchange -> {
            for (int i = 0; i < 4; i++) {
                exchange.replyAddress();
            }
        });
        try (AresResolver resolver = Resolvers.open(hub, Resolvers.asking(server).with(Settings.ARES_PORT_QUERIES, 64))) {
            Greenlet<?> keepsThePort = looksUp(hub, resolver, "port.silent.example");
            awaitAsked(hub, "port.silent.example A udp");
            server.sources.clear();
            for (int i = 0; i < 20; i++) {
                assertThat(resolver.addresses("n" + i + ".twice.example", Family.IPV4)).containsExactly(FOUR);
            }
            assertThat(server.sources.stream().distinct().count()).as("ports").isEqualTo(1);
            assertThat(server.asked).noneMatch(asked -> asked.endsWith("tcp"));
            assertThat(keepsThePort.ready()).isFalse();
        }
        hub.yieldNow();
    }

    @Test
    void portsAreDescriptorsWhereTheLoopWatchesThem(Hub hub) {
        Resolvers.assumeBuilt();
        AresChannel channel = new AresChannel((HubLoop) hub.loop(), Configuration.of(Resolvers.asking(server), ""), 1, 1, _ -> true,
                (_, _, _) -> {});
        assertThat(channel.watchesDescriptors()).isEqualTo(!hub.loop().name().equals("nio"));
        channel.close();
    }

    @Test
    void thousandsAtOnceAreAllAnswered(Hub hub) throws Exception {
        Settings settings = Resolvers.asking(server).with(Settings.ARES_TIMEOUT, Duration.ofSeconds(1)).with(Settings.ARES_TRIES, 6)
                .with(Settings.ARES_CACHE_SIZE, 100);
        try (AresResolver resolver = Resolvers.open(hub, settings)) {
            List<Greenlet<List<InetAddress>>> greenlets = new ArrayList<>();
            for (int i = 0; i < 5_000; i++) {
                greenlets.add(looksUp(hub, resolver, "burst-" + i + ".example"));
            }
            hub.joinAll(greenlets);
            assertThat(greenlets).extracting(Greenlet::value).allMatch(List.of(FOUR)::equals);
            assertThat(resolver.statistics()).isEqualTo(new Resolver.Statistics(5_000, 0, 0, 100, 0));
        }
    }

    // ---- the end ----

    @Test
    @DisplayName("D10: kills and closes at any moment leave no one waiting and nothing open")
    void randomKillsAndCloses(Hub hub, Errors errors) throws Exception {
        errors.expectAny();
        server.on("*.random.example", exchange -> {
            int chance = exchange.name().hashCode() & 7;
            if (chance == 0) {
                return;
            }
            if (chance == 1 && !exchange.isTcp()) {
                Message answer = exchange.message();
                answer.getHeader().setFlag(org.xbill.DNS.Flags.TC);
                exchange.reply(answer);
            } else if (chance == 2 && exchange.isTcp()) {
                exchange.connection().close();
            } else {
                exchange.replyAddress();
            }
        });
        Random random = new Random(5);
        Settings settings = Resolvers.asking(server).with(Settings.ARES_TIMEOUT, Duration.ofMillis(20)).with(Settings.ARES_IN_FLIGHT, 16);
        int rounds = Integer.getInteger("jevent.test.ares.rounds", 20);
        for (int round = 0; round < rounds; round++) {
            AresResolver resolver = Resolvers.open(hub, settings);
            List<Greenlet<List<InetAddress>>> greenlets = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                greenlets.add(looksUp(hub, resolver, "r" + round + "-" + i + ".random.example"));
                if (random.nextInt(4) == 0) {
                    greenlets.get(random.nextInt(greenlets.size())).killLater();
                }
                if (random.nextInt(20) == 0) {
                    hub.sleep(Duration.ofNanos(random.nextInt(2_000_000)));
                }
            }
            hub.sleep(Duration.ofNanos(random.nextInt(10_000_000)));
            resolver.close();
            hub.joinAll(greenlets);
            assertThat(resolver.statistics().waiting()).isZero();
        }
    }

    @Test
    @DisplayName("D10: another thread may close it")
    void anotherThreadClosesIt(Hub hub, Errors errors) throws Exception {
        errors.expectAny();
        AresResolver resolver = Resolvers.open(hub, server);
        Greenlet<List<InetAddress>> waiting = looksUp(hub, resolver, "closed.silent.example");
        awaitAsked(hub, "closed.silent.example A udp");
        Thread closing = Thread.ofPlatform().start(resolver::close);
        waiting.join();
        closing.join();
        assertThat(waiting.exception()).isInstanceOf(UnknownHostException.class)
                .hasMessage("closed.silent.example: the resolver was closed");
        hub.yieldNow();
    }

    @Test
    @DisplayName("it is chosen by its rank, without a word, where its library can be loaded")
    void itIsChosenByRank(Hub hub) {
        Resolvers.assumeBuilt();
        assertThat(new AresResolverProvider().availability().reason()).isNull();
        assertThat(new AresResolverProvider().rank()).isEqualTo(100);
        assertThat(hub.resolver()).isInstanceOf(AresResolver.class).asString().startsWith("<resolver ares of ");
        assertThat(Ares.version()).matches("1\\.\\d+\\.\\d+");
    }

    @Test
    void anOldLibraryIsToldOf() {
        for (String good : List.of(Ares.OLDEST_GOOD, "1.18.2", "1.20.0", "1.34.5", "1.34.0-DEV", "2.0")) {
            assertThat(AresResolverProvider.warning(good)).as(good).isEmpty();
        }
        for (String old : List.of("1.18.0", "1.9.1", "1.17", "0.99.99")) {
            assertThat(AresResolverProvider.warning(old)).as(old).hasValueSatisfying(text -> assertThat(text)
                    .contains("c-ares " + old + ";", Ares.OLDEST_GOOD + " or later"));
        }
    }

    @Test
    @DisplayName("what asks InetAddress in a greenlet asks it, too, whoever wrote that")
    void inetAddressAsksIt(Hub hub) throws Exception {
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            hub.resolver(resolver);
            Greenlet<List<InetAddress>> unmodified = hub.spawn(
                    (Callable<List<InetAddress>>) () -> List.of(InetAddress.getAllByName("unmodified.example")));
            assertThat(unmodified.get()).containsExactlyInAnyOrder(FOUR, SIX);
            assertThat(server.asked).containsExactlyInAnyOrder("unmodified.example A udp", "unmodified.example AAAA udp");
            hub.resolver(null);
        }
    }

    @Test
    @DisplayName("sockets are gone when nothing is in flight")
    void socketsAreGone(Hub hub) throws Exception {
        try (AresResolver resolver = Resolvers.open(hub, server)) {
            resolver.addresses("gone.example");
            assertThat(hub.statistics().loop().registrations()).isZero();
            assertThat(hub.statistics().loop().timers()).isZero();
        }
    }
}
