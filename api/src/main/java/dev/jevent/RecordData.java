package dev.jevent;

import java.net.InetAddress;
import java.util.List;

/**
 * What a record of DNS says, by its parts instead of as text. Names are without their final dot.
 *
 * <pre>{@code
 *   for (Resolver.Entry entry : hub.resolver().records("example.com", "MX")) {
 *       if (entry.typed() instanceof RecordData.MailExchange mail) {
 *           deliverTo(mail.host(), mail.preference());
 *       }
 *   }
 * }</pre>
 */
public sealed interface RecordData {
    /** A and AAAA. */
    record Address(InetAddress address) implements RecordData {}

    /** CNAME, NS and PTR. */
    record HostName(String name) implements RecordData {}

    /** MX. @param preference the lowest first */
    record MailExchange(int preference, String host) implements RecordData {}

    /** TXT. @param strings of which programs often make one, by joining them */
    record Text(List<String> strings) implements RecordData {}

    /** SRV [RFC 2782]. @param priority the lowest first @param weight how often, among equals */
    record Service(int priority, int weight, int port, String host) implements RecordData {}

    /** SOA. @param primary the zone's first name server; the times are in seconds */
    record Authority(String primary, String mailbox, long serial, long refresh, long retry, long expire, long minimum)
            implements RecordData {}

    /** NAPTR [RFC 3403]. */
    record NamingAuthority(int order, int preference, String flags, String services, String expression, String replacement)
            implements RecordData {}

    /** Any other. @param data in presentation format */
    record Other(String type, String data) implements RecordData {}

    /** @throws IllegalArgumentException if the data of {@code entry} isn't what its type has */
    static RecordData of(Resolver.Entry entry) {
        RecordWords parts = new RecordWords(entry);
        RecordData data = switch (entry.type()) {
            case "A" -> new Address(parts.address(true));
            case "AAAA" -> new Address(parts.address(false));
            case "CNAME", "NS", "PTR" -> new HostName(parts.name());
            case "MX" -> new MailExchange(parts.number(0xffff), parts.name());
            case "TXT" -> new Text(parts.strings());
            case "SRV" -> new Service(parts.number(0xffff), parts.number(0xffff), parts.number(0xffff), parts.name());
            case "SOA" -> new Authority(parts.name(), parts.name(), parts.time(), parts.time(), parts.time(), parts.time(), parts.time());
            case "NAPTR" -> new NamingAuthority(
                    parts.number(0xffff), parts.number(0xffff), parts.string(), parts.string(), parts.string(), parts.name());
            default -> new Other(entry.type(), parts.all());
        };
        parts.end();
        return data;
    }
}
