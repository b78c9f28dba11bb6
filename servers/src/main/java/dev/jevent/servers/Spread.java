package dev.jevent.servers;

import java.util.List;

/** Servers of several hubs for which the first accepts. {@link #next} and {@link #awaitRoom} are for its acceptor. */
final class Spread {
    private final List<StreamServer> servers;
    private int next;

    Spread(List<StreamServer> servers) {
        this.servers = List.copyOf(servers);
    }

    StreamServer first() {
        return servers.getFirst();
    }

    /** Whose turn it is, of those that have room. */
    StreamServer next() {
        for (int i = 0; i < servers.size(); i++) {
            StreamServer server = servers.get(next);
            next = (next + 1) % servers.size();
            if (server.started() && !server.full()) {
                return server;
            }
        }
        return first(); // which may wait
    }

    /** Waits while none has room. @return whether it had to */
    boolean awaitRoom(Acceptor acceptor) {
        return !hasRoom() && acceptor.awaitReleased(this::hasRoom);
    }

    private boolean hasRoom() {
        for (StreamServer server : servers) {
            if (!server.full()) {
                return true;
            }
        }
        return false;
    }
}
