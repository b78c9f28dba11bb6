package dev.jevent.servers.http;

/** What a connection needs only while it works on requests: lent to one after the other by the hub's {@link Desk}. */
final class Buffers {
    static final int INPUT = 8 << 10;
    static final int OUTPUT = 16 << 10;

    final byte[] output = new byte[OUTPUT];
    final RequestParser parser;
    byte[] input = new byte[INPUT];
    Buffers next; // on the shelf

    Buffers(HttpLimits limits) {
        parser = new RequestParser(limits.requestLine(), limits.headerBytes(), limits.headerFields());
    }
}
