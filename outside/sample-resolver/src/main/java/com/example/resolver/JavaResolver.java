package com.example.resolver;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.HostNames;
import dev.jevent.spi.Services;
import dev.jevent.sync.AsyncResult;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;

/**
 * Asks by dnsjava, whose answers come on threads of its own. A greenlet waits for one in an {@link AsyncResult}: others run, a kill or a
 * timeout ends the wait at once, and the question goes on for nobody.
 */
final class JavaResolver implements Resolver {
    private final LookupSession session;
    private final Duration timeout; // zero: none
    private final Set<AsyncResult<?>> waiting = ConcurrentHashMap.newKeySet();
    private final AtomicInteger waiters = new AtomicInteger();
    private final AtomicLong lookups = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private volatile boolean closed;

    JavaResolver(org.xbill.DNS.Resolver server, Settings settings) {
        session = LookupSession.builder().resolver(server).build();
        timeout = settings.get(Settings.RESOLVER_TIMEOUT);
    }

    @Override
    public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
        InetAddress literal = HostNames.literal(host);
        if (literal != null) {
            if (family == (literal instanceof Inet4Address ? Family.IPV6 : Family.IPV4)) {
                throw new UnknownHostException(host + ": is no " + family + " address");
            }
            return List.of(literal);
        }
        Name name = absolute(HostNames.ascii(host));
        return counted(() -> addresses(host, name, types(family)));
    }

    private List<InetAddress> addresses(String host, Name name, int[] types) throws UnknownHostException {
        List<InetAddress> found = new ArrayList<>();
        UnknownHostException last = null;
        for (int type : types) {
            try {
                for (Record record : ask(host, name, type).getRecords()) {
                    found.add(record instanceof ARecord four ? four.getAddress() : ((AAAARecord) record).getAddress());
                }
            } catch (UnknownHostException e) {
                last = e;
            }
        }
        if (found.isEmpty()) {
            throw last != null ? last : new UnknownHostException(host + ": no address");
        }
        return found;
    }

    private static int[] types(Family family) {
        return switch (family) {
            case IPV4 -> new int[] {Type.A};
            case IPV6 -> new int[] {Type.AAAA};
            case ANY -> new int[] {Type.A, Type.AAAA};
        };
    }

    @Override
    public String name(InetAddress address) throws UnknownHostException {
        String text = address.getHostAddress();
        for (Record record : counted(() -> ask(text, ReverseMap.fromAddress(address), Type.PTR)).getRecords()) {
            return ((PTRRecord) record).getTarget().toString(true);
        }
        throw new UnknownHostException(text + ": no name");
    }

    @Override
    public String canonicalName(String host) throws UnknownHostException {
        InetAddress literal = HostNames.literal(host);
        if (literal != null) {
            return literal.getHostAddress();
        }
        List<Record> found = counted(() -> ask(host, absolute(HostNames.ascii(host)), Type.A)).getRecords();
        if (found.isEmpty()) {
            throw new UnknownHostException(host + ": no address");
        }
        return found.getFirst().getName().toString(true);
    }

    @Override
    public int port(String service, String protocol) throws UnknownHostException {
        return Services.system().port(service, protocol);
    }

    @Override
    public List<Entry> records(String name, String type) throws UnknownHostException {
        List<Entry> entries = new ArrayList<>();
        for (Record record : counted(() -> ask(name, absolute(HostNames.ascii(name)), Type.value(type))).getRecords()) {
            entries.add(new Entry(record.getName().toString(true), Type.string(record.getType()), record.getTTL(), record.rdataToString()));
        }
        return entries;
    }

    private static Name absolute(String name) throws UnknownHostException {
        try {
            return Name.fromString(name, Name.root);
        } catch (TextParseException e) {
            throw unknown(name, e);
        }
    }

    // ---- waiting ----

    @FunctionalInterface
    private interface Lookup<V> {
        V make() throws UnknownHostException;
    }

    /** One look-up, whatever questions it asks. */
    private <V> V counted(Lookup<V> lookup) throws UnknownHostException {
        lookups.incrementAndGet();
        waiters.incrementAndGet();
        boolean failed = true;
        try {
            V answer = lookup.make();
            failed = false;
            return answer;
        } finally {
            waiters.decrementAndGet();
            if (failed) {
                failures.incrementAndGet();
            }
        }
    }

    private LookupResult ask(String subject, Name name, int type) throws UnknownHostException {
        AsyncResult<LookupResult> result = null;
        // What ends the wait is a thread that the hub doesn't know: without a hold it would think that nobody can.
        Hub hub = Hub.ifExists();
        try (Hub.Hold _ = hub == null ? () -> {} : hub.hold()) {
            CompletionStage<LookupResult> stage = session.lookupAsync(name, type, DClass.IN);
            result = AsyncResult.from(stage);
            waiting.add(result);
            if (closed) {
                throw new UnknownHostException(subject + ": the resolver is closed");
            }
            return timeout.isZero() ? result.get() : result.get(timeout);
        } catch (ExecutionException e) {
            throw unknown(subject, e.getCause());
        } catch (TimeoutException e) {
            throw new UnknownHostException(subject + ": no answer within " + Durations.text(timeout));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unknown(subject, e);
        } finally {
            if (result != null) {
                waiting.remove(result);
            }
        }
    }

    private static UnknownHostException unknown(String subject, Throwable cause) {
        UnknownHostException unknown = new UnknownHostException(subject + ": " + cause);
        unknown.initCause(cause);
        return unknown;
    }

    // ---- the rest ----

    @Override
    public String name() {
        return "dnsjava";
    }

    @Override
    public void close() {
        closed = true;
        for (AsyncResult<?> result : waiting) {
            result.trySetException(new UnknownHostException("the resolver was closed"));
        }
    }

    @Override
    public Statistics statistics() {
        return new Statistics(lookups.get(), failures.get(), waiters.get());
    }
}
