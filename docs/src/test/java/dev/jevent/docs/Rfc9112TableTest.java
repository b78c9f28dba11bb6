package dev.jevent.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The table of RFC 9112 names the tests that there are, and each of those that are of a section. */
class Rfc9112TableTest {
    private static final Pattern TEST = Pattern.compile("void (s\\d\\w*)\\(");

    @Test
    void eachRowHasItsTestAndEachTestItsRow() throws Exception {
        var rows = Pages.table(Pages.page("docs/reference/http.md"), "section").stream().map(List::getLast).toList();
        var tests = TEST.matcher(Files.readString(Pages.page("servers/src/test/java/dev/jevent/servers/http/Rfc9112Test.java")))
                .results().map(it -> "`" + it.group(1) + "`").toList();
        assertThat(rows).hasSizeGreaterThan(20).containsExactlyInAnyOrderElementsOf(tests);
    }
}
