package dev.jevent.resolver.ares;

import dev.jevent.spi.HostNames;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code /etc/hosts} says: lines of an address and its names, case ignored. Of a name all lines count, of an address
 * the first. What is no such line is skipped. [F-DNS-16]
 */
final class HostsFile {
    private final Map<String, Host> hosts = new HashMap<>();
    private final Map<InetAddress, String> names = new HashMap<>();

    /** @param canonical the first name of the first line that has it */
    private record Host(String canonical, List<InetAddress> addresses) {}

    private HostsFile() {}

    /** Blocks. A file that isn't there says nothing. */
    static HostsFile read(Path file) throws IOException {
        HostsFile read = new HostsFile();
        try (var lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
            lines.forEach(read::add);
        } catch (NoSuchFileException e) {
            // no names, then
        }
        return read;
    }

    private void add(String line) {
        int comment = line.indexOf('#');
        String[] words = (comment < 0 ? line : line.substring(0, comment)).strip().split("\\s+");
        if (words.length < 2) {
            return;
        }
        InetAddress address = address(words[0]);
        if (address == null) {
            return;
        }
        for (int i = 1; i < words.length; i++) {
            Host host = hosts.computeIfAbsent(words[i].toLowerCase(Locale.ROOT), _ -> new Host(words[1], new ArrayList<>(1)));
            if (!host.addresses.contains(address)) {
                host.addresses.add(address);
            }
        }
        names.putIfAbsent(address, words[1]);
    }

    private static InetAddress address(String text) {
        try {
            return HostNames.literal(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Empty: it has none of that family, or doesn't know the name. */
    List<InetAddress> addresses(String name, boolean four, boolean six) {
        Host host = hosts.get(key(name));
        if (host == null) {
            return List.of();
        }
        List<InetAddress> found = new ArrayList<>(host.addresses.size());
        for (InetAddress address : host.addresses) {
            if (address instanceof Inet4Address ? four : six) {
                found.add(address);
            }
        }
        return found;
    }

    /** Null: it doesn't know the name. */
    String canonical(String name) {
        Host host = hosts.get(key(name));
        return host == null ? null : host.canonical;
    }

    /** Null: it has none for that address. */
    String name(InetAddress address) {
        return names.get(address);
    }

    private static String key(String name) {
        return (name.endsWith(".") ? name.substring(0, name.length() - 1) : name).toLowerCase(Locale.ROOT);
    }
}
