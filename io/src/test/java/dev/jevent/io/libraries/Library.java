package dev.jevent.io.libraries;

import java.io.IOException;
import java.sql.SQLException;

/** A client library, connected to its server. Its calls block the calling thread, whatever that is. */
interface Library extends AutoCloseable {
    /** Some requests, slow ones among them, one after another. The same {@code n} gives the same text. */
    String work(int n) throws Exception;

    /** One request that the server's {@link Gate} holds. */
    void waitAtGate() throws Exception;

    /** Connections that a caller has at this moment, as the library counts them. */
    int inUse();

    @Override
    void close() throws IOException, SQLException;
}
