package dev.jevent.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The pages that this module answers for. */
final class Pages {
    /** The reactor's root; Maven runs the tests in the folder of their module. */
    static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private Pages() {}

    /** README.md and its neighbours, and everything under docs, sorted. */
    static List<Path> all() throws IOException {
        var pages = new ArrayList<Path>();
        try (Stream<Path> root = Files.list(ROOT); Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            Stream.concat(root, docs)
                    .filter(it -> it.toString().endsWith(".md"))
                    .filter(it -> !it.startsWith(ROOT.resolve("docs/src")) && !it.startsWith(ROOT.resolve("docs/target")))
                    .sorted()
                    .forEach(pages::add);
        }
        return pages;
    }

    static Path page(String name) {
        return ROOT.resolve(name);
    }

    /** As messages name it: {@code docs/guide/timeouts.md}. */
    static String name(Path page) {
        return ROOT.relativize(page).toString();
    }

    /**
     * The rows of the first table whose header begins with {@code firstColumn}, each as its cells without the bars.
     * Empty if there is no such table.
     */
    static List<List<String>> table(Path page, String firstColumn) throws IOException {
        var rows = new ArrayList<List<String>>();
        boolean inside = false;
        for (String line : Files.readAllLines(page)) {
            if (!line.startsWith("|")) {
                if (inside) {
                    break;
                }
            } else if (inside) {
                rows.add(cells(line));
            } else {
                inside = cells(line).getFirst().equals(firstColumn);
            }
        }
        return rows.isEmpty() ? rows : rows.subList(1, rows.size()); // the first is the line of dashes
    }

    /** A bar inside of a cell is written {@code \|}. */
    static List<String> cells(String row) {
        return Stream.of(row.substring(1).split("(?<!\\\\)\\|")).map(it -> it.strip().replace("\\|", "|")).toList();
    }
}
