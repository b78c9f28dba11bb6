package dev.jevent.io.libraries;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** An HTTP client, against the JDK's HTTP server in another process. */
abstract class HttpLibraryTest extends LibraryTest {
    private static Pages pages;

    @BeforeAll
    static void startServer() throws Exception {
        pages = Pages.start();
    }

    @AfterAll
    static void stopServer() throws Exception {
        if (pages != null) {
            pages.close();
        }
    }

    @Override
    final Gate openGate() {
        return pages.gate();
    }

    static Pages pages() {
        return pages;
    }
}
