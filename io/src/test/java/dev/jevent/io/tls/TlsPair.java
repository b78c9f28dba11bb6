package dev.jevent.io.tls;

import java.io.IOException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** A client and a server over memory. */
record TlsPair(TlsStream client, TlsStream server, MemoryStream clientEnd, MemoryStream serverEnd) implements AutoCloseable {
    static final int CAPACITY = 64 * 1024;

    static TlsPair open(String protocol) throws IOException {
        return open(Certificates.client(), Certificates.server("ec"), protocols(protocol));
    }

    static TlsPair open(SSLContext client, SSLContext server, SSLParameters ofClient) {
        return open(client, server, ofClient, new SSLParameters(), CAPACITY);
    }

    static TlsPair open(SSLContext client, SSLContext server, SSLParameters ofClient, SSLParameters ofServer, int capacity) {
        MemoryStream[] ends = MemoryStream.pair(capacity);
        return new TlsPair(TlsStream.client(ends[0], client, "localhost", 4433, ofClient),
                TlsStream.server(ends[1], server, ofServer), ends[0], ends[1]);
    }

    static SSLParameters protocols(String... protocols) {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(protocols);
        return parameters;
    }

    @Override
    public void close() throws IOException {
        client.close();
        server.close();
    }
}
