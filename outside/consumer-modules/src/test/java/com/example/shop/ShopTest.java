package com.example.shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the loop and the resolver that the pom says, and the flags. */
class ShopTest {
    private static final String MAIN = "com.example.shop/com.example.shop.Shop";
    private static final String LOOP = System.getProperty("loop");
    private static final List<String> FLAGS = List.of(System.getProperty("flags", "").split(" "));

    @Test
    void itServesFromTheModulePath() throws Exception {
        Process shop = start(FLAGS);
        try (BufferedReader output = shop.inputReader()) {
            int port = port(shop, output);
            assertEquals("hello", get(port, "/hello"));
            assertEquals("127.0.0.1", get(port, "/address?localhost"));
            assertEquals(LOOP, get(port, "/loop"));
            assertEquals(System.getProperty("resolver"), get(port, "/resolver"));
            assertEquals("true of module dev.jevent.hub", get(port, "/thread"));
        } finally {
            shop.destroy();
            shop.waitFor();
        }
    }

    /** The JVM would tell of each module that has native methods, and isn't named. */
    @Test
    void withTheModulesOfTheGuideNamedTheJvmGivesNoNotice() throws Exception {
        assumeTrue(LOOP.equals("epoll-jni"), "no native code");
        Process shop = start(List.of("--enable-native-access=dev.jevent.jni,dev.jevent.loop.epoll,dev.jevent.resolver.ares",
                "-Djevent.monitor=false")); // a busy machine makes stalls
        try (BufferedReader output = shop.inputReader(); BufferedReader errors = shop.errorReader()) {
            get(port(shop, output), "/resolver");
            shop.toHandle().destroy(); // shop.destroy() would close the pipes
            assertEquals(List.of(), errors.lines().toList());
        } finally {
            shop.destroy();
            shop.waitFor();
        }
    }

    /** The library may be loaded, and its methods may not be called. */
    @Test
    void whatAModuleWouldNeedToBeGrantedIsSaid() throws Exception {
        assumeTrue(LOOP.equals("epoll-jni"), "no native code");
        Process shop = start(List.of("--illegal-native-access=deny", "--enable-native-access=dev.jevent.jni"));
        try (BufferedReader errors = shop.errorReader()) {
            String said = String.join("\n", errors.lines().toList());
            assertTrue(said.contains("--enable-native-access=dev.jevent.jni,dev.jevent.loop.epoll"), said);
            assertTrue(said.contains("--add-opens java.base/java.lang=dev.jevent.hub"), said);
        }
        assertNotEquals(0, shop.waitFor());
    }

    /** One with less of the JDK than a JDK has, for instance no Flight Recorder. */
    @Test
    void anImageOfJlinkServes(@TempDir Path folder) throws Exception {
        assumeTrue(LOOP.equals("epoll-jni"), "the same with another loop");
        Path image = folder.resolve("image");
        Process jlink = new ProcessBuilder(tool(System.getProperty("java.home"), "jlink"), "-p", modules(),
                "--add-modules", "com.example.shop,dev.jevent.hub,dev.jevent.loop.epoll,dev.jevent.resolver.ares",
                "--output", image.toString()).redirectErrorStream(true).start();
        String said = new String(jlink.getInputStream().readAllBytes());
        assertEquals(0, jlink.waitFor(), said);
        Process shop = new ProcessBuilder(tool(image.toString(), "java"), "-m", MAIN).start();
        try (BufferedReader output = shop.inputReader()) {
            int port = port(shop, output);
            assertEquals(LOOP, get(port, "/loop"));
            assertEquals("127.0.0.1", get(port, "/address?localhost"));
        } finally {
            shop.destroy();
            shop.waitFor();
        }
    }

    private static Process start(List<String> flags) throws IOException {
        List<String> command = new ArrayList<>(List.of(tool(System.getProperty("java.home"), "java")));
        flags.stream().filter(flag -> !flag.isEmpty()).forEach(command::add);
        command.addAll(List.of("-p", modules(), "-m", MAIN));
        return new ProcessBuilder(command).start();
    }

    private static String modules() {
        return System.getProperty("classes") + File.pathSeparator + System.getProperty("jars");
    }

    private static String tool(String home, String name) {
        return Path.of(home, "bin", name).toString();
    }

    private static int port(Process shop, BufferedReader output) throws IOException {
        String line = output.readLine();
        return Integer.parseInt(line == null ? "ended: " + new String(shop.getErrorStream().readAllBytes()) : line);
    }

    private static String get(int port, String path) throws IOException {
        try (var in = URI.create("http://127.0.0.1:" + port + path).toURL().openStream()) {
            return new String(in.readAllBytes());
        }
    }
}
