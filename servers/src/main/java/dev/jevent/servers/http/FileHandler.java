package dev.jevent.servers.http;

import dev.jevent.contract.Switches;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Serves the files below a directory, with their types, ranges and conditional requests.
 *
 * <pre>{@code
 * HttpServer.on(8080, FileHandler.of(Path.of("public"))).serveForever();
 * }</pre>
 *
 * <p>What isn't below the directory once its links are followed is not found; so is what has a name that begins with a dot, but for
 * {@code .well-known}. A directory is its {@code index.html}, or a list of what is in it.
 */
public final class FileHandler implements HttpHandler {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final Path root;
    private boolean listing = true;
    private boolean hidden;
    private String index = "index.html";

    private FileHandler(Path root) {
        this.root = root;
    }

    /** @throws IOException if it isn't a directory */
    public static FileHandler of(Path root) throws IOException {
        Path real = root.toRealPath();
        if (!Files.isDirectory(real)) {
            throw new IOException(root + " is not a directory");
        }
        return new FileHandler(real);
    }

    /** Whether a directory without an index is listed, as at the start, or not found. */
    public FileHandler listing(boolean listing) {
        this.listing = listing;
        return this;
    }

    /** Whether names that begin with a dot are served; not at the start. */
    public FileHandler hidden(boolean hidden) {
        this.hidden = hidden;
        return this;
    }

    /** The file that stands for its directory, {@code index.html} at the start; null: none. */
    public FileHandler index(String name) {
        this.index = name;
        return this;
    }

    /** What a path is. Exactly one is not null. */
    private record Found(Path file, String listing, boolean redirect) {}

    @Override
    @Switches
    public void handle(HttpExchange exchange) throws IOException {
        String method = exchange.method();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.header("Allow", "GET, HEAD");
            exchange.respond(method.equals("OPTIONS") ? 204 : 405);
            return;
        }
        String raw = exchange.rawPath();
        try {
            Found found = find(raw);
            if (found.redirect) {
                redirect(exchange, raw);
            } else if (found.listing != null) {
                exchange.header("Content-Type", "text/html; charset=utf-8").respond(200, found.listing);
            } else {
                FileResponse.respond(exchange, found.file);
            }
        } catch (NoSuchFileException e) {
            throw new HttpException(404);
        } catch (AccessDeniedException e) {
            throw new HttpException(403);
        }
    }

    /** Relative, so that no path can lead to another host. */
    private static void redirect(HttpExchange exchange, String raw) throws IOException {
        String query = exchange.query();
        String last = raw.substring(raw.lastIndexOf('/') + 1);
        exchange.header("Location", "./" + last + "/" + (query == null ? "" : "?" + query)).respond(301);
    }

    private Found find(String raw) throws IOException {
        Path path = root;
        boolean directory = raw.endsWith("/");
        for (String part : raw.split("/")) {
            String name = URLDecoder.decode(part.replace("+", "%2B"), StandardCharsets.UTF_8);
            if (name.isEmpty() || name.equals(".")) {
                continue;
            }
            if (name.equals("..") || name.indexOf('/') >= 0 || name.indexOf('\\') >= 0 || name.indexOf('\0') >= 0
                    || name.startsWith(".") && !hidden && !name.equals(".well-known")) {
                throw new NoSuchFileException(raw);
            }
            try {
                path = path.resolve(name);
            } catch (InvalidPathException e) {
                throw new NoSuchFileException(raw);
            }
        }
        Path wanted = path;
        return InPool.call(() -> look(wanted, raw, directory));
    }

    /** In the thread pool. */
    private Found look(Path wanted, String raw, boolean directory) throws IOException {
        Path real = real(wanted, raw);
        if (!Files.isDirectory(real)) {
            if (directory) {
                throw new NoSuchFileException(raw);
            }
            return new Found(real, null, false);
        }
        if (!directory) {
            return new Found(null, null, true);
        }
        if (index != null && Files.isRegularFile(real.resolve(index))) {
            return new Found(real(real.resolve(index), raw), null, false);
        }
        if (!listing) {
            throw new NoSuchFileException(raw);
        }
        return new Found(null, list(real, raw), false);
    }

    private Path real(Path wanted, String raw) throws IOException {
        Path real;
        try {
            real = wanted.toRealPath();
        } catch (java.nio.file.FileSystemException e) {
            if (e instanceof AccessDeniedException) {
                throw e;
            }
            throw new NoSuchFileException(raw); // also a file where a directory should be, a name too long, a loop of links
        }
        if (!real.startsWith(root)) {
            throw new NoSuchFileException(raw);
        }
        return real;
    }

    // ---- lists ----

    private record Line(String name, boolean directory, String size, String modified) {}

    private String list(Path directory, String raw) throws IOException {
        List<Line> lines = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (hidden || !name.startsWith(".")) {
                    BasicFileAttributes attributes;
                    try {
                        attributes = Files.readAttributes(entry, BasicFileAttributes.class);
                    } catch (IOException e) {
                        continue; // gone, or a link to nowhere
                    }
                    lines.add(new Line(name, attributes.isDirectory(), attributes.isDirectory() ? "" : attributes.size() + "",
                            TIME.format(attributes.lastModifiedTime().toInstant())));
                }
            }
        }
        lines.sort(Comparator.comparing(Line::directory).reversed().thenComparing(Line::name));
        String title = "Index of " + html(URLDecoder.decode(raw.replace("+", "%2B"), StandardCharsets.UTF_8));
        StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width\">\n<title>").append(title).append("</title>\n")
                .append("<style>body{font-family:sans-serif;margin:2em}td,th{padding:.1em 1em .1em 0;text-align:left}td.n{text-align:right}</style>\n")
                .append("</head>\n<body>\n<h1>").append(title).append("</h1>\n<table>\n<tr><th>Name</th><th>Size</th><th>Modified</th></tr>\n");
        if (!directory.equals(root)) {
            page.append("<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n");
        }
        for (Line line : lines) {
            String slash = line.directory ? "/" : "";
            String link = "./" + URLEncoder.encode(line.name, StandardCharsets.UTF_8).replace("+", "%20") + slash;
            page.append("<tr><td><a href=\"").append(link).append("\">").append(html(line.name)).append(slash).append("</a></td><td class=\"n\">")
                    .append(line.size).append("</td><td>").append(line.modified).append("</td></tr>\n");
        }
        return page.append("</table>\n</body>\n</html>\n").toString();
    }

    private static String html(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }

    @Override
    public String toString() {
        return "<files of " + root + ">";
    }
}
