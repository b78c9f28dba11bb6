package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Loop;
import dev.jevent.ProviderException;
import dev.jevent.Settings;
import dev.jevent.Task;
import dev.jevent.Waiter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What only a fresh JVM shows. */
class ChildJvmTest {
    // ---- what is missing is said ----

    static final class WithoutAccess {
        public static void main(String[] arguments) throws Exception {
            for (int i = 0; i < 2; i++) {
                try {
                    Hub.current();
                } catch (ProviderException e) {
                    System.out.println(e.getMessage());
                }
            }
            System.out.println("hub: " + Hub.ifExists());
            Thread virtual = Thread.startVirtualThread(() -> {
                System.out.println("in a virtual thread: " + Hub.ifExists());
                Waiter waiter = Waiter.current();
                waiter.arm("a second");
                System.out.println(waiter.await(1_000_000));
            });
            virtual.join();
        }
    }

    @Test
    void withoutAccessToTheJdkTheMessageSaysWhatToAdd() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.bare(WithoutAccess.class).withHub().withLoop().run();
        String refusal = """
                [jevent/NoScheduler] A hub cannot schedule virtual threads here: java.base/java.lang is not open to ALL-UNNAMED.
                  on the class path     jevent-loop-epoll-jni, which opens it by itself     (Linux)
                  on the command line   --add-opens java.base/java.lang=ALL-UNNAMED
                  in an executable jar  Add-Opens: java.base/java.lang          (in its manifest)
                  in Surefire           <argLine>--add-opens java.base/java.lang=ALL-UNNAMED</argLine>
                Each of these alone is enough.
                """;
        assertThat(outcome.text() + "\n").isEqualTo(refusal + refusal + """
                hub: null
                in a virtual thread: null
                TIMED_OUT
                """);
        assertThat(outcome.exit()).isZero();
    }

    /** Main waits with monitors held, some of them twice, while greenlets park with theirs, and goes on before they do. */
    static final class MainHoldsMonitors {
        public static void main(String[] arguments) throws Exception {
            Hub hub = Hub.current();
            List<Greenlet<Void>> greenlets = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Object own = new Object();
                greenlets.add(hub.spawn(() -> {
                    for (int turn = 0; turn < 300; turn++) {
                        synchronized (own) {
                            hub.sleep(Duration.ofMillis(1));
                        }
                        hub.sleep(Duration.ofMillis(1));
                    }
                }));
            }
            for (int i = 0; i < 100; i++) {
                hold(hub, i % 12, i);
            }
            hub.joinAll(greenlets);
            System.out.println("well");
        }

        private static void hold(Hub hub, int more, int turn) throws InterruptedException {
            Object monitor = new Object();
            synchronized (monitor) {
                synchronized (monitor) {
                    if (more > 0) {
                        hold(hub, more - 1, turn);
                    } else if (turn % 3 == 0) {
                        hub.yieldNow();
                    } else if (turn % 3 == 1) {
                        hub.join(Duration.ofMillis(2));
                    } else {
                        hub.sleep(Duration.ofMillis(2));
                    }
                }
                Thread other = new Thread(() -> {
                    synchronized (monitor) {
                        monitor.notifyAll();
                    }
                });
                other.start();
                while (other.getState() != Thread.State.BLOCKED) {
                    Thread.onSpinWait();
                }
                if (!Thread.holdsLock(monitor)) {
                    throw new IllegalStateException("lost a monitor");
                }
            }
            if (Thread.holdsLock(monitor)) {
                throw new IllegalStateException("kept a monitor");
            }
        }
    }

    @Test
    void mainMayWaitWithMonitorsHeld() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.of(MainHoldsMonitors.class).run();
        assertThat(outcome.text()).isEqualTo("well");
        assertThat(outcome.exit()).isZero();
    }

    static final class NeedsNoFlag {
        public static void main(String[] arguments) throws Exception {
            Thread main = Thread.currentThread();
            System.out.println(Jevent.run(() -> {
                Greenlet<Boolean> other = Jevent.spawn(() -> Thread.currentThread().isVirtual() && Hub.current().thread() == main);
                Jevent.sleep(Duration.ofMillis(1));
                return other.get() + " on " + Hub.current().loop().name();
            }));
        }
    }

    /** Fact of JDK 25: it is the first event class that starts all of the recorder. */
    @Test
    void nothingOfFlightRecorderIsStartedUnlessSomebodyRecords() throws Exception {
        String loaded = ChildJvm.of(NeedsNoFlag.class).option("-Xlog:class+load").run().text();
        assertThat(loaded).contains("dev.jevent.hub.Recording").doesNotContain("dev.jevent.hub.Recording$", "dev.jevent.loop.HubPoll", "jdk.jfr.Event ");
    }

    @Test
    void aRunTimeImageWithoutFlightRecorderWillDo() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.of(NeedsNoFlag.class).option("--limit-modules=java.base").run();
        assertThat(outcome).isEqualTo(new ChildJvm.Outcome(0, List.of("true on nio")));
    }

    @Test
    void withANativeModuleOnTheClassPathNoFlagIsNeeded() throws Exception {
        ChildJvm child = ChildJvm.bare(NeedsNoFlag.class).withHub().withLoop().withNativeLoop();
        assertThat(child.option("--enable-native-access=ALL-UNNAMED").run()).isEqualTo(new ChildJvm.Outcome(0, List.of("true on epoll-jni")));
    }

    @Test
    void withoutAFlagTheJvmGivesNoticeOfNativeAccess() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.bare(NeedsNoFlag.class).withHub().withNativeLoop().run();
        assertThat(outcome.output()).last().isEqualTo("true on epoll-jni");
        assertThat(outcome.output()).first().asString().startsWith("WARNING: A restricted method in java.lang.System has been called");
        assertThat(outcome.output()).filteredOn(line -> !line.isEmpty() && !line.startsWith("WARNING: ")).hasSize(1);
    }

    @Test
    void theNativeModuleServesAlsoWhoChoseAnotherLoop() throws Exception {
        ChildJvm child = ChildJvm.bare(NeedsNoFlag.class).withHub().withLoop().withNativeLoop();
        child.option("--enable-native-access=ALL-UNNAMED").option("-Djevent.loop=nio");
        assertThat(child.run().output()).containsExactly("true on nio");
    }

    @Test
    void whereThatIsDeniedTheMessageSaysSo() throws Exception {
        ChildJvm child = ChildJvm.bare(WithoutAccess.class).withHub().withLoop().withNativeLoop();
        assertThat(child.option("--illegal-native-access=deny").run().text())
                .contains("java.base/java.lang is not open to ALL-UNNAMED")
                .contains("(epoll-jni cannot open it: this JVM denies native access; start it with --enable-native-access=ALL-UNNAMED)")
                .contains("on the command line   --add-opens java.base/java.lang=ALL-UNNAMED");
    }

    @Test
    void aDeniedLoopGivesWayToTheNext() throws Exception {
        ChildJvm child = ChildJvm.of(NeedsNoFlag.class).withNativeLoop();
        assertThat(child.option("--illegal-native-access=deny").run().output()).containsExactly("true on nio");
    }

    static final class WithoutHub {
        public static void main(String[] arguments) {
            List<Task> uses = List.of(
                    Hub::current,
                    Hub::ifExists,
                    Greenlet::current,
                    () -> Jevent.spawn(() -> 1),
                    () -> Jevent.run(() -> {}),
                    Waiter::current,
                    () -> new Greenlet<>(() -> 1));
            for (Task use : uses) {
                try {
                    use.run();
                    System.out.println("no error");
                } catch (Throwable e) {
                    System.out.println(e);
                }
            }
        }
    }

    @Test
    void withoutAHubEachUseSaysWhatToAdd() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.bare(WithoutHub.class).opened().run();
        assertThat(outcome.output()).hasSize(7).allSatisfy(line -> assertThat(line)
                .isEqualTo("dev.jevent.ProviderException: [jevent/NoHub] No hub can run here: the class path has no "
                        + "dev.jevent.HubProvider. Add the module jevent-hub, a loop (jevent-loop-nio) and a resolver "
                        + "(jevent-resolver-threadpool)."));
        assertThat(outcome.exit()).isZero();
    }

    static final class WithoutLoop {
        public static void main(String[] arguments) {
            for (int i = 0; i < 2; i++) {
                try {
                    Jevent.spawn(() -> 1);
                } catch (ProviderException e) {
                    System.out.println(e.getMessage().lines().findFirst().orElseThrow());
                }
            }
            System.out.println("hub: " + Hub.ifExists());
        }
    }

    @Test
    void withoutALoopTheMessageSaysSo() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.bare(WithoutLoop.class).withHub().opened().run();
        assertThat(outcome.output()).hasSize(3);
        assertThat(outcome.output().get(0)).startsWith("[jevent/").containsIgnoringCase("loop");
        assertThat(outcome.output().get(1)).isEqualTo(outcome.output().get(0));
        assertThat(outcome.output().get(2)).isEqualTo("hub: null");
    }

    // ---- the JDK's threads ----

    static final class NoTimerThreads {
        public static void main(String[] arguments) throws Exception {
            Jevent.run(() -> {
                List<Greenlet<?>> greenlets = new ArrayList<>();
                for (int i = 0; i < 10; i++) {
                    greenlets.add(Jevent.spawn((Task) () -> {
                        Thread.sleep(2);
                        LockSupport.parkNanos(1000);
                        new LinkedBlockingQueue<>().poll(1, TimeUnit.MILLISECONDS);
                        Object monitor = new Object();
                        synchronized (monitor) {
                            monitor.wait(1);
                        }
                        Jevent.sleep(Duration.ofMillis(1));
                    }));
                }
                Jevent.joinAllOrThrow(greenlets);
            });
            Thread.getAllStackTraces().keySet().forEach(thread -> System.out.println(thread.getName()));
        }
    }

    @Test
    void timedWaitsMakeNoThreadOfTheJdk() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.of(NoTimerThreads.class).run();
        assertThat(outcome.output())
                .contains("main")
                .noneMatch(name -> name.contains("delayScheduler") || name.startsWith("VirtualThread-unparker"));
        assertThat(outcome.exit()).isZero();
    }

    static final class FirstSocketInAGreenlet {
        public static void main(String[] arguments) throws Exception {
            Hub hub = Hub.current();
            System.out.println(hub.spawn(() -> echo()).get());
            hub.close();
            List<String> later = new ArrayList<>();
            Thread virtual = Thread.startVirtualThread(() -> {
                try {
                    later.add(echo());
                } catch (Exception e) {
                    later.add(e.toString());
                }
            });
            virtual.join(20_000);
            System.out.println(later);
        }

        /** Both sides wait for each other in blocking calls. */
        private static String echo() throws Exception {
            try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
                Thread server = Thread.startVirtualThread(() -> {
                    try (Socket accepted = listener.accept()) {
                        Thread.sleep(5);
                        accepted.getInputStream().transferTo(accepted.getOutputStream());
                    } catch (Exception e) {
                        e.printStackTrace();
                    }
                });
                try (Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
                    Thread.sleep(5);
                    socket.getOutputStream().write("echo".getBytes());
                    socket.shutdownOutput();
                    String answer = new String(socket.getInputStream().readAllBytes());
                    server.join();
                    return answer;
                }
            }
        }
    }

    @Test
    void theJdksPollersBelongToNoHubThoughAGreenletUsedTheFirstSocket() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.of(FirstSocketInAGreenlet.class).run();
        assertThat(outcome.output()).containsExactly("echo", "[echo]");
        assertThat(outcome.exit()).isZero();
    }

    // ---- the end ----

    static final class EndsWhileOthersSleep {
        public static void main(String[] arguments) {
            Jevent.spawn((Task) () -> {
                System.out.println("began");
                Jevent.sleep(Duration.ofMillis(50));
                System.out.println("went on");
            });
            Jevent.yieldNow();
            System.out.println("main returns");
        }
    }

    @Test
    @DisplayName("O-HUB-05: when main returns the program ends, whoever sleeps still")
    void whenMainReturnsTheProgramEnds() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.of(EndsWhileOthersSleep.class).run();
        assertThat(outcome.output()).containsExactly("began", "main returns");
        assertThat(outcome.exit()).isZero();
    }

    static final class FailsInRun {
        public static void main(String[] arguments) throws Exception {
            Jevent.run(() -> {
                throw new java.io.IOException("of the body");
            });
        }
    }

    @Test
    void whatTheFirstGreenletThrowsEndsTheProgramAndIsPrintedOnce() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.of(FailsInRun.class).run();
        assertThat(outcome.output().getFirst())
                .isEqualTo("Exception in thread \"main\" java.io.IOException: of the body");
        assertThat(outcome.output()).filteredOn(line -> line.contains("IOException")).hasSize(1);
        assertThat(outcome.exit()).isEqualTo(1);
    }

    static final class Killed {
        public static void main(String[] arguments) {
            String value = Jevent.run(() -> {
                Greenlet.current().killLater(new GreenletExit());
                Jevent.sleep(Duration.ofSeconds(10));
                return "not reached";
            });
            System.out.println(value);
        }
    }

    @Test
    void aFirstGreenletThatIsKilledEndsWithoutAValue() throws Exception {
        assertThat(ChildJvm.of(Killed.class).run().output()).containsExactly("null");
    }

    // ---- laziness ----

    static final class OnlyLooks {
        public static void main(String[] arguments) {
            int before = Thread.activeCount();
            System.out.println(Hub.ifExists() + " " + Settings.keys().isEmpty() + " " + Loop.class.getSimpleName());
            System.out.println(Thread.activeCount() - before);
        }
    }

    @Test
    void lookingForAHubMakesNoneAndStartsNoThread() throws Exception {
        assertThat(ChildJvm.of(OnlyLooks.class).run().output()).containsExactly("null false Loop", "0");
    }

    // ---- memory ----

    static final class OutOfMemory {
        public static void main(String[] arguments) throws Exception {
            Hub hub = Hub.current();
            int[] reported = new int[1];
            hub.errorHandler((context, error) -> {
                if (error instanceof OutOfMemoryError) {
                    reported[0]++;
                } else {
                    error.printStackTrace();
                }
            });
            for (int i = 0; i < 20; i++) {
                Greenlet<Object> greedy = hub.spawn(() -> {
                    List<byte[]> hoard = new ArrayList<>();
                    while (true) {
                        hoard.add(new byte[1 << 20]);
                        hub.yieldNow();
                    }
                });
                Greenlet<Integer> modest = hub.spawn(() -> {
                    for (int n = 0; n < 100; n++) {
                        hub.yieldNow();
                    }
                    return 42;
                });
                hub.joinAll(List.of(greedy, modest));
                if (!(greedy.exception() instanceof OutOfMemoryError)) {
                    System.out.println("ended with " + greedy.exception());
                }
                if (!Integer.valueOf(42).equals(modest.value()) && !(modest.exception() instanceof OutOfMemoryError)) {
                    System.out.println("the other ended with " + modest.exception());
                }
            }
            System.out.println(reported[0] >= 20);
            System.out.println(hub.spawn(() -> "alive").get());
            hub.close();
        }
    }

    @Test
    void outOfMemoryEndsAGreenletAndNotTheHub() throws Exception {
        ChildJvm.Outcome outcome = ChildJvm.of(OutOfMemory.class).option("-Xmx48m").run();
        assertThat(outcome.output()).containsExactly("true", "alive");
        assertThat(outcome.exit()).isZero();
    }
}
