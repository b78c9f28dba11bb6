package dev.jevent.launcher;

import dev.jevent.Settings;
import dev.jevent.io.signal.Signals;
import dev.jevent.servers.HubGroup;
import dev.jevent.servers.Server;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** Servers of a command, until a signal ends them: the first drains them, a second one ends them at once. */
final class Service {
    private final HubGroup group;
    private final Duration grace;
    private final AtomicBoolean draining = new AtomicBoolean();

    /** @param grace how long connections may go on after the first signal */
    Service(HubGroup group, Duration grace) {
        this.group = group;
        this.grace = grace;
    }

    /**
     * Returns when all has ended. Before, prints a line with the address: from then on clients may come.
     *
     * @throws Failure if it cannot listen, or a server fails
     */
    void run(Settings settings, PrintWriter out) throws Exception {
        Hubs.run(settings, () -> {
            try (var _ = Signals.handle("TERM", this::stop); var _ = Signals.handle("INT", this::stop)) {
                group.start();
                out.println("listening on " + Server.text(group.address()));
                out.flush();
                group.serveForever();
            } catch (IOException e) {
                throw new Failure(e.getMessage(), e);
            }
            return null;
        });
    }

    private void stop() {
        group.stop(draining.getAndSet(true) ? Duration.ZERO : grace);
    }
}
