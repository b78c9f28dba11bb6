package dev.jevent.io.tls;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Makes {@link SSLContext}s from PEM files. A context is made once and used for many connections: it keeps the sessions that
 * are resumed. Files are read where the call is made, which blocks for as long as that takes.
 */
public final class TlsContexts {
    private TlsContexts() {}

    /** For clients that trust whom the JDK trusts. */
    public static SSLContext client() {
        try {
            return SSLContext.getDefault();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK's default TLS context cannot be made", e);
        }
    }

    /** For clients that trust the certificates in {@code trusted}, and what they have signed, and nobody else. */
    public static SSLContext client(Path trusted) throws IOException {
        return builder().trust(trusted).build();
    }

    /** For servers with one certificate. @see Builder#certificate(Path, Path) */
    public static SSLContext server(Path chain, Path key) throws IOException {
        return builder().certificate(chain, key).build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** For one context. */
    public static final class Builder {
        private final List<NamedKeys.Entry> keys = new ArrayList<>();
        private final List<X509Certificate> trusted = new ArrayList<>();
        private Provider provider;

        private Builder() {}

        /**
         * What this side shows: a server to clients that ask for no name that has a certificate of its own, a client to
         * servers that want one. Of several the first that fits the peer's algorithms is taken.
         *
         * @param chain the certificate itself, then those that lead to a trusted one
         * @param key its private key as {@code PRIVATE KEY} (PKCS#8), not encrypted; of RSA, EC or Ed25519
         * @throws IOException if a file cannot be read, is not what it should be, or the key is another certificate's
         */
        public Builder certificate(Path chain, Path key) throws IOException {
            keys.add(PemFiles.entry(null, chain, key));
            return this;
        }

        /**
         * What a server shows to clients that ask for {@code serverName} (SNI). Without a certificate for all names, others are
         * refused.
         *
         * @param serverName {@code shop.example}, or {@code *.example} for all names of one label more
         */
        public Builder certificate(String serverName, Path chain, Path key) throws IOException {
            keys.add(PemFiles.entry(Objects.requireNonNull(serverName, "serverName"), chain, key));
            return this;
        }

        /** Trusts the certificates in {@code file} instead of the JDK's. May be called several times. */
        public Builder trust(Path file) throws IOException {
            trusted.addAll(PemFiles.certificates(file));
            return this;
        }

        /** Whose implementation of TLS it is; else the JDK's choice. */
        public Builder provider(Provider provider) {
            this.provider = Objects.requireNonNull(provider, "provider");
            return this;
        }

        public SSLContext build() throws IOException {
            try {
                SSLContext context = provider == null ? SSLContext.getInstance("TLS") : SSLContext.getInstance("TLS", provider);
                context.init(keys.isEmpty() ? null : new KeyManager[] {new NamedKeys(keys)}, trustManagers(), null);
                return context;
            } catch (GeneralSecurityException e) {
                throw new IOException("cannot make a TLS context: " + e.getMessage(), e);
            }
        }

        private TrustManager[] trustManagers() throws GeneralSecurityException, IOException {
            if (trusted.isEmpty()) {
                return null; // the JDK's
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (X509Certificate certificate : trusted) {
                store.setCertificateEntry("trusted " + store.size(), certificate);
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            return factory.getTrustManagers();
        }
    }
}
