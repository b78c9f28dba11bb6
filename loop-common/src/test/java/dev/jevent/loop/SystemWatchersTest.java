package dev.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.jevent.Loop;
import dev.jevent.Loop.Mode;
import dev.jevent.Settings;
import dev.jevent.Watcher;
import dev.jevent.spi.Environment;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Watchers of what comes from the system, by way of other threads: signals, children, files. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "uses sh and kill")
class SystemWatchersTest {
    private final PollingLoop loop = newLoop();
    private final List<String> log = new ArrayList<>();

    private static PollingLoop newLoop() {
        return new PollingLoop("parking", new ParkingPoller(), Environment.system(), Settings.process());
    }

    @AfterEach
    void close() {
        loop.close();
    }

    private static void raise(String signal) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + signal, "" + ProcessHandle.current().pid()).start();
        assertThat(kill.waitFor()).isZero();
    }

    private void runUntilLogged(int lines) {
        loop.ref();
        while (log.size() < lines) {
            loop.run(Mode.ONCE);
        }
        loop.unref();
    }

    // ---- signals ----

    @Test
    @DisplayName("F-WAT-06: several watchers of one signal, on two loops, are all called")
    void severalWatchersOfOneSignal() throws Exception {
        Watcher.Signal one = loop.signal("USR1");
        Watcher.Signal other = loop.signal("USR1");
        one.start(() -> log.add("one"));
        other.start(() -> log.add("other"));
        LinkedBlockingQueue<String> elsewhere = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<Loop> started = new LinkedBlockingQueue<>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try (PollingLoop second = newLoop()) {
                Watcher.Signal signal = second.signal("USR1");
                signal.ref(true);
                signal.start(() -> {
                    elsewhere.add("elsewhere");
                    signal.stop();
                });
                started.add(second);
                second.run();
            }
        });
        started.take();
        raise("USR1");
        runUntilLogged(2);
        assertThat(log).containsExactlyInAnyOrder("one", "other");
        assertThat(elsewhere.take()).isEqualTo("elsewhere");
        thread.join();
        assertThat(one.signal()).isEqualTo("USR1");
        other.stop();
        raise("USR1");
        runUntilLogged(3);
        assertThat(log).last().isEqualTo("one");
    }

    @Test
    @DisplayName("F-WAT-06: when the last watcher stops, the handler from before is back")
    void theHandlerFromBeforeIsBack() throws Exception {
        LinkedBlockingQueue<String> before = new LinkedBlockingQueue<>();
        InvocationHandler handler = (proxy, method, arguments) -> {
            before.add(arguments[0].toString());
            return null;
        };
        Object old = handle("USR2", handler);
        try {
            Watcher.Signal signal = loop.signal("USR2");
            signal.start(() -> log.add("ours"));
            raise("USR2");
            runUntilLogged(1);
            assertThat(before).isEmpty();
            signal.stop();
            raise("USR2");
            assertThat(before.take()).isEqualTo("SIGUSR2");
            signal.start(() -> log.add("ours again"));
            raise("USR2");
            runUntilLogged(2);
            assertThat(log).containsExactly("ours", "ours again");
            loop.close();
            raise("USR2");
            assertThat(before.take()).isEqualTo("SIGUSR2");
        } finally {
            handle("USR2", old);
        }
    }

    /** {@code sun.misc.Signal.handle}; by reflection, since javac warns of it. */
    private static Object handle(String signal, Object handler) throws ReflectiveOperationException {
        Class<?> signalClass = Class.forName("sun.misc.Signal");
        Class<?> handlerClass = Class.forName("sun.misc.SignalHandler");
        Method handle = signalClass.getMethod("handle", signalClass, handlerClass);
        Object given = handler instanceof InvocationHandler invocation
                ? Proxy.newProxyInstance(handlerClass.getClassLoader(), new Class<?>[] {handlerClass}, invocation)
                : handler;
        return handle.invoke(null, signalClass.getConstructor(String.class).newInstance(signal), given);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FOO", "", "SIGINT", "1000", "SEGV", "KILL", "QUIT"})
    @DisplayName("B-WAT-10: a signal that doesn't exist, or that cannot be had, is refused")
    void signalsThatCannotBeHadAreRefused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> loop.signal(name)).withMessageContaining("signal: " + name);
    }

    // ---- children ----

    /** One that has ended, and whose number another process has got, which lives for ever. */
    private static final class Reused extends Process {
        @Override
        public CompletableFuture<Process> onExit() {
            return new CompletableFuture<>();
        }

        @Override
        public ProcessHandle toHandle() {
            return ProcessHandle.current();
        }

        @Override
        public int exitValue() {
            return 3;
        }

        @Override
        public int waitFor() {
            return 3;
        }

        @Override
        public InputStream getInputStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public InputStream getErrorStream() {
            return InputStream.nullInputStream();
        }

        @Override
        public OutputStream getOutputStream() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public void destroy() {}
    }

    @Test
    @DisplayName("a child that had ended before it is watched is told at once, whoever has its number now")
    void childWhoseNumberIsAnothers() {
        Watcher.Child child = loop.child(new Reused());
        child.start(() -> log.add("ended " + child.status().getAsInt()));
        loop.run(Mode.NO_WAIT);
        loop.run(Mode.NO_WAIT);
        assertThat(log).containsExactly("ended 3");
        assertThat(child.active()).isFalse();
        child.start(() -> log.add("ended before"));
        loop.run(Mode.NO_WAIT);
        loop.run(Mode.NO_WAIT);
        assertThat(log).containsExactly("ended 3", "ended before");
        child.close();
    }

    @Test
    @DisplayName("F-WAT-08: the end of a child, and its status, on any loop")
    void theEndOfAChild() throws IOException {
        Process process = new ProcessBuilder("sh", "-c", "read line; exit 7").start();
        Watcher.Child child = loop.child(process);
        child.start(() -> log.add("ended " + child.status().getAsInt()));
        assertThat(child.status()).isEqualTo(OptionalInt.empty());
        assertThat(child.process()).isEqualTo(process.toHandle());
        assertThat(loop.run(Mode.NO_WAIT)).isTrue();
        process.getOutputStream().close();
        assertThat(loop.run()).isFalse();
        assertThat(log).containsExactly("ended 7");
        assertThat(child.active()).isFalse();
        assertThat(child.callback()).isNull();
        child.start(() -> log.add("ended before"));
        loop.run();
        assertThat(log).containsExactly("ended 7", "ended before");
    }

    @Test
    void ofAHandleTheStatusIsUnknown() throws IOException {
        Process process = new ProcessBuilder("true").start();
        Watcher.Child child = loop.child(process.toHandle());
        child.start(() -> log.add("ended " + child.status().isPresent()));
        loop.run();
        assertThat(log).containsExactly("ended false");
    }

    @Test
    void aStoppedChildWatcherIsNotCalledAndCanBeStartedAgain() throws Exception {
        Process process = new ProcessBuilder("true").start();
        Watcher.Child child = loop.child(process);
        child.start(() -> log.add("never"));
        child.stop();
        process.onExit().get();
        assertThat(loop.run()).isFalse();
        child.start(() -> log.add("ended"));
        loop.run();
        assertThat(log).containsExactly("ended");
    }

    @Test
    void thisProcessCannotBeWaitedFor() {
        Watcher.Child child = loop.child(ProcessHandle.current());
        assertThatIllegalStateException().isThrownBy(() -> child.start(() -> {}));
        assertThat(child.active()).isFalse();
        assertThat(loop.run()).isFalse();
    }

    // ---- files ----

    @Test
    @DisplayName("B-WAT-16: a stat watcher sees a file change, go and come")
    void aFileChangesGoesAndComes(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("file");
        Files.writeString(file, "one");
        Watcher.Stat stat = loop.stat(file, Duration.ofMillis(1));
        assertThat(stat.interval()).as("the effective one").isEqualTo(Duration.ofMillis(100));
        assertThat(stat.path()).isEqualTo(file);
        stat.start(() -> log.add(size(stat.previous()) + " to " + size(stat.attributes())));
        assertThat(stat.attributes().size()).isEqualTo(3);
        replace(file, "three");
        runUntilLogged(1);
        Files.delete(file);
        runUntilLogged(2);
        replace(file, "seven67");
        runUntilLogged(3);
        assertThat(log).containsExactly("3 to 5", "5 to none", "none to 7");
        assertThat(loop.stat(file, Duration.ZERO).interval()).isPositive();
    }

    /** In one step, lest the file be seen half written. */
    private static void replace(Path file, String text) throws IOException {
        Path other = Files.writeString(file.resolveSibling("other"), text);
        Files.move(other, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String size(java.nio.file.attribute.BasicFileAttributes attributes) {
        return attributes == null ? "none" : "" + attributes.size();
    }

    @Test
    void theThreadThatLooksAtFilesEndsWithItsLastWatcher(@TempDir Path directory) throws InterruptedException {
        Watcher.Stat stat = loop.stat(directory, Duration.ofHours(1));
        stat.start(() -> {});
        Thread thread = fileThread();
        assertThat(thread).isNotNull();
        assertThat(thread.isDaemon()).isTrue();
        stat.stop();
        thread.join();
        stat.start(() -> {});
        assertThat(fileThread()).isNotNull();
    }

    private static Thread fileThread() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("jevent-files")).findFirst().orElse(null);
    }
}
