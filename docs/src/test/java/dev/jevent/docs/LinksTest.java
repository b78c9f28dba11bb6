package dev.jevent.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** No page leads nowhere, and none is left out of the index. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");

    @Test
    void everyLinkLeadsToAFileAndAHeadingThatExist() throws Exception {
        var broken = new ArrayList<String>();
        int links = 0;
        for (var page : Pages.all()) {
            var matcher = LINK.matcher(withoutCode(Files.readString(page)));
            while (matcher.find()) {
                links++;
                var problem = problem(page, matcher.group(1));
                if (problem != null) {
                    broken.add(Pages.name(page) + ": " + matcher.group(1) + ": " + problem);
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(links).isGreaterThan(20);
    }

    private static String problem(Path page, String link) throws IOException {
        if (link.contains(":")) {
            return "pages link to files of this repository only";
        }
        int hash = link.indexOf('#');
        var path = hash < 0 ? link : link.substring(0, hash);
        var target = path.isEmpty() ? page : page.resolveSibling(path).normalize();
        if (!Files.exists(target)) {
            return "no such file";
        }
        return hash >= 0 && !anchors(target).contains(link.substring(hash + 1)) ? "no such heading" : null;
    }

    /** The names that a reader's software gives to headings. */
    private static List<String> anchors(Path page) throws IOException {
        return withoutCode(Files.readString(page)).lines().filter(it -> it.startsWith("#"))
                .map(it -> it.replaceAll("^#+\\s*", "").toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'))
                .toList();
    }

    private static String withoutCode(String text) {
        return text.replaceAll("(?s)```.*?```", "");
    }

    @Test
    void theIndexNamesEveryPage() throws Exception {
        var index = Pages.page("docs/index.md");
        var matcher = LINK.matcher(Files.readString(index));
        var linked = matcher.results().map(it -> index.resolveSibling(it.group(1)).normalize()).collect(Collectors.toSet());
        var missing = Pages.all().stream()
                .filter(it -> it.startsWith(Pages.ROOT.resolve("docs")) && !it.equals(index))
                .filter(it -> !it.getParent().getFileName().toString().endsWith(".d"))
                .filter(it -> !linked.contains(it)).map(Pages::name).toList();
        assertThat(missing).as("pages that docs/index.md doesn't link to").isEmpty();
    }

    @Test
    void thePageOfExamplesNamesEveryExample() throws Exception {
        var page = Pages.page("docs/guide/examples.md");
        var linked = LINK.matcher(Files.readString(page)).results().map(it -> page.resolveSibling(it.group(1)).normalize()).toList();
        try (var examples = Files.list(Pages.page("examples/src/main/java/dev/jevent/examples"))) {
            assertThat(linked).containsAll(examples.toList());
        }
    }
}
