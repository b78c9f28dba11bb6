package dev.jevent.servers.http;

import dev.jevent.contract.Switches;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file as a response. It is opened, and a small one read, in the hub's thread pool; a large one is given to the system to send.
 */
final class FileResponse implements AutoCloseable {
    /** What is no larger is read at once. */
    private static final int SMALL = 32 << 10;

    private final String name;
    private final long size;
    private final Instant modified;
    private final boolean recent; // so that it may change again within the same time stamp
    private final byte[] content; // null: too large
    private final FileChannel channel; // null: all was read

    private FileResponse(Path file) throws IOException {
        FileChannel opened = FileChannel.open(file, StandardOpenOption.READ);
        boolean keep = false;
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw new NoSuchFileException(file.toString(), null, "not a regular file");
            }
            name = file.getFileName().toString();
            size = opened.size();
            modified = attributes.lastModifiedTime().toInstant();
            recent = modified.plusSeconds(2).isAfter(Instant.now());
            keep = size > SMALL;
            content = keep ? null : read(opened, (int) size);
            channel = keep ? opened : null;
        } finally {
            if (!keep) {
                opened.close();
            }
        }
    }

    private static byte[] read(FileChannel channel, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size);
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {
            // to its end, or what was its end when it was measured
        }
        return bytes.array();
    }

    /**
     * Responds with {@code file}, or the ranges of it that the request asks for, or that it hasn't changed.
     *
     * @throws NoSuchFileException if it isn't a regular file; nothing is responded then
     */
    @Switches
    static void respond(HttpExchange exchange, Path file) throws IOException {
        try (FileResponse response = InPool.call(() -> new FileResponse(file))) {
            response.respond(exchange);
        }
    }

    private String tag() {
        return (recent ? "W/\"" : "\"") + Long.toHexString(modified.getEpochSecond()) + "." + Integer.toHexString(modified.getNano()) + "-"
                + Long.toHexString(size) + "\"";
    }

    private void respond(HttpExchange exchange) throws IOException {
        String tag = tag();
        exchange.header("ETag", tag).header("Last-Modified", Desk.date(modified));
        int condition = Preconditions.evaluate(exchange, tag, modified);
        if (condition != 0) {
            exchange.respond(condition);
            return;
        }
        exchange.header("Accept-Ranges", "bytes");
        String type = exchange.hasType() ? null : MediaTypes.of(name);
        String asked = exchange.method().equals("GET") ? exchange.header("Range") : null; // RFC 9110 14.2: for GET only
        List<ByteRanges.Range> ranges = asked != null && Preconditions.isSameAsBefore(exchange, tag, modified)
                ? ByteRanges.parse(asked, size)
                : null;
        if (ranges == null) {
            type(exchange, type);
            try (ResponseBody body = (ResponseBody) exchange.begin(200, size)) {
                send(body, 0, size);
            }
        } else if (ranges.isEmpty()) {
            exchange.header("Content-Range", "bytes */" + size).respond(416);
        } else if (ranges.size() == 1) {
            ByteRanges.Range range = ranges.getFirst();
            type(exchange, type);
            exchange.header("Content-Range", contentRange(range));
            try (ResponseBody body = (ResponseBody) exchange.begin(206, range.length())) {
                send(body, range.first(), range.length());
            }
        } else {
            parts(exchange, ranges, type == null ? "" : "Content-Type: " + type + "\r\n");
        }
    }

    private static void type(HttpExchange exchange, String type) {
        if (type != null) {
            exchange.header("Content-Type", type);
        }
    }

    private String contentRange(ByteRanges.Range range) {
        return "bytes " + range.first() + "-" + range.last() + "/" + size;
    }

    /** RFC 9110 14.6. */
    private void parts(HttpExchange exchange, List<ByteRanges.Range> ranges, String type) throws IOException {
        String boundary = Long.toHexString(ThreadLocalRandom.current().nextLong()) + Long.toHexString(System.nanoTime());
        byte[] end = ascii("\r\n--" + boundary + "--\r\n");
        byte[][] heads = new byte[ranges.size()][];
        long length = end.length;
        for (int i = 0; i < heads.length; i++) {
            heads[i] = ascii("\r\n--" + boundary + "\r\n" + type + "Content-Range: " + contentRange(ranges.get(i)) + "\r\n\r\n");
            length += heads[i].length + ranges.get(i).length();
        }
        exchange.header("Content-Type", "multipart/byteranges; boundary=" + boundary);
        try (ResponseBody body = (ResponseBody) exchange.begin(206, length)) {
            for (int i = 0; i < heads.length; i++) {
                body.write(heads[i]);
                send(body, ranges.get(i).first(), ranges.get(i).length());
            }
            body.write(end);
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void send(ResponseBody body, long first, long length) throws IOException {
        if (content != null) {
            body.write(content, (int) first, (int) length);
        } else {
            body.send(channel, first, length);
        }
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
