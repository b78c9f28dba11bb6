package dev.jevent.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * docs/reference/settings.md has one row for every key, in their order, with its variable and its default; and one for every other
 * property that our code reads.
 */
class SettingsTableTest {
    private static final Path PAGE = Pages.page("docs/reference/settings.md");

    /** A whole literal that names a property. Events of Flight Recorder go on with a capital. */
    private static final Pattern PROPERTY = Pattern.compile("\"(jevent\\.[a-z.]+)\"");

    @Test
    void everyKeyHasARow() throws Exception {
        assertThat(rows().keySet()).containsExactlyElementsOf(Settings.keys().stream().map(Settings.Key::property).toList());
    }

    @Test
    void everyRowNamesTheVariableAndTheDefault() throws Exception {
        var rows = rows();
        for (var key : Settings.keys()) {
            assertThat(rows.get(key.property())).as("row of %s: its variable", key).contains(key.variable());
            assertThat(rows.get(key.property())).as("row of %s: its default, %s", key, key.defaultValue())
                    .anyMatch(cell -> isDefault(key, cell));
        }
    }

    @Test
    void whatElseIsReadHasARow() throws Exception {
        var named = new TreeSet<String>();
        var rows = Pages.table(PAGE, "system property").stream().map(List::getFirst).toList();
        var read = PROPERTY.matcher(sources());
        while (read.find()) {
            named.add("`" + read.group(1) + "`");
        }
        assertThat(rows).containsExactlyInAnyOrderElementsOf(named);
    }

    /** The main code of every module. */
    private static String sources() throws IOException {
        var text = new StringBuilder();
        try (Stream<Path> modules = Files.list(Pages.ROOT)) {
            for (var folder : modules.map(it -> it.resolve("src/main/java")).filter(Files::isDirectory).sorted().toList()) {
                try (Stream<Path> files = Files.walk(folder)) {
                    for (var file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
                        text.append(Files.readString(file));
                    }
                }
            }
        }
        return text.toString();
    }

    private static boolean isDefault(Settings.Key<?> key, String cell) {
        try {
            return key.parse(cell.equals("–") ? "" : cell).equals(key.defaultValue());
        } catch (IllegalArgumentException e) {
            return false; // another column
        }
    }

    /** By property, the cells after it, without the marks of code. */
    private static Map<String, List<String>> rows() throws IOException {
        var rows = new LinkedHashMap<String, List<String>>();
        for (var row : Pages.table(PAGE, "property")) {
            var cells = row.stream().map(it -> it.replace("`", "")).toList();
            assertThat(rows.put(cells.getFirst(), cells.subList(1, cells.size()))).as("an earlier row of %s", row).isNull();
        }
        return rows;
    }
}
