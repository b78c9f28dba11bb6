package dev.jevent.io;

import dev.jevent.contract.AnyThread;

/** What has a channel that can be waited for: the sockets of {@link dev.jevent.io.net}. A {@link PollSet} waits for many. */
public interface Selectable {
    /** To wait for it without an operation; it is the same each time, and its close is that of this. */
    @AnyThread
    Readiness readiness();
}
