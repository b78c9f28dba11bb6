package dev.jevent.launcher;

import dev.jevent.hub.Diagnosis;
import dev.jevent.hub.ProviderChoice;
import dev.jevent.io.patch.Patch;
import dev.jevent.resolver.ares.AresResolverProvider;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Help.ColorScheme;

/**
 * What the doctor found.
 *
 * @param patches as they are in this process, where nobody asked for them
 * @param problem why no hub can run here; null if one can
 * @param advice what would make it better
 */
record DoctorReport(
        Diagnosis diagnosis, List<Setting> settings, List<Patch.State> patches, String problem, List<String> advice) {
    /** A setting in force and who gave it. */
    record Setting(String name, String value, String origin) {}

    private static String jdk() {
        return Runtime.version() + " (" + System.getProperty("java.vendor") + ")";
    }

    private static String system() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch")
                + ", " + Runtime.getRuntime().availableProcessors() + " processors";
    }

    void print(PrintWriter out, ColorScheme colors) {
        head(out, colors, "jevent", Main.version());
        head(out, colors, "JDK", jdk());
        head(out, colors, "system", system());
        head(out, colors, "greenlets", diagnosis.scheduling());
        print(out, colors, "loop", diagnosis.loop());
        print(out, colors, "resolver", diagnosis.resolver());
        AresResolverProvider.library().ifPresent(library -> head(out, colors, "c-ares", library));
        out.println();
        out.println(colors.text("@|bold patches|@"));
        int patchNames = patches.stream().mapToInt(patch -> patch.name().length()).max().orElse(1);
        for (Patch.State patch : patches) {
            String state = patch.on() ? "on" : patch.obstacle() == null ? "on in run" : "not possible";
            out.printf("  %-" + patchNames + "s  %-12s  %s%n", patch.name(), state,
                    patch.obstacle() == null ? patch.covers() : patch.covers() + ": " + patch.obstacle());
        }
        out.println();
        out.println(colors.text("@|bold settings|@"));
        int names = settings.stream().mapToInt(setting -> setting.name().length()).max().orElse(0);
        int values = settings.stream().mapToInt(setting -> setting.value().length()).max().orElse(0);
        for (Setting setting : settings) {
            out.printf("  %-" + names + "s  %-" + Math.max(values, 1) + "s  %s%n", setting.name(), setting.value(), setting.origin());
        }
        out.println();
        if (problem == null) {
            out.println(colors.text("@|green A hub can run here: one just did.|@"));
        } else {
            out.println(colors.errorText("No hub can run here:"));
            problem.lines().forEach(line -> out.println("  " + line));
        }
        advice.forEach(line -> out.println("- " + line));
    }

    private static void head(PrintWriter out, ColorScheme colors, String label, String value) {
        out.print(colors.text("@|bold " + label + "|@"));
        out.println(" ".repeat(11 - label.length()) + value);
    }

    private static void print(PrintWriter out, ColorScheme colors, String label, ProviderChoice<?> choice) {
        List<ProviderChoice.Candidate> candidates = choice.candidates();
        String chosen = candidates.stream().filter(ProviderChoice.Candidate::chosen)
                .map(ProviderChoice.Candidate::name).findFirst().orElse("none can be chosen");
        head(out, colors, label, chosen);
        int width = candidates.stream().mapToInt(candidate -> candidate.name().length()).max().orElse(0);
        for (ProviderChoice.Candidate candidate : candidates) {
            out.printf("  %-" + Math.max(width, 1) + "s  %s%n", candidate.name(), candidate.verdict());
        }
    }

    Map<String, Object> json() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("version", Main.version());
        object.put("jdk", jdk());
        object.put("system", system());
        object.put("ok", problem == null);
        object.put("problem", problem);
        object.put("greenlets", Map.of("available", diagnosis.canSchedule(), "explanation", diagnosis.scheduling()));
        object.put("loops", json(diagnosis.loop()));
        object.put("resolvers", json(diagnosis.resolver()));
        object.put("cares", AresResolverProvider.library().orElse(null));
        object.put("settings", settings.stream().map(DoctorReport::json).toList());
        object.put("patches", patches.stream().map(DoctorReport::json).toList());
        object.put("advice", advice);
        return object;
    }

    private static List<Map<String, Object>> json(ProviderChoice<?> choice) {
        return choice.candidates().stream().map(candidate -> {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("name", candidate.name());
            object.put("rank", candidate.rank());
            object.put("class", candidate.className());
            object.put("available", candidate.available());
            object.put("chosen", candidate.chosen());
            object.put("verdict", candidate.verdict());
            return object;
        }).toList();
    }

    private static Map<String, Object> json(Patch.State patch) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", patch.name());
        object.put("on", patch.on());
        object.put("obstacle", patch.obstacle());
        object.put("covers", patch.covers());
        return object;
    }

    private static Map<String, Object> json(Setting setting) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("name", setting.name());
        object.put("value", setting.value());
        object.put("origin", setting.origin());
        return object;
    }
}
