package dev.jevent.hub;

import dev.jevent.Settings;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Prints the report of all hubs on {@code System.err} when the process gets a signal. Not by a watcher: a hub that stands still couldn't
 * call it, and then the report is wanted most. The JVM starts a thread for each signal that comes.
 *
 * <p>{@code sun.misc.Signal} is used by reflection because javac warns of any other use and cannot be told not to.
 */
final class ReportSignal implements InvocationHandler {
    private static final Set<String> INSTALLED = ConcurrentHashMap.newKeySet();

    private ReportSignal() {}

    /** @throws IllegalArgumentException if the system has no such signal, or the JVM keeps it for itself */
    static void install(Settings settings) {
        for (String name : settings.get(Settings.REPORT_SIGNAL)) {
            if (INSTALLED.add(name)) {
                boolean installed = false;
                try {
                    install(name);
                    installed = true;
                } finally {
                    if (!installed) {
                        INSTALLED.remove(name);
                    }
                }
            }
        }
    }

    private static void install(String name) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object reporting = Proxy.newProxyInstance(ReportSignal.class.getClassLoader(), new Class<?>[] {handler}, new ReportSignal());
            signal.getMethod("handle", signal, handler).invoke(null, signal.getConstructor(String.class).newInstance(name), reporting);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(Settings.REPORT_SIGNAL.property() + ": \"" + name
                    + "\" (expected: a signal that the system has and the JVM leaves to us, as USR1)", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException(
                    Settings.REPORT_SIGNAL.property() + " needs the module jdk.unsupported, which this Java runtime lacks", e);
        }
    }

    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "handle" -> {
                System.err.print(HubReport.ofAll());
                System.err.flush();
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "jevent's report";
        };
    }
}
