package dev.jevent.servers.http.jdk;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpPrincipal;
import com.sun.net.httpserver.HttpsExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Objects;
import javax.net.ssl.SSLSession;

/** What a handler gets over TLS: a door to {@link Conversation}. */
final class SecureExchange extends HttpsExchange {
    private final Conversation conversation;
    private final SSLSession session;

    SecureExchange(Conversation conversation, SSLSession session) {
        this.session = session;
        this.conversation = conversation;
    }

    @Override
    public SSLSession getSSLSession() {
        return session;
    }

    @Override
    public Headers getRequestHeaders() {
        return conversation.requestHeaders();
    }

    @Override
    public Headers getResponseHeaders() {
        return conversation.responseHeaders();
    }

    @Override
    public URI getRequestURI() {
        return conversation.uri();
    }

    @Override
    public String getRequestMethod() {
        return conversation.method();
    }

    @Override
    public HttpContext getHttpContext() {
        return conversation.context();
    }

    @Override
    public void close() {
        conversation.close();
    }

    @Override
    public InputStream getRequestBody() {
        return conversation.request();
    }

    @Override
    public OutputStream getResponseBody() {
        return conversation.response();
    }

    @Override
    public void sendResponseHeaders(int status, long length) throws IOException {
        conversation.respond(status, length);
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        return conversation.remote();
    }

    @Override
    public int getResponseCode() {
        return conversation.status();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        return conversation.local();
    }

    @Override
    public String getProtocol() {
        return conversation.protocol();
    }

    /** As with the JDK's, these are the context's. */
    @Override
    public Object getAttribute(String name) {
        return conversation.context().getAttributes().get(Objects.requireNonNull(name, "name"));
    }

    @Override
    public void setAttribute(String name, Object value) {
        Objects.requireNonNull(name, "name");
        if (value == null) {
            conversation.context().getAttributes().remove(name);
        } else {
            conversation.context().getAttributes().put(name, value);
        }
    }

    @Override
    public void setStreams(InputStream input, OutputStream output) {
        conversation.streams(input, output);
    }

    @Override
    public HttpPrincipal getPrincipal() {
        return conversation.principal();
    }
}
