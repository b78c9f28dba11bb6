package dev.jevent.io.libraries;

import dev.jevent.Hub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** The JDK's own HTTP client, whose work is done by greenlets, too. */
class JdkHttpClientTest extends HttpLibraryTest {
    @Override
    boolean isLimited() {
        return false;
    }

    @Override
    int threads() {
        return 2;
    }

    @Override
    Library open(Hub hub, int connections) {
        return new Jdk(pages(), HttpClient.newBuilder().executor(hub).build());
    }

    static final class Jdk extends HttpLibrary {
        private final HttpClient client;

        Jdk(Pages pages, HttpClient client) {
            super(pages);
            this.client = client;
        }

        @Override
        String request(String url, String body) throws IOException, InterruptedException {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url));
            if (body != null) {
                request.POST(HttpRequest.BodyPublishers.ofString(body));
            }
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
        }

        /** Doesn't say. */
        @Override
        public int inUse() {
            return 0;
        }

        @Override
        public void close() {
            client.close();
        }
    }
}
