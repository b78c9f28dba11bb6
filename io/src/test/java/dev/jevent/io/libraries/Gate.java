package dev.jevent.io.libraries;

/** A place in a server where requests are held until it is opened. It is asked and moved on a connection of its own. */
interface Gate {
    /** From now on whoever comes waits. */
    void shut() throws Exception;

    /** How many the server holds there now. */
    int waiting() throws Exception;

    /** Lets all of them go on. */
    void open() throws Exception;
}
