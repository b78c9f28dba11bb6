package dev.jevent.io.process;

import dev.jevent.io.ByteInput;
import dev.jevent.io.ByteOutput;

/**
 * A process as a {@link Launcher} made it.
 *
 * @param stdin null, as the others: not a pipe
 */
record Launched(Process process, ByteOutput stdin, ByteInput stdout, ByteInput stderr) {}
