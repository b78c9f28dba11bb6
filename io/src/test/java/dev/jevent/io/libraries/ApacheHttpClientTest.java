package dev.jevent.io.libraries;

import dev.jevent.Hub;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequest;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;

/** Apache HttpClient 5, classic, with its pool. */
class ApacheHttpClientTest extends HttpLibraryTest {
    @Override
    boolean isLimited() {
        return true;
    }

    @Override
    int threads() {
        return 4;
    }

    /** It asks again after an error, and then finds that it is interrupted. */
    @Override
    boolean isOfKill(Throwable error) {
        return error instanceof CancellationException;
    }

    @Override
    Library open(Hub hub, int connections) {
        PoolingHttpClientConnectionManager pool = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnTotal(connections)
                .setMaxConnPerRoute(connections)
                .build();
        return new Apache(pages(), pool);
    }

    private static final class Apache extends HttpLibrary {
        private final PoolingHttpClientConnectionManager pool;
        private final CloseableHttpClient client;

        Apache(Pages pages, PoolingHttpClientConnectionManager pool) {
            super(pages);
            this.pool = pool;
            this.client = HttpClients.custom().setConnectionManager(pool).build();
        }

        @Override
        String request(String url, String body) throws IOException {
            HttpUriRequest request;
            if (body == null) {
                request = new HttpGet(url);
            } else {
                request = new HttpPost(url);
                request.setEntity(new StringEntity(body));
            }
            return client.execute(request, answer -> EntityUtils.toString(answer.getEntity()));
        }

        @Override
        public int inUse() {
            return pool.getTotalStats().getLeased();
        }

        @Override
        public void close() throws IOException {
            client.close();
        }
    }
}
