package dev.jevent.io.libraries;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Stream;

/**
 * A server program of the system's packages, on a free port of loopback, with a directory of its own that goes when it is
 * closed. It runs as nobody if the tests run as root, which some servers refuse; and where there is {@code setpriv}, it
 * ends with the thread that started it, even if this JVM is killed.
 */
final class ServerProcess implements AutoCloseable {
    private static final String NOBODY = "nobody";
    private static final int STARTS = 5;
    private static final int SECONDS = 30;
    private static final int PAUSE = 20;

    private final Path directory;
    private Process process;
    private int port;

    private ServerProcess(Path directory) {
        this.directory = directory;
    }

    /** With an empty directory; nothing runs yet. */
    static ServerProcess in(String prefix) throws IOException {
        Path directory = Files.createTempDirectory(prefix);
        if (isRoot()) {
            Files.setOwner(directory, directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(NOBODY));
        }
        return new ServerProcess(directory);
    }

    Path directory() {
        return directory;
    }

    int port() {
        return port;
    }

    /** The file {@code name} in {@code directories} or else in the PATH. @param debian who has it */
    static String program(String name, String debian, List<Path> directories) {
        List<Path> places = new ArrayList<>(directories);
        for (String place : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            places.add(Path.of(place));
        }
        return places.stream().map(place -> place.resolve(name)).filter(Files::isExecutable).findFirst()
                .orElseThrow(() -> new IllegalStateException(name + ": not found in " + places
                        + "; ./verify installs it, or: apt-get install " + debian))
                .toString();
    }

    /** Runs a program to its end. */
    void run(List<String> command) throws IOException, InterruptedException {
        Process started = launch(command);
        if (!started.waitFor(SECONDS, TimeUnit.SECONDS) || started.exitValue() != 0) {
            started.destroyForcibly();
            throw new IllegalStateException(command + " failed:\n" + log());
        }
    }

    /** Starts the server, and waits until it says that it is "ready to accept connections". @param command for a port */
    void start(IntFunction<List<String>> command) throws IOException, InterruptedException {
        for (int starts = 0; process == null; starts++) {
            int free = freePort();
            Process started = launch(command.apply(free));
            if (awaitReady(started)) {
                process = started;
                port = free;
            } else if (starts == STARTS || !log().contains("in use")) { // somebody else was faster
                throw new IllegalStateException(command.apply(free) + " doesn't start:\n" + log());
            }
        }
    }

    private boolean awaitReady(Process started) throws IOException, InterruptedException {
        for (int looks = 0; looks < SECONDS * 1000 / PAUSE; looks++) {
            if (log().toLowerCase(Locale.ROOT).contains("ready to accept connections")) {
                return true;
            }
            if (started.waitFor(PAUSE, TimeUnit.MILLISECONDS)) {
                return false;
            }
        }
        started.destroyForcibly();
        return false;
    }

    private Process launch(List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(prefix(), command.stream()).toList());
        builder.environment().put("LC_ALL", "C");
        return builder.directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(logFile().toFile())
                .start();
    }

    private static Stream<String> prefix() {
        if (isRoot()) {
            String setpriv = program("setpriv", "util-linux", List.of());
            return Stream.of(setpriv, "--reuid", NOBODY, "--clear-groups", "--pdeathsig", "INT", "--");
        }
        try {
            return Stream.of(program("setpriv", "util-linux", List.of()), "--pdeathsig", "INT", "--");
        } catch (IllegalStateException e) {
            return Stream.of(); // not Linux
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Path logFile() {
        return directory.resolve("log");
    }

    private String log() throws IOException {
        return Files.exists(logFile()) ? Files.readString(logFile()) : "";
    }

    /** Kills it if it takes longer. */
    static void awaitEnd(Process process, long seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        if (process != null) {
            // PostgreSQL waits for its clients to leave at SIGTERM, the only one that Process can send.
            awaitEnd(new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start(), SECONDS);
            awaitEnd(process, SECONDS);
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
