package dev.jevent.launcher;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.util.SplittableRandom;

/** What the demo's server serves: a page for each path, the same whoever makes it, so that each byte can be compared. */
final class Pages {
    /** Longer lines are refused. */
    private static final int MAX_LINE = 1024;

    private Pages() {}

    static String path(int connection, int request) {
        return "/connection/" + connection + "/request/" + request;
    }

    static byte[] request(String path, boolean last) {
        return ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + connection(last) + "\r\n").getBytes(ISO_8859_1);
    }

    /** Head and body. The body begins with the path and goes on with letters that only this path gives. */
    static byte[] response(String path, boolean last) {
        SplittableRandom random = new SplittableRandom(path.hashCode());
        int length = path.length() + 1 + random.nextInt(2048);
        String head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " + length + "\r\n"
                + connection(last) + "\r\n" + path + "\n";
        byte[] response = new byte[head.length() - path.length() - 1 + length];
        byte[] start = head.getBytes(ISO_8859_1);
        System.arraycopy(start, 0, response, 0, start.length);
        for (int i = head.length(); i < response.length; i++) {
            response[i] = (byte) ('a' + random.nextInt(26));
        }
        return response;
    }

    private static String connection(boolean last) {
        return last ? "Connection: close\r\n" : "";
    }

    /** The request that was read. */
    record Request(String path, boolean last) {}

    /**
     * Reads one request.
     *
     * @return null at the end of the stream
     * @throws IOException also if it is no request that {@link #request} makes
     */
    static Request read(InputStream in) throws IOException {
        String line = readLine(in);
        if (line == null) {
            return null;
        }
        if (!line.startsWith("GET /") || !line.endsWith(" HTTP/1.1")) {
            throw new IOException("request: \"" + line + "\" (expected: GET /… HTTP/1.1)");
        }
        String path = line.substring("GET ".length(), line.length() - " HTTP/1.1".length());
        boolean last = false;
        for (String header; !(header = readHeader(in)).isEmpty(); ) {
            last |= header.equals("Connection: close");
        }
        return new Request(path, last);
    }

    private static String readHeader(InputStream in) throws IOException {
        String line = readLine(in);
        if (line == null) {
            throw new IOException("the connection ended in the middle of a request");
        }
        return line;
    }

    private static String readLine(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c; (c = in.read()) >= 0; ) {
            if (c == '\n') {
                return line.toString();
            }
            if (c != '\r') {
                line.append((char) c);
            }
            if (line.length() > MAX_LINE) {
                throw new IOException("a line of more than " + MAX_LINE + " characters");
            }
        }
        return line.isEmpty() ? null : line.toString();
    }
}
