package dev.jevent.hub;

import dev.jevent.Hub;
import dev.jevent.jni.NativeLibrary;
import dev.jevent.loop.PollingLoop;
import dev.jevent.spi.Availability;
import dev.jevent.spi.LoopProvider;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;

/** Runs a test's program in a JVM of its own. */
final class ChildJvm {
    private static final long LIMIT_SECONDS = 60;

    private final List<String> options = new ArrayList<>();
    private final List<String> classPath = new ArrayList<>();
    private final Class<?> program;

    /** @param exit -1: it had to be killed */
    record Outcome(int exit, List<String> output) {
        String text() {
            return String.join("\n", output);
        }
    }

    private ChildJvm(Class<?> program) {
        this.program = program;
        add(program);
    }

    /** With everything, and access to the JDK. */
    static ChildJvm of(Class<?> program) {
        return new ChildJvm(program).withHub().withLoop().opened();
    }

    /** With nothing but the program and api, and no access to the JDK. */
    static ChildJvm bare(Class<?> program) {
        return new ChildJvm(program).add(Hub.class);
    }

    ChildJvm withHub() {
        return add(Hub.class).add(LoopHub.class);
    }

    ChildJvm withLoop() {
        try {
            return add(PollingLoop.class).add(Class.forName("dev.jevent.loop.nio.NioLoopProvider"));
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    /** Skips the test where there is none. */
    ChildJvm withNativeLoop() {
        try {
            Class<?> provider = Class.forName("dev.jevent.loop.epoll.EpollLoopProvider");
            Availability availability = ((LoopProvider) provider.getConstructor().newInstance()).availability();
            Assumptions.assumeTrue(availability.available(), availability.reason());
            return add(PollingLoop.class).add(NativeLibrary.class).add(provider);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    ChildJvm opened() {
        return option("--add-opens").option("java.base/java.lang=ALL-UNNAMED");
    }

    ChildJvm option(String option) {
        options.add(option);
        return this;
    }

    private ChildJvm add(Class<?> of) {
        try {
            String place = Path.of(of.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
            if (!classPath.contains(place)) {
                classPath.add(place);
            }
        } catch (java.net.URISyntaxException e) {
            throw new AssertionError(e);
        }
        return this;
    }

    Outcome run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx256m", "-Xshare:auto"));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath.stream().collect(Collectors.joining(File.pathSeparator))));
        command.add(program.getName());
        Collections.addAll(command, arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("JEVENT_") || name.equals("JAVA_TOOL_OPTIONS"));
        builder.environment().put("JEVENT_MONITOR", "false"); // a busy machine makes stalls
        Process process = builder.start();
        process.getOutputStream().close();
        Thread killer = Thread.ofPlatform().daemon().start(() -> killWhenOverdue(process));
        List<String> output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        int exit = process.waitFor();
        killer.interrupt();
        killer.join();
        return new Outcome(exit == 137 ? -1 : exit, output);
    }

    private static void killWhenOverdue(Process process) {
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            // it ended
        }
    }
}
