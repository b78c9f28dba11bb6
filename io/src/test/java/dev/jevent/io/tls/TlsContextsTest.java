package dev.jevent.io.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contexts from PEM files; that they work is shown by the tests of streams. */
class TlsContextsTest {
    @TempDir
    Path folder;

    private static String read(Path file) throws IOException {
        return Files.readString(file);
    }

    @Test
    @DisplayName("the default context is the JDK's")
    void defaultContext() throws Exception {
        assertThat(TlsContexts.client()).isSameAs(SSLContext.getDefault());
    }

    @Test
    @DisplayName("a chain may have several certificates and text between them; the first is the server's own")
    void chain() throws Exception {
        Path chain = folder.resolve("chain.pem");
        Files.writeString(chain, "subject: ec\n" + read(Certificates.chain("ec")) + "issuer: ca\n" + read(Certificates.chain("ca")));
        assertThat(PemFiles.certificates(chain)).extracting(it -> it.getSubjectX500Principal().getName())
                .containsExactly("CN=ec", "CN=ca");
        TlsContexts.server(chain, Certificates.key("ec"));
    }

    @Test
    @DisplayName("a key and its certificate may be in one file")
    void oneFile() throws Exception {
        Path both = folder.resolve("both.pem");
        Files.writeString(both, read(Certificates.key("rsa")) + read(Certificates.chain("rsa")));
        TlsContexts.server(both, both);
    }

    @Test
    @DisplayName("the errors name the file, what is wrong with it, and what to do")
    void errors() throws Exception {
        Path chain = Certificates.chain("ec");
        Path key = Certificates.key("ec");
        assertThatThrownBy(() -> TlsContexts.server(folder.resolve("missing"), key)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> TlsContexts.server(key, key)).isInstanceOf(IOException.class)
                .hasMessage(key + ": no certificate (expected: -----BEGIN CERTIFICATE-----)");
        assertThatThrownBy(() -> TlsContexts.server(chain, chain)).isInstanceOf(IOException.class)
                .hasMessage(chain + ": no private key (expected: -----BEGIN PRIVATE KEY-----)");
        assertThatThrownBy(() -> TlsContexts.server(chain, Certificates.key("client"))).isInstanceOf(IOException.class)
                .hasMessage(Certificates.key("client") + ": not the key of the first certificate in " + chain);
        assertThatThrownBy(() -> TlsContexts.server(chain, Certificates.key("rsa"))).isInstanceOf(IOException.class)
                .hasMessageStartingWith(Certificates.key("rsa") + ": not a key of the algorithm EC");
        Path old = folder.resolve("old.key");
        Files.writeString(old, read(key).replace("PRIVATE KEY", "EC PRIVATE KEY"));
        assertThatThrownBy(() -> TlsContexts.server(chain, old)).isInstanceOf(IOException.class)
                .hasMessageStartingWith(old + ": EC PRIVATE KEY (expected: -----BEGIN PRIVATE KEY-----").hasMessageContaining("openssl pkcs8");
        Path broken = folder.resolve("broken.pem");
        Files.writeString(broken, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> TlsContexts.client(broken)).isInstanceOf(IOException.class)
                .hasMessageStartingWith(broken + ": certificate 1 cannot be read");
    }

    @Test
    @DisplayName("what a client tells as the server's name: no address, no dot at the end")
    void serverNames() {
        assertThat(ServerNames.of("shop.example")).hasToString("[type=host_name (0), value=shop.example]");
        assertThat(ServerNames.of("shop.example.")).isEqualTo(ServerNames.of("shop.example"));
        assertThat(ServerNames.of("localhost")).hasSize(1);
        assertThat(ServerNames.of("127.0.0.1")).isEmpty();
        assertThat(ServerNames.of("::1")).isEmpty();
        assertThat(ServerNames.of("my_host")).isEmpty();
        assertThat(ServerNames.matches("*.example", "shop.example")).isTrue();
        assertThat(ServerNames.matches("*.example", "SHOP.EXAMPLE")).isTrue();
        assertThat(ServerNames.matches("*.example", "a.shop.example")).isFalse();
        assertThat(ServerNames.matches("*.example", "example")).isFalse();
        assertThat(ServerNames.matches("*.example", ".example")).isFalse();
    }
}
