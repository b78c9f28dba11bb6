package dev.jevent.io.net;

import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;

/** Selectors of threads without a hub are kept for the next who waits. Made before a test, they are none of its leavings. */
public final class KeptSelectors {
    private KeptSelectors() {}

    public static void make() throws IOException {
        List<ThreadWait> waits = new ArrayList<>();
        for (int i = 0; i < ThreadWait.MOST_IDLE; i++) {
            waits.add(ThreadWait.take(SelectorProvider.provider()));
        }
        for (ThreadWait wait : waits) {
            wait.release();
        }
    }
}
