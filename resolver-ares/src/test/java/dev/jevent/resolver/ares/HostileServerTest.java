package dev.jevent.resolver.ares;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Hub;
import dev.jevent.Resolver.Family;
import dev.jevent.Settings;
import dev.jevent.resolver.ares.NameServer.Exchange;
import dev.jevent.resolver.ares.NameServer.Script;
import dev.jevent.testkit.OnHub;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * Name servers, and those who would like to be taken for one, at their worst: the good answer is found or a clear error comes
 * within the time limit, and no foreign answer is ever believed.
 */
@OnHub(virtualTime = false)
class HostileServerTest {
    private static final InetAddress GOOD = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress EVIL = InetAddress.ofLiteral("203.0.113.66");

    private static NameServer server;

    @BeforeAll
    static void start() {
        server = new NameServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static AresResolver resolver(Hub hub) {
        return resolver(hub, Duration.ofSeconds(20));
    }

    private static AresResolver resolver(Hub hub, Duration limit) {
        server.asked.clear();
        return Resolvers.open(hub, Resolvers.asking(server).with(Settings.RESOLVER_TIMEOUT, limit));
    }

    private static Message evil(Exchange exchange) {
        return exchange.message(new ARecord(exchange.question(), DClass.IN, 60, EVIL));
    }

    /** What is no answer: it comes first, the good one after it. */
    private static void isOvercome(Hub hub, String name, Script first) throws Exception {
        server.on(name, exchange -> {
            first.run(exchange);
            exchange.replyAddress();
        });
        try (AresResolver resolver = resolver(hub)) {
            assertThat(resolver.addresses(name, Family.IPV4)).containsExactly(GOOD);
            assertThat(server.count(name + " A udp")).as("tries").isEqualTo(1);
        }
    }

    // ---- off the path ----

    @Test
    @DisplayName("D1: an answer with another number is not believed")
    void aWrongId(Hub hub) throws Exception {
        isOvercome(hub, "wrong-id.example", exchange -> {
            Message lie = evil(exchange);
            lie.getHeader().setID(lie.getHeader().getID() ^ 0x100);
            exchange.reply(lie);
        });
    }

    @Test
    @DisplayName("D1: an answer from another port of the server is not believed")
    void aWrongPort(Hub hub) throws Exception {
        isOvercome(hub, "wrong-port.example", exchange -> {
            try (DatagramSocket other = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
                exchange.sendFrom(other, evil(exchange).toWire());
            }
        });
    }

    @Test
    @DisplayName("D1: an answer from another machine is not believed")
    void aWrongSource(Hub hub) throws Exception {
        isOvercome(hub, "wrong-source.example", exchange -> {
            try (DatagramSocket other = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.2"))) {
                exchange.sendFrom(other, evil(exchange).toWire());
            }
        });
    }

    @Test
    @DisplayName("D1: an answer to another question is not believed")
    void aWrongQuestion(Hub hub) throws Exception {
        isOvercome(hub, "wrong-question.example", exchange -> {
            Message lie = evil(exchange);
            Record other = Record.newRecord(Name.fromConstantString("xrong-question.example."), Type.A, DClass.IN);
            lie.removeAllRecords(Section.QUESTION);
            lie.addRecord(other, Section.QUESTION);
            exchange.reply(lie);
            lie.removeAllRecords(Section.QUESTION);
            lie.addRecord(Record.newRecord(exchange.question(), Type.AAAA, DClass.IN), Section.QUESTION);
            exchange.reply(lie);
            lie.removeAllRecords(Section.QUESTION);
            exchange.reply(lie);
        });
    }

    @Test
    @DisplayName("D1: a question that comes back, or another operation, is no answer")
    void whatIsNoAnswer(Hub hub) throws Exception {
        isOvercome(hub, "no-answer.example", exchange -> {
            exchange.send(exchange.bytes);
            Message lie = evil(exchange);
            lie.getHeader().setOpcode(4);
            exchange.reply(lie);
        });
    }

    @Test
    @DisplayName("D1: each query has a number and a port that the last ones don't tell")
    void numbersAndPortsAreRandom(Hub hub) throws Exception {
        try (AresResolver resolver = resolver(hub)) {
            server.sources.clear();
            for (int i = 0; i < 500; i++) {
                resolver.addresses("random-" + i + ".example", Family.IPV4);
            }
            long ports = server.sources.stream().map(source -> source.getPort()).distinct().count();
            assertThat(ports).as("of 500 ports of some 28,000 nearly all differ").isGreaterThan(450);
        }
    }

    @Test
    @DisplayName("D2: who guesses at the right port is answered by asking over TCP")
    void aFloodOfWrongIds(Hub hub) throws Exception {
        server.on("flood.example", exchange -> {
            if (exchange.isTcp()) {
                exchange.replyAddress();
                return;
            }
            for (int i = 1; i <= 2_000; i++) {
                byte[] lie = evil(exchange).toWire();
                lie[0] ^= (byte) (i >> 8);
                lie[1] ^= (byte) i;
                exchange.send(lie);
            }
        });
        try (AresResolver resolver = resolver(hub)) {
            assertThat(resolver.addresses("flood.example", Family.IPV4)).containsExactly(GOOD);
            assertThat(server.count("flood.example A tcp")).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("D2: when the question is asked over TCP, no guess at the port counts any more, not even the right one")
    void aRightGuessThatIsTooLate(Hub hub) throws Exception {
        server.on("guessed.example", exchange -> {
            if (exchange.isTcp()) {
                exchange.replyAddress();
                return;
            }
            for (int i = 1; i <= 8; i++) {
                byte[] lie = evil(exchange).toWire();
                lie[1] ^= (byte) i;
                exchange.send(lie);
            }
            exchange.reply(evil(exchange));
        });
        try (AresResolver resolver = resolver(hub)) {
            assertThat(resolver.addresses("guessed.example", Family.IPV4)).containsExactly(GOOD);
        }
    }

    @Test
    @DisplayName("D2: a flood at a port that queries share makes all of them go over TCP, and nothing else out from there")
    void aFloodAtASharedPort(Hub hub) throws Exception {
        java.util.Queue<Exchange> held = new java.util.concurrent.ConcurrentLinkedQueue<>();
        server.on("*.shared-port.example", exchange -> {
            if (exchange.isTcp()) {
                exchange.replyAddress();
                return;
            }
            held.add(exchange);
            if (held.size() == 4) {
                for (int i = 1; i <= 8; i++) {
                    byte[] lie = evil(exchange).toWire();
                    lie[1] ^= (byte) (0x80 | i);
                    exchange.send(lie);
                }
                for (Exchange each : held) {
                    each.reply(evil(each));
                }
            }
        });
        server.asked.clear();
        server.sources.clear();
        Settings settings = Resolvers.asking(server).with(Settings.ARES_PORT_QUERIES, 100).with(Settings.RESOLVER_TIMEOUT, Duration.ofSeconds(20));
        try (AresResolver resolver = Resolvers.open(hub, settings)) {
            var greenlets = new java.util.ArrayList<dev.jevent.Greenlet<List<InetAddress>>>();
            for (int i = 0; i < 4; i++) {
                String name = "n" + i + ".shared-port.example";
                greenlets.add(hub.spawn((java.util.concurrent.Callable<List<InetAddress>>) () -> resolver.addresses(name, Family.IPV4)));
            }
            hub.joinAll(greenlets);
            assertThat(greenlets).extracting(dev.jevent.Greenlet::value).allMatch(List.of(GOOD)::equals);
            assertThat(server.sources.stream().distinct()).hasSize(1);
            assertThat(server.asked).filteredOn(asked -> asked.endsWith("tcp")).hasSize(4);
            resolver.addresses("after-shared-port.example", Family.IPV4);
            assertThat(server.sources.stream().distinct()).hasSize(2);
        }
    }

    // ---- malformed ----

    static Stream<Arguments> malformed() {
        return Stream.of(
                bad("0 bytes", good -> new byte[0]),
                bad("1 byte", good -> Arrays.copyOf(good, 1)),
                bad("11 bytes", good -> Arrays.copyOf(good, 11)),
                bad("a header alone", good -> Arrays.copyOf(good, 12)),
                bad("cut in the question", good -> Arrays.copyOf(good, 20)),
                bad("cut in the answer", good -> Arrays.copyOf(good, good.length - 3)),
                bad("bytes behind the end", good -> Arrays.copyOf(good, good.length + 1)),
                bad("65,535 answers", good -> with(good, 6, 0xff, 0xff)),
                bad("one answer more than there is", good -> with(good, 6, 0, 2)),
                bad("one answer less than there is", good -> with(good, 6, 0, 0)),
                bad("65,535 authorities", good -> with(good, 8, 0xff, 0xff)),
                bad("65,535 others", good -> with(good, 10, 0xff, 0xff)),
                bad("65,535 questions", good -> with(good, 4, 0xff, 0xff)),
                bad("a pointer to itself", good -> answerName(good, 0xc0, answerAt(good))),
                bad("a pointer forward", good -> answerName(good, 0xc0, answerAt(good) + 2)),
                bad("a pointer into the header", good -> answerName(good, 0xc0, 4)),
                bad("a pointer behind the end", good -> answerName(good, 0xff, 0xff)),
                bad("a label of 64 bytes", good -> answerName(good, 0x40, 1)),
                bad("a label of a kind that there isn't", good -> answerName(good, 0x80, 1)),
                bad("a label that goes behind the end", good -> answerName(good, 63, 1)),
                bad("an address of 3 bytes", good -> dataLength(Arrays.copyOf(good, good.length - 1), 3)),
                bad("an address of 5 bytes", good -> dataLength(Arrays.copyOf(good, good.length + 1), 5)),
                bad("data that goes behind the end", good -> dataLength(good, 0xffff)),
                bad("a name of more than 255 bytes", HostileServerTest::longName),
                bad("a chain of pointers", HostileServerTest::pointerChain),
                bad("pointers that lead to each other", HostileServerTest::pointerLoop));
    }

    private static Arguments bad(String what, UnaryOperator<byte[]> of) {
        return Arguments.of(what, of);
    }

    private static byte[] with(byte[] message, int at, int... bytes) {
        for (int each : bytes) {
            message[at++] = (byte) each;
        }
        return message;
    }

    /** Where the answer of a good message begins: two bytes of name, ten of type, class, time and length, four of data. */
    private static int answerAt(byte[] good) {
        return good.length - 16;
    }

    private static byte[] answerName(byte[] good, int first, int second) {
        return with(good, answerAt(good), first, second);
    }

    private static byte[] dataLength(byte[] message, int length) {
        int at = 12;
        while (message[at] != 0) {
            at += 1 + message[at];
        }
        return with(message, at + 5 + 10, length >> 8, length);
    }

    /** Puts {@code name} in the place of the answer's. */
    private static byte[] answerNamed(byte[] good, byte[] name) {
        int at = answerAt(good);
        byte[] message = Arrays.copyOf(good, good.length - 2 + name.length);
        System.arraycopy(name, 0, message, at, name.length);
        System.arraycopy(good, at + 2, message, at + name.length, good.length - at - 2);
        return message;
    }

    private static byte[] longName(byte[] good) {
        byte[] name = new byte[5 * 64 + 1];
        for (int i = 0; i < 5; i++) {
            name[64 * i] = 63;
            Arrays.fill(name, 64 * i + 1, 64 * i + 64, (byte) 'x');
        }
        return answerNamed(good, name);
    }

    /** One byte of name before each of many pointers back: together they are longer than a name may be. */
    private static byte[] pointerChain(byte[] good) {
        int at = answerAt(good);
        byte[] name = new byte[4 * 200];
        for (int i = 0; i < 200; i++) {
            int back = i == 0 ? 12 : at + 4 * (i - 1);
            with(name, 4 * i, 1, 'x', 0xc0 | back >> 8, back);
        }
        // The name ends at its first pointer, so that all but the first are behind it: the answer is the last one's.
        return Arrays.copyOf(answerNamed(good, name), at + name.length);
    }

    private static byte[] pointerLoop(byte[] good) {
        int at = answerAt(good);
        return answerNamed(good, new byte[] {
            1, 'x', (byte) (0xc0 | at + 4 >> 8), (byte) (at + 4), 1, 'y', (byte) (0xc0 | at >> 8), (byte) at
        });
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformed")
    @DisplayName("D3, D5: what makes no sense comes first, the good answer second")
    void whatMakesNoSenseEndsNoWait(String what, UnaryOperator<byte[]> of, Hub hub) throws Exception {
        isOvercome(hub, what.replaceAll("[^a-z0-9]", "-") + ".example", exchange -> {
            byte[] message = evil(exchange).toWire();
            exchange.send(of.apply(message));
        });
    }

    @Test
    @DisplayName("D3: 200 kinds of noise before the good answer")
    void noiseIsOvercome(Hub hub) throws Exception {
        Random random = new Random(20261122);
        try (AresResolver resolver = resolver(hub)) {
            for (int kind = 0; kind < 200; kind++) {
                String name = "noise-" + kind + ".example";
                server.on(name, exchange -> {
                    if (!exchange.isTcp()) {
                        for (int i = 0; i < 3; i++) {
                            byte[] lie = evil(exchange).toWire();
                            int question = exchange.question().length();
                            for (int flips = random.nextInt(8); flips > 0; flips--) {
                                lie[12 + random.nextInt(question)] ^= (byte) (1 + random.nextInt(255));
                            }
                            lie[12 + question + random.nextInt(4)] ^= (byte) (1 + random.nextInt(255));
                            exchange.send(lie);
                        }
                    }
                    exchange.replyAddress();
                });
                assertThat(resolver.addresses(name, Family.IPV4)).as(name).containsExactly(GOOD);
            }
        }
    }

    @Test
    @DisplayName("D5: 65,535 bytes of records over TCP are read, and cost what they are")
    void aVeryLongAnswer(Hub hub) throws Exception {
        server.on("long.example", exchange -> {
            if (!exchange.isTcp()) {
                truncated(exchange);
                return;
            }
            Message answer = exchange.message();
            for (int i = 0; i < 4_000; i++) {
                answer.addRecord(new ARecord(exchange.question(), DClass.IN, 60, InetAddress.getByAddress(
                        new byte[] {10, 0, (byte) (i >> 8), (byte) i})), Section.ANSWER);
            }
            exchange.send(answer.toWire(65_535));
        });
        try (AresResolver resolver = resolver(hub)) {
            assertThat(resolver.addresses("long.example", Family.IPV4)).hasSize(4_000).doesNotHaveDuplicates();
        }
    }

    // ---- answers for others, loops ----

    @Test
    @DisplayName("D6: records of names that weren't asked for are ignored, and not kept")
    void foreignRecords(Hub hub) throws Exception {
        Name victim = Name.fromConstantString("victim.example.");
        server.on("poison.example", exchange -> {
            Message answer = exchange.message(
                    new ARecord(victim, DClass.IN, 3600, EVIL), exchange.address(exchange.question(), 60));
            answer.addRecord(new ARecord(victim, DClass.IN, 3600, EVIL), Section.AUTHORITY);
            answer.addRecord(new ARecord(victim, DClass.IN, 3600, EVIL), Section.ADDITIONAL);
            exchange.reply(answer);
        });
        try (AresResolver resolver = resolver(hub)) {
            assertThat(resolver.addresses("poison.example", Family.IPV4)).containsExactly(GOOD);
            assertThat(resolver.addresses("victim.example", Family.IPV4)).containsExactly(GOOD);
        }
    }

    @Test
    @DisplayName("D6: an address of a name that isn't at the end of the aliases is not believed")
    void anAliasThatLeadsElsewhere(Hub hub) throws Exception {
        Name elsewhere = Name.fromConstantString("elsewhere.example.");
        Name victim = Name.fromConstantString("victim.example.");
        server.on("leads.example", exchange -> exchange.reply(exchange.message(
                new CNAMERecord(exchange.question(), DClass.IN, 60, elsewhere), new ARecord(victim, DClass.IN, 60, EVIL))));
        try (AresResolver resolver = resolver(hub)) {
            assertThat(resolver.addresses("leads.example", Family.IPV4)).as("asked for itself").containsExactly(GOOD);
            assertThat(server.count("elsewhere.example A udp")).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("D6: aliases that lead in a circle are an error, in one answer and over several")
    void aliasLoops(Hub hub) throws Exception {
        Name one = Name.fromConstantString("circle-1.example.");
        Name two = Name.fromConstantString("circle-2.example.");
        server.on("circle-1.example", exchange -> exchange.reply(exchange.message(
                        new CNAMERecord(one, DClass.IN, 60, two), new CNAMERecord(two, DClass.IN, 60, one))))
                .on("step-1.example", exchange -> exchange.reply(exchange.message(
                        new CNAMERecord(exchange.question(), DClass.IN, 60, Name.fromConstantString("step-2.example.")))))
                .on("step-2.example", exchange -> exchange.reply(exchange.message(
                        new CNAMERecord(exchange.question(), DClass.IN, 60, Name.fromConstantString("step-1.example.")))))
                .on("self.example", exchange -> exchange.reply(exchange.message(
                        new CNAMERecord(exchange.question(), DClass.IN, 60, exchange.question()))));
        try (AresResolver resolver = resolver(hub)) {
            for (String name : List.of("circle-1.example", "step-1.example", "self.example")) {
                assertThatThrownBy(() -> resolver.addresses(name, Family.IPV4))
                        .isInstanceOf(UnknownHostException.class)
                        .hasMessage(name + ": more than 16 aliases, one of the other");
            }
        }
    }

    @Test
    @DisplayName("D6: an alias to a name of any bytes is an error, and nobody is asked for it")
    void anAliasOfAnyBytes(Hub hub) throws Exception {
        Name strange = Name.fromString("\\255".repeat(63) + ".example.");
        server.on("strange.example", exchange -> exchange.reply(exchange.message(
                new CNAMERecord(exchange.question(), DClass.IN, 60, strange))));
        try (AresResolver resolver = resolver(hub)) {
            assertThatThrownBy(() -> resolver.addresses("strange.example", Family.IPV4))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageStartingWith("strange.example: its alias \"\\255\\255")
                    .hasMessageEndingWith(".example\" is no name that can be asked for");
            assertThat(server.asked).containsExactly("strange.example A udp");
        }
    }

    @Test
    @DisplayName("D6: a chain of aliases of which the server gives one after the other is followed")
    void aChainOfAliases(Hub hub) throws Exception {
        for (int i = 0; i < 16; i++) {
            Name next = Name.fromConstantString("chain-" + (i + 1) + ".example.");
            server.on("chain-" + i + ".example", exchange -> exchange.reply(
                    exchange.message(new CNAMERecord(exchange.question(), DClass.IN, 60, next))));
        }
        try (AresResolver resolver = resolver(hub)) {
            assertThat(resolver.addresses("chain-0.example", Family.IPV4)).containsExactly(GOOD);
            assertThat(resolver.canonicalName("chain-0.example")).isEqualTo("chain-16.example");
        }
    }

    // ---- truncation and TCP ----

    private static void truncated(Exchange exchange) throws IOException {
        Message answer = exchange.message();
        answer.getHeader().setFlag(Flags.TC);
        exchange.reply(answer);
    }

    /** Answers that are too long for a datagram; over TCP as {@code overTcp} does. */
    private static String truncating(String name, Script overTcp) {
        server.on(name, exchange -> {
            if (exchange.isTcp()) {
                overTcp.run(exchange);
            } else {
                truncated(exchange);
            }
        });
        return name;
    }

    @Test
    @DisplayName("D4: an answer that was cut off is asked for over TCP")
    void truncationFallsBackToTcp(Hub hub) throws Exception {
        String name = truncating("tc.example", Exchange::replyAddress);
        try (AresResolver resolver = resolver(hub)) {
            assertThat(resolver.addresses(name, Family.IPV4)).containsExactly(GOOD);
            assertThat(server.asked).containsExactly("tc.example A udp", "tc.example A tcp");
        }
    }

    @Test
    @DisplayName("D4: once an answer was cut off, only what comes over TCP counts")
    void afterTruncationDatagramsDoNotCount(Hub hub) throws Exception {
        server.on("cut.example", exchange -> {
            if (exchange.isTcp()) {
                exchange.replyAddress();
            } else {
                truncated(exchange);
                exchange.reply(evil(exchange));
            }
        });
        try (AresResolver resolver = resolver(hub)) {
            assertThat(resolver.addresses("cut.example", Family.IPV4)).containsExactly(GOOD);
        }
    }

    @Test
    @DisplayName("D4: an answer over TCP may come one byte at a time")
    void oneByteAtATime(Hub hub) throws Exception {
        String name = truncating("bytes.example", exchange -> {
            byte[] message = exchange.good().toWire();
            exchange.sendRaw(new byte[] {(byte) (message.length >> 8)});
            exchange.sendRaw(new byte[] {(byte) message.length});
            for (byte each : message) {
                exchange.sendRaw(new byte[] {each});
            }
        });
        try (AresResolver resolver = resolver(hub)) {
            assertThat(resolver.addresses(name, Family.IPV4)).containsExactly(GOOD);
        }
    }

    static Stream<Arguments> brokenStreams() {
        return Stream.of(
                Arguments.of("says that it is longer than it is", (Script) exchange -> {
                    byte[] message = evil(exchange).toWire();
                    exchange.sendRaw(new byte[] {(byte) (message.length + 9 >> 8), (byte) (message.length + 9)});
                    exchange.sendRaw(message);
                }),
                Arguments.of("says that it is shorter than it is", (Script) exchange -> {
                    byte[] message = evil(exchange).toWire();
                    exchange.sendRaw(new byte[] {0, 11});
                    exchange.sendRaw(message);
                }),
                Arguments.of("has no bytes", (Script) exchange -> exchange.sendRaw(new byte[2])),
                Arguments.of("says 65,535 bytes and stalls", (Script) exchange -> exchange.sendRaw(new byte[] {-1, -1, 0})),
                Arguments.of("stalls in its length", (Script) exchange -> exchange.sendRaw(new byte[1])),
                Arguments.of("stalls", (Script) exchange -> {}),
                Arguments.of("is closed", (Script) exchange -> exchange.connection().close()),
                Arguments.of("is reset", (Script) exchange -> {
                    exchange.connection().setSoLinger(true, 0);
                    exchange.connection().close();
                }),
                Arguments.of("is reset in the middle", (Script) exchange -> {
                    exchange.sendRaw(new byte[] {0, 60, 1, 2, 3});
                    exchange.connection().setSoLinger(true, 0);
                    exchange.connection().close();
                }),
                Arguments.of("is cut off, too", (Script) exchange -> {
                    Message answer = exchange.message();
                    answer.getHeader().setFlag(Flags.TC);
                    exchange.reply(answer);
                    exchange.connection().close();
                }),
                Arguments.of("answers another question", (Script) exchange -> {
                    Message lie = evil(exchange);
                    lie.getHeader().setID(lie.getHeader().getID() ^ 1);
                    exchange.reply(lie);
                }),
                Arguments.of("is noise", (Script) exchange -> exchange.sendRaw(new byte[100_000])));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("brokenStreams")
    @DisplayName("D4: a TCP answer that is wrong is an error within the time limit")
    void aTcpAnswerThatIsWrong(String what, Script overTcp, Hub hub) throws Exception {
        String name = truncating(what.replaceAll("[^a-z0-9]", "-") + ".example", overTcp);
        try (AresResolver resolver = resolver(hub, Duration.ofMillis(300))) {
            assertThatThrownBy(() -> resolver.addresses(name, Family.IPV4))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageStartingWith(name + ": ");
            assertThat(resolver.addresses("after.example", Family.IPV4)).containsExactly(GOOD);
        }
    }

    @Test
    @DisplayName("D4: a name server without TCP whose answers are cut off is an error")
    void tcpRefused(Hub hub) throws Exception {
        DatagramSocket udp = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"));
        try (AresResolver resolver = Resolvers.open(hub, Settings.process()
                        .with(Settings.RESOLVER_NAMESERVERS, List.of("127.0.0.1:" + udp.getLocalPort()))
                        .with(Settings.RESOLVER_TIMEOUT, Duration.ofSeconds(10)))) {
            Thread answering = Thread.ofPlatform().daemon().start(() -> {
                var packet = new java.net.DatagramPacket(new byte[512], 512);
                try {
                    while (true) {
                        udp.receive(packet);
                        packet.getData()[2] |= (byte) 0x82;
                        udp.send(packet);
                    }
                } catch (IOException e) {
                    // The test is over.
                }
            });
            assertThatThrownBy(() -> resolver.addresses("refused.example", Family.IPV4))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessageContaining("Could not contact DNS servers");
            udp.close();
            answering.join();
        }
    }

    // ---- servers that fail ----

    @Test
    @DisplayName("D8: nobody listens at the first name server: the second answers")
    void aDeadServer(Hub hub) throws Exception {
        int dead;
        try (DatagramSocket closedAtOnce = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            dead = closedAtOnce.getLocalPort();
        }
        Settings settings = Resolvers.asking(server)
                .with(Settings.RESOLVER_NAMESERVERS, List.of("127.0.0.1:" + dead, server.address()))
                .with(Settings.ARES_TIMEOUT, Duration.ofSeconds(30));
        try (AresResolver resolver = Resolvers.open(hub, settings)) {
            assertThat(resolver.addresses("dead.example", Family.IPV4)).containsExactly(GOOD);
        }
        try (AresResolver resolver =
                Resolvers.open(hub, settings.with(Settings.RESOLVER_NAMESERVERS, List.of("127.0.0.1:" + dead)))) {
            assertThatThrownBy(() -> resolver.addresses("dead.example"))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("dead.example: Could not contact DNS servers (127.0.0.1:" + dead + ")");
        }
    }

    @Test
    @DisplayName("F-DNS-08: what the name server says is in the error")
    void failuresOfTheServer(Hub hub) throws Exception {
        for (int code : new int[] {Rcode.SERVFAIL, Rcode.REFUSED, Rcode.NOTIMP, Rcode.YXDOMAIN}) {
            String name = "fails-" + code + ".example";
            server.on(name, exchange -> {
                Message answer = exchange.message();
                answer.getHeader().setRcode(code);
                exchange.reply(answer);
            });
            try (AresResolver resolver = resolver(hub)) {
                assertThatThrownBy(() -> resolver.addresses(name))
                        .isInstanceOf(UnknownHostException.class)
                        .hasMessage(name + ": the name server answered " + Rcode.string(code));
            }
        }
    }

    @Test
    @DisplayName("D8: a name server that knows no OPT records is asked without")
    void aServerWithoutEdns(Hub hub) throws Exception {
        for (boolean bare : new boolean[] {false, true}) {
            String name = "old-" + bare + ".example";
            server.on(name, exchange -> {
                if (exchange.query.getOPT() == null) {
                    exchange.replyAddress();
                    return;
                }
                Message answer = exchange.message();
                answer.getHeader().setRcode(Rcode.FORMERR);
                byte[] wire = answer.toWire();
                exchange.send(bare ? with(Arrays.copyOf(wire, 12), 4, 0, 0) : wire);
            });
            try (AresResolver resolver = resolver(hub)) {
                assertThat(resolver.addresses(name)).contains(GOOD);
            }
        }
    }
}
