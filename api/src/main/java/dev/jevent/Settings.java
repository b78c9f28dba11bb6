package dev.jevent;

import dev.jevent.contract.AnyThread;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Every key, its default and its meaning. Immutable; {@link #process()} has what the process was started with.
 *
 * <p>A value comes from, in this order: {@link #with} in code, the system property {@code jevent.<key>}, the environment
 * variable {@code JEVENT_<KEY>}, the default. Property and variable are read and checked at the first {@link #get} in the
 * process and never again. [F-CFG-01]
 */
@AnyThread
public final class Settings {
    private static final List<Key<?>> KEYS = new ArrayList<>();

    /** Names of loops in order of preference; empty: the available one of the highest rank. */
    public static final Key<List<String>> LOOP = key("loop", List.of());

    /** Names of resolvers in order of preference; empty: the available one of the highest rank. */
    public static final Key<List<String>> RESOLVER = key("resolver", List.of());

    /** Most threads of a hub's {@link ThreadPool}. */
    public static final Key<Integer> THREADPOOL_SIZE = key("threadpool.size", 10);

    /** How long an idle thread of a pool is kept. */
    public static final Key<Duration> THREADPOOL_IDLE = key("threadpool.idle", Duration.ofSeconds(5));

    /** Most look-ups that the thread-pool resolver makes at once. */
    public static final Key<Integer> RESOLVER_THREADS = key("resolver.threads", 32);

    /** Most look-ups that wait for one of those threads; more are refused. */
    public static final Key<Integer> RESOLVER_QUEUE = key("resolver.queue", 10_000);

    /** How long one look-up may take; zero: without limit. */
    public static final Key<Duration> RESOLVER_TIMEOUT = key("resolver.timeout", Duration.ZERO);

    /** Name servers that are asked, as {@code 9.9.9.9} or {@code 127.0.0.1:5353}; empty: those of the system. [F-DNS-14] */
    public static final Key<List<String>> RESOLVER_NAMESERVERS = key("resolver.nameservers", List.of());

    /** How long the resolver ares waits for an answer before it asks again, and twice as long each time; zero: as resolv.conf says, else 2 s. */
    public static final Key<Duration> ARES_TIMEOUT = key("resolver.ares.timeout", Duration.ZERO);

    /** How often the resolver ares asks each name server; 0: as resolv.conf says, else 3 times. */
    public static final Key<Integer> ARES_TRIES = key("resolver.ares.tries", 0);

    /** Names with fewer dots are first looked for in the search domains; 0: as resolv.conf says, else 1. */
    public static final Key<Integer> ARES_NDOTS = key("resolver.ares.ndots", 0);

    /** The port of name servers that are named without one; 0: 53. */
    public static final Key<Integer> ARES_UDP_PORT = key("resolver.ares.udp.port", 0);

    /** The same for questions over TCP. */
    public static final Key<Integer> ARES_TCP_PORT = key("resolver.ares.tcp.port", 0);

    /** Of usevc, primary, igntc, norecurse, stayopen, rotate and noedns, what the resolver ares shall do. */
    public static final Key<List<String>> ARES_FLAGS = key("resolver.ares.flags", List.of());

    /** Most queries of the resolver ares in flight; one that has waited for 50 ms no longer counts. */
    public static final Key<Integer> ARES_IN_FLIGHT = key("resolver.ares.inflight", 256);

    /** Most queries that the resolver ares sends from one port of this machine; more of them cost less. */
    public static final Key<Integer> ARES_PORT_QUERIES = key("resolver.ares.port.queries", 16);

    /** Whether the resolver ares keeps answers as long as they say that they hold. */
    public static final Key<Boolean> ARES_CACHE = key("resolver.ares.cache", true);

    /** Most answers that it keeps. */
    public static final Key<Integer> ARES_CACHE_SIZE = key("resolver.ares.cache.size", 4_096);

    /** Whether greenlets remember who spawned them, where, and share locals: costs memory and time. */
    public static final Key<Boolean> TRACK_GREENLET_TREE = key("track.greenlet.tree", false);

    /** Whether greenlets inherit inheritable thread-locals of the spawner, as threads do. [D-11] */
    public static final Key<Boolean> INHERIT_THREAD_LOCALS = key("inherit.thread.locals", false);

    /** How long tasks and callbacks may run before the loop looks at timers and I/O. [F-LOOP-08] */
    public static final Key<Duration> CALLBACK_SLICE = key("callback.slice", Duration.ofMillis(5));

    /** Whether the monitor looks at a hub. [F-MOM-01] */
    public static final Key<Boolean> MONITOR = key("monitor", true);

    /** How long a hub may stay away from its loop before the monitor tells of it. [F-MOM-03] */
    public static final Key<Duration> MAX_BLOCKING_TIME = key("max.blocking.time", Duration.ofMillis(100));

    /** Whether what the monitor sees is printed on the hub's error stream, too. */
    public static final Key<Boolean> PRINT_BLOCKING_REPORTS = key("print.blocking.reports", true);

    /** Bytes of memory beyond which the monitor tells of it; 0: any number is right. [F-MOM-04] */
    public static final Key<Long> MAX_MEMORY_USAGE = key("max.memory.usage", 0L);

    /** How often the monitor looks at the memory, if there is a limit. */
    public static final Key<Duration> MEMORY_MONITOR_PERIOD = key("memory.monitor.period", Duration.ofSeconds(5));

    /** Signals, as {@code USR1}, at which the process prints a report of its hubs; empty: none. */
    public static final Key<List<String>> REPORT_SIGNAL = key("report.signal", List.of());

    /** How long {@link Hub#close()} waits for greenlets that catch their kill. */
    public static final Key<Duration> CLOSE_TIMEOUT = key("close.timeout", Duration.ofSeconds(5));

    private static final Settings PROCESS = new Settings(Map.of());

    private final Map<Key<?>, Object> assigned;

    private Settings(Map<Key<?>, Object> assigned) {
        this.assigned = assigned;
    }

    /** What system properties and environment say. */
    public static Settings process() {
        return PROCESS;
    }

    /** Every key, in the order of the documentation. */
    public static List<Key<?>> keys() {
        return List.copyOf(KEYS);
    }

    /** @throws IllegalArgumentException if property or variable hold no such value, naming which and what is expected */
    public <T> T get(Key<T> key) {
        @SuppressWarnings("unchecked")
        T value = (T) assigned.get(key);
        return value != null ? value : key.processValue();
    }

    /** A copy with another value. */
    public <T> Settings with(Key<T> key, T value) {
        Map<Key<?>, Object> copy = new HashMap<>(assigned);
        copy.put(key, java.util.Objects.requireNonNull(value, key.name()));
        return new Settings(Map.copyOf(copy));
    }

    /** One setting. */
    public static final class Key<T> {
        private final String name;
        private final T defaultValue;
        private final AtomicReference<T> processValue = new AtomicReference<>();

        private Key(String name, T defaultValue) {
            this.name = name;
            this.defaultValue = defaultValue;
        }

        /** Without the prefix: {@code threadpool.size}. */
        public String name() {
            return name;
        }

        /** The system property: {@code jevent.threadpool.size}. */
        public String property() {
            return "jevent." + name;
        }

        /** The environment variable: {@code JEVENT_THREADPOOL_SIZE}. */
        public String variable() {
            return property().toUpperCase(Locale.ROOT).replace('.', '_');
        }

        public T defaultValue() {
            return defaultValue;
        }

        /** The value that {@code text} means. @throws IllegalArgumentException naming the key and what is expected */
        public T parse(String text) {
            return parse(property(), text);
        }

        private T parse(String source, String text) {
            try {
                return SettingTexts.parse(defaultValue, text.strip());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(source + ": \"" + text + "\" (expected: " + e.getMessage() + ")", e);
            }
        }

        private T processValue() {
            T value = processValue.get();
            if (value == null) {
                processValue.compareAndSet(null, read()); // one reading counts, also when two threads come at once
                value = processValue.get();
            }
            return value;
        }

        private T read() {
            String text = System.getProperty(property());
            if (text != null) {
                return parse(property(), text);
            }
            text = System.getenv(variable());
            return text != null ? parse(variable(), text) : defaultValue;
        }

        @Override
        public String toString() {
            return property();
        }
    }

    private static <T> Key<T> key(String name, T defaultValue) {
        Key<T> key = new Key<>(name, defaultValue);
        KEYS.add(key);
        return key;
    }
}
