package dev.jevent.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The map from gevent's names to ours has a row for each, and what it says is ours exists. */
class GeventMapTest {
    private static final Path PAGE = Pages.page("docs/gevent-map.md");

    /** Code in a cell that names a type, perhaps with a member: {@code Hub.spawn}, {@code Watcher.Io}, {@code Settings.LOOP}. */
    private static final Pattern NAME = Pattern.compile("`([A-Z]\\w*(?:\\.[A-Z]\\w*[a-z]\\w*)*)(?:\\.([a-z]\\w*|[A-Z_]+))?`");

    private static final List<String> PACKAGES = List.of(
            "dev.jevent", "dev.jevent.sync", "dev.jevent.io", "dev.jevent.io.net", "dev.jevent.io.tls", "dev.jevent.io.file",
            "dev.jevent.io.process", "dev.jevent.io.signal", "dev.jevent.servers", "dev.jevent.servers.http", "dev.jevent.monitor", "dev.jevent.io.patch", "dev.jevent.spi", "dev.jevent.testkit",
            "java.io", "java.lang", "java.net", "java.nio.channels", "java.util", "java.time", "javax.net.ssl", "java.util.concurrent", "java.util.concurrent.locks", "java.util.function");

    @Test
    void everyRowOfGeventIsThereOnce() throws Exception {
        assertThat(rows().stream().map(List::getFirst).toList()).containsExactlyInAnyOrderElementsOf(ids());
    }

    @Test
    void whatItNamesAsOursExists() throws Exception {
        var wrong = new ArrayList<String>();
        int names = 0;
        for (var row : rows()) {
            var matcher = NAME.matcher(row.getLast());
            while (matcher.find()) {
                names++;
                if (!exists(matcher.group(1), matcher.group(2))) {
                    wrong.add(row.getFirst() + ": " + matcher.group());
                }
            }
        }
        assertThat(wrong).as("names in %s that are nowhere in %s", Pages.name(PAGE), PACKAGES).isEmpty();
        assertThat(names).isGreaterThan(100);
    }

    private static boolean exists(String type, String member) {
        return candidates(type).anyMatch(it -> Modifier.isPublic(it.getModifiers()) && (member == null || has(it, member)));
    }

    private static Stream<Class<?>> candidates(String type) {
        return PACKAGES.stream().<Class<?>>mapMulti((name, found) -> {
            try {
                found.accept(Class.forName(name + "." + type.replace('.', '$'), false, GeventMapTest.class.getClassLoader()));
            } catch (ClassNotFoundException e) {
                // not in this package
            }
        });
    }

    private static boolean has(Class<?> type, String member) {
        return Stream.<java.lang.reflect.Member>concat(
                        Stream.concat(Arrays.stream(type.getMethods()), Arrays.stream(type.getFields())),
                        Arrays.stream(type.getDeclaredMethods()).filter(it -> Modifier.isProtected(it.getModifiers())))
                .anyMatch(it -> it.getName().equals(member));
    }

    /** All rows of all tables of the page that begin with an id. */
    private static List<List<String>> rows() throws IOException {
        return Files.readAllLines(PAGE).stream().filter(it -> it.startsWith("| F-")).map(Pages::cells).toList();
    }

    private static List<String> ids() throws IOException {
        try (var in = GeventMapTest.class.getResourceAsStream("/feature-ids.txt")) {
            return new String(in.readAllBytes(), UTF_8).lines().toList();
        }
    }
}
