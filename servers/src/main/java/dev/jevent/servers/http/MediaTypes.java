package dev.jevent.servers.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** The types of files by the ends of their names. */
final class MediaTypes {
    private static final Map<String, String> TYPES = new HashMap<>();

    static {
        put("text/html; charset=utf-8", "html", "htm");
        put("text/css; charset=utf-8", "css");
        put("text/javascript; charset=utf-8", "js", "mjs");
        put("text/plain; charset=utf-8", "txt", "text", "log", "conf", "ini", "java", "c", "h", "py", "sh", "properties");
        put("text/csv; charset=utf-8", "csv");
        put("text/markdown; charset=utf-8", "md");
        put("text/calendar; charset=utf-8", "ics");
        put("application/json", "json", "map");
        put("application/ld+json", "jsonld");
        put("application/manifest+json", "webmanifest");
        put("application/xml", "xml", "xsd", "xsl");
        put("application/atom+xml", "atom");
        put("application/rss+xml", "rss");
        put("application/xhtml+xml", "xhtml");
        put("application/yaml", "yaml", "yml");
        put("application/pdf", "pdf");
        put("application/wasm", "wasm");
        put("application/rtf", "rtf");
        put("application/zip", "zip");
        put("application/gzip", "gz", "tgz");
        put("application/zstd", "zst");
        put("application/x-bzip2", "bz2");
        put("application/x-xz", "xz");
        put("application/x-tar", "tar");
        put("application/x-7z-compressed", "7z");
        put("application/java-archive", "jar", "war");
        put("application/epub+zip", "epub");
        put("application/msword", "doc");
        put("application/vnd.ms-excel", "xls");
        put("application/vnd.ms-powerpoint", "ppt");
        put("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx");
        put("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx");
        put("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx");
        put("application/vnd.oasis.opendocument.text", "odt");
        put("application/vnd.oasis.opendocument.spreadsheet", "ods");
        put("image/png", "png");
        put("image/jpeg", "jpg", "jpeg");
        put("image/gif", "gif");
        put("image/svg+xml", "svg");
        put("image/webp", "webp");
        put("image/avif", "avif");
        put("image/apng", "apng");
        put("image/bmp", "bmp");
        put("image/tiff", "tif", "tiff");
        put("image/x-icon", "ico");
        put("font/woff", "woff");
        put("font/woff2", "woff2");
        put("font/ttf", "ttf");
        put("font/otf", "otf");
        put("audio/mpeg", "mp3");
        put("audio/ogg", "oga", "ogg", "opus");
        put("audio/wav", "wav");
        put("audio/flac", "flac");
        put("audio/mp4", "m4a");
        put("video/mp4", "mp4", "m4v");
        put("video/webm", "webm");
        put("video/ogg", "ogv");
        put("video/quicktime", "mov");
        put("video/x-matroska", "mkv");
        put("video/mp2t", "ts");
    }

    private MediaTypes() {}

    private static void put(String type, String... ends) {
        for (String end : ends) {
            TYPES.put(end, type);
        }
    }

    static String of(String fileName) {
        String end = fileName.substring(fileName.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return TYPES.getOrDefault(end, "application/octet-stream");
    }
}
