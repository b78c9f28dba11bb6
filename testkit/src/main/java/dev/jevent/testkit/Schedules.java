package dev.jevent.testkit;

import dev.jevent.Settings;
import dev.jevent.loop.Poller;
import dev.jevent.spi.LoopProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Runs a scenario many times, each time in a {@link World} of another seed. The first run that fails is repeated with its
 * trace recorded, and reported with what to type to run it once more.
 *
 * <pre>{@code
 *   Schedules.of(world -> {
 *       var semaphore = new Semaphore(1);
 *       …spawn, pause, kill…
 *       assertThat(semaphore.availablePermits()).isEqualTo(1);
 *   }).run();
 * }</pre>
 *
 * <p>A run also fails when it leaves a greenlet, a watcher or a timer behind, when an error is reported to the hub that the
 * scenario didn't {@linkplain #tolerate tolerate}, when main waits and nothing can wake it, and when it never ends.
 *
 * <p>{@code -Djevent.test.schedules=N} sets how many. {@code -Djevent.seed=S} runs that one alone, and prints its trace;
 * {@code -Djevent.schedule=N} does so after those that ran before it on the same hub. {@code -Djevent.test.schedules.log=FILE}
 * adds a line for each test that passed: its name, and how many runs it made.
 */
public final class Schedules {
    /** What is run as main of a hub in a simulated world. Whatever it throws fails the run. */
    @FunctionalInterface
    public interface Scenario {
        void run(World world) throws Exception;
    }

    /**
     * @param number of the run, from 0
     * @param seed of its world
     * @param property what repeats it, as {@code jevent.seed=5}
     * @param trace of the repetition
     */
    public record Failure(long number, long seed, Throwable error, String property, String trace) {}

    /** @param steps choices, polls and other points of all runs @param hash of all their traces */
    public record Report(long schedules, long steps, long hash, Duration elapsed) {
        public long perSecond() {
            return schedules * 1_000_000_000L / Math.max(1, elapsed.toNanos());
        }

        @Override
        public String toString() {
            return schedules + " schedules, " + steps + " steps, " + perSecond() + " schedules/s";
        }
    }

    private static final int DEFAULT_COUNT = 20_000;

    /** Runs on one hub. A new one for each would cost more than the run. */
    private static final int ON_ONE_HUB = 500;

    private final Scenario scenario;
    private final String caller = caller();
    private long count = Long.getLong("jevent.test.schedules", DEFAULT_COUNT);
    private long firstSeed;
    private Settings settings = VirtualClock.settings(Settings.process());
    private UnaryOperator<LoopProvider> loops = UnaryOperator.identity();
    private UnaryOperator<Poller> pollers = UnaryOperator.identity();
    private boolean edgeTriggered;
    private final List<Class<? extends Throwable>> tolerated = new ArrayList<>();

    private Schedules(Scenario scenario) {
        this.scenario = scenario;
        this.firstSeed = Chance.mix(caller.hashCode());
    }

    public static Schedules of(Scenario scenario) {
        return new Schedules(scenario);
    }

    /** Instead of {@code jevent.test.schedules}. */
    public Schedules count(long count) {
        this.count = count;
        return this;
    }

    /** A part of {@code jevent.test.schedules}, for scenarios that are slow. */
    public Schedules oneIn(int n) {
        return count(Math.max(1, Long.getLong("jevent.test.schedules", DEFAULT_COUNT) / n));
    }

    /** What the seeds are drawn from, instead of the name of the calling method. */
    public Schedules seeds(long first) {
        this.firstSeed = first;
        return this;
    }

    public Schedules settings(Settings settings) {
        this.settings = VirtualClock.settings(settings);
        return this;
    }

    /** Puts something between the hub and its loop. */
    public Schedules loops(UnaryOperator<LoopProvider> loops) {
        this.loops = loops;
        return this;
    }

    /** Puts something between the loop and what it polls with. */
    public Schedules pollers(UnaryOperator<Poller> pollers) {
        this.pollers = pollers;
        return this;
    }

    /** With a loop that is told once when readiness begins, instead of as long as it lasts. */
    public Schedules edgeTriggered() {
        this.edgeTriggered = true;
        return this;
    }

    /** Errors of this type may be reported to the hub. */
    public Schedules tolerate(Class<? extends Throwable> type) {
        tolerated.add(type);
        return this;
    }

    private Runs runs() {
        return new Runs(new Runs.Plan(scenario, settings, loops, pollers, edgeTriggered, List.copyOf(tolerated)));
    }

    /** The seed of the run of that number. */
    public long seed(long number) {
        return Chance.mix(firstSeed + number);
    }

    // ---- running ----

    /** @throws AssertionError if a run fails: its seed, what to type to repeat it, its trace; the failure as cause */
    public Report run() {
        Long seed = Long.getLong("jevent.seed");
        Long number = Long.getLong("jevent.schedule");
        long began = System.nanoTime();
        if (seed != null || number != null) {
            Failure repeated = seed != null ? alone(seed) : inTurn(number);
            System.out.println(repeated.trace());
            report(Optional.of(repeated).filter(failure -> failure.error() != null));
            return new Report(1, 0, 0, Duration.ofNanos(System.nanoTime() - began));
        }
        Tally tally = new Tally();
        report(firstFailure(tally));
        log();
        return new Report(count, tally.steps, tally.hash, Duration.ofNanos(System.nanoTime() - began));
    }

    private void log() {
        String file = System.getProperty("jevent.test.schedules.log");
        if (file != null) {
            try {
                Files.writeString(Path.of(file), caller + " " + count + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new UncheckedIOException("jevent.test.schedules.log: cannot write " + file, e);
            }
        }
    }

    private void report(Optional<Failure> first) {
        first.ifPresent(failure -> {
            throw new AssertionError("schedule " + failure.number() + " failed: " + failure.error()
                    + "\nTo run it again: mvn test -Dtest='" + caller + "' -Dsurefire.failIfNoSpecifiedTests=false"
                    + " -D" + failure.property() + "\n" + failure.trace(), failure.error());
        });
    }

    /** The first run that fails, repeated. */
    public Optional<Failure> firstFailure() {
        return firstFailure(new Tally());
    }

    /** What all runs add up to. */
    private static final class Tally {
        long steps;
        long hash;
        long failed = -1;
        Throwable error;

        void add(World world) {
            steps += world.steps();
            hash = Chance.mix(hash ^ world.hash());
        }
    }

    private Optional<Failure> firstFailure(Tally tally) {
        for (long first = 0; first < count && tally.error == null; first += ON_ONE_HUB) {
            long from = first;
            long to = Math.min(count, first + ON_ONE_HUB);
            try (Runs runs = runs()) {
                runs.onHub(() -> {
                    for (long number = from; number < to && tally.error == null; number++) {
                        tally.failed = number;
                        tally.error = runs.run(seed(number), false);
                        tally.add(runs.world());
                    }
                    return null;
                });
            }
        }
        return tally.error == null ? Optional.empty() : Optional.of(repeated(tally.failed, tally.error));
    }

    private Failure repeated(long number, Throwable error) {
        Failure again = alone(seed(number));
        if (again.error() == null) {
            again = inTurn(number);
        }
        String trace = again.error() != null
                ? again.trace()
                : "It did not fail again: it depends on something outside of its world.\n" + again.trace();
        return new Failure(number, seed(number), error, again.property(), trace);
    }

    /** The run of one seed on a fresh hub, recorded; its error may be null. */
    private Failure alone(long seed) {
        try (Runs runs = runs()) {
            return runs.onHub(() -> {
                Throwable error = runs.run(seed, true);
                return new Failure(0, seed, error, "jevent.seed=" + seed, runs.world().trace());
            });
        }
    }

    /** The run of that number after those before it on its hub, recorded; its error may be null. */
    private Failure inTurn(long number) {
        try (Runs runs = runs()) {
            return runs.onHub(() -> {
                for (long before = number - number % ON_ONE_HUB; before < number; before++) {
                    Throwable error = runs.run(seed(before), false);
                    if (error != null) {
                        return new Failure(before, seed(before), error, "jevent.schedule=" + before, "(of an earlier run)");
                    }
                }
                Throwable error = runs.run(seed(number), true);
                return new Failure(number, seed(number), error, "jevent.schedule=" + number, runs.world().trace());
            });
        }
    }

    /** The trace hash of the run of that number on a fresh hub. */
    public long hashAlone(long number) {
        try (Runs runs = runs()) {
            return runs.onHub(() -> {
                runs.run(seed(number), false);
                return runs.world().hash();
            });
        }
    }

    /** The trace hashes of all runs, one after another on one hub, as far as they go well. */
    public long[] hashes() {
        long[] hashes = new long[Math.toIntExact(count)];
        try (Runs runs = runs()) {
            return runs.onHub(() -> {
                for (int number = 0; number < hashes.length; number++) {
                    if (runs.run(seed(number), false) != null) {
                        break;
                    }
                    hashes[number] = runs.world().hash();
                }
                return hashes;
            });
        }
    }

    /** The test method that uses this class, as surefire names it. */
    private static String caller() {
        return StackWalker.getInstance()
                .walk(frames -> frames
                        .filter(frame -> !frame.getClassName().startsWith(Schedules.class.getName()))
                        .findFirst())
                .map(frame -> frame.getClassName().substring(frame.getClassName().lastIndexOf('.') + 1) + "#"
                        + frame.getMethodName())
                .orElse("");
    }
}
