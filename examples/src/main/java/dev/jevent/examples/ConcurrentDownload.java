package dev.jevent.examples;

import static dev.jevent.Jevent.joinAll;
import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.spawn;

import java.io.IOException;
import java.net.URI;
import java.util.List;

/** Downloads several pages at once and prints how each begins, as they come. The client is the JDK's. */
public final class ConcurrentDownload {
    private static final int SHOWN = 50;

    private ConcurrentDownload() {}

    public static void main(String[] args) {
        var urls = args.length > 0 ? List.of(args) : List.of("https://www.google.com", "https://www.python.org", "https://www.example.com");
        run(() -> download(urls));
    }

    static void download(List<String> urls) {
        joinAll(urls.stream().map(url -> spawn(() -> print(url))).toList());
    }

    private static void print(String url) throws IOException {
        IO.println("Starting " + url);
        try (var body = URI.create(url).toURL().openStream()) {
            byte[] page = body.readAllBytes();
            String begin = new String(page, 0, Math.min(SHOWN, page.length)).lines().findFirst().orElse("");
            IO.println(url + ": " + page.length + " bytes: " + begin);
        }
    }
}
