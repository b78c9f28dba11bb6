package dev.jevent.launcher;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How many sockets and files this process may have open at once. */
final class Descriptors {
    /** For class files, jars, pollers, and what a library opens meanwhile. */
    private static final long RESERVE = 100;

    private Descriptors() {}

    /** The limit of the operating system; {@link Long#MAX_VALUE} where it is unknown. */
    static long limit() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    /** How many more can be opened, with some kept in reserve. */
    static long available() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? Math.max(0, unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount() - RESERVE)
                : Long.MAX_VALUE;
    }
}
