package dev.jevent.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The map from gevent's names to ours has a row for each, and what it says is ours exists. */
class GeventMapTest {
    private static final Path PAGE = Pages.page("docs/gevent-map.md");

    /** Code in a cell that names a type, perhaps with a member: {@code Hub.spawn}, {@code Watcher.Io}, {@code Settings.LOOP}. */
    private static final Pattern NAME = Pattern.compile("`([A-Z]\\w*(?:\\.[A-Z]\\w*[a-z]\\w*)*)(?:\\.([a-z]\\w*|[A-Z_]+))?`");

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
                if (!Names.exists(matcher.group(1), matcher.group(2))) {
                    wrong.add(row.getFirst() + ": " + matcher.group());
                }
            }
        }
        assertThat(wrong).as("names in %s that are nowhere in %s", Pages.name(PAGE), Names.PACKAGES).isEmpty();
        assertThat(names).isGreaterThan(100);
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
