package dev.jevent.servers;

import dev.jevent.io.tls.TlsContexts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/** Self-signed certificates, made by openssl in a folder of the test's. */
public record Certificates(Path folder) {
    /** @param host whose certificate it is, and its file's name */
    public Certificates make(String host) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(List.of("openssl", "req", "-x509", "-nodes", "-newkey", "ec",
                        "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", host + ".key", "-out", host + ".pem", "-subj", "/CN=" + host,
                        "-days", "30", "-addext", "subjectAltName=DNS:" + host))
                .directory(folder.toFile()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("openssl: " + said);
        }
        return this;
    }

    public Path chain(String host) {
        return folder.resolve(host + ".pem");
    }

    public Path key(String host) {
        return folder.resolve(host + ".key");
    }

    public SSLContext server(String host) throws IOException {
        return TlsContexts.server(chain(host), key(host));
    }

    /** Trusts {@code hosts}. */
    public SSLContext client(String... hosts) throws IOException {
        TlsContexts.Builder builder = TlsContexts.builder();
        for (String host : hosts) {
            builder.trust(chain(host));
        }
        return builder.build();
    }
}
