package dev.jevent.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Durations;
import dev.jevent.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** docs/reference/settings.md has a row for every key, with its variable and default. */
class SettingsTableTest {
    private static final Path PAGE = Pages.page("docs/reference/settings.md");
}
