package dev.jevent.resolver.ares;

import java.util.ArrayList;
import java.util.List;

/** A question in flight. Belongs to the hub's thread. */
final class Query {
    final Question question;
    final int id;
    final byte[] message;
    final boolean edns;

    /** Through which it was sent, and may be answered. */
    final List<UdpPort> ports = new ArrayList<>(1);

    Query next; // with the same hash
    long sent; // when, in nanoseconds
    boolean counts; // as one of those that the limit is for
    Answer read; // while the datagram that it came in is handed to c-ares
    int code; // the last error that a name server answered

    Query(Question question, int id, boolean recursion, boolean edns) {
        this.question = question;
        this.id = id;
        this.edns = edns;
        message = Message.question(id, question.key.name(), question.key.type(), recursion, edns);
    }
}
