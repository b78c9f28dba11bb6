package dev.jevent;

import dev.jevent.contract.AnyThread;
import dev.jevent.contract.Switches;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Turns names into addresses and back; a wait for an answer lets other greenlets run. Immutable as users see it:
 * configuration goes into the {@link dev.jevent.Settings} that its provider reads.
 *
 * <p>Every look-up made through {@link InetAddress} in a greenlet comes here, too. Errors are {@link UnknownHostException}s
 * that name the host and the reason, the same for every resolver.
 */
@AnyThread
public interface Resolver extends Measured, AutoCloseable {
    /** Which address families are asked for. */
    enum Family { ANY, IPV4, IPV6 }

    /**
     * The addresses of {@code host}, best first; never empty. A literal is returned as it is, without a query.
     *
     * @throws UnknownHostException if there are none
     * @throws IllegalArgumentException if {@code host} can be no host name: too long, an empty or overlong label, a NUL
     */
    @Switches
    List<InetAddress> addresses(String host, Family family) throws UnknownHostException;

    @Switches
    default List<InetAddress> addresses(String host) throws UnknownHostException {
        return addresses(host, Family.ANY);
    }

    /** The name of {@code address}. @throws UnknownHostException if it has none */
    @Switches
    String name(InetAddress address) throws UnknownHostException;

    /** The name at the end of {@code host}'s aliases. */
    @Switches
    String canonicalName(String host) throws UnknownHostException;

    /**
     * The port of a service name, or of a number given as text.
     *
     * @param protocol {@code tcp} or {@code udp}
     * @throws UnknownHostException naming the service if it is not known
     */
    @Switches
    int port(String service, String protocol) throws UnknownHostException;

    /**
     * Records of a name as DNS has them.
     *
     * @param type {@code A}, {@code MX}, {@code TXT}…
     * @throws UnsupportedOperationException if this resolver asks no DNS server by itself
     */
    @Switches
    List<Entry> records(String name, String type) throws UnknownHostException;

    /**
     * One resource record [RFC 1035 section 3.2].
     *
     * @param ttl seconds
     * @param data in presentation format [RFC 1035 section 5.1]
     */
    record Entry(String name, String type, long ttl, String data) {
        /** What {@link #data} says, by its parts. @throws IllegalArgumentException if that isn't what the type has */
        public RecordData typed() {
            return RecordData.of(this);
        }
    }

    /** The name it is chosen by: {@code threadpool}, {@code ares}… */
    String name();

    /** Fails look-ups that wait. Idempotent. */
    @Override
    void close();

    @Override
    @AnyThread
    Statistics statistics();

    /**
     * A snapshot.
     *
     * @param lookups that were begun so far
     * @param failures those of them that found nothing, or were killed
     * @param waiting look-ups in progress
     * @param remembered answers that it keeps, "there is none" among them
     * @param reused questions that such an answer was given to; one look-up may ask several
     */
    record Statistics(long lookups, long failures, int waiting, int remembered, long reused) {
        /** Of a resolver that remembers nothing. */
        public Statistics(long lookups, long failures, int waiting) {
            this(lookups, failures, waiting, 0, 0);
        }
    }
}
