package dev.jevent.io.program;

import dev.jevent.io.process.Command;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs of this package, run in a JVM of their own. */
public final class Programs {
    private Programs() {}

    public static Command of(Class<?> program, String... arguments) {
        List<String> words = new ArrayList<>();
        words.addAll(List.of("env", "--default-signal")); // as a shell starts it; what nohup has started ignores some, and so do its children
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-Xmx64m", "-Xshare:auto", "--add-opens", "java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED", "-Djevent.loop=" + System.getProperty("jevent.loop", ""),
                "-Djevent.monitor=false")); // on a slow machine it would add lines to what they print
        words.addAll(List.of("-cp", ManagementFactory.getRuntimeMXBean().getClassPath(), program.getName()));
        words.addAll(List.of(arguments));
        Command command = new Command(words);
        command.environment().keySet().removeIf(name -> name.startsWith("JEVENT_") || name.equals("JAVA_TOOL_OPTIONS"));
        return command;
    }
}
