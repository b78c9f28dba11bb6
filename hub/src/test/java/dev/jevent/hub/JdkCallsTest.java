package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Greenlets in blocking calls of the JDK: they let others run, wait in the hub's own timers, and can be killed. */
class JdkCallsTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** What the JDK opens once for all sockets is not a test's. */
    @BeforeAll
    static void sockets() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort());
                Socket accepted = listener.accept()) {
            socket.getOutputStream().write(1);
            accepted.getInputStream().read();
        }
    }

    private record Call(String name, Task call) {
        @Override
        public String toString() {
            return name;
        }
    }

    // ---- time ----

    static Stream<Call> timedWaits() {
        ReentrantLock held = new ReentrantLock();
        Object monitor = new Object();
        return Stream.of(
                new Call("Thread.sleep", () -> Thread.sleep(1)),
                new Call("LockSupport.parkNanos", () -> LockSupport.parkNanos(1_000_000)),
                new Call("Object.wait", () -> {
                    synchronized (monitor) {
                        monitor.wait(1);
                    }
                }),
                new Call("Lock.tryLock", () -> {
                    Thread holder = Thread.startVirtualThread(() -> {
                        held.lock();
                        LockSupport.park();
                        held.unlock();
                    });
                    while (!held.isLocked()) {
                        Thread.yield();
                    }
                    assertThat(held.tryLock(1, TimeUnit.MILLISECONDS)).isFalse();
                    LockSupport.unpark(holder);
                    holder.join();
                }),
                new Call("BlockingQueue.poll", () -> new LinkedBlockingQueue<>().poll(1, TimeUnit.MILLISECONDS)),
                new Call("CountDownLatch.await", () -> new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS)),
                new Call("Future.get", () -> assertThatThrownBy(() -> new CompletableFuture<>().get(1, TimeUnit.MILLISECONDS))),
                new Call("Thread.join", () -> {
                    Thread other = Thread.startVirtualThread(LockSupport::park);
                    other.join(1);
                    LockSupport.unpark(other);
                    other.join();
                }));
    }

    @OnHub(virtualTime = false)
    @ParameterizedTest(name = "{0}")
    @MethodSource("timedWaits")
    void aTimedWaitOfTheJdkIsATimerOfTheHub(Call wait, Hub hub) {
        Greenlet<Void> greenlet = hub.spawn(wait.call());
        int most = 0;
        while (!greenlet.dead()) {
            hub.yieldNow();
            most = Math.max(most, hub.statistics().loop().timers());
        }
        assertThat(greenlet.exception()).isNull();
        assertThat(most).isEqualTo(1);
        assertThat(hub.statistics().loop().timers()).isZero();
        assertThat(hub.statistics().loop().refs()).isZero();
    }

    @OnHub(virtualTime = false)
    @ParameterizedTest(name = "{0}")
    @MethodSource("timedWaits")
    void joiningTheHubWaitsForThoseInTimedWaits(Call wait, Hub hub) {
        Greenlet<Void> greenlet = hub.spawn(wait.call());
        hub.join();
        assertThat(greenlet.dead()).isTrue();
        assertThat(greenlet.exception()).isNull();
    }

    @HubTest(virtualTime = false)
    void aTimedWaitThatEndsEarlyTakesItsTimerWithIt(Hub hub) {
        List<Greenlet<Void>> greenlets = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            greenlets.add(hub.spawn((Task) () -> LockSupport.parkNanos(LONG.toNanos())));
        }
        hub.yieldNow();
        assertThat(hub.statistics().loop().timers()).isEqualTo(1000);
        for (int i = 999; i >= 0; i -= 2) {
            LockSupport.unpark(greenlets.get(i).thread());
        }
        hub.yieldNow();
        assertThat(hub.statistics().loop().timers()).isEqualTo(500);
        for (int i = 0; i < 1000; i += 2) {
            LockSupport.unpark(greenlets.get(i).thread());
        }
        hub.joinAll(greenlets);
        assertThat(hub.statistics().loop().timers()).isZero();
    }

    // ---- locks ----

    @HubTest(virtualTime = false)
    void greenletsContendForAMonitorAndForALock(Hub hub) {
        ReentrantLock lock = new ReentrantLock();
        Object monitor = new Object();
        int[] counts = new int[2];
        List<Greenlet<?>> greenlets = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            greenlets.add(hub.spawn((Task) () -> {
                for (int n = 0; n < 10; n++) {
                    synchronized (monitor) {
                        int count = counts[0];
                        hub.yieldNow();
                        counts[0] = count + 1;
                    }
                    lock.lock();
                    try {
                        int count = counts[1];
                        Thread.sleep(0, 1000);
                        counts[1] = count + 1;
                    } finally {
                        lock.unlock();
                    }
                }
            }));
        }
        hub.joinAll(greenlets);
        assertThat(counts).containsExactly(100, 100);
    }

    @HubTest(virtualTime = false)
    void aGreenletAndAPlatformThreadContendForAMonitor(Hub hub) throws Exception {
        Object monitor = new Object();
        int[] count = new int[1];
        Task counting = () -> {
            for (int n = 0; n < 2000; n++) {
                synchronized (monitor) {
                    count[0]++;
                    if (Thread.currentThread().isVirtual()) {
                        Thread.yield();
                    }
                }
            }
        };
        OwnThread.Running other = OwnThread.start("other", counting);
        Greenlet<Void> greenlet = hub.spawn(counting);
        greenlet.join();
        other.await();
        assertThat(greenlet.exception()).isNull();
        assertThat(count[0]).isEqualTo(4000);
    }

    // ---- virtual threads that the JDK makes ----

    @HubTest
    void aVirtualThreadMadeInAGreenletRunsOnTheHubAndCanWaitThere(Hub hub) throws Exception {
        List<Object> seen = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            Thread made = Thread.startVirtualThread(() -> {
                seen.add(Hub.current());
                seen.add(hub.isCurrent());
                Greenlet<?> self = Greenlet.current();
                hub.sleep(Duration.ofMillis(1));
                seen.add(Greenlet.current() == self);
                seen.add(self.thread() == Thread.currentThread());
                seen.add(hub.spawn(() -> 42).join(Duration.ofSeconds(1)));
            });
            made.join();
        });
        greenlet.join();
        assertThat(seen).containsExactly(hub, true, true, true, true);
    }

    @HubTest
    void oneWithAHandlerOfItsOwnIsTheSameGreenletThroughout(Hub hub) {
        List<Object> seen = new ArrayList<>();
        hub.spawn((Task) () -> Thread.ofVirtual()
                .uncaughtExceptionHandler((thread, error) -> seen.add(error.getMessage()))
                .start(() -> {
                    Greenlet<?> self = Greenlet.current();
                    hub.yieldNow();
                    seen.add(Greenlet.current() == self);
                    throw new IllegalStateException("for its own handler");
                })
                .join()).join();
        assertThat(seen).containsExactly(true, "for its own handler");
    }

    @HubTest
    void aGreenletWhoseHandlerIsReplacedIsTheSameGreenletStill(Hub hub, Errors errors) throws Exception {
        Greenlet<Boolean> greenlet = hub.spawn(() -> {
            Greenlet<?> self = Greenlet.current();
            Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {
                throw new IllegalStateException("a handler that fails");
            });
            hub.sleep(Duration.ofMillis(1));
            return Greenlet.current() == self && Hub.current() == hub && hub.isCurrent();
        });
        assertThat(greenlet.get()).isTrue();
        Object[] inCallback = new Object[1];
        hub.loop().runCallback(() -> Thread.currentThread().setUncaughtExceptionHandler(null));
        hub.loop().runCallback(() -> inCallback[0] = Greenlet.current());
        hub.loop().runCallback(() -> hub.sleep(Duration.ofMillis(1)));
        errors.expect(dev.jevent.BlockingSwitchOutException.class);
        hub.sleep(Duration.ofMillis(1));
        assertThat(inCallback[0]).hasToString("<hub greenlet of " + hub + ">");
    }

    @HubTest
    void aHandlerOfAVirtualThreadThatFailsDoesNotEndTheHub(Hub hub, Errors errors) throws Exception {
        errors.expectAny();
        hub.spawn((Task) () -> Thread.ofVirtual()
                .uncaughtExceptionHandler((thread, error) -> {
                    throw new IllegalStateException("a handler that fails");
                })
                .start(() -> {
                    throw new IllegalArgumentException("uncaught");
                })
                .join()).join();
        assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
    }

    @HubTest
    void aVirtualThreadMadeInAGreenletCanBeKilled(Hub hub) {
        AtomicReference<Greenlet<?>> adopted = new AtomicReference<>();
        Greenlet<Void> maker = hub.spawn((Task) () -> Thread.startVirtualThread(() -> {
            adopted.set(Greenlet.current());
            hub.sleep(LONG);
        }).join());
        hub.sleep(Duration.ofMillis(1));
        adopted.get().killLater();
        maker.join();
        assertThat(adopted.get().thread().isAlive()).isFalse();
        adopted.get().killLater(); // of one that has ended: nothing, and not again and again
        hub.sleep(Duration.ofMillis(1));
        hub.sleep(Duration.ofMillis(1));
        assertThat(hub.statistics().ready()).isZero();
    }

    @HubTest(virtualTime = false)
    void executorsOfVirtualThreadsWorkInGreenlets(Hub hub) throws Exception {
        Greenlet<Integer> greenlet = hub.spawn(() -> {
            int sum = 0;
            try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<Integer>> futures = new ArrayList<>();
                for (int i = 0; i < 100; i++) {
                    int number = i;
                    futures.add(executor.submit(() -> {
                        Thread.sleep(1);
                        hub.yieldNow();
                        return number;
                    }));
                }
                for (Future<Integer> future : futures) {
                    sum += future.get();
                }
            }
            return sum;
        });
        assertThat(greenlet.get()).isEqualTo(4950);
    }

    // ---- sockets ----

    @HubTest(virtualTime = false)
    void plainSocketsWorkInGreenlets(Hub hub) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            hub.spawn((Task) () -> {
                try (Socket accepted = listener.accept()) {
                    accepted.getInputStream().transferTo(accepted.getOutputStream());
                }
            });
            Greenlet<String> client = hub.spawn(() -> {
                try (Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
                    socket.getOutputStream().write("echo".getBytes());
                    socket.shutdownOutput();
                    return new String(socket.getInputStream().readAllBytes());
                }
            });
            assertThat(client.get()).isEqualTo("echo");
            hub.join();
        }
    }

    // ---- kills ----

    @HubTest(virtualTime = false)
    void aKillEndsAJdkWaitThatCanBeInterrupted(Hub hub) {
        List<Task> waits = List.of(
                () -> Thread.sleep(LONG),
                () -> new CountDownLatch(1).await(),
                () -> new LinkedBlockingQueue<>().take(),
                () -> {
                    Object monitor = new Object();
                    synchronized (monitor) {
                        monitor.wait();
                    }
                },
                () -> new CompletableFuture<>().get());
        for (Task wait : waits) {
            Greenlet<Void> greenlet = hub.spawn(wait);
            hub.yieldNow();
            GreenletExit exit = new GreenletExit("enough");
            greenlet.kill(exit);
            assertThat(greenlet.exit()).isSameAs(exit);
            assertThat(exit.getSuppressed()).singleElement().isInstanceOf(InterruptedException.class);
        }
        assertThat(hub.statistics().loop().timers()).isZero();
    }

    @HubTest(virtualTime = false)
    void aKillWithAnotherErrorKeepsWhatTheJdkCallThrew(Hub hub, Errors errors) {
        errors.expect(IllegalStateException.class);
        Greenlet<Void> greenlet = hub.spawn((Task) () -> Thread.sleep(LONG));
        hub.yieldNow();
        IllegalStateException killed = new IllegalStateException("killed");
        greenlet.kill(killed);
        assertThat(greenlet.exception()).isSameAs(killed);
        assertThat(killed.getSuppressed()).singleElement().isInstanceOf(InterruptedException.class);
    }

    @HubTest(virtualTime = false)
    void anErrorThatTellsOfTheInterruptIsTheKillAndAnyOtherIsItsOwn(Hub hub, Errors errors) {
        Exception[] circle = {new RuntimeException("one")};
        circle[0].initCause(new RuntimeException("two", circle[0]));
        List<Exception> killed = List.of(
                new IllegalStateException("wrapped", new InterruptedException()),
                new java.net.SocketException("Closed by interrupt"),
                new java.nio.channels.ClosedByInterruptException(),
                new java.io.IOException("Interrupted during connection acquisition"));
        List<Exception> own = List.of(new IllegalStateException("my own"), new RuntimeException(), circle[0]);
        for (Exception thrown : Stream.concat(killed.stream(), own.stream()).toList()) {
            ReentrantLock lock = new ReentrantLock();
            lock.lock();
            Greenlet<Void> greenlet = hub.spawn((Task) () -> {
                lock.lock();
                throw thrown;
            });
            hub.yieldNow();
            greenlet.killLater();
            hub.sleep(Duration.ofMillis(1));
            if (!killed.contains(thrown)) {
                errors.expect(RuntimeException.class);
            }
            lock.unlock();
            greenlet.join();
            assertThat(greenlet.exception()).isSameAs(killed.contains(thrown) ? null : thrown);
        }
    }

    @HubTest(virtualTime = false)
    void aKillInASocketsReadEndsIt(Hub hub) throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                Socket silent = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
            Greenlet<Integer> reader = hub.spawn(() -> silent.getInputStream().read());
            Eventually.untilOnHub("it reads", () -> reader.thread().getState() == Thread.State.WAITING);
            reader.kill();
            assertThat(reader.exit()).isNotNull();
            assertThat(silent.isClosed()).isTrue(); // the JDK closes what is interrupted
            assertThatThrownBy(() -> silent.getInputStream().read()).isInstanceOf(SocketException.class);
        }
    }

    @HubTest(virtualTime = false)
    void aKillInALockOrMonitorIsDeliveredAfterIt(Hub hub) {
        for (boolean monitor : new boolean[] {false, true}) {
            List<String> log = new ArrayList<>();
            Object guarded = new Object();
            ReentrantLock lock = new ReentrantLock();
            Flag end = new Flag();
            Greenlet<Void> holder = hub.spawn((Task) () -> {
                if (monitor) {
                    synchronized (guarded) {
                        end.await();
                    }
                } else {
                    lock.lock();
                    end.await();
                    lock.unlock();
                }
            });
            Greenlet<Void> victim = hub.spawn((Task) () -> {
                if (monitor) {
                    synchronized (guarded) {
                        log.add("in");
                    }
                } else {
                    lock.lock();
                    log.add("in");
                    lock.unlock();
                }
                hub.yieldNow();
                log.add("not reached");
            });
            hub.yieldNow();
            assertThat(victim.kill(new GreenletExit(), Duration.ofMillis(5))).isFalse();
            end.set();
            hub.joinAll(List.of(holder, victim));
            assertThat(log).containsExactly("in");
            assertThat(victim.exit()).isNotNull();
            assertThat(victim.thread().isInterrupted()).isFalse();
        }
    }

    @HubTest(virtualTime = false)
    void aKillWhoseInterruptIsSwallowedComesAtTheNextWaitOfOurs(Hub hub) {
        List<String> log = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            try {
                Thread.sleep(LONG);
            } catch (InterruptedException e) {
                log.add("swallowed");
            }
            Thread.sleep(1); // not interrupted a second time
            log.add("went on");
            hub.sleep(LONG);
            log.add("not reached");
        });
        hub.yieldNow();
        greenlet.kill();
        assertThat(log).containsExactly("swallowed", "went on");
        assertThat(greenlet.exit()).isNotNull();
    }

    @HubTest(virtualTime = false)
    void aSecondKillInterruptsAgain(Hub hub) {
        List<String> log = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            for (int i = 0; i < 2; i++) {
                try {
                    Thread.sleep(LONG);
                } catch (InterruptedException e) {
                    log.add("swallowed");
                }
            }
        });
        hub.yieldNow();
        greenlet.killLater();
        hub.sleep(Duration.ofMillis(1));
        assertThat(log).containsExactly("swallowed");
        greenlet.kill();
        assertThat(log).containsExactly("swallowed", "swallowed");
        assertThat(greenlet.successful()).isTrue();
    }

    @HubTest(virtualTime = false)
    void aKillThatComesBeforeTheJdkCallInterruptsIt(Hub hub) {
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            hub.yieldNow(); // its resumption is queued when the kill arrives…
            Thread.sleep(LONG);
        });
        hub.yieldNow();
        greenlet.killLater(new GreenletExit());
        Greenlet<Void> other = hub.spawn((Task) () -> {
            Greenlet.current().killLater();
            Thread.sleep(LONG); // …or before it waits at all
        });
        hub.joinAll(List.of(greenlet, other));
        assertThat(greenlet.exit()).isNotNull();
        assertThat(other.exit()).isNotNull();
    }

    @HubTest(virtualTime = false)
    void aShieldHoldsBackTheInterruptOfAKill(Hub hub) {
        List<String> log = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            Greenlet.shielded(() -> {
                Thread.sleep(5);
                log.add("slept");
                return null;
            });
            Thread.sleep(LONG);
            log.add("not reached");
        });
        hub.yieldNow();
        greenlet.kill();
        assertThat(log).containsExactly("slept");
        assertThat(greenlet.exit()).isNotNull();
    }

    @HubTest(virtualTime = false)
    void theInterruptOfAnErrorTakenBackIsNotTakenForARealOne(Hub hub) throws Exception {
        Error error = new Error("taken back");
        // by itself
        ReentrantLock lock = new ReentrantLock();
        lock.lock();
        Greenlet<String> own = hub.spawn(() -> {
            lock.lock(); // is interrupted, and ignores it
            boolean takenBack = Greenlet.current().takeBack(error);
            hub.sleep(Duration.ofMillis(1));
            Thread.sleep(1);
            return "lives, " + takenBack;
        });
        hub.yieldNow();
        own.killLater(error);
        hub.sleep(Duration.ofMillis(1));
        lock.unlock();
        assertThat(own.get()).isEqualTo("lives, true");

        // by another
        ReentrantLock second = new ReentrantLock();
        second.lock();
        Greenlet<String> others = hub.spawn(() -> {
            second.lock();
            hub.sleep(Duration.ofMillis(1));
            Thread.currentThread().interrupt();
            try {
                hub.sleep(Duration.ofMillis(1));
                return "a real interrupt was taken for ours";
            } catch (GreenletInterrupted e) {
                return "lives";
            }
        });
        hub.yieldNow();
        others.killLater(error);
        hub.sleep(Duration.ofMillis(1));
        assertThat(others.takeBack(error)).isTrue();
        second.unlock();
        assertThat(others.get()).isEqualTo("lives");
    }

    // ---- interrupts by users ----

    @HubTest
    void anInterruptEndsAWaitOfOursLikeAKill(Hub hub) {
        List<Object> caught = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            try {
                hub.sleep(LONG);
            } catch (GreenletInterrupted e) {
                caught.add(Thread.currentThread().isInterrupted());
                throw e;
            }
        });
        hub.yieldNow();
        greenlet.thread().interrupt();
        greenlet.join();
        assertThat(caught).containsExactly(false);
        assertThat(greenlet.exit()).isInstanceOf(GreenletInterrupted.class);

        Greenlet<Void> before = hub.spawn((Task) () -> {
            Thread.currentThread().interrupt();
            hub.sleep(LONG);
        });
        before.join();
        assertThat(before.exit()).isInstanceOf(GreenletInterrupted.class);
    }

    @HubTest
    void anInterruptThatComesTooLateForAWaitStaysForWhatFollows(Hub hub) throws Exception {
        Flag flag = new Flag();
        Greenlet<Boolean> greenlet = hub.spawn(() -> {
            flag.await();
            return Thread.currentThread().isInterrupted();
        });
        hub.yieldNow();
        flag.set();
        greenlet.thread().interrupt();
        assertThat(greenlet.get()).isTrue();
    }

    @HubTest
    void aShieldHoldsBackAnInterruptToo(Hub hub) throws Exception {
        Greenlet<Boolean> greenlet = hub.spawn(() -> Greenlet.shielded(() -> {
            hub.sleep(Duration.ofMillis(1));
            return Thread.currentThread().isInterrupted();
        }));
        hub.yieldNow();
        greenlet.thread().interrupt();
        assertThat(greenlet.get()).isTrue();
    }

    @HubTest(virtualTime = false)
    void anInterruptEndsAJdkWaitAsTheJdkHasIt(Hub hub) throws Exception {
        Greenlet<Boolean> greenlet = hub.spawn(() -> {
            try {
                Thread.sleep(LONG);
                return false;
            } catch (InterruptedException e) {
                return true;
            }
        });
        hub.yieldNow();
        greenlet.thread().interrupt();
        assertThat(greenlet.get()).isTrue();
    }

    // ---- LoopExit ----

    @HubTest(virtualTime = false)
    void mainWaitsWhileAGreenletIsInAJdkCall(Hub hub) throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        Flag flag = new Flag();
        Greenlet<Void> inJdk = hub.spawn((Task) () -> {
            latch.await();
            flag.set();
        });
        OwnThread.Running other = OwnThread.start("other", () -> {
            Eventually.until("it waits", () -> inJdk.thread().getState() == Thread.State.WAITING);
            latch.countDown();
        });
        flag.await();
        other.await();
    }

    @HubTest(virtualTime = false)
    void joiningTheHubWaitsForAGreenletInAJdkCall(Hub hub) throws Exception {
        CountDownLatch latch = new CountDownLatch(1);
        Greenlet<Void> inJdk = hub.spawn((Task) latch::await);
        OwnThread.Running other = OwnThread.start("other", () -> {
            Eventually.until("it waits", () -> inJdk.thread().getState() == Thread.State.WAITING);
            latch.countDown();
        });
        hub.join();
        assertThat(inJdk.dead()).isTrue();
        other.await();
    }

    @Test
    void greenletsSeeTheContextClassLoaderOfTheThreadThatOpenedTheHub() throws Exception {
        ClassLoader own = new ClassLoader(getClass().getClassLoader()) {};
        OwnThread.run(() -> {
            Thread.currentThread().setContextClassLoader(own);
            try (Hub hub = Hub.current()) {
                assertThat(hub.spawn(() -> Thread.currentThread().getContextClassLoader()).get()).isSameAs(own);
                ClassLoader[] ofCallback = new ClassLoader[1];
                hub.loop().runCallback(() -> ofCallback[0] = Thread.currentThread().getContextClassLoader());
                hub.yieldNow();
                assertThat(ofCallback[0]).isSameAs(own);
            }
        });
    }
}
