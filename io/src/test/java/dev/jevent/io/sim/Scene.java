package dev.jevent.io.sim;

import dev.jevent.testkit.World;
import java.io.IOException;
import java.time.Duration;

/** A call that waits, and all that it needs: the other side goes on by itself, and waits for nobody but the network. */
interface Scene extends AutoCloseable {
    /** Does all that is left; called again after it was ended half-way. */
    void go() throws Exception;

    /** It was ended by {@code how}: what it has done is known, and its object is as usable as before. */
    default void halfWay(Throwable how) throws Exception {}

    /** It has ended well: nothing is missing, and nothing came twice. */
    void over() throws Exception;

    /** It failed, since the connection did: what arrived is the beginning of what was sent. */
    default void failed() throws Exception {}

    /** Sets the limit of its own. @return false if it has none */
    default boolean limit(Duration limit) throws Exception {
        return false;
    }

    /** Closes what it waits on, so that it ends. @return false if that is nothing that can be closed */
    default boolean shut() throws Exception {
        return false;
    }

    @Override
    void close() throws IOException;

    /** Makes one. */
    @FunctionalInterface
    interface Opening {
        Scene open(World world) throws Exception;
    }

    /** A kind of scenes. */
    record Kind(String name, Opening opening) {
        Scene open(World world) throws Exception {
            return opening.open(world);
        }

        @Override
        public String toString() {
            return name;
        }
    }
}
