package dev.jevent.io.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.sync.Pool;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;

/** Programs in numbers. The audit of each test looks for descriptors and threads that are left. */
class ManyProcessesTest {
    private static final int ALIVE = 1_000;
    private static final int SHORT_LIVED = 300;

    @HubTest(virtualTime = false, limitSeconds = 180)
    @DisplayName("R6: 1,000 programs alive at once, each waited for and read from; then no descriptor, thread or zombie is left")
    void aThousandAtOnce(Hub hub) throws Exception {
        List<Subprocess> all = new ArrayList<>();
        List<Greenlet<String>> readers = new ArrayList<>();
        for (int i = 0; i < ALIVE; i++) {
            Subprocess process = new Command("cat").redirectError(ProcessBuilder.Redirect.DISCARD).start();
            all.add(process);
            readers.add(hub.spawn(() -> new String(process.stdout().readAllBytes(), UTF_8)));
        }
        assertThat(all).allMatch(Subprocess::isAlive).hasSize(ALIVE);
        for (int i = 0; i < ALIVE; i++) {
            all.get(i).stdin().write("number " + i, UTF_8);
            all.get(i).stdin().close();
        }
        hub.joinAll(readers);
        for (int i = 0; i < ALIVE; i++) {
            assertThat(readers.get(i).value()).isEqualTo("number " + i);
        }
        assertThat(hub.waitAll(all)).hasSize(ALIVE).allMatch(it -> it.exitStatus().getAsInt() == 0);
        for (Subprocess process : all) {
            process.close();
        }
        while (zombies() > 0) {
            hub.sleep(Duration.ofMillis(10));
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 120)
    @DisplayName("R6: each of many programs that run side by side has its own exit status and output")
    void eachHasItsOwnStatus(Hub hub) throws Exception {
        try (Pool pool = new Pool(16)) {
            List<Integer> numbers = new ArrayList<>();
            for (int i = 0; i < SHORT_LIVED; i++) {
                numbers.add(i);
            }
            List<Completed> all = pool.map(numbers, i ->
                    new Command("/bin/sh", "-c", "echo $1; exit $2", "sh", "" + i, "" + i % 256).run());
            for (int i = 0; i < SHORT_LIVED; i++) {
                assertThat(all.get(i).exitStatus()).isEqualTo(i % 256);
                assertThat(all.get(i).text()).isEqualTo(i + "\n");
            }
        }
        while (zombies() > 0) {
            hub.sleep(Duration.ofMillis(10));
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 120)
    @DisplayName("where the loop watches the pipes, a hundred programs that are written to and read from need no thread of ours")
    void noThreadForPipes(Hub hub) throws Exception {
        assumeTrue(hub.loop().descriptorCalls() != null, () -> "the loop " + hub.loop().name() + " watches no descriptors");
        Set<Thread> before = ioThreads();
        List<Greenlet<String>> readers = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Subprocess process = new Command("/bin/sh", "-c", "cat; echo end >&2").start();
            readers.add(hub.spawn(() -> process.communicate(new byte[100_000], null).errorText()));
        }
        hub.joinAll(readers);
        assertThat(readers).allMatch(it -> it.value().equals("end\n"));
        assertThat(ioThreads()).as("threads that read or write for greenlets").isSubsetOf(before);
    }

    private static Set<Thread> ioThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(it -> it.getName().startsWith("jevent-io-"))
                .collect(Collectors.toSet());
    }

    /** Children of this process that have ended and that nobody has asked for their status. */
    private static long zombies() throws IOException {
        String us = Long.toString(ProcessHandle.current().pid());
        long count = 0;
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path each : processes) {
                count += isZombieOf(us, each) ? 1 : 0;
            }
        }
        return count;
    }

    private static boolean isZombieOf(String parent, Path process) {
        try {
            String stat = Files.readString(process.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return fields[0].equals("Z") && Objects.equals(fields[1], parent);
        } catch (IOException e) {
            return false; // it has gone meanwhile
        }
    }
}
