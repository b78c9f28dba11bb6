package dev.jevent.servers.http;

import dev.jevent.Hub;
import dev.jevent.contract.Switches;
import java.io.IOException;
import java.util.concurrent.Callable;

/** Calls that would stop the hub, such as those of the file system, in its thread pool. */
final class InPool {
    private InPool() {}

    @Switches
    static <V> V call(Callable<V> call) throws IOException {
        try {
            return Hub.current().threadPool().apply(call);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
