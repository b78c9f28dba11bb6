package dev.jevent.io.libraries;

import dev.jevent.Hub;
import java.net.http.HttpClient;

/** The JDK's own HTTP client, with the threads that it makes unless it is told otherwise. */
class JdkHttpClientWithThreadsTest extends JdkHttpClientTest {
    /** One for whatever it does at the same time. */
    @Override
    int threads() {
        return 200;
    }

    @Override
    Library open(Hub hub, int connections) {
        return new Jdk(pages(), HttpClient.newHttpClient());
    }
}
