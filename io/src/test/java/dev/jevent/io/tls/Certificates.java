package dev.jevent.io.tls;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;

/** Certificates of this run, made by openssl when they are first needed, and deleted at the end. */
final class Certificates {
    private static final Certificates INSTANCE = new Certificates();

    private final Path folder;

    private Certificates() {
        try {
            folder = Files.createTempDirectory("jevent-tls");
            Runtime.getRuntime().addShutdownHook(new Thread(this::delete));
            authority("ca");
            authority("stranger");
            certificate("rsa", "ca", List.of("rsa:2048"), 30, "DNS:localhost,IP:127.0.0.1");
            certificate("ec", "ca", ec(), 30, "DNS:localhost,IP:127.0.0.1");
            certificate("shop", "ca", ec(), 30, "DNS:shop.example");
            certificate("wild", "ca", ec(), 30, "DNS:*.example");
            certificate("untrusted", "stranger", ec(), 30, "DNS:localhost");
            certificate("expired", "ca", ec(), -1, "DNS:localhost");
            certificate("client", "ca", ec(), 30, "DNS:client.example");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> ec() {
        return List.of("ec", "-pkeyopt", "ec_paramgen_curve:P-256");
    }

    private void authority(String name) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("req", "-x509", "-nodes", "-newkey"));
        command.addAll(ec());
        command.addAll(List.of("-keyout", name + ".key", "-out", name + ".pem", "-subj", "/CN=" + name, "-days", "30",
                "-addext", "basicConstraints=critical,CA:TRUE"));
        openssl(command);
    }

    private void certificate(String name, String authority, List<String> key, int days, String names)
            throws IOException, InterruptedException {
        List<String> request = new ArrayList<>(List.of("req", "-nodes", "-newkey"));
        request.addAll(key);
        request.addAll(List.of("-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name,
                "-addext", "subjectAltName=" + names));
        openssl(request);
        openssl(List.of("x509", "-req", "-in", name + ".csr", "-CA", authority + ".pem", "-CAkey", authority + ".key",
                "-CAcreateserial", "-copy_extensions", "copyall", "-days", String.valueOf(days), "-out", name + ".pem"));
    }

    private void openssl(List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(String.join(" ", command) + ": " + said);
        }
    }

    private void delete() {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            System.err.println("not deleted: " + e);
        }
    }

    static Path folder() {
        return INSTANCE.folder;
    }

    static Path chain(String name) {
        return folder().resolve(name + ".pem");
    }

    static Path key(String name) {
        return folder().resolve(name + ".key");
    }

    /** A server that shows {@code name}, and trusts clients of the authority. */
    static SSLContext server(String name) throws IOException {
        return TlsContexts.builder().certificate(chain(name), key(name)).trust(chain("ca")).build();
    }

    /** A client that trusts the authority. */
    static SSLContext client() throws IOException {
        return TlsContexts.client(chain("ca"));
    }
}
