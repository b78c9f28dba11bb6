package dev.jevent.io.waits;

import static dev.jevent.io.waits.Waits.SIZE;
import static dev.jevent.io.waits.Waits.TICK;
import static dev.jevent.io.waits.Waits.data;
import static dev.jevent.io.waits.Waits.drive;
import static dev.jevent.io.waits.Waits.left;
import static dev.jevent.io.waits.Waits.split;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.io.file.CooperativeFile;
import dev.jevent.io.process.Subprocess;
import dev.jevent.io.program.LockHolder;
import dev.jevent.io.program.Programs;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

/** Files, whose operations are on threads of the pool. */
class FileWaitsTest {
    @TempDir
    private Path folder;

    private Path fileWith(byte[] data) throws IOException {
        return Files.write(folder.resolve("data"), data);
    }

    @HubTest(virtualTime = false)
    @DisplayName("opening a file")
    void open() throws Exception {
        Path path = fileWith(new byte[1]);
        drive(1, hub -> new Waits.Scene() {
            private CooperativeFile file;

            @Override
            void go() throws Exception {
                if (file == null) {
                    file = CooperativeFile.open(path);
                }
            }

            @Override
            void over() throws Exception {
                assertThat(file.size()).isEqualTo(1);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        });
    }

    private void readingFile(ByteBuffer... into) throws Exception {
        byte[] data = data();
        Path path = fileWith(data);
        drive(4, hub -> new Waits.Scene() {
            private final CooperativeFile file = CooperativeFile.open(path);

            {
                for (ByteBuffer each : into) {
                    each.clear();
                }
            }

            @Override
            void go() throws Exception {
                while (left(into) > 0) {
                    assertThat(into.length == 1 ? file.read(into[0]) : file.read(into)).isPositive();
                }
            }

            @Override
            void halfWay() throws Exception {
                assertThat(file.position()).as("what arrived").isEqualTo(SIZE - left(into));
            }

            @Override
            void over() throws Exception {
                ByteBuffer all = ByteBuffer.allocate(SIZE);
                for (ByteBuffer each : into) {
                    all.put(each.duplicate().flip());
                }
                assertThat(all.array()).isEqualTo(data);
                assertThat(file.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        });
    }

    @HubTest(virtualTime = false)
    @DisplayName("reading a file")
    void readFile() throws Exception {
        readingFile(ByteBuffer.allocate(SIZE));
    }

    @HubTest(virtualTime = false)
    @DisplayName("reading a file into several buffers")
    void scatterFile() throws Exception {
        readingFile(split(new byte[SIZE]));
    }

    private void writingFile(boolean gathers) throws Exception {
        byte[] data = data();
        Path path = folder.resolve("written");
        drive(4, hub -> new Waits.Scene() {
            private final CooperativeFile file = CooperativeFile.of(FileChannel.open(
                    Files.write(path, new byte[0]), READ, WRITE));
            private final ByteBuffer[] from = gathers ? split(data) : new ByteBuffer[] {ByteBuffer.wrap(data)};

            @Override
            void go() throws Exception {
                if (gathers) {
                    file.write(from);
                } else {
                    file.write(from[0]);
                }
            }

            @Override
            void halfWay() throws Exception {
                assertThat(file.size()).as("once what is on its way is there").isEqualTo(SIZE - left(from));
                assertThat(file.position()).isEqualTo(SIZE - left(from));
            }

            @Override
            void over() throws Exception {
                assertThat(file.size()).isEqualTo(SIZE);
                assertThat(Files.readAllBytes(path)).isEqualTo(data);
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        });
    }

    @HubTest(virtualTime = false)
    @DisplayName("writing a file")
    void writeFile() throws Exception {
        writingFile(false);
    }

    @HubTest(virtualTime = false)
    @DisplayName("writing a file from several buffers")
    void gatherFile() throws Exception {
        writingFile(true);
    }

    @HubTest(virtualTime = false)
    @DisplayName("the size of a file, its truncation, its way to the device")
    void otherFileOperations() throws Exception {
        Path path = fileWith(new byte[100]);
        drive(3, hub -> new Waits.Scene() {
            private final CooperativeFile file = CooperativeFile.open(path, READ, WRITE);
            private int next;

            @Override
            void go() throws Exception {
                while (next < 3) {
                    switch (next) {
                        case 0 -> assertThat(file.size()).isIn(50L, 100L);
                        case 1 -> file.truncate(50);
                        default -> file.force(true);
                    }
                    next++;
                }
            }

            @Override
            void over() throws Exception {
                assertThat(file.size()).isEqualTo(50);
                assertThat(file.position()).isZero();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        });
    }

    @HubTest(virtualTime = false)
    @DisplayName("an operation that waits for its turn at a file")
    void turns() throws Exception {
        byte[] data = data();
        Path path = fileWith(data);
        drive(1, hub -> new Waits.Scene() {
            private final CooperativeFile file = CooperativeFile.open(path);
            private final ByteBuffer first = ByteBuffer.allocate(100_000);
            private final ByteBuffer second = ByteBuffer.allocate(100_000);
            private final Greenlet<Integer> before = hub.spawn(() -> file.read(first));

            @Override
            void go() throws Exception {
                if (second.hasRemaining()) {
                    file.read(second);
                }
            }

            @Override
            void over() throws Exception {
                before.get();
                assertThat(first.flip()).isEqualTo(ByteBuffer.wrap(data, 0, 100_000));
                assertThat(second.flip()).isEqualTo(ByteBuffer.wrap(data, 100_000, 100_000));
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        });
    }

    @HubTest(virtualTime = false)
    @DisplayName("whole files")
    void wholeFiles() throws Exception {
        Path path = folder.resolve("whole");
        drive(2, hub -> new Waits.Scene() {
            private byte[] read;

            @Override
            void go() throws Exception {
                if (read == null) {
                    CooperativeFile.writeString(path, "text");
                    read = CooperativeFile.readAllBytes(path);
                }
            }

            @Override
            void over() {
                assertThat(new String(read, UTF_8)).isEqualTo("text");
            }
        });
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("the wait for a lock that another process has")
    void lock() throws Exception {
        Path path = fileWith(new byte[1]);
        try (Subprocess holder = Programs.of(LockHolder.class, path.toString()).start()) {
            assertThat(holder.stdout().reader(UTF_8).readLine()).isEqualTo("locked true");
            CountedWaits.run((hub, waits) -> {
                try (CooperativeFile file = CooperativeFile.open(path, READ, WRITE)) {
                    for (int number = 1; number <= 6; number++) {
                        Greenlet<FileLock> victim = hub.spawn(() -> file.lock());
                        waits.at(victim, number, () -> victim.killLater(new GreenletExit()));
                        victim.join();
                        assertThat(victim.exit()).isNotNull();
                        assertThat(file.tryLock(0, 1, false)).as("while the other process has it").isNull();
                    }
                    Greenlet<FileLock> waiting = hub.spawn(() -> file.lock());
                    hub.sleep(TICK);
                    holder.stdin().close();
                    waiting.get().close();
                }
            });
        }
    }
}
