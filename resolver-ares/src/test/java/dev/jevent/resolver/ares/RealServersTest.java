package dev.jevent.resolver.ares;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.testkit.OnHub;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Against dnsmasq and unbound, which this test starts on loopback ports, with the same names in both. */
@OnHub(virtualTime = false)
class RealServersTest {
    enum Kind { DNSMASQ, UNBOUND }

    @TempDir
    static Path folder;

    private static final int[] PORTS = new int[2];
    private static final Process[] PROCESSES = new Process[2];

    @BeforeAll
    static void start() throws Exception {
        for (Kind kind : Kind.values()) {
            Path binary = Path.of("/usr/sbin", kind == Kind.DNSMASQ ? "dnsmasq" : "unbound");
            if (Files.isExecutable(binary)) {
                start(kind, binary);
            }
        }
    }

    /** Another program may take the port before the server does: then it ends at once, and another port is tried. */
    private static void start(Kind kind, Path binary) throws Exception {
        for (int attempt = 0; attempt < 5; attempt++) {
            int port;
            try (DatagramSocket free = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
                port = free.getLocalPort();
            }
            Path log = folder.resolve(kind + ".log");
            ProcessBuilder builder = new ProcessBuilder(kind == Kind.DNSMASQ ? dnsmasq(binary, port) : unbound(binary, port))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            builder.environment().remove("LD_PRELOAD"); // a sanitizer is for us
            Process process = builder.start();
            PORTS[kind.ordinal()] = port;
            PROCESSES[kind.ordinal()] = process;
            while (process.isAlive()) {
                if (isUp(port)) {
                    return;
                }
            }
            if (attempt == 4) {
                throw new IllegalStateException(kind + " doesn't start: " + Files.readString(log));
            }
        }
    }

    /** Whether it answers a question, within a little time. */
    private static boolean isUp(int port) throws IOException {
        try (DatagramSocket socket = new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1"))) {
            socket.setSoTimeout(200);
            socket.connect(InetAddress.ofLiteral("127.0.0.1"), port);
            byte[] question = Message.question(1, "four.test", RecordTypes.A, true, false);
            socket.send(new java.net.DatagramPacket(question, question.length));
            socket.receive(new java.net.DatagramPacket(new byte[512], 512));
            return true;
        } catch (java.net.SocketTimeoutException | java.net.PortUnreachableException e) {
            return false;
        }
    }

    private static List<String> dnsmasq(Path binary, int port) {
        String text = "x".repeat(250);
        return List.of(binary.toString(), "--keep-in-foreground", "--port=" + port, "--listen-address=127.0.0.1", "--bind-interfaces",
                "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--user=", "--pid-file=", "--local=/test/", "--local-ttl=300",
                "--host-record=four.test,192.0.2.4", "--host-record=both.test,192.0.2.5,2001:db8::5",
                "--cname=alias.test,both.test", "--mx-host=test,mail.test,10", "--srv-host=_sip._udp.test,sip.test,5060,1,2",
                "--txt-record=text.test,hello,world", "--naptr-record=phone.test,100,10,s,SIP+D2U,,_sip._udp.test",
                "--txt-record=long.test," + text + "," + text + "," + text + "," + text + "," + text + "," + text);
    }

    private static List<String> unbound(Path binary, int port) throws IOException {
        String text = "\"" + "x".repeat(250) + "\" ";
        Path config = Files.writeString(folder.resolve("unbound.conf"), """
                server:
                  interface: 127.0.0.1
                  port: %d
                  do-daemonize: no
                  username: ""
                  chroot: ""
                  pidfile: ""
                  use-syslog: no
                  directory: "%s"
                  local-zone: "test." static
                  local-data: "test. 300 IN SOA ns.test. admin.test. 1 2 3 4 5"
                  local-data: "test. 300 IN MX 10 mail.test."
                  local-data: "four.test. 300 IN A 192.0.2.4"
                  local-data: "both.test. 300 IN A 192.0.2.5"
                  local-data: "both.test. 300 IN AAAA 2001:db8::5"
                  local-data: "alias.test. 300 IN CNAME both.test."
                  local-data: "_sip._udp.test. 300 IN SRV 1 2 5060 sip.test."
                  local-data: 'text.test. 300 IN TXT "hello" "world"'
                  local-data: 'phone.test. 300 IN NAPTR 100 10 "s" "SIP+D2U" "" _sip._udp.test.'
                  local-data: 'long.test. 300 IN TXT %s'
                  local-zone: "192.in-addr.arpa." static
                  local-data-ptr: "192.0.2.4 four.test"
                remote-control:
                  control-enable: no
                """.formatted(port, folder, text.repeat(6)));
        return List.of(binary.toString(), "-c", config.toString());
    }

    @AfterAll
    static void stop() throws InterruptedException {
        for (Process process : PROCESSES) {
            if (process != null) {
                process.destroy();
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly().waitFor();
                }
            }
        }
    }

    private static AresResolver resolver(Hub hub, Kind kind) {
        assumeTrue(PROCESSES[kind.ordinal()] != null, kind + " is not installed");
        return Resolvers.open(hub, Settings.process()
                .with(Settings.RESOLVER_NAMESERVERS, List.of("127.0.0.1:" + PORTS[kind.ordinal()]))
                .with(Settings.ARES_TIMEOUT, Duration.ofSeconds(5)));
    }

    @ParameterizedTest
    @EnumSource
    void addresses(Kind kind, Hub hub) throws Exception {
        try (AresResolver resolver = resolver(hub, kind)) {
            assertThat(Resolvers.texts(resolver.addresses("four.test"))).containsExactly("192.0.2.4");
            assertThat(Resolvers.texts(resolver.addresses("both.test"))).containsExactlyInAnyOrder("2001:db8:0:0:0:0:0:5", "192.0.2.5");
            assertThat(Resolvers.texts(resolver.addresses("both.test", Resolver.Family.IPV6))).containsExactly("2001:db8:0:0:0:0:0:5");
            assertThatThrownBy(() -> resolver.addresses("four.test", Resolver.Family.IPV6)).hasMessage("four.test: no AAAA record");
            assertThatThrownBy(() -> resolver.addresses("no-such.test"))
                    .isInstanceOf(UnknownHostException.class)
                    .hasMessage("no-such.test: no such name (NXDOMAIN)");
        }
    }

    @ParameterizedTest
    @EnumSource
    void aliasesAreFollowed(Kind kind, Hub hub) throws Exception {
        try (AresResolver resolver = resolver(hub, kind)) {
            assertThat(Resolvers.texts(resolver.addresses("alias.test"))).containsExactlyInAnyOrder("2001:db8:0:0:0:0:0:5", "192.0.2.5");
            assertThat(resolver.canonicalName("alias.test")).isEqualTo("both.test");
        }
    }

    @ParameterizedTest
    @EnumSource
    void namesOfAddresses(Kind kind, Hub hub) throws Exception {
        try (AresResolver resolver = resolver(hub, kind)) {
            assertThat(resolver.name(InetAddress.ofLiteral("192.0.2.4"))).isEqualTo("four.test");
        }
    }

    @ParameterizedTest
    @EnumSource
    void records(Kind kind, Hub hub) throws Exception {
        try (AresResolver resolver = resolver(hub, kind)) {
            assertThat(resolver.records("test", "MX")).extracting(Resolver.Entry::data).containsExactly("10 mail.test.");
            assertThat(resolver.records("_sip._udp.test", "SRV")).extracting(Resolver.Entry::data).containsExactly("1 2 5060 sip.test.");
            assertThat(resolver.records("text.test", "TXT")).extracting(Resolver.Entry::data).containsExactly("\"hello\" \"world\"");
            assertThat(resolver.records("phone.test", "NAPTR")).extracting(Resolver.Entry::data)
                    .containsExactly("100 10 \"s\" \"SIP+D2U\" \"\" _sip._udp.test.");
            assertThat(resolver.records("alias.test", "CNAME")).extracting(Resolver.Entry::data).containsExactly("both.test.");
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("D4: an answer that is too long for a datagram comes over TCP")
    void longAnswers(Kind kind, Hub hub) throws Exception {
        try (AresResolver resolver = resolver(hub, kind)) {
            assertThat(resolver.records("long.test", "TXT").getFirst().data()).hasSize(6 * 252 + 5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void manyDifferentNames(Kind kind, Hub hub) throws Exception {
        try (AresResolver resolver = resolver(hub, kind)) {
            var jobs = new java.util.ArrayList<dev.jevent.Greenlet<String>>();
            for (int i = 0; i < 1_000; i++) {
                String name = "n" + i + ".test";
                jobs.add(hub.spawn(() -> {
                    try {
                        return resolver.addresses(name).toString();
                    } catch (UnknownHostException e) {
                        return e.getMessage().substring(name.length());
                    }
                }));
            }
            hub.joinAll(jobs);
            assertThat(jobs).extracting(dev.jevent.Greenlet::value).containsOnly(": no such name (NXDOMAIN)");
        }
    }
}
