package dev.jevent.launcher;

import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.launcher.Lookups.Lookup;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** gevent's first example, for real. */
@Command(
        name = "resolve",
        description = {
            "Looks hosts up, all at once, a greenlet for each.",
            "Prints a line for each host, in the order given: its addresses, or why there are none."
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
            description = "For all of them together (default: ${DEFAULT-VALUE})")
    private Duration timeout;

    @Option(names = "--json", description = "Print a JSON array instead")
    private boolean json;

    @Parameters(paramLabel = "HOST", arity = "1..*", description = "A name, or an address as it is written")
    private List<String> hosts;

    @Override
    public Integer call() throws Exception {
        Settings settings = main.settings(spec.commandLine());
        List<Lookup> lookups = Hubs.run(settings, () -> new Lookups(Hub.current(), hosts).await(timeout));
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(Json.text(lookups.stream().map(ResolveCommand::json).toList()));
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
        return host + "  " + (lookup.resolved()
                ? String.join(" ", lookup.addresses())
                : spec.commandLine().getColorScheme().errorText(lookup.reason()).toString());
    }

    static Map<String, Object> json(Lookup lookup) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("host", lookup.host());
        object.put("addresses", lookup.addresses());
        object.put("error", lookup.reason());
        object.put("seconds", Json.rounded(lookup.nanos() / 1e9));
        return object;
    }
}
