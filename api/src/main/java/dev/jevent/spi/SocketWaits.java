package dev.jevent.spi;

import dev.jevent.contract.AnyThread;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * Where greenlets wait that use sockets, channels, pipes and selectors of the JDK: with the JDK's own pollers, which are threads of
 * their own, or in the loop of their hub. For the whole process. A service of the module {@code hub}.
 */
@AnyThread
public interface SocketWaits {
    /** Waits that begin from now on are in the loop of the hub, if it can watch descriptors. Idempotent. @return whether it is so now */
    boolean on();

    /** Waits that begin from now on are the JDK's again. Idempotent. */
    void off();

    boolean isOn();

    /** Why it cannot be on, and what to add; null if it can, or is. */
    String obstacle();

    /** Empty without the module {@code hub}. */
    static Optional<SocketWaits> find() {
        return ServiceLoader.load(SocketWaits.class, SocketWaits.class.getClassLoader()).findFirst();
    }
}
