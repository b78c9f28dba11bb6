package dev.jevent.io.program;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.file.CooperativeFile;
import dev.jevent.io.file.PipeStream;
import dev.jevent.io.process.Command;
import dev.jevent.io.process.Subprocess;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that uses up its descriptors with files, sees what opening and starting say with none left, with one, with two and so on,
 * until a program runs; then frees them, and goes on.
 */
public final class ScarceDescriptors {
    private static final int MOST_LEFT = 40;

    private ScarceDescriptors() {}

    /** @param args a file that can be read and written */
    public static void main(String[] args) throws Exception {
        Path file = Path.of(args[0]);
        Jevent.run(() -> {
            use(file); // so that every class is loaded while there are descriptors
            attempt("warm-up", () -> CooperativeFile.open(file.resolveSibling("none")));
            attempt("warm-up", () -> Subprocess.run(file.resolveSibling("none").toString()));
            int before = settled();
            IO.println("before: " + before);
            List<CooperativeFile> hoard = new ArrayList<>();
            try {
                useUp(file, before, hoard);
            } catch (Throwable e) {
                for (CooperativeFile each : hoard) { // to tell of it needs classes
                    try {
                        each.close();
                    } catch (IOException other) {
                        e.addSuppressed(other);
                    }
                }
                throw e;
            }
        });
        IO.println("recovered");
    }

    private static void useUp(Path file, int before, List<CooperativeFile> hoard) throws Exception {
        attempt("file", () -> {
            for (;;) {
                hoard.add(CooperativeFile.open(file));
            }
        });
        attempt("pipe", PipeStream::new);
        attempt("program", () -> Subprocess.run("true"));
        int full = hoard.size();
        int left = 0;
        while (left < MOST_LEFT && !runs(left)) {
            hoard.removeLast().close();
            left++;
            check(take(file, left) == left, "with " + left + " left, descriptors were lost");
        }
        check(left > 0 && left < MOST_LEFT, "a program ran with " + left + " descriptors left");
        for (CooperativeFile each : hoard) {
            each.close();
        }
        use(file);
        check(settled() <= before, "open: " + settled() + ", before: " + before);
        hoard.clear();
        attempt("again", () -> {
            while (hoard.size() < full) {
                hoard.add(CooperativeFile.open(file));
            }
            IO.println("again: as many files");
        });
    }

    /** Whether a program runs with so many descriptors left; it says in its error what it cannot. */
    private static boolean runs(int left) throws Exception {
        try (Subprocess process = new Command("cat").start()) {
            process.stdin().write(ByteBuffer.wrap(new byte[3]));
            process.stdin().close();
            check(process.stdout().readAllBytes().length == 3, "cat was cut short");
            return true;
        } catch (IOException e) {
            check(e.getMessage().contains("cat") && e.getMessage().contains("Too many open files"), "with " + left + " left: " + e);
            return false;
        }
    }

    private static void use(Path file) throws Exception {
        try (CooperativeFile opened = CooperativeFile.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            opened.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
            opened.position(0);
            check(opened.read(ByteBuffer.allocate(3)) == 3, "the file was cut short");
        }
        try (PipeStream pipe = new PipeStream()) {
            Greenlet<Integer> reader = Hub.current().spawn(() -> pipe.read(ByteBuffer.allocate(3)));
            pipe.write(ByteBuffer.allocate(3));
            check(reader.get() == 3, "the pipe was cut short");
        }
        check(Subprocess.checkOutput("echo", "here").equals("here\n"), "the program was cut short");
    }

    /** How many files can be opened at once, of {@code most}. */
    private static int take(Path file, int most) throws IOException {
        List<CooperativeFile> taken = new ArrayList<>();
        try {
            while (taken.size() < most) {
                taken.add(CooperativeFile.open(file));
            }
        } catch (IOException e) {
            // none is left
        } finally {
            for (CooperativeFile each : taken) {
                each.close();
            }
        }
        return taken.size();
    }

    /** How many are open, when what threads of the JDK close is closed. */
    private static int settled() {
        int least = open();
        for (int looks = 0; looks < 20; looks++) {
            Hub.current().sleep(Duration.ofMillis(10));
            least = Math.min(least, open());
        }
        return least;
    }

    private static int open() {
        return new File("/proc/self/fd").list().length;
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private static void attempt(String name, Attempt attempt) throws Exception {
        try {
            attempt.run();
        } catch (IOException e) {
            IO.println(name + ": " + e.getMessage());
        }
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new AssertionError(otherwise);
        }
    }
}
