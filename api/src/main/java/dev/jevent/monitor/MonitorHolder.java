package dev.jevent.monitor;

import dev.jevent.ProviderException;
import java.util.Iterator;
import java.util.ServiceLoader;

/** The one monitor of the process. */
final class MonitorHolder {
    static final Monitor MONITOR = load();

    private MonitorHolder() {}

    private static Monitor load() {
        Iterator<Monitor> found = ServiceLoader.load(Monitor.class, Monitor.class.getClassLoader()).iterator();
        if (found.hasNext()) {
            return found.next();
        }
        throw new ProviderException("[jevent/NoMonitor] no monitor is on the class path; add the module jevent-hub");
    }
}
