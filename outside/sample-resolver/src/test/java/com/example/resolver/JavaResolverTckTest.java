package com.example.resolver;

import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.testkit.tck.ResolverTck;
import java.net.InetAddress;
import java.util.List;

/** With a server in memory. */
class JavaResolverTckTest extends ResolverTck {
    private final MemoryServer server = new MemoryServer();

    @Override
    protected Resolver newResolver(Hub hub, Settings settings) {
        return new JavaResolver(server, settings);
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
    protected void answerSilentHost() {
        server.answerSilentHost();
    }

    @Override
    protected InetAddress addressWithoutName() {
        return InetAddress.ofLiteral("192.0.2.1");
    }

    @Override
    protected List<String> aliasAndTarget() {
        return List.of("alias.example", "target.example");
    }
}
