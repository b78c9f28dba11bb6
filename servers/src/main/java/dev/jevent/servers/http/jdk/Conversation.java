package dev.jevent.servers.http.jdk;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpPrincipal;
import dev.jevent.servers.http.HttpException;
import dev.jevent.servers.http.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An exchange in the terms of {@code com.sun.net.httpserver}, for whatever threads the handler uses. It lasts until its handler has
 * returned and its response is complete, whichever comes last.
 */
final class Conversation {
    private final HttpExchange exchange;
    private final Context context;
    private final URI uri;
    private final String method;
    private final String protocol;
    private final Errands errands = new Errands();
    private final Headers requestHeaders = new Headers();
    private final Headers responseHeaders = new Headers();
    private final InetSocketAddress remote;
    private final InetSocketAddress local;
    private final RequestStream request = new RequestStream();
    private final ResponseStream response = new ResponseStream();
    private volatile InputStream shownRequest = request; // filters may wrap it; so the next
    private volatile OutputStream shownResponse = response;
    private volatile int status = -1;
    private volatile HttpPrincipal principal;
    private volatile Throwable failure; // of the handler
    private volatile boolean returned;
    private volatile boolean complete;
    private final AtomicBoolean ended = new AtomicBoolean();

    interface Handling {
        void run() throws Exception;
    }

    Conversation(HttpExchange exchange, Context context, URI uri) {
        this.exchange = exchange;
        this.context = context;
        this.uri = uri;
        this.method = exchange.method();
        this.protocol = exchange.protocol();
        this.remote = (InetSocketAddress) exchange.remoteAddress();
        this.local = (InetSocketAddress) exchange.localAddress();
        for (String name : exchange.headerNames()) {
            if (!requestHeaders.containsKey(name)) {
                exchange.headers(name).forEach(value -> requestHeaders.add(name, value));
            }
        }
    }

    /** In the connection's greenlet, until all is done. @param executor null: the handler runs in this greenlet, too */
    void serve(Executor executor, Handling handling) throws Exception {
        if (executor == null) {
            run(handling);
        } else {
            try {
                executor.execute(() -> run(handling));
            } catch (RejectedExecutionException e) {
                throw new HttpException(503, "the server is too busy");
            }
        }
        errands.serve();
        switch (failure) {
            case null -> {}
            case Exception e -> throw e;
            case Error e -> throw e;
            case Throwable e -> throw new IOException(e);
        }
    }

    private void run(Handling handling) {
        try {
            handling.run();
        } catch (Throwable e) {
            failure = e;
            complete = true; // the engine responds, or cuts the connection
        }
        returned = true;
        endIfDone();
    }

    private void completed() {
        complete = true;
        endIfDone();
    }

    private void endIfDone() {
        if (returned && complete && !ended.getAndSet(true)) {
            errands.end();
        }
    }

    // ---- what handlers see ----

    Context context() {
        return context;
    }

    URI uri() {
        return uri;
    }

    String method() {
        return method;
    }

    String protocol() {
        return protocol;
    }

    Headers requestHeaders() {
        return requestHeaders;
    }

    Headers responseHeaders() {
        return responseHeaders;
    }

    InetSocketAddress remote() {
        return remote;
    }

    InetSocketAddress local() {
        return local;
    }

    int status() {
        return status;
    }

    HttpPrincipal principal() {
        return principal;
    }

    void principal(HttpPrincipal principal) {
        this.principal = principal;
    }

    InputStream request() {
        return shownRequest;
    }

    OutputStream response() {
        return shownResponse;
    }

    void streams(InputStream input, OutputStream output) {
        if (input != null) {
            shownRequest = input;
        }
        if (output != null) {
            shownResponse = output;
        }
    }

    /** @param length as the JDK has it: 0 is any, -1 is none */
    void respond(int code, long length) throws IOException {
        errands.call(() -> {
            begin(code, length);
            return null;
        });
    }

    private void begin(int code, long length) throws IOException {
        if (status != -1) {
            throw new IOException("headers already sent");
        }
        if (code < 200) {
            throw new IOException("status " + code + " (expected: from 200 on; 100 Continue is sent by itself)");
        }
        long wanted = length;
        if (method.equals("HEAD")) {
            String own = responseHeaders.getFirst("Content-Length");
            wanted = own != null && own.matches("[0-9]{1,18}") ? Long.parseLong(own) : length;
        }
        for (Map.Entry<String, List<String>> field : responseHeaders.entrySet()) {
            String name = field.getKey();
            if (name.equalsIgnoreCase("Content-Length") || name.equalsIgnoreCase("Transfer-Encoding")) {
                continue; // as length says
            }
            for (String value : field.getValue()) {
                if (!name.equalsIgnoreCase("Connection") || value.equalsIgnoreCase("close")) {
                    exchange.addHeader(name, value == null ? "" : value);
                }
            }
        }
        boolean none = length == -1 || code == 204 || code == 304;
        OutputStream body = none && wanted <= 0 ? exchange.begin(code, 0) : exchange.begin(code, wanted > 0 ? wanted : -1);
        status = code;
        response.begin(body);
        if (none || method.equals("HEAD")) {
            response.close();
        }
    }

    void close() {
        try {
            if (status == -1) {
                errands.call(() -> {
                    failure = new HttpException(500, "the handler has closed the exchange without a response");
                    return null;
                });
                completed();
            } else {
                response.close();
            }
        } catch (IOException e) {
            completed(); // the engine cuts the connection
        }
    }

    private final class RequestStream extends InputStream {
        @Override
        public int read() throws IOException {
            return errands.call(() -> exchange.body().read());
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, into.length);
            return errands.call(() -> exchange.body().read(into, offset, length));
        }

        @Override
        public int available() throws IOException {
            return errands.call(() -> exchange.body().available());
        }
    }

    private final class ResponseStream extends OutputStream {
        private OutputStream body; // null: the response has not begun
        private boolean closed;

        void begin(OutputStream body) {
            this.body = body;
        }

        private OutputStream body() throws IOException {
            if (body == null) {
                throw new IOException("response headers not sent yet");
            }
            if (closed) {
                throw new IOException("stream closed");
            }
            return body;
        }

        @Override
        public void write(int b) throws IOException {
            errands.call(() -> {
                body().write(b);
                return null;
            });
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, from.length);
            errands.call(() -> {
                body().write(from, offset, length);
                return null;
            });
        }

        @Override
        public void flush() throws IOException {
            errands.call(() -> {
                if (body != null && !closed) {
                    body.flush();
                }
                return null;
            });
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            try {
                errands.call(() -> {
                    OutputStream mine = body();
                    closed = true;
                    mine.close();
                    return null;
                });
            } finally {
                if (closed) {
                    completed();
                }
            }
        }
    }
}
