package dev.jevent.spi;

import java.net.spi.InetAddressResolver;
import java.util.ServiceLoader;

/**
 * How a resolver asks the operating system. It must not call {@link java.net.InetAddress} for that: the JDK holds a lock
 * for the name while a greenlet looks it up, and the greenlet would wait for a thread that waits for this lock.
 *
 * <p>A service of the module {@code hub}, which takes the JDK's own resolver aside when it puts itself in its place.
 */
public interface SystemLookup {
    /** What the JDK asks by itself. Its look-ups, and this call, block: for native threads only. */
    InetAddressResolver resolver();

    /** @throws IllegalStateException if the module {@code hub} is not on the class path */
    static SystemLookup find() {
        return ServiceLoader.load(SystemLookup.class, SystemLookup.class.getClassLoader())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the class path has no dev.jevent.spi.SystemLookup: add the module jevent-hub"));
    }
}
