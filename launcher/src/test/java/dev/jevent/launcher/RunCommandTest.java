package dev.jevent.launcher;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.zip.ZipEntry;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Applications that know nothing of jevent, in a JVM of their own: by {@code java}, and by {@code jevent run}. */
class RunCommandTest {
    private static final String ECHO = """
            import java.io.*;
            import java.net.*;

            public class Echo {
                public static void main(String[] args) throws Exception {
                    System.out.println("arguments " + String.join("|", args) + " in " + System.getProperty("java.class.path").length());
                    System.out.println(Thread.currentThread().getName() + " "
                            + (Thread.currentThread().getContextClassLoader() == Echo.class.getClassLoader()));
                    System.out.println(Echo.class.getClassLoader().getResource("picocli/CommandLine.class"));
                    ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                    Thread.startVirtualThread(() -> {
                        try (Socket accepted = server.accept()) {
                            accepted.getInputStream().transferTo(accepted.getOutputStream());
                        } catch (IOException e) {
                            e.printStackTrace();
                        }
                    });
                    try (Socket client = new Socket(server.getInetAddress(), server.getLocalPort())) {
                        client.getOutputStream().write("over the network\\n".getBytes());
                        client.shutdownOutput();
                        System.out.print(new String(client.getInputStream().readAllBytes()));
                    }
                    System.out.println(new BufferedReader(new InputStreamReader(System.in)).readLine());
                    System.err.println("an error line");
                    Thread late = new Thread(() -> {
                        try {
                            Thread.sleep(200);
                            System.out.println("the last thread");
                        } catch (InterruptedException e) {
                            System.out.println(e);
                        }
                    });
                    late.start();
                    if (args.length > 0 && args[0].equals("exit")) {
                        System.exit(7);
                    }
                    if (args.length > 0 && args[0].equals("throw")) {
                        throw new IllegalStateException("thrown by main");
                    }
                }
            }
            """;

    private static final String HUBS = """
            import dev.jevent.*;

            class Hubs {
                void main() throws Exception {
                    var hub = Hub.current();
                    System.out.println(hub.isCurrent() + " " + hub.greenlets().size() + " " + Thread.currentThread().isVirtual());
                    var patched = dev.jevent.io.patch.Patch.all().stream().filter(it -> it.isOn()).map(it -> it.name()).toList();
                    System.out.println(patched);
                    Thread.setDefaultUncaughtExceptionHandler((thread, error) -> System.out.println("handler: " + error.getMessage()));
                    var own = hub.resolver();
                    hub.resolver((Resolver) java.lang.reflect.Proxy.newProxyInstance(Hubs.class.getClassLoader(), new Class<?>[] {Resolver.class},
                            (proxy, method, arguments) -> method.getName().equals("addresses")
                                    ? own.addresses("127.0.0.9") : method.invoke(own, arguments)));
                    System.out.println(java.net.InetAddress.getByName("nobody.test"));
                    hub.spawn(() -> { throw new IllegalStateException("of a greenlet"); }).join();
                    Thread other = new Thread(() -> System.out.println(Hub.current().settings().get(Settings.LOOP)));
                    other.start();
                    other.join();
                }

            }
            """;

    @TempDir
    static Path folder;

    @BeforeAll
    static void compile() throws IOException {
        List<String> arguments = new ArrayList<>(List.of("-d", folder.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none"));
        arguments.add(Files.writeString(folder.resolve("Echo.java"), ECHO).toString());
        arguments.add(Files.writeString(folder.resolve("Hubs.java"), HUBS).toString());
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new))).isZero();
    }

    private record Ended(int status, String out, String err) {}

    private static Ended java(String input, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xshare:auto"));
        command.addAll(arguments);
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        Process process = new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(input.getBytes(UTF_8));
        }
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Ended(process.waitFor(), Files.readString(out), Files.readString(err));
    }

    private static Ended run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), Main.class.getName(), "run"));
        command.addAll(Arrays.asList(arguments));
        return java("typed\n", command);
    }

    private static Ended plainly(String... arguments) throws Exception {
        return java("typed\n", Arrays.asList(arguments));
    }

    @Test
    @DisplayName("B-PAT-10: an application run by the launcher prints what it prints when java runs it, and ends with the same status")
    void theOutputAndTheStatusAreTheApplicationsOwn() throws Exception {
        String cp = folder.toString();
        for (String end : List.of("return", "throw", "exit")) {
            Ended ours = run("-cp", cp, "Echo", end, "--loop", "-x", "");
            assertThat(ours).as(end).isEqualTo(plainly("-cp", cp, "Echo", end, "--loop", "-x", ""));
            assertThat(ours.status()).isEqualTo(switch (end) { case "throw" -> 1; case "exit" -> 7; default -> 0; });
            assertThat(ours.out()).contains("over the network\ntyped").startsWith("arguments " + end + "|--loop|-x| in ");
            assertThat(ours.out().contains("the last thread")).isEqualTo(!end.equals("exit"));
        }
    }

    @Test
    void aJarIsRunByItsManifestAndSeesTheJarsItNames() throws Exception {
        Path library = jar("library.jar", new Manifest(), "Echo.class");
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().put(Attributes.Name.MAIN_CLASS, "Echo");
        manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, library.getFileName().toString());
        manifest.getMainAttributes().putValue("Add-Opens", "java.base/java.util");
        Path app = jar("app.jar", manifest);
        Ended ours = run("-jar", app.toString(), "throw", "-jar");
        assertThat(ours.status()).isEqualTo(1);
        assertThat(ours.out()).isEqualTo(plainly("-jar", app.toString(), "throw", "-jar").out());
        assertThat(ours.err()).startsWith("jevent run: only java itself can heed \"Add-Opens: java.base/java.util\"")
                .contains("Exception in thread \"main\" java.lang.IllegalStateException: thrown by main\n\tat Echo.main(Echo.java:");
    }

    private static Path jar(String name, Manifest manifest, String... classes) throws IOException {
        Path jar = folder.resolve(name);
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (String type : classes) {
                out.putNextEntry(new ZipEntry(type));
                out.write(Files.readAllBytes(folder.resolve(type)));
            }
        }
        return jar;
    }

    @Test
    @DisplayName("F-MON-09: main is a greenlet, also a main of an instance, and everything is patched that can be")
    void mainIsAGreenlet() throws Exception {
        Ended ours = run("--loop", "nio", "-cp", folder.toString(), "Hubs");
        assertThat(ours.out().lines()).containsExactly(
                "true 1 true", "[socket, stdin, stdout, dns]", "nobody.test/127.0.0.9", "handler: of a greenlet", "[nio]");
        assertThat(ours.err()).isEmpty();
        assertThat(run("--patch", "none", "-cp", folder.toString(), "Hubs").out()).contains("\n[dns]\n");
        assertThat(run("--patch=stdin", "-cp", folder.toString(), "Hubs").out()).contains("\n[stdin, dns]\n");
        assertThat(run("--patch=all,dns", "-cp", folder.toString(), "Hubs").out()).contains("\n[socket, pollers, stdin, stdout, dns]\n");
        Ended noProvider = run("--patch=files", "-cp", folder.toString(), "Hubs");
        assertThat(noProvider.status()).isEqualTo(1);
        assertThat(noProvider.err()).contains("--patch files: not possible: ", "-Djava.nio.file.spi.DefaultFileSystemProvider=");
        Ended files = java("", List.of("-Djava.nio.file.spi.DefaultFileSystemProvider=dev.jevent.io.patch.OffloadedFileSystemProvider",
                "--add-opens", "java.base/java.lang=ALL-UNNAMED", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), Main.class.getName(),
                "run", "--patch", "all,files", "-cp", folder.toString(), "Hubs"));
        assertThat(files.out()).contains("\n[socket, pollers, stdin, stdout, files, dns]\n");
        assertThat(files.err()).isEmpty();
    }

    @Test
    void whatCannotBeRunIsSaid() throws Exception {
        dev.jevent.launcher.Run unknown = dev.jevent.launcher.Run.jevent("run", "--patch", "sokcet", "Echo");
        assertThat(unknown.status()).isEqualTo(2);
        assertThat(unknown.err()).contains("sokcet", "socket", "all, none");
        dev.jevent.launcher.Run impossible = dev.jevent.launcher.Run.jevent("run", "--patch", "processes", "Echo");
        assertThat(impossible.status()).isEqualTo(1);
        assertThat(impossible.err()).contains("--patch processes: not possible: ");
        Ended missing = run("-cp", folder.toString(), "Ehco");
        assertThat(missing.status()).isEqualTo(1);
        assertThat(missing.err()).startsWith("Error: Could not find or load main class Ehco").doesNotContain("\tat ");
        Ended noJar = run("-jar", folder.resolve("none.jar").toString());
        assertThat(noJar.status()).isEqualTo(1);
        assertThat(noJar.err()).startsWith("Error: Unable to access jarfile");
    }
}
