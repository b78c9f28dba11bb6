package dev.jevent.spi;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Port numbers by name of service, as every resolver answers them. [B-DNS-04] */
public final class Services {
    private static final Path SYSTEM = Path.of("/etc/services");

    /** For systems without that file, or with a short one: what programs name most. */
    private static final String WELL_KNOWN = """
            echo 7/tcp
            echo 7/udp
            discard 9/tcp
            discard 9/udp
            daytime 13/tcp
            ftp-data 20/tcp
            ftp 21/tcp
            ssh 22/tcp
            telnet 23/tcp
            smtp 25/tcp mail
            time 37/tcp
            domain 53/tcp
            domain 53/udp
            tftp 69/udp
            http 80/tcp www
            http 80/udp
            kerberos 88/tcp
            kerberos 88/udp
            pop3 110/tcp
            ntp 123/udp
            imap2 143/tcp imap
            snmp 161/udp
            ldap 389/tcp
            https 443/tcp
            https 443/udp
            submissions 465/tcp smtps
            syslog 514/udp
            submission 587/tcp
            ldaps 636/tcp
            domain-s 853/tcp
            imaps 993/tcp
            pop3s 995/tcp
            socks 1080/tcp
            mysql 3306/tcp
            postgresql 5432/tcp
            amqp 5672/tcp
            redis 6379/tcp
            http-alt 8080/tcp webcache
            """;

    private static volatile Services system;

    private final Map<String, Integer> ports = new HashMap<>();

    private Services(List<String> lines) {
        WELL_KNOWN.lines().forEach(this::add);
        // The first line for a name counts, but each line of the file counts more than those above.
        lines.reversed().forEach(this::add);
    }

    /** Those of {@code /etc/services} and some well-known ones. The first call in a process reads the file, which blocks. */
    public static Services system() {
        Services known = system;
        if (known == null) {
            system = known = read(SYSTEM);
        }
        return known;
    }

    /** Whether {@link #system()} would not block. */
    public static boolean isSystemKnown() {
        return system != null;
    }

    /** Those of a file in the form of {@code services(5)}, if it is there, and some well-known ones. */
    public static Services read(Path file) {
        try {
            return new Services(Files.readAllLines(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return new Services(List.of());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** A line {@code name port/protocol alias… # comment}; others are skipped. */
    private void add(String line) {
        int comment = line.indexOf('#');
        String[] fields = (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+");
        int slash = fields.length < 2 ? -1 : fields[1].indexOf('/');
        if (slash <= 0) {
            return;
        }
        int port = number(fields[1].substring(0, slash));
        String protocol = fields[1].substring(slash);
        if (port < 0 || port > 65_535) {
            return;
        }
        for (int i = fields.length - 1; i >= 0; i--) {
            if (i != 1) {
                ports.put(fields[i] + protocol, port);
            }
        }
    }

    /**
     * The port of {@code service}, a name or a number.
     *
     * @param protocol {@code tcp} or {@code udp}
     * @throws IllegalArgumentException if {@code service} is a number, and no port
     * @throws UnknownHostException naming the service if it is not known
     */
    public int port(String service, String protocol) throws UnknownHostException {
        if (!protocol.equals("tcp") && !protocol.equals("udp")) {
            throw new IllegalArgumentException("protocol: " + protocol + " (expected: tcp or udp)");
        }
        if (isNumber(service)) {
            int port = number(service);
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("service: " + service + " (expected: a name, or 0 to 65535)");
            }
            return port;
        }
        Integer port = ports.get(service + "/" + protocol);
        if (port == null) {
            throw new UnknownHostException(service + "/" + protocol + ": unknown service");
        }
        return port;
    }

    private static boolean isNumber(String text) {
        int start = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        for (int i = start; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return text.length() > start;
    }

    /** -1 if it is none. */
    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
