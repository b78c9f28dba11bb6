package dev.jevent.guice;

import dev.jevent.servers.Server;
import java.io.IOException;

/** Sets what a server has to set: limits, pool, TLS, log. A class that implements it has injected whatever it needs for that. */
@FunctionalInterface
public interface ServerConfiguration<S extends Server> {
    /** Before the start; of a server on several hubs, once on each. */
    void configure(S server) throws IOException;
}
