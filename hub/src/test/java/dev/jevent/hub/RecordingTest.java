package dev.jevent.hub;

import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.sleep;
import static dev.jevent.Jevent.spawn;
import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Settings;
import dev.jevent.Task;
import dev.jevent.monitor.Monitor;
import dev.jevent.monitor.Stall;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubFactory;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Java Flight Recorder is told. */
class RecordingTest {
    private static final List<String> ALL = List.of("jevent.GreenletStart", "jevent.GreenletEnd", "jevent.GreenletKill", "jevent.GreenletWait", "jevent.HubPoll",
            "jevent.Stall");

    @TempDir
    Path folder;

    @FunctionalInterface
    private interface Body {
        void run(Hub hub) throws Exception;
    }

    /** Runs {@code body} on a hub of its own, all events recorded. */
    private List<RecordedEvent> recorded(Body body) throws Exception {
        Path file = folder.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            ALL.forEach(name -> recording.enable(name).withoutThreshold());
            recording.start();
            Settings settings = Settings.process().with(Settings.MONITOR, true).with(Settings.MAX_BLOCKING_TIME, Duration.ofMillis(100));
            try (Hub hub = ServiceLoader.load(HubFactory.class).findFirst().orElseThrow().open(Environment.system(), settings, null)) {
                hub.errorStream(new PrintStream(OutputStream.nullOutputStream()));
                body.run(hub);
            }
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream().filter(event -> event.getEventType().getName().startsWith("jevent.")).toList();
    }

    private static List<RecordedEvent> named(List<RecordedEvent> events, String name, Greenlet<?> of) {
        return events.stream()
                .filter(event -> event.getEventType().getName().equals(name) && event.getLong("greenlet") == of.thread().threadId())
                .toList();
    }

    @Test
    void aGreenletIsToldFromItsStartToItsEnd() throws Exception {
        Greenlet<?>[] made = new Greenlet<?>[3];
        List<RecordedEvent> events = recorded(_ -> run(() -> {
            made[0] = spawn(() -> 42);
            made[1] = spawn((Task) () -> sleep(Duration.ofHours(1)));
            made[2] = spawn((Task) () -> {
                throw new IllegalArgumentException("planted");
            });
            Jevent.yieldNow();
            made[1].kill();
            Jevent.joinAll(List.of(made));
        }));
        for (Greenlet<?> greenlet : made) {
            assertThat(named(events, "jevent.GreenletStart", greenlet)).hasSize(1).first()
                    .satisfies(event -> assertThat(event.getString("kind")).contains("RecordingTest"));
        }
        assertThat(outcome(events, made[0])).isEqualTo("value");
        assertThat(outcome(events, made[1])).isEqualTo("killed");
        assertThat(outcome(events, made[2])).isEqualTo(IllegalArgumentException.class.getName());
        assertThat(named(events, "jevent.GreenletKill", made[1])).hasSize(1).first()
                .satisfies(event -> assertThat(event.getClass("error").getName()).isEqualTo("dev.jevent.GreenletExit"));
        assertThat(named(events, "jevent.GreenletWait", made[1])).hasSize(1).first().satisfies(event -> {
            assertThat(event.getString("subject")).isEqualTo("the end of its sleep");
            assertThat(event.getThread().isVirtual()).isTrue();
        });
    }

    private static String outcome(List<RecordedEvent> events, Greenlet<?> greenlet) {
        List<RecordedEvent> ends = named(events, "jevent.GreenletEnd", greenlet);
        assertThat(ends).hasSize(1);
        return ends.getFirst().getString("outcome");
    }

    @Test
    void onesThatNeverRanEndToo() throws Exception {
        Greenlet<?>[] made = new Greenlet<?>[1];
        List<RecordedEvent> events = recorded(_ -> run(() -> {
            made[0] = spawn((Task) () -> { });
            made[0].kill();
        }));
        assertThat(outcome(events, made[0])).isEqualTo("never ran");
    }

    @Test
    void pollsTellHowLongTheyMaySleepAndWhatTheyFound() throws Exception {
        List<RecordedEvent> polls = recorded(_ -> run(() -> sleep(Duration.ofMillis(30)))).stream()
                .filter(event -> event.getEventType().getName().equals("jevent.HubPoll"))
                .toList();
        assertThat(polls).isNotEmpty().anySatisfy(poll -> {
            assertThat(poll.getDuration("timeout")).isPositive().isLessThanOrEqualTo(Duration.ofMillis(30));
            assertThat(poll.getInt("ready")).isZero();
        });
    }

    @Test
    void aStallIsToldWithItsReasonAndItsCode() throws Exception {
        List<RecordedEvent> stalls = recorded(_ -> {
            Queue<Stall> told = new ConcurrentLinkedQueue<>();
            try (var _ = Monitor.get().subscribe(event -> {
                if (event instanceof Stall stall) {
                    told.add(stall);
                }
            })) {
                run(() -> {
                    while (spin(told).reason() != Stall.Reason.CPU) { // it was about classes that had to be loaded first
                        sleep(Duration.ofMillis(1));
                    }
                });
            }
        }).stream().filter(event -> event.getEventType().getName().equals("jevent.Stall")).toList();
        assertThat(stalls).anySatisfy(stall -> {
            assertThat(stall.getString("reason")).isEqualTo("CPU");
            assertThat(stall.getDuration("length")).isGreaterThanOrEqualTo(Duration.ofMillis(100));
            assertThat(stall.getString("code")).contains("RecordingTest.spin");
        });
    }

    private static Stall spin(Queue<Stall> told) {
        Stall stall = told.poll();
        while (stall == null) {
            Thread.onSpinWait();
            stall = told.poll();
        }
        return stall;
    }

    @Test
    void eachEventDescribesItself() {
        assertThat(FlightRecorder.getFlightRecorder().getEventTypes().stream()
                        .filter(type -> type.getName().startsWith("jevent."))
                        .collect(Collectors.toMap(EventType::getName, EventType::getCategoryNames)))
                .allSatisfy((_, category) -> assertThat(category).containsExactly("jevent"));
    }
}
