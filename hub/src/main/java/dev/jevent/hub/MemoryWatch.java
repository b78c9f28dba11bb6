package dev.jevent.hub;

import dev.jevent.monitor.MemoryBelow;
import dev.jevent.monitor.MemoryExceeded;
import dev.jevent.monitor.MonitorEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;

/** Compares the memory of the process with a limit: what is told, and how often. [F-MOM-04, B-MON-11] */
final class MemoryWatch {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final String RESIDENT = "VmRSS:";

    private final long limit;
    private final LongSupplier memory;
    private long told; // what was told last, while the limit is exceeded; 0: it isn't

    /** @param limit bytes; greater than 0 */
    MemoryWatch(long limit, LongSupplier memory) {
        this.limit = limit;
        this.memory = memory;
    }

    /** What is to be told now, or null. */
    MonitorEvent look() {
        long used = memory.getAsLong();
        if (used > limit) {
            if (used <= told) {
                return null;
            }
            told = used;
            return new MemoryExceeded(used, limit);
        }
        if (told == 0) {
            return null;
        }
        told = 0;
        return new MemoryBelow(used, limit);
    }

    /** Bytes: what the system says that the process has in memory; where it says nothing, what the heap has in use. */
    static long used() {
        try {
            for (String line : Files.readAllLines(STATUS)) {
                if (line.startsWith(RESIDENT)) {
                    return Long.parseLong(line.substring(RESIDENT.length()).replace("kB", "").strip()) << 10;
                }
            }
        } catch (IOException | NumberFormatException e) {
            // no such file, as on every system but Linux
        }
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
