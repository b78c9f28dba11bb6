package dev.jevent.launcher;

import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.launcher.Lookups.Lookup;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.Reader;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** gevent's first example, for real, and its dns_mass_resolve. */
@Command(
        name = "resolve",
        description = {
            "Looks hosts up, all at once, a greenlet for each.",
            "Prints a line for each host, in the order given: its addresses, or why there are none. With --input it prints them in"
                    + " the order they are known."
        },
        exitCodeList = {"0:every host has addresses", "1:some have none, or were not done in time", "2:the command line is wrong"})
final class ResolveCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Main main;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "10",
            converter = Seconds.class,
            description = "For all of them together, with --input for each (default: ${DEFAULT-VALUE})")
    private Duration timeout;

    @Option(names = "--json", description = "Print a JSON array instead")
    private boolean json;

    @Option(
            names = "--server",
            paramLabel = "HOST[:PORT]",
            split = ",",
            description = "Ask these name servers, addresses all, instead of the system's; for the resolver ares")
    private List<String> servers;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description = "Look for records of this type (MX, TXT, SRV…) instead of addresses; for the resolver ares")
    private String type;

    @Option(names = "--input", paramLabel = "FILE", description = "Look up the names in this file, one on a line; - is standard input")
    private String input;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            defaultValue = "256",
            description = "With --input, most at once (default: ${DEFAULT-VALUE})")
    private int concurrency;

    @Parameters(paramLabel = "HOST", arity = "0..*", description = "A name, or an address as it is written")
    private List<String> hosts = List.of();

    @Override
    public Integer call() throws Exception {
        Settings settings = main.settings(spec.commandLine());
        if (hosts.isEmpty() == (input == null)) {
            throw new ParameterException(spec.commandLine(), "HOST: " + (input == null ? "none" : "given beside --input")
                    + " (expected: hosts, or --input with a file of them)");
        }
        if (concurrency < 1) {
            throw new ParameterException(spec.commandLine(), "--concurrency: " + concurrency + " (expected: > 0)");
        }
        if (servers != null) {
            settings = settings.with(Settings.RESOLVER_NAMESERVERS, servers);
        }
        return input == null ? few(settings) : many(settings.with(Settings.RESOLVER_TIMEOUT, timeout));
    }

    private Hub checked(Hub hub) throws Failure {
        if (servers != null && !hub.resolver().name().equals("ares")) {
            throw new Failure("--server: the resolver " + hub.resolver().name() + " asks whom it will (expected: --resolver ares)", null);
        }
        return hub;
    }

    private int few(Settings settings) throws Exception {
        List<Lookup> lookups = Hubs.run(settings, () -> new Lookups(checked(Hub.current()), hosts, type).await(timeout));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(lookups.stream().map(lookup -> lookup.json(type)).toList()));
        } else {
            int width = lookups.stream().mapToInt(lookup -> lookup.host().length()).max().orElseThrow();
            for (Lookup lookup : lookups) {
                out.println(line(lookup, width));
            }
        }
        out.flush();
        return lookups.stream().allMatch(Lookup::resolved) ? 0 : 1;
    }

    private String line(Lookup lookup, int width) {
        String host = lookup.host() + " ".repeat(width - lookup.host().length());
        String separator = type == null ? " " : ", ";
        return host + "  " + (lookup.resolved()
                ? String.join(separator, lookup.addresses())
                : spec.commandLine().getColorScheme().errorText(lookup.reason()).toString());
    }

    // ---- --input ----

    private int many(Settings settings) throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        long started = System.nanoTime();
        long failed;
        try (Reader in = reader(open())) {
            Progress progress = Progress.of("resolved", lines(), err);
            out.print(json ? "[" : "");
            MassLookups lookups = Hubs.run(settings, () -> {
                Hub hub = checked(Hub.current());
                MassLookups all = new MassLookups(hub, in, out, json ? jsonText() : lookup -> line(lookup, lookup.host().length()) + "\n", progress);
                all.run(type, concurrency);
                return all;
            });
            out.print(json ? "\n]\n" : "");
            failed = lookups.failed();
            double seconds = (System.nanoTime() - started) / 1e9;
            err.printf("%,d names in %.1f s, %,d without an answer%n", lookups.done(), seconds, failed);
        } catch (IOException e) {
            throw new Failure("--input: cannot read " + input + ": " + e, e);
        }
        out.flush();
        err.flush();
        return failed == 0 ? 0 : 1;
    }

    /** The elements of an array, one after the other. */
    private Function<Lookup, String> jsonText() {
        boolean[] first = {true};
        return lookup -> {
            String comma = first[0] ? "\n" : ",\n";
            first[0] = false;
            return comma + Json.text(lookup.json(type));
        };
    }

    private InputStream open() throws IOException {
        return input.equals("-") ? System.in : Files.newInputStream(Path.of(input));
    }

    private static Reader reader(InputStream in) {
        // What is no text makes no name, and is said of that line.
        CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        return new BufferedReader(new InputStreamReader(in, utf8), 1 << 16);
    }

    /** How many the file has, for the progress; -1: who knows. */
    private long lines() throws IOException {
        if (input.equals("-") || !Files.isRegularFile(Path.of(input))) {
            return -1;
        }
        long lines = 0;
        boolean name = false;
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(Path.of(input))) {
            for (int length = in.read(buffer); length > 0; length = in.read(buffer)) {
                for (int i = 0; i < length; i++) {
                    if (buffer[i] == '\n') {
                        lines += name ? 1 : 0;
                        name = false;
                    } else {
                        name |= buffer[i] > ' ' || buffer[i] < 0;
                    }
                }
            }
        }
        return lines + (name ? 1 : 0);
    }
}
