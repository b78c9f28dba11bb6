package dev.jevent.resolver.ares;

import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.testkit.tck.ResolverTck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;

/** Against a name server that this test plays. */
class AresResolverTckTest extends ResolverTck {
    private static final Object LOCK = new Object();
    private static final List<NameServer.Exchange> SILENCED = new ArrayList<>();
    private static boolean silent;
    private static NameServer server;

    @BeforeAll
    static void startServer() {
        Name target = Name.fromConstantString("target.example.");
        server = new NameServer()
                .on("*.invalid", exchange -> exchange.reply(exchange.negative(Rcode.NXDOMAIN)))
                .on("*.arpa", exchange -> exchange.reply(exchange.negative(Rcode.NXDOMAIN)))
                .on("alias.example", exchange -> exchange.reply(exchange.message(
                        new CNAMERecord(exchange.question(), DClass.IN, 60, target), exchange.address(target, 60))))
                .on("silent.example", AresResolverTckTest::keepOrAnswer);
    }

    @AfterAll
    static void stopServer() {
        server.close();
    }

    @BeforeEach
    void silence() {
        synchronized (LOCK) {
            silent = true;
            SILENCED.clear();
        }
    }

    private static void keepOrAnswer(NameServer.Exchange exchange) throws IOException {
        synchronized (LOCK) {
            if (silent) {
                SILENCED.add(exchange);
                return;
            }
        }
        exchange.replyAddress();
    }

    @Override
    protected void answerSilentHost() {
        synchronized (LOCK) {
            silent = false;
            for (NameServer.Exchange exchange : SILENCED) {
                try {
                    exchange.replyAddress();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            SILENCED.clear();
        }
    }

    @Override
    protected Resolver newResolver(Hub hub, Settings settings) {
        return Resolvers.open(hub, settings
                .with(Settings.RESOLVER_NAMESERVERS, List.of(server.address()))
                .with(Settings.ARES_TIMEOUT, Duration.ofSeconds(20)));
    }

    @Override
    protected String knownHost() {
        return "known.example";
    }

    @Override
    protected String silentHost() {
        return "silent.example";
    }

    @Override
    protected InetAddress addressWithoutName() {
        return InetAddress.ofLiteral("192.0.2.99");
    }

    @Override
    protected List<String> aliasAndTarget() {
        return List.of("alias.example", "target.example");
    }
}
