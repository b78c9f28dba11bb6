package dev.jevent.loop;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * One signal of the operating system, and all watchers of it in the process. While there are any, our handler is installed;
 * when the last one stops, the handler from before is back.
 *
 * <p>Facts: the only way to handle a signal in Java is {@code sun.misc.Signal} in the module {@code jdk.unsupported}; it is
 * used by reflection because javac warns of any other use and cannot be told not to. Its calls synchronize, so they are made by
 * one thread at a time and outside of anything that others could spin on: see {@link #reconcile}.
 */
final class SignalSource implements InvocationHandler {
    /** The JVM needs these for itself, or the system doesn't let anybody have them. */
    private static final Set<String> KEPT = Set.of("SEGV", "ILL", "FPE", "BUS", "QUIT", "KILL", "STOP");

    private static final ConcurrentHashMap<String, SignalSource> SOURCES = new ConcurrentHashMap<>();

    private static final SignalWatcher[] NONE = {};

    private final String name;
    private final Object signal; // sun.misc.Signal
    private final Object handler; // sun.misc.SignalHandler that calls this
    private final Method handle; // Signal.handle(signal, handler), which returns the handler from before

    private final AtomicReference<SignalWatcher[]> watchers = new AtomicReference<>(NONE);
    private final AtomicInteger changes = new AtomicInteger();
    private Object before; // the handler that ours replaced; null: ours isn't installed. Used by whoever reconciles

    /** @throws IllegalArgumentException if there is no such signal, or it cannot be had */
    static SignalSource of(String name) {
        SignalSource source = SOURCES.get(name);
        if (source == null) {
            SignalSource made = new SignalSource(name);
            source = SOURCES.putIfAbsent(name, made);
            if (source == null) {
                source = made;
            }
        }
        return source;
    }

    private SignalSource(String name) {
        if (KEPT.contains(name)) {
            throw new IllegalArgumentException("signal: " + name + " (expected: one that the JVM and the system leave to us)");
        }
        this.name = name;
        try {
            Class<?> signalClass = Class.forName("sun.misc.Signal");
            Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
            signal = signalClass.getConstructor(String.class).newInstance(name);
            handle = signalClass.getMethod("handle", signalClass, handlerClass);
            handler = Proxy.newProxyInstance(SignalSource.class.getClassLoader(), new Class<?>[] {handlerClass}, this);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "signal: " + name + " (expected: one of this system, without SIG, as INT, TERM or HUP)", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new UnsupportedOperationException("signals need the module jdk.unsupported, which this Java runtime lacks", e);
        }
    }

    String name() {
        return name;
    }

    /** @throws IllegalArgumentException if the JVM keeps the signal for itself */
    void add(SignalWatcher watcher) {
        SignalWatcher[] now;
        SignalWatcher[] more;
        do {
            now = watchers.get();
            more = Arrays.copyOf(now, now.length + 1);
            more[now.length] = watcher;
        } while (!watchers.compareAndSet(now, more));
        try {
            reconcile();
        } catch (IllegalArgumentException e) {
            remove(watcher);
            throw e;
        }
    }

    void remove(SignalWatcher watcher) {
        SignalWatcher[] now;
        SignalWatcher[] fewer;
        do {
            now = watchers.get();
            int index = Arrays.asList(now).indexOf(watcher);
            if (index < 0) {
                return;
            }
            fewer = now.length == 1 ? NONE : new SignalWatcher[now.length - 1];
            System.arraycopy(now, 0, fewer, 0, index);
            System.arraycopy(now, index + 1, fewer, index, fewer.length - index);
        } while (!watchers.compareAndSet(now, fewer));
        reconcile();
    }

    /**
     * Installs or removes our handler as the list of watchers demands. If another thread is at it, that one goes once more
     * instead, and a start returns some microseconds before the handler is there.
     */
    private void reconcile() {
        if (changes.getAndIncrement() > 0) {
            return;
        }
        int seen = 1;
        do {
            try {
                boolean wanted = watchers.get().length > 0;
                if (wanted && before == null) {
                    before = install(handler);
                } else if (!wanted && before != null) {
                    Object old = before;
                    before = null;
                    install(old);
                }
            } catch (RuntimeException | Error e) {
                changes.set(0);
                throw e;
            }
            seen = changes.addAndGet(-seen);
        } while (seen != 0);
    }

    private Object install(Object replacement) {
        try {
            return handle.invoke(null, signal, replacement);
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException("signal: " + name + " (expected: one that the JVM leaves to us)", e.getCause());
        } catch (IllegalAccessException e) {
            throw new UnsupportedOperationException("signals need access to the module jdk.unsupported", e);
        }
    }

    /** As the JVM's handler: on its thread for signals. */
    @Override
    public Object invoke(Object proxy, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "handle" -> {
                for (SignalWatcher watcher : watchers.get()) {
                    watcher.raised();
                }
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> toString();
        };
    }

    @Override
    public String toString() {
        return "jevent's handler of signal " + name;
    }
}
