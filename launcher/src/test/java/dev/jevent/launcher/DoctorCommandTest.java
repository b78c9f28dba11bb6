package dev.jevent.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.loop.epoll.EpollLoopProvider;
import dev.jevent.resolver.ares.AresResolverProvider;
import java.io.File;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {
    /** Whether it was built with c-ares. */
    private static final boolean ARES = AresResolverProvider.library().isPresent();

    @Test
    void theVersionOfCAresIsTold() throws Exception {
        assertThat(Run.jevent("doctor", "--json").object()).containsEntry("cares", AresResolverProvider.library().orElse(null));
        if (ARES) {
            assertThat(Run.jevent("doctor").out()).containsPattern("c-ares     1\\.\\d+\\.\\d+");
        }
    }

    @Test
    void onAHealthyMachineItSaysWhatIsChosenAndWhy() {
        Run run = Run.jevent("doctor");
        assertThat(run.status()).as(run.out() + run.err()).isZero();
        assertThat(run.out())
                .contains("loop       " + bestLoop(), "resolver   " + (ARES ? "ares" : "threadpool"), "chosen: of those that are available")
                .contains("java.base/java.lang is open", "A hub can run here")
                .contains("absent", "nobody installed it")
                .contains("jevent.threadpool.size", "default");
    }

    private static String bestLoop() {
        return new EpollLoopProvider().availability().available() ? "epoll-jni" : "nio";
    }

    @Test
    void anOptionIsNamedAsTheOriginOfASetting() throws Exception {
        Run run = Run.jevent("doctor", "--json", "--resolver", "scripted,threadpool");
        Map<String, Object> setting = settings(run).stream()
                .filter(it -> it.get("name").equals("jevent.resolver")).findFirst().orElseThrow();
        assertThat(setting).containsEntry("value", "scripted,threadpool").containsEntry("origin", "option --resolver");
    }

    @Test
    void jsonHasEveryCandidate() throws Exception {
        Run run = Run.jevent("doctor", "--json");
        assertThat(run.status()).isZero();
        assertThat(run.object()).containsEntry("ok", true).containsEntry("problem", null);
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> resolvers = (List<Map<String, Object>>) run.object().get("resolvers");
        assertThat(resolvers).extracting(it -> it.get("name")).containsExactly("ares", "threadpool", "absent", "scripted");
        assertThat(resolvers).extracting(it -> it.get("chosen")).containsExactly(ARES, !ARES, false, false);
        assertThat(resolvers).extracting(it -> it.get("available")).containsExactly(ARES, true, false, true);
        assertThat(settings(run)).hasSize(dev.jevent.Settings.keys().size());
    }

    @Test
    void patchesAreListed() throws Exception {
        assertThat(Run.jevent("doctor").out()).contains("patches", "on in run", "java.net.Socket and ServerSocket", "not possible");
        @SuppressWarnings("unchecked")
        List<Map<String, Object>> patches = (List<Map<String, Object>>) Run.jevent("doctor", "--json").object().get("patches");
        assertThat(patches).extracting(it -> it.get("name")).contains("socket", "stdin", "dns");
        assertThat(patches).filteredOn(it -> it.get("name").equals("dns")).extracting(it -> it.get("on")).containsExactly(true);
    }

    @Test
    void whereNoHubCanRunItSaysWhyAndFails() throws Exception {
        Run run = Run.jevent("doctor", "--loop", "epol");
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.out()).contains("No hub can run here", "[jevent/NoLoop]", "epol", "not on the class path");
        assertThat(run.err()).isEmpty();
        assertThat(Run.jevent("doctor", "--loop", "epol", "--json").object()).containsEntry("ok", false);
    }

    /** As that of dnsjava is, where its jar is on the class path. */
    public static final class Stranger extends InetAddressResolverProvider {
        @Override
        public InetAddressResolver get(Configuration configuration) {
            return configuration.builtinResolver();
        }

        @Override
        public String name() {
            return "stranger";
        }
    }

    @Test
    void anotherProviderOfLookUpsIsNamed(@TempDir Path folder) throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(InetAddressResolverProvider.class.getName()), Stranger.class.getName());
        String classPath = System.getProperty("java.class.path");
        assertThat(doctor(folder + File.pathSeparator + classPath)).contains(
                "- Look-ups through java.net.InetAddress stop the hub until they are answered",
                "took another than jevent's: " + Stranger.class.getName() + ". Take it off the class path, or put jevent-hub before it.");
        assertThat(doctor(classPath + File.pathSeparator + folder))
                .contains("took jevent's; never asked: " + Stranger.class.getName())
                .doesNotContain("stop the hub until they are answered");
    }

    private static String doctor(String classPath) throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED",
                "-cp", classPath, Main.class.getName(), "doctor").redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> settings(Run run) throws Exception {
        return (List<Map<String, Object>>) run.object().get("settings");
    }
}
