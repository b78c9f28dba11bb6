package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.Watcher;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where errors go that nobody else gets. */
class ErrorsTest {
    private static final Duration SHORT = Duration.ofMillis(10);

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private void print(Hub hub) {
        hub.errorHandler(null);
        hub.errorStream(new PrintStream(printed, true));
    }

    /** What fails with {@code error} when main waits. */
    private record Failing(String name, java.util.function.BiConsumer<Hub, Throwable> start) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Failing> failing() {
        return Stream.of(
                new Failing("a greenlet", (hub, error) -> hub.spawn((Task) () -> {
                    throw sneaky(error);
                })),
                new Failing("a raw greenlet", (hub, error) -> hub.spawnRaw(() -> {
                    throw sneaky(error);
                })),
                new Failing("a callback of the loop", (hub, error) -> hub.loop().runCallback(() -> {
                    throw sneaky(error);
                })),
                new Failing("a watcher's callback", (hub, error) -> {
                    Watcher.Timer timer = hub.loop().timer(Duration.ofMillis(1));
                    timer.start(() -> {
                        throw sneaky(error);
                    });
                }),
                new Failing("a link", (hub, error) -> hub.spawn(() -> 1).rawLink(ended -> {
                    throw sneaky(error);
                })),
                new Failing("a virtual thread that the JDK made",
                        (hub, error) -> hub.spawn((Task) () -> Thread.startVirtualThread(() -> {
                            hub.yieldNow(); // makes it known
                            throw sneaky(error);
                        }))));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException sneaky(Throwable error) throws T {
        throw (T) error;
    }

    @OnHub
    @ParameterizedTest(name = "{0}")
    @MethodSource("failing")
    @DisplayName("B-ERR-01, B-ERR-02: an error that ends the program is thrown into main, whoever threw it")
    void anErrorOfTheSystemIsThrownIntoMain(Failing failing, Hub hub, Errors errors) {
        InternalError error = new InternalError("the JVM is ill");
        errors.expect(InternalError.class);
        failing.start().accept(hub, error);
        assertThatThrownBy(() -> hub.sleep(SHORT)).isSameAs(error);
        hub.sleep(SHORT);
    }

    @HubTest
    @DisplayName("B-ERR-02: which errors those are can be chosen")
    void whichErrorsAreThrownIntoMainCanBeChosen(Hub hub, Errors errors) {
        class Quit extends RuntimeException {
            private static final long serialVersionUID = 1;
        }
        hub.systemErrors(Quit.class::isInstance);
        hub.notErrors(Quit.class::isInstance);
        hub.spawn((Task) () -> {
            throw new Quit();
        });
        assertThatThrownBy(() -> hub.sleep(SHORT)).isInstanceOf(Quit.class);
        assertThat(errors.reported()).isEmpty();

        hub.systemErrors(null);
        hub.notErrors(null);
        errors.expect(Quit.class);
        hub.spawn((Task) () -> {
            throw new Quit();
        });
        hub.sleep(SHORT);
    }

    @OnHub
    @ParameterizedTest(name = "{0}")
    @MethodSource("failing")
    @DisplayName("B-ERR-04: an ordinary error is reported once, and main doesn't notice")
    void anOrdinaryErrorIsReportedOnce(Failing failing, Hub hub, Errors errors) {
        errors.expect(IOException.class);
        failing.start().accept(hub, new IOException("ordinary"));
        hub.sleep(SHORT);
        hub.sleep(SHORT);
    }

    @OnHub
    @ParameterizedTest(name = "{0}")
    @MethodSource("failing")
    void theEndByGreenletExitIsNoError(Failing failing, Hub hub) {
        failing.start().accept(hub, new GreenletExit());
        hub.sleep(SHORT);
    }

    @HubTest
    @DisplayName("B-ERR-05: an error for main reaches it also when the error stream itself waits")
    void anErrorForMainReachesItAlsoWhenTheStreamWaits(Hub hub) {
        hub.errorHandler(null);
        hub.errorStream(new PrintStream(new OutputStream() {
            @Override
            public void write(int b) {
                hub.sleep(SHORT); // as a cooperative stream would; refused in the hub greenlet
            }
        }, true));
        InternalError error = new InternalError("quit");
        hub.spawn((Task) () -> {
            throw error;
        });
        assertThatThrownBy(() -> {
            for (int i = 0; i < 100; i++) {
                hub.yieldNow();
            }
        }).isSameAs(error);
        hub.errorStream(null);
    }

    @HubTest
    @DisplayName("B-ERR-07: who handles an error of his own meanwhile still has it after a greenlet failed")
    void anErrorThatIsBeingHandledStaysWhatItWas(Hub hub, Errors errors) {
        errors.expect(IOException.class);
        IllegalStateException own = new IllegalStateException("own");
        assertThatThrownBy(() -> {
            try {
                throw own;
            } catch (IllegalStateException e) {
                hub.spawn((Task) () -> {
                    throw new IOException("of the greenlet");
                }).join();
                throw e;
            }
        }).isSameAs(own).hasNoCause().hasNoSuppressedExceptions();
    }

    @HubTest
    @DisplayName("B-ERR-08: what a callback threw and caught itself is nobody else's")
    void whatACallbackCaughtItselfIsNobodyElses(Hub hub) {
        Watcher.Timer timer = hub.loop().timer(Duration.ofMillis(1));
        timer.start(() -> assertThatThrownBy(() -> {
            throw new IOException("handled");
        }).hasMessage("handled"));
        hub.sleep(SHORT);
    }

    @HubTest
    @DisplayName("B-ERR-10: a broken error stream changes nothing: get() throws the real error, and the hub goes on")
    void aBrokenErrorStreamChangesNothing(Hub hub) throws Exception {
        hub.errorHandler(null);
        for (PrintStream broken : brokenStreams()) {
            hub.errorStream(broken);
            for (int i = 0; i < 2; i++) {
                Greenlet<Void> greenlet = hub.spawn((Task) () -> {
                    throw new IOException("real");
                });
                assertThatThrownBy(greenlet::get).isInstanceOf(ExecutionException.class).cause().hasMessage("real");
            }
            assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
        }
    }

    private static List<PrintStream> brokenStreams() {
        return List.of(
                new PrintStream(new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("disk full");
                    }
                }, true),
                new PrintStream(OutputStream.nullOutputStream()) {
                    @Override
                    public void print(Object object) {
                        throw new IllegalStateException("broken");
                    }

                    @Override
                    public void flush() {
                        throw new StackOverflowError("broken, too");
                    }
                });
    }

    @HubTest
    @DisplayName("B-HUB-03: an error handler that fails itself hides nothing: both errors are printed, and get() throws the real one")
    void anErrorHandlerThatFailsHidesNothing(Hub hub) throws Exception {
        print(hub);
        hub.errorHandler((context, error) -> {
            throw new IllegalArgumentException("of the handler");
        });
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            throw new IOException("real");
        });
        assertThatThrownBy(greenlet::get).isInstanceOf(ExecutionException.class).cause().hasMessage("real");
        assertThat(printed.toString())
                .contains("java.io.IOException: real")
                .contains(greenlet + " failed with IOException")
                .contains("java.lang.IllegalArgumentException: of the handler")
                .contains("failed with IllegalArgumentException");
        assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
    }

    @HubTest
    void predicatesThatFailDecideNothing(Hub hub) throws Exception {
        print(hub);
        hub.notErrors(error -> {
            throw new IllegalStateException("of notErrors");
        });
        hub.systemErrors(error -> {
            throw new IllegalStateException("of systemErrors");
        });
        hub.spawn((Task) () -> {
            throw new IOException("real");
        }).join();
        assertThat(printed.toString()).contains("of notErrors").contains("of systemErrors").contains("IOException: real");
        assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
    }

    @HubTest
    @DisplayName("O-ERR-01: the printed context is what toString says")
    void thePrintedContextIsWhatToStringSays(Hub hub) {
        print(hub);
        class Job extends Greenlet<Void> {
            @Override
            protected Void run() throws IOException {
                throw new IOException("failed");
            }

            @Override
            public String toString() {
                return "the nightly job";
            }
        }
        Job job = new Job();
        job.start();
        job.join();
        String[] lines = printed.toString().split("\n", -1);
        assertThat(lines[0]).isEqualTo("java.io.IOException: failed");
        assertThat(lines[1]).startsWith("\tat ");
        assertThat(lines[lines.length - 3]).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ the nightly job failed with IOException");
        assertThat(lines[lines.length - 2]).isEmpty();
        assertThat(lines[lines.length - 1]).isEmpty();
    }

    /** Says and shows nothing of itself without failing. */
    private static final class Sulking extends RuntimeException {
        private static final long serialVersionUID = 1;

        @Override
        public String toString() {
            throw new IllegalStateException("no text");
        }

        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public synchronized Throwable getCause() {
            throw new StackOverflowError();
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new IllegalStateException("no trace");
        }

        @Override
        public void printStackTrace(PrintWriter writer) {
            throw new IllegalStateException("no print");
        }
    }

    @HubTest
    void anErrorThatCannotBeShownIsNamedByItsClass(Hub hub) throws Exception {
        print(hub);
        Greenlet<Void> greenlet = new Greenlet<>(hub, () -> {
            throw new Sulking();
        }) {
            @Override
            public String toString() {
                throw new IllegalStateException("no name");
            }
        };
        greenlet.start();
        greenlet.join();
        assertThat(printed.toString())
                .contains("ErrorsTest$Sulking (printing it failed with java.lang.IllegalStateException)")
                .contains(" (its toString failed with java.lang.IllegalStateException) failed with Sulking");
        assertThat(greenlet.exception()).isInstanceOf(Sulking.class);
        assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
    }

    @HubTest
    void printingCanBeSilenced(Hub hub) {
        hub.errorHandler(null);
        hub.errorStream(null);
        hub.spawn((Task) () -> {
            throw new IOException("nobody hears it");
        }).join();
        hub.sleep(SHORT);
    }

    @HubTest
    void aHandlerMayParkInTheJdkWhileTheHubGoesOn(Hub hub) throws Exception {
        List<String> log = new ArrayList<>();
        ReentrantLock lock = new ReentrantLock();
        hub.errorHandler((context, error) -> {
            lock.lock();
            lock.unlock();
            log.add("reported " + error.getMessage());
        });
        Greenlet<Void> holder = hub.spawn((Task) () -> {
            lock.lock();
            try {
                hub.spawn((Task) () -> {
                    throw new IOException("one");
                }).join();
                hub.spawn((Task) () -> {
                    throw new IOException("two");
                }).join();
                log.add("the hub goes on");
            } finally {
                lock.unlock();
            }
        });
        holder.join();
        hub.sleep(SHORT);
        assertThat(log).containsExactly("the hub goes on", "reported one", "reported two");
    }

    @HubTest
    void whatIsReportedByHandGoesTheSameWay(Hub hub, Errors errors) {
        errors.expect(IOException.class, 2);
        hub.handleError("a context", new IOException("by main"));
        Thread.ofPlatform().start(() -> hub.handleError("a context", new IOException("by a thread")));
        Eventually.untilOnHub("both are reported", () -> errors.reported().size() == 2);
        assertThat(errors.reported()).allMatch(reported -> reported.context().equals("a context"));
        assertThatThrownBy(() -> hub.handleError("a context", null)).isInstanceOf(NullPointerException.class).hasMessage("error");
    }

    @HubTest
    void whatIsReportedRightBeforeTheHubIsClosedIsNotLost(Hub hub, Errors errors) {
        errors.expect(IOException.class, 2);
        hub.spawn((Task) () -> {
            throw new IOException("in the last moment");
        });
        hub.handleError("main", new IOException("and by main"));
        hub.yieldNow();
        hub.handleError("main", new IOException("while closing"));
        errors.expect(IOException.class);
        hub.close();
        assertThat(errors.reported()).hasSize(3);
    }
}
