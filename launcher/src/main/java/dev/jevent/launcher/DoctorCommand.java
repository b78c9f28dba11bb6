package dev.jevent.launcher;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.hub.Diagnosis;
import dev.jevent.hub.HubAddressResolverProvider;
import dev.jevent.hub.ProviderChoice;
import dev.jevent.io.patch.Patch;
import dev.jevent.launcher.DoctorReport.Setting;
import dev.jevent.resolver.ares.AresResolverProvider;
import java.net.spi.InetAddressResolverProvider;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What jevent finds on this machine and class path. */
@Command(
        name = "doctor",
        description = {
            "Says what jevent finds on this machine and class path, and tries it.",
            "Which loops and resolvers there are, which are taken and why, how greenlets are scheduled, which settings "
                    + "are in force, and what would make it better."
        },
        exitCodeList = {"0:a hub can run here", "1:none can", "2:the command line or a setting is wrong"})
final class DoctorCommand implements Callable<Integer> {
    /** Fewer descriptors than this are soon too few for a server. */
    private static final long FEW_DESCRIPTORS = 4096;

    private static final int NATIVE_RANK = 100;

    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Main main;

    @Option(names = "--json", description = "Print a JSON object instead")
    private boolean json;

    @Override
    public Integer call() {
        Settings settings = main.settings(spec.commandLine());
        Diagnosis diagnosis = Diagnosis.of(settings);
        List<String> advice = new ArrayList<>();
        String problem = tryIt(settings);
        if (problem == null) {
            advise(diagnosis, advice);
        }
        DoctorReport report = new DoctorReport(
                diagnosis, origins(settings), Patch.all().stream().map(Patch::state).toList(), problem, advice);
        if (json) {
            spec.commandLine().getOut().println(Json.text(report.json()));
        } else {
            report.print(spec.commandLine().getOut(), spec.commandLine().getColorScheme());
        }
        spec.commandLine().getOut().flush();
        return problem == null ? 0 : 1;
    }

    /** Runs a hub with a greenlet, a timer and the resolver. Returns what is wrong, or null. */
    private static String tryIt(Settings settings) {
        try {
            return Hubs.run(settings, () -> {
                Hub hub = Hub.current();
                hub.sleep(Duration.ofMillis(1));
                hub.resolver().addresses("127.0.0.1");
                return null;
            });
        } catch (Exception e) {
            return e instanceof RuntimeException && e.getMessage() != null ? e.getMessage() : e.toString();
        }
    }

    private List<Setting> origins(Settings settings) {
        List<Setting> all = new ArrayList<>();
        for (Settings.Key<?> key : Settings.keys()) {
            all.add(new Setting(key.property(), text(settings.get(key)), origin(key)));
        }
        return all;
    }

    private static String text(Object value) {
        return switch (value) {
            case List<?> list -> list.isEmpty() ? "" : list.stream().map(Object::toString).collect(Collectors.joining(","));
            case Duration duration -> Durations.text(duration);
            default -> value.toString();
        };
    }

    private String origin(Settings.Key<?> key) {
        String option = main.optionFor(key);
        if (option != null) {
            return "option " + option;
        }
        if (System.getProperty(key.property()) != null) {
            return "system property " + key.property();
        }
        return System.getenv(key.variable()) != null ? "environment variable " + key.variable() : "default";
    }

    /** What works, and could work better. */
    private static void advise(Diagnosis diagnosis, List<String> advice) {
        if (diagnosis.loop().candidates().stream().noneMatch(loop -> loop.rank() >= NATIVE_RANK)) {
            advice.add("No native loop is on the class path; " + diagnosis.loop().provider().name() + " runs everywhere.");
        }
        unavailable("loop", diagnosis.loop(), advice);
        unavailable("resolver", diagnosis.resolver(), advice);
        List<String> others = otherAddressResolvers();
        if (!HubAddressResolverProvider.isInstalled()) {
            advice.add("Look-ups through java.net.InetAddress stop the hub until they are answered: the JDK takes one "
                    + "provider for them and took another than jevent's: " + String.join(", ", others)
                    + ". Take it off the class path, or put jevent-hub before it.");
        } else if (!others.isEmpty()) {
            advice.add("The JDK takes one provider of look-ups and took jevent's; never asked: " + String.join(", ", others));
        }
        AresResolverProvider.oldLibrary().ifPresent(advice::add);
        long limit = Descriptors.limit();
        if (limit < FEW_DESCRIPTORS) {
            advice.add("At most " + limit + " files and sockets can be open at once; raise it with ulimit -n.");
        }
    }

    private static void unavailable(String kind, ProviderChoice<?> choice, List<String> advice) {
        for (ProviderChoice.Candidate candidate : choice.candidates()) {
            if (!candidate.available()) {
                advice.add("The " + kind + " " + candidate.name() + " could be used but for this: " + candidate.verdict());
            }
        }
    }

    /** Class names; nothing is made, for the JDK makes at most one. */
    private static List<String> otherAddressResolvers() {
        return ServiceLoader.load(InetAddressResolverProvider.class, ClassLoader.getSystemClassLoader()).stream()
                .map(provider -> provider.type().getName())
                .filter(name -> !name.equals(HubAddressResolverProvider.class.getName()))
                .toList();
    }
}
