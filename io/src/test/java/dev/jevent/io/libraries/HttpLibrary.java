package dev.jevent.io.libraries;

import java.io.IOException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The work of an HTTP client. */
abstract class HttpLibrary implements Library {
    private static final int LINES = 200;

    private final Pages pages;

    HttpLibrary(Pages pages) {
        this.pages = pages;
    }

    /** The body of the answer. @param body to post; null: a GET */
    abstract String request(String url, String body) throws IOException, InterruptedException;

    @Override
    public String work(int n) throws IOException, InterruptedException {
        String page = request(pages.url("/page?" + n), null);
        String numbers = IntStream.range(0, LINES).mapToObj(line -> Integer.toString(n * line)).collect(Collectors.joining("\n"));
        return page + request(pages.url("/sum"), numbers);
    }

    @Override
    public void waitAtGate() throws IOException, InterruptedException {
        String answer = request(pages.url("/gate"), null);
        if (!answer.equals("passed")) {
            throw new IOException("from the gate: " + answer);
        }
    }
}
