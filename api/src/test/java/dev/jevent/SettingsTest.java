package dev.jevent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @Test
    @DisplayName("B-CFG-01: without a word about it, no resolver is named, and the one that runs anywhere is chosen")
    void defaultsNameNoLoopAndNoResolver() {
        assertThat(Settings.LOOP.defaultValue()).isEmpty();
        assertThat(Settings.RESOLVER.defaultValue()).isEmpty();
        assertThat(Settings.process().get(Settings.RESOLVER)).isEmpty();
    }

    @Test
    @DisplayName("F-CFG-06: the sizes that gevent has")
    void sizesAreGevents() {
        assertThat(Settings.THREADPOOL_SIZE.defaultValue()).isEqualTo(10);
        assertThat(Settings.THREADPOOL_IDLE.defaultValue()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void propertyAndVariableFollowFromTheName() {
        assertThat(Settings.THREADPOOL_SIZE.name()).isEqualTo("threadpool.size");
        assertThat(Settings.THREADPOOL_SIZE.property()).isEqualTo("jevent.threadpool.size");
        assertThat(Settings.THREADPOOL_SIZE.variable()).isEqualTo("JEVENT_THREADPOOL_SIZE");
        assertThat(Settings.THREADPOOL_SIZE).hasToString("jevent.threadpool.size");
    }

    @Test
    void keysAreListedOnceAndTheirDefaultsCanBeWritten() {
        assertThat(Settings.keys()).doesNotHaveDuplicates().contains(Settings.LOOP, Settings.CLOSE_TIMEOUT);
        assertThat(Settings.keys()).extracting(Settings.Key::name).doesNotHaveDuplicates();
        for (Settings.Key<?> key : Settings.keys()) {
            Object value = key.defaultValue();
            String text = value instanceof List<?> list ? String.join(",", list.toArray(String[]::new)) : value.toString();
            assertThat((Object) key.parse(text)).as(key.name()).isEqualTo(value);
        }
    }

    @Test
    void zeroIsANumberWhereItIsTheDefault() {
        assertThat(Settings.ARES_TRIES.parse("0")).isZero();
        assertThat(Settings.ARES_TRIES.parse("3")).isEqualTo(3);
        assertThatThrownBy(() -> Settings.ARES_TRIES.parse("-1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("jevent.resolver.ares.tries: \"-1\" (expected: a number >= 0)");
    }

    @Test
    @DisplayName("F-CFG-01: what code says counts more, in that copy only")
    void withGivesACopy() {
        Settings settings = Settings.process().with(Settings.THREADPOOL_SIZE, 3).with(Settings.LOOP, List.of("nio"));
        assertThat(settings.get(Settings.THREADPOOL_SIZE)).isEqualTo(3);
        assertThat(settings.get(Settings.LOOP)).containsExactly("nio");
        assertThat(settings.with(Settings.THREADPOOL_SIZE, 4).get(Settings.THREADPOOL_SIZE)).isEqualTo(4);
        assertThat(settings.get(Settings.THREADPOOL_SIZE)).isEqualTo(3);
        assertThatThrownBy(() -> settings.with(Settings.THREADPOOL_SIZE, null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("threadpool.size");
    }

    @ParameterizedTest
    @DisplayName("B-CFG-04, F-CFG-02: true")
    @ValueSource(strings = {"1", "true", "on", "yes", "ON", " True "})
    void textsForTrue(String text) {
        assertThat(Settings.TRACK_GREENLET_TREE.parse(text)).isTrue();
    }

    @ParameterizedTest
    @DisplayName("B-CFG-04, F-CFG-02: false")
    @ValueSource(strings = {"0", "false", "off", "no", "", "Off"})
    void textsForFalse(String text) {
        assertThat(Settings.TRACK_GREENLET_TREE.parse(text)).isFalse();
    }

    @ParameterizedTest
    @DisplayName("B-CFG-04: anything else is refused")
    @ValueSource(strings = {" hmm ", "2", "tru", "yes no"})
    void otherTextsAreNoBooleans(String text) {
        assertThatThrownBy(() -> Settings.TRACK_GREENLET_TREE.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("jevent.track.greenlet.tree: \"" + text + "\" (expected: 1, true, on, yes or 0, false, off, no)");
    }

    @ParameterizedTest
    @DisplayName("F-CFG-03: sizes are positive numbers")
    @ValueSource(strings = {"0", "-1", "", "ten", "1.5", "99999999999", "0x10"})
    void sizesArePositiveNumbers(String text) {
        assertThatThrownBy(() -> Settings.THREADPOOL_SIZE.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("jevent.threadpool.size: \"" + text + "\" (expected: a number > 0)");
    }

    @Test
    void durationsAreSecondsOrIso() {
        assertThat(Settings.THREADPOOL_IDLE.parse("2")).isEqualTo(Duration.ofSeconds(2));
        assertThat(Settings.THREADPOOL_IDLE.parse(" 0.25 ")).isEqualTo(Duration.ofMillis(250));
        assertThat(Settings.THREADPOOL_IDLE.parse("0")).isEqualTo(Duration.ZERO);
        assertThat(Settings.THREADPOOL_IDLE.parse("PT1M30S")).isEqualTo(Duration.ofSeconds(90));
        assertThat(Settings.THREADPOOL_IDLE.parse("pt0.5s")).isEqualTo(Duration.ofMillis(500));
        assertThat(Settings.THREADPOOL_IDLE.parse("P1D")).isEqualTo(Duration.ofDays(1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "PT-1S", "soon", "2s", "1e-10", "1e400000000", "P1Y", "NaN"})
    void otherTextsAreNoDurations(String text) {
        assertThatThrownBy(() -> Settings.THREADPOOL_IDLE.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("jevent.threadpool.idle: \"" + text + "\" (expected: seconds >= 0, as 2 or 0.25, or ISO-8601 as PT2S)");
    }

    @Test
    @DisplayName("F-CFG-04: lists are separated by commas")
    void listsAreSeparatedByCommas() {
        assertThat(Settings.LOOP.parse("epoll-jni, nio")).containsExactly("epoll-jni", "nio");
        assertThat(Settings.LOOP.parse(" nio ,")).containsExactly("nio");
        assertThat(Settings.LOOP.parse("")).isEmpty();
    }

    @Test
    @DisplayName("B-CFG-06: a list without a name is refused")
    void aListOfNothingIsRefused() {
        assertThatThrownBy(() -> Settings.LOOP.parse(" , "))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("jevent.loop: \" , \" (expected: names separated by commas)");
    }

    @Test
    @DisplayName("B-CFG-03: a property is read once, when the setting is first asked for")
    void settingsAreFrozenWhenFirstRead() {
        String property = Settings.RESOLVER_QUEUE.property(); // which no other test of this module reads
        try {
            System.setProperty(property, "many");
            assertThatThrownBy(() -> Settings.process().get(Settings.RESOLVER_QUEUE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("jevent.resolver.queue: \"many\" (expected: a number > 0)");
            System.setProperty(property, "7");
            assertThat(Settings.process().get(Settings.RESOLVER_QUEUE)).isEqualTo(7);
            System.setProperty(property, "8");
            assertThat(Settings.process().get(Settings.RESOLVER_QUEUE)).isEqualTo(7);
            assertThat(Settings.process().with(Settings.RESOLVER_QUEUE, 9).get(Settings.RESOLVER_QUEUE)).isEqualTo(9);
        } finally {
            System.clearProperty(property);
        }
    }

    // ---- other processes: their environment can be chosen ----

    @Test
    @DisplayName("F-CFG-01: a property counts more than a variable, and that more than the default")
    void variablesAreReadWherePropertiesAreNotSet() throws Exception {
        assertThat(valuesOf(
                        Map.of("JEVENT_THREADPOOL_SIZE", "4", "JEVENT_LOOP", "nio", "JEVENT_RESOLVER_TIMEOUT", ""),
                        "-Djevent.loop=epoll-jni,nio"))
                .containsEntry("threadpool.size", "4")
                .containsEntry("loop", "[epoll-jni, nio]")
                .containsEntry("close.timeout", "PT5S")
                .containsEntry("resolver.timeout",
                        "JEVENT_RESOLVER_TIMEOUT: \"\" (expected: seconds >= 0, as 2 or 0.25, or ISO-8601 as PT2S)");
    }

    private static Map<String, String> valuesOf(Map<String, String> environment, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-Xshare:auto", "-cp", System.getProperty("java.class.path"), PrintSettings.class.getName()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        Map<String, String> values = new TreeMap<>();
        for (String line : new String(process.getInputStream().readAllBytes()).lines().toList()) {
            int tab = line.indexOf('\t');
            values.put(tab < 0 ? line : line.substring(0, tab), line.substring(tab + 1));
        }
        assertThat(process.waitFor()).as("%s", values).isZero();
        return values;
    }

    /** What the other process runs. */
    static final class PrintSettings {
        private PrintSettings() {}

        public static void main(String[] arguments) {
            for (Settings.Key<?> key : Settings.keys()) {
                Object value;
                try {
                    value = Settings.process().get(key);
                } catch (IllegalArgumentException e) {
                    value = e.getMessage();
                }
                System.out.println(key.name() + "\t" + value);
            }
        }
    }
}
