package dev.jevent.examples;

import static dev.jevent.Jevent.run;

import dev.jevent.Hub;
import dev.jevent.sync.Pool;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Looks up many hosts, ten at a time: each has a greenlet, but no more than ten are there at once.
 *
 * <p>The argument is a file with a name on each line.
 */
public final class MassResolve {
    static final int AT_ONCE = 10;

    private MassResolve() {}

    public static void main(String[] args) throws Exception {
        run(() -> {
            // Reading a file blocks the thread that does it: not the hub's, then.
            List<String> names = args.length > 0
                    ? Hub.current().threadPool().apply(() -> Files.readAllLines(Path.of(args[0])))
                    : List.of("localhost", "example.com", "example.net", "example.org");
            resolve(names);
        });
    }

    static void resolve(List<String> names) {
        int known = 0;
        try (var pool = new Pool(AT_ONCE); var lines = pool.imap(names, MassResolve::line)) {
            for (var line : lines) { // in the order of the names, as soon as it is there
                IO.println(line);
                known += line.endsWith("unknown") ? 0 : 1;
            }
        }
        IO.println(known + " of " + names.size() + " known");
    }

    private static String line(String name) {
        try {
            return name + " " + Arrays.stream(InetAddress.getAllByName(name)).map(InetAddress::getHostAddress).sorted().toList();
        } catch (UnknownHostException e) {
            return name + " unknown";
        }
    }
}
