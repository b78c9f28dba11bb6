package dev.jevent.io.process;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.Waitable;
import dev.jevent.io.ByteInput;
import dev.jevent.io.program.ExitsElsewhere;
import dev.jevent.io.program.Programs;
import dev.jevent.sync.AsyncResult;
import dev.jevent.sync.Event;
import dev.jevent.testkit.HubTest;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

class SubprocessTest {
    private static final Duration MOMENT = Duration.ofMillis(1);

    /** What a pipe of Linux holds. */
    private static final int PIPE = 64 * 1024;

    private static boolean watches(Hub hub) {
        return hub.loop().descriptorCalls() != null;
    }

    private static Command sh(String script, String... arguments) {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh"));
        words.addAll(List.of(arguments));
        return new Command(words);
    }

    // ---- the end

    @HubTest(virtualTime = false)
    @DisplayName("B-SUB-01: a wait gives what the program ended with, again and again")
    void exitStatusIsExact() throws Exception {
        try (Subprocess process = sh("exit 10").start()) {
            assertThat(process.waitFor()).isEqualTo(10);
            assertThat(process.waitFor()).isEqualTo(10);
            assertThat(process.waitFor(Duration.ZERO)).isTrue();
            assertThat(process.exitStatus()).hasValue(10);
            assertThat(process.signal()).isEmpty();
            assertThat(process.isAlive()).isFalse();
            assertThat(process).hasToString("<Subprocess [/bin/sh, -c, exit 10, sh], pid " + process.pid() + ", exit status 10>");
        }
        for (int status : new int[] {0, 1, 127, 128, 255}) {
            assertThat(sh("exit $1", "" + status).call()).isEqualTo(status);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-02: a signal is told as the platform tells it")
    void signalIsTold() throws Exception {
        try (Subprocess process = Subprocess.start("cat")) {
            assertThat(process.isAlive()).isTrue();
            assertThat(process.exitStatus()).isEmpty();
            assertThat(process.signal()).isEmpty();
            assertThat(process.waitFor(MOMENT)).isFalse();
            process.terminate();
            assertThat(process.waitFor()).isEqualTo(128 + 15);
            assertThat(process.signal()).hasValue(15);
            assertThat(process).asString().endsWith("exit status 143 (signal 15)>");
        }
        assertThat(sh("exit 143").run().signal()).as("cannot be told from a signal").hasValue(15);
        assertThat(sh("exit 193").run().signal()).isEmpty();
        assertThat(sh("exit 128").run().signal()).isEmpty();
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-02: a loop that polls lets others run, and ends")
    void pollLetsOthersRun(Hub hub) throws Exception {
        try (Subprocess process = Subprocess.start("cat")) {
            hub.spawn(() -> process.stdin().close());
            while (process.poll().isEmpty()) {
                Thread.onSpinWait(); // for ever, if the other never ran
            }
            assertThat(process.poll()).hasValue(0);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-02: a process can be waited for together with others, and linked to")
    void isWaitable(Hub hub) throws Exception {
        List<String> told = new ArrayList<>();
        Event never = new Event();
        try (Subprocess process = Subprocess.start("cat"); Subprocess other = Subprocess.start("cat")) {
            process.rawLink(it -> told.add(it.pid() + " ended with " + it.exitStatus().getAsInt()));
            assertThat(hub.collect(List.<Waitable>of(process, never), MOMENT, 1)).isEmpty();
            assertThat(process.linkCount()).isEqualTo(1);
            process.stdin().close();
            assertThat(hub.waitAny(List.<Waitable>of(never, other, process))).isSameAs(process);
            hub.yieldNow();
            hub.yieldNow();
            assertThat(told).containsExactly(process.pid() + " ended with 0");
            process.rawLink(it -> told.add("late"));
            hub.sleep(MOMENT);
            assertThat(told).hasSize(2);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-01: a process keeps the hub that started it going until it ends")
    void keepsItsHubGoing(Hub hub) throws Exception {
        try (Subprocess process = sh("read line; exit 3").start()) {
            process.stdin().tryWrite(ByteBuffer.wrap(new byte[] {'\n'}));
            hub.join();
            assertThat(process.exitStatus()).hasValue(3);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SUB-12: a native thread starts a process and waits for it, with a hub of its own or another's process")
    void worksOnAnyThread(Hub hub) throws Exception {
        try (Subprocess process = Subprocess.start("cat")) {
            AsyncResult<Object> started = new AsyncResult<>();
            FutureTask<List<Integer>> task = new FutureTask<>(() -> {
                started.set("it");
                int own = sh("exit 4").call();
                int others = process.waitFor();
                Hub.current().close();
                return List.of(own, others);
            });
            Thread thread = new Thread(task);
            thread.start();
            started.get();
            process.stdin().close();
            List<Integer> statuses = hub.threadPool().apply(() -> task.get());
            assertThat(statuses).containsExactly(4, 0);
            assertThat(process.waitFor()).isZero();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SUB-13: a greenlet that exits while main has a process and sleeps ends the JVM with just what it said")
    void exitInAGreenlet() throws Exception {
        Completed completed = Programs.of(ExitsElsewhere.class).redirectErrorStream(true).run();
        assertThat(completed.text()).isEqualTo("exiting\n");
        assertThat(completed.exitStatus()).isEqualTo(7);
    }

    // ---- starting

    @HubTest(virtualTime = false)
    @DisplayName("B-SUB-03, F-SUB-06: a program that isn't there is an error of whoever starts it, which names the program")
    void unknownProgram(@TempDir Path folder) throws Exception {
        assertThatThrownBy(() -> Subprocess.start("no-such-program-of-jevent", "x"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage("no-such-program-of-jevent: no such program on the PATH");
        assertThatThrownBy(() -> Subprocess.run("/no/such/program"))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageStartingWith("/no/such/program: ");
        Path file = Files.writeString(folder.resolve("plain"), "text");
        assertThatThrownBy(() -> Subprocess.call(file.toString()))
                .isInstanceOf(AccessDeniedException.class)
                .hasMessageStartingWith(file.toString());
        Path nowhere = folder.resolve("nowhere");
        assertThatThrownBy(() -> new Command("true").directory(nowhere).call())
                .isInstanceOf(NoSuchFileException.class)
                .hasMessage(nowhere + ": no such directory to run \"true\" in");
    }

    @HubTest(virtualTime = false)
    void badCommandsAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Command()).withMessageStartingWith("words: []");
        assertThatIllegalArgumentException().isThrownBy(() -> new Command("a\0b")).withMessageContaining("NUL");
        assertThatIllegalArgumentException().isThrownBy(() -> new Command("x").timeout(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Command("x").redirectInput(Redirect.DISCARD));
        assertThatIllegalArgumentException().isThrownBy(() -> new Command("x").redirectOutput(Redirect.from(new java.io.File("x"))));
        assertThatIllegalArgumentException().isThrownBy(() -> new Command("x").input("y").start()).withMessageStartingWith("input: ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Command("x").redirectOutput(Redirect.DISCARD).checkOutput())
                .withMessageStartingWith("redirectOutput: ");
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-01: directory, environment and redirects are as they are said")
    void commandIsObeyed(@TempDir Path folder) throws Exception {
        Path out = folder.resolve("out");
        Command command = sh("pwd -P; echo $JEVENT_A$JEVENT_B; cat; echo e >&2")
                .directory(folder)
                .environment("JEVENT_A", "a")
                .redirectOutput(Redirect.to(out.toFile()))
                .redirectErrorStream(true)
                .input("i");
        command.environment().remove("JEVENT_B");
        Completed completed = command.run();
        assertThat(completed.output()).isNull();
        assertThat(completed.errorOutput()).isNull();
        assertThat(Files.readString(out)).isEqualTo(folder.toRealPath() + "\na\nie\n");
        assertThat(new Command("cat").redirectInput(Redirect.from(out.toFile())).checkOutput()).endsWith("ie\n");
        assertThat(command.words()).startsWith("/bin/sh", "-c");
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-07: a child has three descriptors, whatever we have open")
    void noDescriptorIsInherited(@TempDir Path folder) throws Exception {
        try (var file = Files.newByteChannel(Files.writeString(folder.resolve("f"), "x"));
                Subprocess other = Subprocess.start("cat")) {
            List<String> open = Arrays.asList(
                    Subprocess.checkOutput("/bin/sh", "-c", "cd /proc/$$/fd && echo *").strip().split(" "));
            assertThat(open).contains("0", "1", "2").doesNotContain("4", "5", "6", "7", "8", "9").hasSizeLessThanOrEqualTo(4);
            assertThat(file.isOpen() && other.isAlive()).isTrue();
        }
    }

    // ---- results

    @HubTest(virtualTime = false)
    @DisplayName("B-SUB-04: communicate writes, reads both outputs whole, and waits for the end")
    void communicates() throws Exception {
        byte[] input = new byte[1_000_000];
        new java.util.Random(3).nextBytes(input);
        try (Subprocess process = sh("tee /dev/stderr; echo done >&2; exit 7").start()) {
            Completed completed = process.communicate(input);
            assertThat(completed.output()).isEqualTo(input);
            assertThat(completed.errorOutput()).hasSize(input.length + 5).startsWith(input).endsWith("done\n".getBytes(UTF_8));
            assertThat(completed.exitStatus()).isEqualTo(7);
            assertThat(completed.successful()).isFalse();
            assertThat(process.stdout().isOpen() || process.stderr().isOpen() || process.stdin().isOpen()).isFalse();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SUB-06, F-SUB-08: a silent program gives empty text and no bytes; what is no pipe gives null")
    void silentProgram() throws Exception {
        Completed silent = new Command("true").run();
        assertThat(silent.text()).isEmpty();
        assertThat(silent.errorText()).isEmpty();
        assertThat(silent.output()).isEmpty();
        Completed closed = new Command("true").redirectOutput(Redirect.DISCARD).charset(ISO_8859_1).run();
        assertThat(closed.output()).isNull();
        assertThat(closed.text()).isNull();
        assertThat(closed.errorText()).isEmpty();
        try (Subprocess process = new Command("true").inheritIO().start()) {
            assertThat(process.stdin()).isNull();
            assertThat(process.stdout()).isNull();
            assertThat(process.stderr()).isNull();
            assertThat(process.communicate().output()).isNull();
            assertThatIllegalArgumentException().isThrownBy(() -> process.communicate(new byte[1])).withMessageStartingWith("input: ");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-03, F-SUB-08: text is of the charset that was said; what is none of it is an error, and the bytes can be had")
    void textIsDecodedStrictly() throws Exception {
        assertThat(new Command("cat").input("ä€").run().text()).isEqualTo("ä€");
        assertThat(new Command("cat").charset(ISO_8859_1).input("ä").run().output()).containsExactly(0xe4);
        Completed wrong = sh("printf 'ab\\344'").run();
        assertThatThrownBy(wrong::text)
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("UTF-8 at byte 2");
        assertThat(wrong.output()).containsExactly('a', 'b', 0xe4);
        assertThatThrownBy(() -> new Command("cat").input("ä").charset(US_ASCII).checkOutput()).isInstanceOf(UncheckedIOException.class);
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SUB-09: input and a redirected input are refused, naming both")
    void inputTwice(@TempDir Path folder) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Command("cat").input("x").redirectInput(Redirect.INHERIT).run())
                .withMessageContaining("input and redirectInput");
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SUB-10, F-SUB-05: what checks fails with the exit status and the outputs")
    void checks() throws Exception {
        Command failing = sh("echo out; echo bad luck >&2; exit 9");
        CalledProcessException failure =
                catchThrowableOfType(CalledProcessException.class, () -> failing.run().check());
        assertThat(failure)
                .hasMessage("[/bin/sh, -c, echo out; echo bad luck >&2; exit 9, sh] ended with exit status 9: bad luck");
        assertThat(failure.exitStatus()).isEqualTo(9);
        assertThat(failure.command()).isEqualTo(failing.words());
        assertThat(failure.output()).asString(UTF_8).isEqualTo("out\n");
        assertThat(failure.errorOutput()).asString(UTF_8).isEqualTo("bad luck\n");
        Command quiet = sh("echo out; exit 9").redirectError(Redirect.DISCARD);
        assertThatThrownBy(quiet::checkOutput).isInstanceOfSatisfying(CalledProcessException.class, e -> {
            assertThat(e.output()).asString(UTF_8).isEqualTo("out\n");
            assertThat(e.errorOutput()).isNull();
        });
        assertThatThrownBy(() -> sh("exit 2").checkCall()).isInstanceOf(CalledProcessException.class);
        Subprocess.checkCall("true");
        assertThat(Subprocess.checkOutput("echo", "a b")).isEqualTo("a b\n");
        assertThat(Subprocess.run("true").check().successful()).isTrue();
        assertThat(Subprocess.call("false")).isEqualTo(1);
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-05: without input, a program that reads finds the end of it")
    void noInputIsTheEndOfInput() throws Exception {
        assertThat(new Command("cat").run().output()).isEmpty();
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SUB-07: run with a timeout fails with what came so far, and the child is gone")
    void runTimesOut() {
        Duration timeout = Duration.ofMillis(100);
        ProcessTimeoutException failure;
        do { // until the child had the time to say something
            timeout = timeout.multipliedBy(2);
            Command command = sh("echo err >&2; echo $$; exec sleep 3600").timeout(timeout);
            failure = catchThrowableOfType(ProcessTimeoutException.class, command::run);
        } while (failure.output().length == 0);
        assertThat(failure).hasMessageEndingWith("has not ended after " + dev.jevent.Durations.text(timeout));
        assertThat(failure.timeout()).isEqualTo(timeout);
        assertThat(failure.command()).startsWith("/bin/sh");
        assertThat(failure.errorOutput()).asString(UTF_8).isEqualTo("err\n");
        long pid = Long.parseLong(new String(failure.output(), UTF_8).strip());
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-03: communicate that timed out goes on where it was, and loses nothing")
    void communicateAgain() throws Exception {
        byte[] input = new byte[300_000];
        Arrays.fill(input, (byte) 7);
        try (Subprocess process = sh("cat; exit 5").start()) {
            int timeouts = 0;
            Completed completed = null;
            byte[] given = input;
            while (completed == null) {
                try {
                    completed = process.communicate(given, Duration.ofNanos(100_000));
                } catch (ProcessTimeoutException e) {
                    assertThat(Arrays.mismatch(input, e.output())).isIn(e.output().length, -1);
                    timeouts++;
                    given = null;
                }
            }
            assertThat(timeouts).isPositive();
            assertThat(completed.output()).isEqualTo(input);
            assertThat(completed.exitStatus()).isEqualTo(5);
            assertThat(process.communicate().output()).as("and once more").isEqualTo(input);
            assertThatIllegalStateException().isThrownBy(() -> process.communicate(input)).withMessageContaining("given again");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-03: that a program doesn't read its input is no error of communicate")
    void unreadInputIsNoError() throws Exception {
        Completed completed = sh("exec <&-; echo ok").input(new byte[1_000_000]).run();
        assertThat(completed.text()).isEqualTo("ok\n");
    }

    @HubTest(virtualTime = false)
    void onlyOneCommunicates(Hub hub) throws Exception {
        try (Subprocess process = Subprocess.start("cat")) {
            Greenlet<Completed> first = hub.spawn(() -> process.communicate());
            process.stdout();
            hub.yieldNow();
            if (process.isAlive()) {
                assertThatIllegalStateException().isThrownBy(process::communicate).withMessageContaining("another greenlet");
            }
            first.get();
        }
    }

    // ---- pipes

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-01: while one greenlet waits for a pipe, others run: the one that feeds the program among them")
    void pipesAreCooperative(Hub hub) throws Exception {
        int[] ticks = {0};
        try (Subprocess process = Subprocess.start("cat")) {
            hub.spawn(() -> {
                while (ticks[0] < 10) {
                    hub.sleep(MOMENT);
                    ticks[0]++;
                }
                process.stdin().write("ticks".getBytes(UTF_8));
                process.stdin().close();
            });
            assertThat(process.stdout().readAllBytes()).asString(UTF_8).isEqualTo("ticks");
            assertThat(ticks[0]).isEqualTo(10);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-01: starting a program lets others run")
    void startIsCooperative(Hub hub) throws Exception {
        Greenlet<String> other = hub.spawn(() -> "ran");
        try (Subprocess process = Subprocess.start("true")) {
            assertThat(other.value()).isEqualTo("ran");
            process.waitFor();
        }
    }

    @SuppressWarnings("try") // closing before the end of the block is what is tested
    @HubTest(virtualTime = false)
    void textGoesBothWays(Hub hub) throws Exception {
        try (Subprocess process = Subprocess.start("cat");
                BufferedWriter writer = process.stdin().writer(UTF_8);
                BufferedReader reader = process.stdout().reader(UTF_8)) {
            for (String line : List.of("ä", "second")) {
                writer.write(line + "\n");
                writer.flush();
                assertThat(reader.readLine()).isEqualTo(line);
            }
            process.stdin().write("third", UTF_8);
            writer.close();
            assertThat(reader.readLine()).isEqualTo("third");
            assertThat(reader.readLine()).isNull();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-OSF-01: a megabyte through a program, with a slow consumer: what is read is what was written, and others run")
    void slowConsumer(Hub hub) throws Exception {
        int size = 1 << 20;
        byte[] data = new byte[size];
        new java.util.Random(4).nextBytes(data);
        try (Subprocess process = Subprocess.start("cat")) {
            Greenlet<Void> writer = hub.spawn(() -> {
                process.stdin().write(data);
                process.stdin().close();
            });
            int[] ticks = {0};
            Greenlet<Void> ticker = hub.spawn(() -> {
                while (!writer.dead()) {
                    hub.sleep(MOMENT);
                    ticks[0]++;
                }
            });
            ByteBuffer got = ByteBuffer.allocate(size);
            while (got.hasRemaining()) {
                ByteBuffer piece = ByteBuffer.allocate(10_000);
                assertThat(process.stdout().read(piece)).isPositive();
                got.put(piece.flip());
                hub.sleep(MOMENT);
            }
            assertThat(process.stdout().read()).isEqualTo(-1);
            assertThat(got.array()).isEqualTo(data);
            ticker.get();
            assertThat(ticks[0]).as("the program reads no further than its own pipe is read").isGreaterThan(20);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a program that writes without end is held up by who doesn't read, and nothing piles up here")
    void backPressure(Hub hub) throws Exception {
        try (Subprocess process = Subprocess.start("yes")) {
            assertThat(process.stdout().read()).isEqualTo('y');
            for (int i = 0; i < 50; i++) {
                hub.sleep(MOMENT);
                assertThat(process.stdout().available()).isLessThanOrEqualTo(watches(hub) ? PIPE : 16 * 1024);
            }
            assertThat(ioThreadsIn("read")).as("nobody waits, so no thread reads").isEmpty();
            process.terminate();
            assertThat(process.waitFor()).isEqualTo(143);
        }
    }

    private static List<Thread> ioThreadsIn(String method) {
        return Thread.getAllStackTraces().entrySet().stream()
                .filter(it -> it.getKey().getName().startsWith("jevent-io-"))
                .filter(it -> Arrays.stream(it.getValue()).anyMatch(frame -> frame.getMethodName().startsWith(method)))
                .map(java.util.Map.Entry::getKey)
                .toList();
    }

    @HubTest(virtualTime = false)
    @DisplayName("what a program wrote before it ended can be read after it")
    void outputOutlivesTheProgram() throws Exception {
        try (Subprocess process = sh("echo out; echo err >&2; exit 3").start()) {
            assertThat(process.waitFor()).isEqualTo(3);
            assertThat(process.stdout().readAllBytes()).asString(UTF_8).isEqualTo("out\n");
            assertThat(process.stderr().readAllBytes()).asString(UTF_8).isEqualTo("err\n");
        }
        try (Subprocess process = sh("echo out; kill -9 $$").start()) {
            assertThat(process.waitFor()).isEqualTo(137);
            assertThat(process.communicate().text()).isEqualTo("out\n");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-03: what grandchildren write after the child has ended is read to the end")
    void grandchildrenAreRead(Hub hub, @TempDir Path folder) throws Exception {
        Path gate = folder.resolve("gate");
        Subprocess.checkCall("mkfifo", gate.toString());
        String script = "echo child; read go; (exec < $1; read l; echo $l; read l; echo $l) & exit 3";
        try (Subprocess process = sh(script, gate.toString()).start();
                Subprocess writer = new Command("tee", gate.toString()).redirectOutput(Redirect.DISCARD).start()) {
            assertThat(process.stdout().readNBytes(6)).asString(UTF_8).isEqualTo("child\n");
            Greenlet<byte[]> reader = hub.spawn(() -> process.stdout().readAllBytes());
            hub.yieldNow();
            process.stdin().write('\n');
            assertThat(process.waitFor()).isEqualTo(3);
            hub.sleep(Duration.ofMillis(20)); // for the JDK, to close what it can
            assertThat(reader.ready()).isFalse();
            writer.stdin().write("one\n", UTF_8);
            hub.sleep(Duration.ofMillis(20));
            writer.stdin().write("two\n", UTF_8);
            assertThat(reader.get()).asString(UTF_8).isEqualTo("one\ntwo\n");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-03: of a program that ends at once, what its children write later is read where a shell waits for the pipe")
    void childrenOfOneThatEndsAtOnce() throws Exception {
        String program = "(sleep 0.1; echo late) & exit 0";
        assertThat(Subprocess.run("/bin/sh", "-c", "\"$@\" | cat", "sh", "/bin/sh", "-c", program).text()).isEqualTo("late\n");
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-03: where the loop watches the pipes, nothing that children of a program write is lost, whenever it ends and whoever reads")
    void pipesOutliveTheProgram(Hub hub) throws Exception {
        assumeTrue(watches(hub), () -> "the loop " + hub.loop().name() + " watches no descriptors, so the JDK has the pipes, and closes them");
        for (int i = 0; i < 20; i++) {
            try (Subprocess process = sh("exec 3<&0; (read go; echo late; echo lost >&2) <&3 & exit 4").start()) {
                assertThat(process.waitFor()).isEqualTo(4);
                process.stdin().write('\n');
                assertThat(process.stdout().readAllBytes()).asString(UTF_8).isEqualTo("late\n");
                assertThat(process.stderr().readAllBytes()).asString(UTF_8).isEqualTo("lost\n");
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("a thread that has no hub reads and writes, may be interrupted, and hears of a close")
    void threadsWithoutAHub(Hub hub) throws Exception {
        try (Subprocess process = Subprocess.start("cat")) {
            FutureTask<String> task = new FutureTask<>(() -> {
                process.stdin().write("x".repeat(2 * PIPE), UTF_8);
                process.stdin().close();
                return Hub.ifExists() == null ? "no hub" : "a hub";
            });
            Thread.ofVirtual().start(task);
            FutureTask<Integer> reader = new FutureTask<>(() -> process.stdout().readAllBytes().length);
            Thread.ofPlatform().start(reader);
            assertThat(hub.threadPool().apply(() -> reader.get())).isEqualTo(2 * PIPE);
            assertThat(task.get()).isEqualTo("no hub");
        }
        try (Subprocess process = Subprocess.start("cat")) {
            FutureTask<Object> interrupted = new FutureTask<>(() -> failureOf(process::stdout));
            Thread thread = Thread.ofPlatform().start(interrupted);
            awaitWaiting(hub, thread);
            thread.interrupt();
            assertThat(hub.threadPool().apply(() -> interrupted.get())).isInstanceOf(GreenletInterrupted.class);
            FutureTask<Object> closed = new FutureTask<>(() -> failureOf(process::stdout));
            thread = Thread.ofPlatform().start(closed);
            awaitWaiting(hub, thread);
            process.stdout().close();
            assertThat(hub.threadPool().apply(() -> closed.get())).isInstanceOf(AsynchronousCloseException.class);
        }
    }

    private static Object failureOf(Supplier<ByteInput> input) {
        try {
            return input.get().read();
        } catch (IOException | GreenletInterrupted e) {
            return e;
        }
    }

    /** Until it waits, or is in a native call, as waiting threads of the JDK are, too. */
    private static void awaitWaiting(Hub hub, Thread thread) {
        while (thread.isAlive() && Arrays.stream(thread.getStackTrace()).noneMatch(it -> it.getMethodName().matches("select|park"))) {
            hub.sleep(MOMENT);
        }
    }

    @HubTest(virtualTime = false)
    void brokenPipeIsTold() throws Exception {
        try (Subprocess process = Subprocess.start("true")) {
            process.waitFor();
            assertThatThrownBy(() -> process.stdin().write(new byte[100_000])).isInstanceOf(IOException.class);
        }
    }

    @HubTest(virtualTime = false)
    void secondReaderIsRefused(Hub hub) throws Exception {
        try (Subprocess process = Subprocess.start("cat")) {
            Greenlet<Integer> first = hub.spawn(() -> process.stdout().read());
            first.name("first");
            hub.yieldNow();
            assertThatThrownBy(() -> process.stdout().read())
                    .isInstanceOf(ConcurrentUseException.class)
                    .hasMessageContainingAll("first", "stdout of process " + process.pid(), hub.main().toString());
            process.stdin().write('x');
            assertThat(first.get()).isEqualTo('x');
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("closing a pipe ends who waits there at once, although the program doesn't say a word")
    void closeEndsAWait(Hub hub) throws Exception {
        hub.notErrors(AsynchronousCloseException.class::isInstance);
        try (Subprocess process = Subprocess.start("cat")) {
            Greenlet<Integer> reader = hub.spawn(() -> process.stdout().read());
            hub.yieldNow();
            process.stdout().close();
            reader.join();
            assertThat(reader.exception()).isInstanceOf(AsynchronousCloseException.class);
            assertThat(process.isAlive()).isTrue();
            assertThatThrownBy(() -> process.stdout().read()).isExactlyInstanceOf(ClosedChannelException.class);
        }
    }

    // ---- signals

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-04: any signal reaches the program")
    void sendsSignals() throws Exception {
        for (String signal : List.of("USR2", "ALRM", "USR1")) { // INT and HUP may be ignored, and stay so, in what nohup has started
            try (Subprocess process = sh("trap 'echo got; exit 42' $1; echo ready; while :; do sleep 0.02; done", signal).start();
                    BufferedReader lines = process.stdout().reader(UTF_8)) {
                assertThat(lines.readLine()).isEqualTo("ready");
                process.sendSignal(signal);
                assertThat(lines.readLine()).isEqualTo("got");
                assertThat(process.waitFor()).isEqualTo(42);
            }
        }
        try (Subprocess process = Subprocess.start("cat")) {
            assertThatThrownBy(() -> process.sendSignal("NOSUCH"))
                    .isInstanceOf(IOException.class)
                    .hasMessageStartingWith("cannot send NOSUCH to <Subprocess [cat]");
            assertThatIllegalArgumentException().isThrownBy(() -> process.sendSignal("SIGINT"));
            assertThatIllegalArgumentException().isThrownBy(() -> process.sendSignal("9 1"));
            process.sendSignal("KILL");
            assertThat(process.waitFor()).isEqualTo(137);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SUB-04: after the end signals go nowhere")
    void signalsAfterTheEnd() throws Exception {
        try (Subprocess process = Subprocess.start("true")) {
            process.waitFor();
            process.terminate();
            process.kill();
            process.sendSignal("INT");
            process.sendSignal("TERM");
            assertThat(process.exitStatus()).hasValue(0);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("close kills what still runs and waits for it")
    void closeKills() throws Exception {
        Subprocess process = Subprocess.start("cat");
        process.close();
        assertThat(process.exitStatus()).hasValue(137);
        process.close();
    }
}
