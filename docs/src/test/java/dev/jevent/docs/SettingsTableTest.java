package dev.jevent.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** docs/reference/settings.md has one row for every key, in their order, with its variable and its default. */
class SettingsTableTest {
    private static final Path PAGE = Pages.page("docs/reference/settings.md");

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
        for (var line : Files.readAllLines(PAGE)) {
            if (line.startsWith("| `jevent.")) {
                var cells = Pages.cells(line).stream().map(it -> it.replace("`", "")).toList();
                assertThat(rows.put(cells.getFirst(), cells.subList(1, cells.size()))).as("an earlier row of %s", line).isNull();
            }
        }
        return rows;
    }
}
