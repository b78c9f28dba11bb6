package dev.jevent.resolver.ares;

import java.nio.ByteBuffer;

/** A socket of c-ares, as we have it. */
interface Link {
    int number();

    /** Sends all of {@code bytes}, or tells the engine that it failed. */
    void send(ByteBuffer bytes);

    void close();
}
