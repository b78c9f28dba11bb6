package dev.jevent.launcher;

import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.launcher.Fetches.Fetch;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Downloads at once what gevent's example downloads, with the JDK's own client. */
@Command(
        name = "fetch",
        description = {
            "Downloads URLs, many at once, a greenlet for each, into files named as the URLs end.",
            "Prints a line for each URL, in the order given: its status, bytes, seconds, and file; or why there is none."
        },
        exitCodeList = {"0:every URL was fetched", "1:some were not", "2:the command line is wrong"})
final class FetchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Main main;

    @Option(names = "--output", paramLabel = "DIR", defaultValue = ".", description = "Where the files go (default: here)")
    private Path directory;

    @Option(names = "--discard", description = "Read everything, keep nothing")
    private boolean discard;

    @Option(names = "--force", description = "Overwrite files that exist")
    private boolean force;

    @Option(names = "--concurrency", paramLabel = "N", defaultValue = "20", description = "Most at once (default: ${DEFAULT-VALUE})")
    private int concurrency;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "60",
            converter = Seconds.class,
            description = "For each of them (default: ${DEFAULT-VALUE})")
    private Duration timeout;

    @Option(names = "--json", description = "Print a JSON array instead")
    private boolean json;

    @Parameters(paramLabel = "URL", arity = "1..*", converter = HttpUri.class, description = "http://… or https://…")
    private List<URI> uris;

    @Override
    public Integer call() throws Exception {
        Settings settings = main.settings(spec.commandLine());
        if (concurrency < 1) {
            throw new ParameterException(spec.commandLine(), "--concurrency: " + concurrency + " (expected: > 0)");
        }
        if (!discard) {
            makeDirectory();
        }
        PrintWriter err = spec.commandLine().getErr();
        Progress progress = Progress.of("fetched", uris.size(), err);
        List<Fetch> fetches = Hubs.run(settings,
                () -> new Fetches(Hub.current(), discard ? null : directory, force, timeout).all(uris, concurrency, progress));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(fetches.stream().map(FetchCommand::json).toList()));
        } else {
            for (Fetch fetch : fetches) {
                out.println(line(fetch));
            }
        }
        out.flush();
        return fetches.stream().allMatch(Fetch::fetched) ? 0 : 1;
    }

    private void makeDirectory() throws Failure {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new Failure("jevent fetch: cannot make the directory " + directory + ": " + e, e);
        }
    }

    private String line(Fetch fetch) {
        if (!fetch.fetched()) {
            return fetch.uri() + "  " + spec.commandLine().getColorScheme().errorText(fetch.reason());
        }
        return String.format(Locale.ROOT, "%s  %d  %,d bytes  %.2f s%s", fetch.uri(), fetch.status(), fetch.bytes(), fetch.nanos() / 1e9,
                fetch.file() == null ? "" : "  " + fetch.file());
    }

    static Map<String, Object> json(Fetch fetch) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("url", fetch.uri().toString());
        object.put("status", fetch.status() == 0 ? null : fetch.status());
        object.put("bytes", fetch.bytes());
        object.put("file", fetch.file() == null ? null : fetch.file().toString());
        object.put("error", fetch.reason());
        object.put("seconds", Json.rounded(fetch.nanos() / 1e9));
        return object;
    }

    /** What can be downloaded. */
    private static final class HttpUri implements ITypeConverter<URI> {
        @Override
        public URI convert(String text) {
            try {
                URI uri = new URI(text);
                String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
                if ((scheme.equals("http") || scheme.equals("https")) && uri.getHost() != null) {
                    return uri;
                }
            } catch (URISyntaxException e) {
                // said below
            }
            throw new TypeConversionException("\"" + text + "\" (expected: http://HOST… or https://HOST…)");
        }
    }
}
