package dev.jevent.resolver.ares;

import static dev.jevent.resolver.ares.RecordTypes.A;
import static dev.jevent.resolver.ares.RecordTypes.AAAA;
import static dev.jevent.resolver.ares.RecordTypes.CNAME;
import static dev.jevent.resolver.ares.RecordTypes.PTR;

import dev.jevent.Resolver;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Which questions a look-up asks, and what it makes of their answers. Runs in whoever makes the look-up, which may wait. */
final class Names {
    /** Names after each other of which one is the alias of the next. */
    private static final int MOST_ALIASES = 16;

    private final AresResolver resolver;

    Names(AresResolver resolver) {
        this.resolver = resolver;
    }

    // ---- addresses ----

    /** In any order. */
    List<InetAddress> addresses(String name, boolean four, boolean six, long until) throws UnknownHostException {
        List<InetAddress> local = local(name, four, six);
        if (local != null) {
            if (local.isEmpty()) {
                throw new NoAnswer("no address of the family asked for", true);
            }
            return local;
        }
        NoAnswer best = null;
        for (String each : candidates(name)) {
            try {
                return asked(name, each, four, six, until);
            } catch (NoAnswer e) {
                best = worse(best, e);
                if (!e.definite) {
                    break;
                }
            }
        }
        throw best;
    }

    /** The first that says something went wrong counts more than that there is no such name. */
    private static NoAnswer worse(NoAnswer before, NoAnswer now) {
        return before == null || before.definite ? now : before;
    }

    /** What needs no question; null: it does. */
    private List<InetAddress> local(String name, boolean four, boolean six) throws UnknownHostException {
        HostsFile hosts = resolver.hosts(name);
        List<InetAddress> listed = hosts.addresses(name, four, six);
        if (!listed.isEmpty()) {
            return listed;
        }
        if (isLocalhost(name)) { // never for name servers [RFC 6761 section 6.3]
            List<InetAddress> loopback = new ArrayList<>(2);
            if (six) {
                loopback.add(InetAddress.ofLiteral("::1"));
            }
            if (four) {
                loopback.add(InetAddress.ofLiteral("127.0.0.1"));
            }
            return loopback;
        }
        if (isUnder(name, "onion") || isUnder(name, "invalid")) { // nor these [RFC 7686, RFC 6761 section 6.4]
            throw new NoAnswer("no such name (NXDOMAIN)", true);
        }
        return null;
    }

    private static boolean isLocalhost(String name) {
        return isUnder(name, "localhost") || absolute(name).equalsIgnoreCase("localhost");
    }

    private static boolean isUnder(String name, String domain) {
        String absolute = absolute(name);
        int start = absolute.length() - domain.length();
        return start > 0 && absolute.charAt(start - 1) == '.' && absolute.regionMatches(true, start, domain, 0, domain.length());
    }

    private static String absolute(String name) {
        return name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /** The names that {@code name} may stand for, in the order they are tried. */
    List<String> candidates(String name) {
        Configuration.InForce configuration = resolver.configuration();
        if (name.endsWith(".") || configuration.domains().isEmpty()) {
            return List.of(name);
        }
        int dots = 0;
        for (int i = 0; i < name.length(); i++) {
            dots += name.charAt(i) == '.' ? 1 : 0;
        }
        List<String> all = new ArrayList<>();
        for (String domain : configuration.domains()) {
            String longer = name + "." + domain;
            if (longer.length() <= 253) {
                all.add(longer);
            }
        }
        all.add(dots >= configuration.ndots() ? 0 : all.size(), name);
        return all;
    }

    private List<InetAddress> asked(String subject, String name, boolean four, boolean six, long until)
            throws UnknownHostException {
        Question ofFour = four ? resolver.ask(name, A) : null;
        Question ofSix = six ? resolver.ask(name, AAAA) : null;
        List<InetAddress> found = new ArrayList<>(4);
        NoAnswer none = null;
        try {
            for (Question question : new Question[] {ofSix, ofFour}) {
                if (question != null) {
                    try {
                        for (Answer.Entry entry : end(question, subject, until).entries) {
                            found.add(InetAddress.getByAddress(subject, (byte[]) entry.data()));
                        }
                    } catch (NoAnswer e) {
                        none = none == null || none.definite ? e : none;
                    }
                }
            }
        } finally {
            resolver.leave(ofFour);
            resolver.leave(ofSix);
        }
        if (found.isEmpty()) {
            throw none;
        }
        return found;
    }

    // ---- aliases ----

    /** What is at the end of a name's aliases. */
    private record End(String name, List<Answer.Entry> entries) {}

    private End end(String name, int type, String subject, long until) throws UnknownHostException {
        Question question = resolver.ask(name, type);
        try {
            return end(question, subject, until);
        } finally {
            resolver.leave(question);
        }
    }

    /**
     * Follows aliases to the records that {@code question} asks for, which is the caller's to leave. Only what is on the way counts, whatever else the answer
     * has.
     *
     * @throws NoAnswer if there are none
     */
    private End end(Question question, String subject, long until) throws UnknownHostException {
        int type = question.key.type();
        String name = question.key.name();
        Question current = question;
        int aliases = 0;
        while (true) {
            try {
                resolver.await(current, until, subject);
            } finally {
                if (current != question) {
                    resolver.leave(current);
                }
            }
            Answer answer = current.answer();
            if (answer == null) {
                throw NoAnswer.of(current.failure());
            }
            if (answer.code() != Answer.NO_ERROR && answer.code() != Answer.NO_NAME) {
                throw new NoAnswer("the name server answered " + Answer.codeText(answer.code()), false);
            }
            int before = aliases;
            while (true) {
                List<Answer.Entry> entries = entries(answer, name, type);
                if (!entries.isEmpty()) {
                    return new End(name, entries);
                }
                Answer.Entry alias = first(answer, name, CNAME);
                if (alias == null) {
                    break;
                }
                name = (String) alias.data();
                if (++aliases > MOST_ALIASES) {
                    throw new NoAnswer("more than " + MOST_ALIASES + " aliases, one of the other", true);
                }
            }
            if (aliases == before || answer.code() == Answer.NO_NAME || answer.negativeTtl() >= 0) {
                throw new NoAnswer(answer.code() == Answer.NO_NAME
                        ? "no such name (NXDOMAIN)"
                        : "no " + RecordTypes.name(type) + " record", true);
            }
            if (name.indexOf('\\') >= 0) {
                throw new NoAnswer("its alias \"" + name + "\" is no name that can be asked for", true);
            }
            current = resolver.ask(name, type); // the server left the rest to us
        }
    }

    private static List<Answer.Entry> entries(Answer answer, String name, int type) {
        List<Answer.Entry> entries = new ArrayList<>(answer.entries().length);
        for (Answer.Entry entry : answer.entries()) {
            if (entry.type() == type && entry.name().equalsIgnoreCase(name)) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private static Answer.Entry first(Answer answer, String name, int type) {
        for (Answer.Entry entry : answer.entries()) {
            if (entry.type() == type && entry.name().equalsIgnoreCase(name)) {
                return entry;
            }
        }
        return null;
    }

    String canonicalName(String name, long until) throws UnknownHostException {
        String listed = resolver.hosts(name).canonical(name);
        if (listed != null) {
            return listed;
        }
        if (local(name, true, true) != null) {
            return "localhost";
        }
        NoAnswer best = null;
        for (String each : candidates(name)) {
            Question ofFour = resolver.ask(each, A);
            Question ofSix = resolver.ask(each, AAAA);
            try {
                for (Question question : new Question[] {ofFour, ofSix}) {
                    try {
                        return end(question, name, until).name;
                    } catch (NoAnswer e) {
                        best = worse(best, e);
                    }
                }
            } finally {
                resolver.leave(ofFour);
                resolver.leave(ofSix);
            }
            if (!best.definite) {
                break;
            }
        }
        throw best;
    }

    // ---- names of addresses ----

    String name(InetAddress address, long until) throws UnknownHostException {
        String subject = address.getHostAddress();
        String listed = resolver.hosts(subject).name(address);
        if (listed != null) {
            return listed;
        }
        if (address.isLoopbackAddress()) {
            return "localhost";
        }
        String name = (String) end(reverse(address), PTR, subject, until).entries.getFirst().data();
        if (!isHostName(name)) { // whoever has the address could write anything there
            throw new NoAnswer("its name \"" + name + "\" is no host's", true);
        }
        return name;
    }

    /** Where DNS has the name of an address. */
    static String reverse(InetAddress address) {
        byte[] bytes = address.getAddress();
        StringBuilder name = new StringBuilder(72);
        for (int i = bytes.length - 1; i >= 0; i--) {
            if (address instanceof Inet4Address) {
                name.append(bytes[i] & 0xff).append('.');
            } else {
                name.append(HexFormat.of().toLowHexDigit(bytes[i])).append('.').append(HexFormat.of().toHighHexDigit(bytes[i])).append('.');
            }
        }
        return name.append(address instanceof Inet4Address ? "in-addr.arpa" : "ip6.arpa").toString();
    }

    private static boolean isHostName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.')) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    // ---- records ----

    List<Resolver.Entry> records(String name, int type, long until) throws UnknownHostException {
        List<Resolver.Entry> records = new ArrayList<>();
        for (Answer.Entry entry : end(name, type, name, until).entries) {
            records.add(new Resolver.Entry(entry.name(), RecordTypes.name(type), entry.ttl(), text(type, entry.data())));
        }
        return records;
    }

    private static String text(int type, Object data) throws UnknownHostException {
        return switch (data) {
            case byte[] address -> InetAddress.getByAddress(address).getHostAddress();
            case String name when type == CNAME || type == PTR || type == RecordTypes.NS -> name + ".";
            default -> (String) data;
        };
    }
}
