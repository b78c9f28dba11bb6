package dev.jevent.resolver.threadpool;

import dev.jevent.Durations;
import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Result;
import dev.jevent.Settings;
import dev.jevent.ThreadPool;
import dev.jevent.spi.HostNames;
import dev.jevent.spi.Services;
import dev.jevent.spi.SystemLookup;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolver.LookupPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;

/**
 * Asks the operating system, whose look-ups block, on a thread pool of its own: a name server that doesn't answer must
 * not take threads from the hub's other blocking calls. [D-14, F-DNS-04]
 *
 * <p>Who waits and is killed, or has waited long enough, goes on at once, and its question leaves the queue unless others
 * wait for the same answer. A question that a thread has begun to ask can't be taken back: that thread is busy until the
 * system gives up, and everybody who asks the same waits for it. [F-DNS-15]
 */
final class ThreadPoolResolver extends Guard implements Resolver {
    private final ThreadPool pool;
    private final int queue;
    private final Duration timeout;
    private final long timeoutNanos;
    private volatile InetAddressResolver system;

    // inside the guard
    private final Map<Object, Lookup<?>> inProgress = new HashMap<>();
    private long lookups;
    private long failures;
    private int waiting;
    private boolean closed;

    /** @param system what is asked; null: what the JDK asks */
    ThreadPoolResolver(Hub hub, Settings settings, InetAddressResolver system) {
        this.system = system;
        queue = settings.get(Settings.RESOLVER_QUEUE);
        timeout = settings.get(Settings.RESOLVER_TIMEOUT);
        long nanos = Durations.nanos(Settings.RESOLVER_TIMEOUT.property(), timeout);
        timeoutNanos = nanos == 0 ? -1 : nanos;
        pool = hub.newThreadPool("jevent-resolver", settings.get(Settings.RESOLVER_THREADS), queue);
    }

    // ---- questions ----

    /** What is in progress at most once. */
    private record AddressesOf(String host, Family family) {
        @Override
        public String toString() {
            return family == Family.ANY ? host : host + " (" + family + ")";
        }
    }

    @Override
    public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
        InetAddress literal = HostNames.literal(host);
        if (literal != null) {
            boolean four = literal instanceof Inet4Address;
            if (family == (four ? Family.IPV6 : Family.IPV4)) {
                throw new UnknownHostException(host + ": is no " + family + " address");
            }
            return List.of(literal);
        }
        String name = HostNames.ascii(host);
        LookupPolicy policy = policy(family);
        return ask(name, new AddressesOf(name, family), system -> {
            List<InetAddress> found = system.lookupByName(name, policy).toList();
            if (found.isEmpty()) {
                throw new UnknownHostException(name + ": no address");
            }
            return found;
        });
    }

    /** {@link Family#ANY} is in the order of the system [RFC 6724], but for a JVM that was told to know IPv4 only. */
    private static LookupPolicy policy(Family family) {
        return LookupPolicy.of(switch (family) {
            case IPV4 -> LookupPolicy.IPV4;
            case IPV6 -> LookupPolicy.IPV6;
            case ANY -> Boolean.getBoolean("java.net.preferIPv4Stack")
                    ? LookupPolicy.IPV4
                    : LookupPolicy.IPV4 | LookupPolicy.IPV6;
        });
    }

    @Override
    public String name(InetAddress address) throws UnknownHostException {
        String text = address.getHostAddress();
        byte[] bytes = address.getAddress();
        return ask(text, address, system -> system.lookupByAddress(bytes));
    }

    /**
     * The JDK knows no aliases. So this is the name of the first address, if that name leads back to the address; else
     * {@code host} itself, as {@link InetAddress#getCanonicalHostName()} does it.
     */
    @Override
    public String canonicalName(String host) throws UnknownHostException {
        InetAddress first = addresses(host).getFirst();
        if (HostNames.literal(host) != null) {
            return first.getHostAddress();
        }
        try {
            String name = name(first);
            if (addresses(name).contains(first)) {
                return name;
            }
        } catch (UnknownHostException | IllegalArgumentException e) {
            // Many addresses have no name, or one that is none; that is no failure of this look-up.
        }
        return HostNames.ascii(host);
    }

    @Override
    public int port(String service, String protocol) throws UnknownHostException {
        if (!Services.isSystemKnown()) {
            try {
                pool.apply(Services::system);
            } catch (UnknownHostException | RuntimeException e) {
                throw unknown(service, e);
            } catch (Exception e) {
                throw new AssertionError(e); // it throws no other
            }
        }
        return Services.system().port(service, protocol);
    }

    @Override
    public List<Entry> records(String name, String type) {
        throw new UnsupportedOperationException("records: the resolver \"threadpool\" asks the operating system, which knows"
                + " addresses only (expected: the module jevent-resolver-ares, or -Djevent.resolver=ares where several are)");
    }

    // ---- asking ----

    private <V> V ask(String subject, Object key, Lookup.Question<V> question) throws UnknownHostException {
        Lookup<V> fresh = new Lookup<>(this, key, question);
        Lookup<V> lookup = enlist(subject, fresh);
        boolean failed = true;
        try (Hub.Hold _ = keepCaller()) {
            if (lookup == fresh) {
                start(subject, lookup);
            }
            if (!lookup.await(timeoutNanos)) {
                throw new UnknownHostException(subject + ": no answer within " + Durations.text(timeout));
            }
            if (lookup.error() != null) {
                throw unknown(subject, lookup.error());
            }
            failed = false;
            return lookup.answer();
        } finally {
            leaveOff(lookup, failed);
        }
    }

    /** Keeps the caller's hub, if it has one, from LoopExit: the call that answers may be another hub's. */
    private static Hub.Hold keepCaller() {
        Hub hub = Hub.ifExists();
        return hub == null ? () -> {} : hub.hold();
    }

    /** The look-up of that key that is in progress, else {@code fresh}. */
    @SuppressWarnings("unchecked")
    private <V> Lookup<V> enlist(String subject, Lookup<V> fresh) throws UnknownHostException {
        enter();
        try {
            if (closed) {
                throw new UnknownHostException(subject + ": the resolver is closed");
            }
            Lookup<V> lookup = (Lookup<V>) inProgress.get(fresh.key);
            if (lookup == null) {
                inProgress.put(fresh.key, fresh);
                lookup = fresh;
            }
            lookup.interested++;
            waiting++;
            lookups++;
            return lookup;
        } finally {
            leave();
        }
    }

    private void start(String subject, Lookup<?> lookup) {
        Throwable refusal;
        try {
            Result<Void> call = pool.trySpawn(lookup);
            if (call != null) {
                lookup.start(call);
                return;
            }
            refusal = new UnknownHostException(subject + ": " + queue + " look-ups wait for a thread already ("
                    + Settings.RESOLVER_QUEUE.property() + ")");
        } catch (RejectedExecutionException e) {
            refusal = wasClosed();
        }
        ended(lookup);
        lookup.settle(null, refusal);
    }

    private void leaveOff(Lookup<?> lookup, boolean failed) {
        enter();
        waiting--;
        if (failed) {
            failures++;
        }
        boolean last = --lookup.interested == 0 && !lookup.ready();
        if (last && !lookup.asked) {
            lookup.gone = true;
            inProgress.remove(lookup.key, lookup);
        }
        leave();
        if (last) {
            lookup.dismiss();
        }
    }

    private static UnknownHostException wasClosed() {
        return new UnknownHostException("the resolver was closed");
    }

    /** One exception for each who waits: with its own stack, and the reason as its cause. */
    private static UnknownHostException unknown(String subject, Throwable cause) {
        String reason = cause instanceof UnknownHostException && cause.getMessage() != null ? cause.getMessage() : cause.toString();
        UnknownHostException unknown =
                new UnknownHostException(reason.startsWith(subject + ": ") ? reason : subject + ": " + reason);
        unknown.initCause(cause);
        return unknown;
    }

    // ---- told by look-ups ----

    /** What to ask; on a thread of the pool. */
    InetAddressResolver system() {
        InetAddressResolver known = system;
        if (known == null) {
            system = known = SystemLookup.find().resolver();
        }
        return known;
    }

    /** Returns false if nobody waits for it any more. */
    boolean beginAsking(Lookup<?> lookup) {
        enter();
        boolean wanted = !lookup.gone;
        lookup.asked = wanted;
        leave();
        return wanted;
    }

    /** The pool is through with it. Returns whether that was without asking, and ends it then. */
    boolean neverAsked(Lookup<?> lookup) {
        enter();
        boolean never = !lookup.asked;
        leave();
        if (never) {
            ended(lookup);
        }
        return never;
    }

    void ended(Lookup<?> lookup) {
        enter();
        try {
            inProgress.remove(lookup.key, lookup);
        } finally {
            leave();
        }
    }

    // ---- the rest ----

    @Override
    public String name() {
        return "threadpool";
    }

    @Override
    public void close() {
        List<Lookup<?>> left;
        enter();
        try {
            closed = true;
            left = new ArrayList<>(inProgress.values());
            inProgress.clear();
        } finally {
            leave();
        }
        for (Lookup<?> lookup : left) {
            lookup.settle(null, wasClosed());
            lookup.dismiss();
        }
        pool.close();
    }

    @Override
    public Statistics statistics() {
        enter();
        Statistics snapshot = new Statistics(lookups, failures, waiting);
        leave();
        return snapshot;
    }

    @Override
    public String toString() {
        return "<resolver threadpool on " + pool + ">";
    }
}
