package dev.jevent.io.process;

import dev.jevent.contract.NeverSwitches;
import java.io.IOException;

/**
 * How processes come into being, and who watches their pipes. There is one way that works on every loop,
 * {@link JdkLauncher}; a loop that can watch descriptors may bring another, whose pipes need no threads.
 */
interface Launcher {
    /** Blocks for some milliseconds: called on a native thread. */
    @NeverSwitches
    Launched launch(ProcessBuilder builder) throws IOException;
}
