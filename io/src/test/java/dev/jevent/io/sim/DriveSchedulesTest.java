package dev.jevent.io.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.testkit.Schedules;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each call of sockets and pipes that waits, in a simulated network: ended from outside in its first wait, its second, and so on
 * to the last, in each seed. Nothing is lost and nothing doubled, nothing stays open, nobody stays behind, and what it was called
 * on is as usable as before and knows how much was done.
 */
@Tag("simulated")
class DriveSchedulesTest {
    private static final int ONE_IN = 100;
    private static final Drives.Tally TOTAL = new Drives.Tally();

    @TempDir
    static Path directory;

    private static FileChannel file;

    @BeforeAll
    static void write() throws IOException {
        Path path = Files.write(directory.resolve("data"), StreamScenes.data());
        file = FileChannel.open(path);
    }

    @AfterAll
    static void close() throws IOException {
        file.close();
        System.out.println("ended from outside: " + TOTAL);
    }

    private static Stream<Scene.Kind> all(List<List<Scene.Kind>> kinds) {
        return kinds.stream().flatMap(List::stream);
    }

    static Stream<Scene.Kind> waits() {
        return all(List.of(
                StreamScenes.kinds(file), SocketScenes.accepts(), SocketScenes.datagrams(), SocketScenes.polls(), SocketScenes.connects(), ViewScenes.kinds()));
    }

    /** All but connects, whose limits are arguments, and views, which have no name for what a Timeout throws. */
    static Stream<Scene.Kind> timedOut() {
        return all(List.of(StreamScenes.kinds(file), SocketScenes.accepts(), SocketScenes.datagrams(), SocketScenes.polls()));
    }

    static Stream<Scene.Kind> limited() {
        return all(List.of(StreamScenes.kinds(file), SocketScenes.accepts(), SocketScenes.datagrams(), SocketScenes.polls(), ViewScenes.limited()));
    }

    static Stream<Scene.Kind> shut() {
        return all(List.of(StreamScenes.kinds(file), SocketScenes.accepts(), SocketScenes.datagrams(), ViewScenes.kinds()));
    }

    static Stream<Scene.Kind> reset() {
        return all(List.of(StreamScenes.kinds(file).stream().filter(kind -> !kind.name().startsWith("Pipe")).toList(),
                ViewScenes.kinds().subList(0, 2)));
    }

    /** But for a name: as long as one of its addresses says nothing, its connect goes on. */
    static Stream<Scene.Kind> opening() {
        return all(List.of(SocketScenes.connects().subList(0, 2), SocketScenes.accepts(), ViewScenes.kinds().subList(2, 3)));
    }

    private static void drive(Scene.Kind kind, BiFunction<Scene.Kind, Drives.Tally, Schedules.Scenario> scenario) {
        for (boolean edgeTriggered : new boolean[] {false, true}) {
            Drives.Tally tally = new Drives.Tally();
            Schedules schedules = Schedules.of(scenario.apply(kind, tally)).oneIn(ONE_IN);
            if (edgeTriggered) {
                schedules.edgeTriggered();
            }
            schedules.run();
            assertThat(tally.times()).as("times").isPositive();
            TOTAL.add(tally);
        }
    }

    @ParameterizedTest
    @MethodSource("waits")
    @DisplayName("left alone, however short reads and writes are, and whatever comes first")
    void undisturbed(Scene.Kind kind) {
        drive(kind, Drives::undisturbed);
    }

    @ParameterizedTest
    @MethodSource("waits")
    @DisplayName("killed in each of its waits")
    void killed(Scene.Kind kind) {
        drive(kind, Drives::killed);
    }

    @ParameterizedTest
    @MethodSource("timedOut")
    @DisplayName("ended by a Timeout in each of its waits")
    void timedOut(Scene.Kind kind) {
        drive(kind, Drives::timedOut);
    }

    @ParameterizedTest
    @MethodSource("limited")
    @DisplayName("ended by its own limit in each of its waits")
    void limited(Scene.Kind kind) {
        drive(kind, Drives::limited);
    }

    @ParameterizedTest
    @MethodSource("shut")
    @DisplayName("what it waits on is closed in each of its waits")
    void shut(Scene.Kind kind) {
        drive(kind, Drives::shut);
    }

    @ParameterizedTest
    @MethodSource("reset")
    @DisplayName("its connection is reset at every step")
    void reset(Scene.Kind kind) {
        drive(kind, Drives::reset);
    }

    @ParameterizedTest
    @MethodSource("opening")
    @DisplayName("N8: without a descriptor for it, it fails, and goes on when there is one")
    void starved(Scene.Kind kind) {
        drive(kind, Drives::starved);
    }

    @ParameterizedTest
    @MethodSource("timedOut")
    @DisplayName("killed and out of time at random, on a network that is late")
    void atRandom(Scene.Kind kind) {
        drive(kind, Drives::atRandom);
    }
}
