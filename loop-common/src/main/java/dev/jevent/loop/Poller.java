package dev.jevent.loop;

import dev.jevent.DescriptorCalls;
import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.contract.AnyThread;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;

/**
 * The narrow waist: what a backend must do. Everything else of a loop is in {@link PollingLoop}.
 *
 * <ul>
 *   <li><b>Guaranteed</b> by the loop: all calls come from one thread, but {@link #wakeup}; a {@link Pollable} is registered at
 *       most once at a time; no two registrations of a poller ever had the same token.
 *   <li><b>Guaranteed</b> by the poller: readiness that begins while something is registered with an interest in it is
 *       reported by a later {@link #poll}; after {@link #remove} returns, the poller holds nothing of it.
 *   <li><b>Hint</b>: a report. It may be wrong (nothing is ready), late, or of a registration that is gone: the loop knows
 *       by the token.
 *   <li><b>Today</b>: reports come in the order the system gives; the loop keeps it within one priority.
 * </ul>
 */
public interface Poller extends AutoCloseable {
    /**
     * In a report, beside {@link Interest#READ}: it stays ready for reading for ever, as after the end of a stream.
     * Edge-triggered pollers say so where they can, since no other edge will follow; a level-triggered poller needn't.
     */
    int READ_LASTS = 4;

    /** In a report, beside {@link Interest#WRITE}: it stays ready for writing for ever, as after a hang-up. */
    int WRITE_LASTS = 8;

    /** The same each time. */
    LoopCapabilities capabilities();

    /**
     * Begins to watch {@code what}.
     *
     * @param interest mask of {@link Interest}s, or 0. An edge-triggered poller is always given both, also for what has but
     *     one direction
     * @param token what to report
     * @throws IOException if the system refuses: a closed channel or descriptor, one that cannot be watched, no memory.
     *     Nothing is registered then. An unchecked exception likewise
     */
    void register(Pollable what, int interest, long token) throws IOException;

    /**
     * Changes the interest of what is registered. 0 keeps it registered and reports nothing. An edge-triggered poller reports
     * what is ready now at the next poll, even if the interest is what it was.
     */
    void modify(Pollable what, int interest, long token) throws IOException;

    /** Ends watching. Nothing if it isn't registered; never fails because it is closed already. */
    void remove(Pollable what);

    /**
     * Likewise, of what is closed right after, or was. A poller whose system forgets what is closed may leave it to that, and save a call;
     * what is reported of it until then is of a registration that is gone.
     */
    default void closing(Pollable what) {
        remove(what);
    }

    /**
     * Begins to watch a process, until {@link #forget}: a later poll reports {@code token}, for reading, when it has ended.
     *
     * @param pid of a process that was there a moment ago
     * @param token its lower half, as an int, is negative; that of a registration's never is
     * @return false if this poller cannot, or not now; then the loop asks the JDK
     */
    default boolean watchProcess(long pid, long token) {
        return false;
    }

    /**
     * Begins to watch a path, until {@link #forget}: polls report {@code token}, for reading, when it is worth to look at the file.
     * A hint: the loop looks at it from time to time all the same.
     *
     * @param token as of {@link #watchProcess}
     * @return false if this poller cannot, or not now
     */
    default boolean watchFile(Path path, long token) {
        return false;
    }

    /** Ends what {@link #watchProcess} or {@link #watchFile} began. Nothing if they didn't. */
    default void forget(long token) {}

    /**
     * Waits for readiness, and adds what is ready to {@code into}, which the caller has cleared. May return early, and for
     * nothing. Returns at once while the thread is interrupted, and leaves that as it is.
     *
     * @param timeoutNanos longest wait; 0: doesn't wait; {@link Long#MAX_VALUE}: without limit. Never waits for a shorter time
     *     without a reason to return early: what the clock of the system cannot tell is rounded up
     * @return how many reports were added
     */
    int poll(long timeoutNanos, ReadyTokens into) throws IOException;

    /**
     * Makes the poll that is in progress return; if none is, the next one. Several calls before that are as one. Nothing after
     * {@link #close()}. Never blocks, never throws.
     */
    @AnyThread
    void wakeup();

    /** What cooperative I/O opens channels with. The same each time. */
    SelectorProvider channels();

    /** For cooperative I/O; null if this poller cannot watch descriptors, or knows nothing else of them. The same each time. */
    @AnyThread
    default DescriptorCalls descriptorCalls() {
        return null;
    }

    /** Frees everything; what was registered stays open. Idempotent. */
    @Override
    void close();
}
