package dev.jevent.io.libraries;

import java.io.IOException;
import java.sql.SQLException;

/** A place in a server where requests are held until it is opened. It is asked and moved on a connection of its own. */
interface Gate extends AutoCloseable {
    /** From now on whoever comes waits. */
    void shut() throws Exception;

    /** How many the server holds there now. */
    int waiting() throws Exception;

    /** Lets all of them go on, and whoever comes later. */
    void open() throws Exception;

    @Override
    void close() throws IOException, SQLException;
}
