package dev.jevent.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What sentences name of ours, as {@code `Hub.sleep`} or {@code `Hub.sleep(duration)`}, is there for users. */
class NamesTest {
    private static final Pattern NAME = Pattern.compile("`([A-Z]\\w*(?:\\.[A-Z]\\w*[a-z]\\w*)*)\\.([a-z]\\w*|[A-Z_]+)(?:\\([^`]*)?`");

    /** About the inside, gevent's names, and those of tests. */
    private static final List<String> OTHERS = List.of("docs/design/", "docs/gevent-map.md", "docs/reference/behaviours.md");

    @Test
    void membersThatSentencesNameExist() throws Exception {
        var wrong = new ArrayList<String>();
        int names = 0;
        for (var page : Pages.all()) {
            if (OTHERS.stream().anyMatch(Pages.name(page)::startsWith)) {
                continue;
            }
            var matcher = NAME.matcher(Files.readString(page).replaceAll("(?s)```.*?```", ""));
            while (matcher.find()) {
                names++;
                if (Names.isWrong(matcher.group(1), matcher.group(2))) {
                    wrong.add(Pages.name(page) + ": " + matcher.group());
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(names).isGreaterThan(100);
    }
}
