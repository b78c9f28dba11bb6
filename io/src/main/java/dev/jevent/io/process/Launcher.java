package dev.jevent.io.process;

import dev.jevent.contract.NeverSwitches;
import java.io.IOException;

/**
 * How processes come into being, and who watches their pipes: {@link PipeLauncher} where the loop watches descriptors,
 * {@link JdkLauncher} on every other.
 */
interface Launcher {
    /** Blocks for some milliseconds: called on a native thread. */
    @NeverSwitches
    Launched launch(ProcessBuilder builder) throws IOException;
}
