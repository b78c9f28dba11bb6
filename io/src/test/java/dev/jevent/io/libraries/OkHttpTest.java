package dev.jevent.io.libraries;

import dev.jevent.Hub;
import java.io.IOException;
import java.util.Collections;
import java.util.concurrent.Executors;
import okhttp3.ConnectionPool;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.BeforeAll;

/** OkHttp's blocking calls, which connect in the greenlet. */
class OkHttpTest extends HttpLibraryTest {
    private static final int THREADS = 8;

    /**
     * Makes OkHttp start the threads that it shares between clients and keeps for a minute, so that no test is blamed for
     * them: with fast fallback it connects on one of them for each call.
     */
    @BeforeAll
    static void startThreads() throws Exception {
        try (OkHttp http = new OkHttp(pages(), new OkHttpClient()); var callers = Executors.newFixedThreadPool(THREADS)) {
            callers.invokeAll(Collections.nCopies(THREADS, () -> http.work(1)));
        }
    }

    @Override
    boolean isLimited() {
        return false;
    }

    @Override
    int threads() {
        return 4;
    }

    @Override
    Library open(Hub hub, int connections) {
        return new OkHttp(pages(), new OkHttpClient.Builder().fastFallback(false).build());
    }

    private static final class OkHttp extends HttpLibrary {
        private final OkHttpClient client;

        OkHttp(Pages pages, OkHttpClient client) {
            super(pages);
            this.client = client;
        }

        @Override
        String request(String url, String body) throws IOException {
            Request.Builder request = new Request.Builder().url(url);
            if (body != null) {
                request.post(RequestBody.create(body, MediaType.get("text/plain")));
            }
            try (Response response = client.newCall(request.build()).execute()) {
                return response.body().string();
            }
        }

        @Override
        public int inUse() {
            ConnectionPool pool = client.connectionPool();
            return pool.connectionCount() - pool.idleConnectionCount();
        }

        @Override
        public void close() {
            client.dispatcher().executorService().shutdown();
            client.connectionPool().evictAll();
        }
    }
}
