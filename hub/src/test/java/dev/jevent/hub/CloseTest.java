package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.HubDestroyed;
import dev.jevent.Loop;
import dev.jevent.Settings;
import dev.jevent.Task;
import dev.jevent.Waiter;
import dev.jevent.Watcher;
import dev.jevent.spi.Environment;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The end of a hub: what it does to its greenlets, and to those that outlive it. In real time, on threads of their own. */
class CloseTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    /** Those that don't end are given up almost at once. */
    private static final Settings IMPATIENT = Settings.process().with(Settings.CLOSE_TIMEOUT, Duration.ofMillis(20));

    private final Queue<Object> log = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> reported = new ConcurrentLinkedQueue<>();

    private Hub impatient() {
        Hub hub = LoopHub.open(Environment.system(), IMPATIENT, null);
        hub.errorHandler((context, error) -> reported.add(error));
        return hub;
    }

    // ---- those that end ----

    @Test
    void itsGreenletsGetHubDestroyedAndTheirFinallyBlocksRun() throws Exception {
        OwnThread.run(() -> {
            Hub hub = Hub.current();
            Greenlet<Void> waiting = hub.spawn((Task) () -> {
                try {
                    new Flag().await();
                } finally {
                    hub.sleep(Duration.ofMillis(1)); // may still wait
                    log.add("cleaned up");
                }
            });
            Greenlet<Void> sleeping = hub.spawn(() -> hub.sleep(LONG));
            Greenlet<Void> inJdk = hub.spawn((Task) () -> Thread.sleep(LONG));
            Greenlet<?> unbegun = hub.spawnLater(LONG, () -> log.add("not reached"));
            hub.yieldNow();
            Greenlet<?> late = hub.spawn(() -> log.add("not reached"));
            Greenlet<Void> unstarted = new Greenlet<>(hub, () -> {
                log.add("not reached");
                return null;
            });
            hub.close();
            for (Greenlet<?> greenlet : List.of(waiting, sleeping, inJdk, unbegun, late)) {
                assertThat(greenlet.exit()).isInstanceOf(HubDestroyed.class).hasMessageContaining("is being closed");
            }
            assertThat(log).containsExactly("cleaned up");
            unstarted.start();
            assertThat(unstarted.exit()).isInstanceOf(HubDestroyed.class);
            assertThat(unstarted.join(Duration.ZERO)).isTrue();
            assertThatThrownBy(() -> new Greenlet<>(hub, () -> 1)).isInstanceOf(HubDestroyed.class);
            assertThatThrownBy(() -> hub.spawn(() -> 1)).isInstanceOf(HubDestroyed.class);
            assertThat(hub.statistics().closed()).isTrue();
            assertThat(hub.statistics().greenlets()).isZero();
        });
    }

    @Test
    void whatIsSpawnedWhileItClosesIsKilledToo() throws Exception {
        OwnThread.run(() -> {
            Hub hub = impatient();
            hub.spawn((Task) () -> {
                try {
                    hub.sleep(LONG);
                } finally {
                    hub.spawn((Task) () -> log.add("not reached"));
                    Greenlet.shielded(() -> {
                        Greenlet<Void> begun = new Greenlet<>(hub, () -> {
                            hub.sleep(LONG);
                            return null;
                        });
                        begun.start();
                        begun.join();
                        log.add(begun.exit().getClass());
                        return null;
                    });
                }
            });
            hub.yieldNow();
            hub.close();
            assertThat(log).containsExactly(HubDestroyed.class);
            assertThat(hub.statistics().greenlets()).isZero();
            assertThat(reported).isEmpty();
        });
    }

    @Test
    void virtualThreadsThatTheJdkMadeOnItAreEndedToo() throws Exception {
        OwnThread.run(() -> {
            Hub hub = Hub.current();
            AtomicReference<Thread> made = new AtomicReference<>();
            hub.spawn((Task) () -> made.set(Thread.startVirtualThread(() -> {
                try {
                    hub.sleep(LONG);
                } catch (GreenletExit e) {
                    log.add(e.getClass());
                }
            })));
            hub.sleep(Duration.ofMillis(1));
            hub.close();
            assertThat(made.get().join(Duration.ofSeconds(20))).isTrue();
            assertThat(log).containsExactly(HubDestroyed.class);
        });
    }

    @Test
    void afterTheEndEveryUseSaysSo() throws Exception {
        OwnThread.run(() -> {
            Hub hub = Hub.current();
            hub.close();
            List<Task> uses = List.of(
                    () -> hub.sleep(Duration.ofMillis(1)),
                    hub::yieldNow,
                    () -> hub.idle(0),
                    hub::join,
                    hub::resolver,
                    hub::threadPool,
                    () -> hub.waitAll(List.of(new Flag())),
                    () -> hub.iwait(List.of(new Flag()), null).close());
            for (Task use : uses) {
                assertThatThrownBy(use::run).isInstanceOf(HubDestroyed.class).hasMessage(hub + " was closed");
            }
            assertThat(Hub.ifExists()).isNull();
            hub.errorHandler((context, error) -> reported.add(error));
            hub.handleError("a context", new IllegalStateException("afterwards"));
            assertThat(reported).hasSize(1); // there is no later step any more
        });
    }

    @Test
    void anInterruptOfMainNeitherSpeedsUpNorStopsAClose() throws Exception {
        OwnThread.run(() -> {
            Hub hub = impatient();
            Greenlet<Void> slow = hub.spawn((Task) () -> {
                try {
                    hub.sleep(LONG);
                } finally {
                    hub.sleep(Duration.ofMillis(5));
                    log.add("cleaned up");
                }
            });
            hub.yieldNow();
            Thread.currentThread().interrupt();
            hub.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(log).containsExactly("cleaned up");
            assertThat(slow.dead()).isTrue();
            assertThat(reported).isEmpty();
        });
    }

    // ---- those that don't end ----

    @Test
    void thoseThatRefuseToEndAreNamedAndTheirNextWaitFails() throws Exception {
        CountDownLatch gone = new CountDownLatch(1);
        OwnThread.run(() -> {
            Hub hub = impatient();
            Greenlet<Void> stubborn = hub.spawn((Task) () -> {
                while (true) {
                    try {
                        hub.sleep(Duration.ofMillis(1));
                    } catch (HubDestroyed e) {
                        if (hub.isClosed()) {
                            log.add(e.getMessage());
                            log.add(Hub.current() == hub);
                            for (Task wait : List.<Task>of(hub::yieldNow, () -> new Flag().await(), Waiter::current)) {
                                assertThatThrownBy(wait::run).isInstanceOf(HubDestroyed.class);
                            }
                            gone.countDown();
                            return;
                        }
                    }
                }
            });
            hub.yieldNow();
            stubborn.name("stubborn");
            hub.close();
            assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
            Eventually.until("it has ended", stubborn::dead);
            assertThat(stubborn.exception()).isNull();
            assertThat(log).hasSize(2).last().isEqualTo(true);
            assertThat(reported).singleElement()
                    .extracting(Throwable::getMessage)
                    .asString()
                    .startsWith("1 greenlets didn't end when their hub was closed: <Greenlet \"stubborn\"");
        });
    }

    @Test
    void thoseInTimedWaitsOfTheJdkGoOnWithTheJdksScheduler() throws Exception {
        CountDownLatch ended = new CountDownLatch(4);
        OwnThread.run(() -> {
            Hub hub = impatient();
            Object monitor = new Object();
            List<Task> waits = List.of(
                    () -> Thread.sleep(50),
                    () -> LockSupport.parkNanos(50_000_000),
                    () -> {
                        synchronized (monitor) {
                            monitor.wait(50);
                        }
                    },
                    () -> new CountDownLatch(1).await(50, TimeUnit.MILLISECONDS));
            for (Task wait : waits) {
                hub.spawn((Task) () -> {
                    do {
                        try {
                            wait.run();
                        } catch (InterruptedException e) {
                            log.add("ignored");
                        }
                        Thread.interrupted(); // else parkNanos would return at once for ever
                    } while (!hub.isClosed());
                    wait.run(); // as often as it likes
                    ended.countDown();
                });
            }
            hub.yieldNow();
            hub.close();
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
            assertThat(reported.poll()).hasMessageContaining("4 greenlets");
        });
    }

    @Test
    void thoseInAJdkCallGoOnWhenItEndsAndMayBeEndedByAnyThread() throws Exception {
        OwnThread.run(() -> {
            Hub hub = impatient();
            ReentrantLock lock = new ReentrantLock();
            lock.lock();
            Greenlet<String> locking = hub.spawn(() -> {
                lock.lock(); // cannot be interrupted
                lock.unlock();
                try {
                    hub.yieldNow();
                    return "waited";
                } catch (HubDestroyed e) {
                    return "refused on " + (Thread.currentThread().isVirtual() ? "the JDK's scheduler" : "?");
                }
            });
            Greenlet<String> parked = hub.spawn(() -> {
                do {
                    LockSupport.park();
                } while (!Thread.interrupted() || !hub.isClosed());
                return "interrupted";
            });
            Greenlet<Void> failing = hub.spawn((Task) () -> {
                lock.lock();
                lock.unlock();
                throw new IllegalStateException("after the end");
            });
            hub.yieldNow();
            hub.close();
            assertThat(reported.poll()).hasMessageContaining("3 greenlets");
            lock.unlock(); // by what was main: hands them to the JDK's scheduler
            Eventually.until("it has the lock", () -> locking.dead() && failing.dead());
            assertThat(locking.value()).isEqualTo("refused on the JDK's scheduler");
            Eventually.until("its error is reported", () -> !reported.isEmpty());
            assertThat(reported.poll()).hasMessage("after the end");
            parked.kill(new GreenletExit(), Duration.ofSeconds(20));
            assertThat(parked.value()).isEqualTo("interrupted");
        });
    }

    @Test
    void aShieldedWaitIsOverToo() throws Exception {
        OwnThread.run(() -> {
            Hub hub = impatient();
            Flag never = new Flag();
            List<Task> waits = List.of(
                    never::await,
                    () -> hub.sleep(LONG),
                    () -> hub.await(hub.loop().async()),
                    () -> hub.waitAll(List.of(never)));
            List<Greenlet<Void>> greenlets = new ArrayList<>();
            for (Task wait : waits) {
                greenlets.add(hub.spawn((Task) () -> Greenlet.shielded(() -> {
                    wait.run();
                    return null;
                })));
            }
            hub.yieldNow();
            hub.close();
            Eventually.until("all have ended", () -> greenlets.stream().allMatch(Greenlet::dead));
            assertThat(greenlets).extracting(Greenlet::exit).allMatch(HubDestroyed.class::isInstance);
            assertThat(never.linkCount()).isZero();
            assertThat(reported.poll()).hasMessageContaining("4 greenlets");
            assertThat(reported).isEmpty();
        });
    }

    @Test
    void aCallbackParkedInTheJdkGoesOnAndThoseBehindItRun() throws Exception {
        OwnThread.run(() -> {
            Hub hub = impatient();
            ReentrantLock lock = new ReentrantLock();
            lock.lock();
            hub.loop().runCallback(() -> {
                lock.lock();
                lock.unlock();
                log.add("one");
            });
            hub.loop().runCallback(() -> log.add("two"));
            hub.yieldNow();
            assertThat(log).isEmpty();
            hub.close();
            lock.unlock();
            Eventually.until("both have run", () -> log.size() == 2);
            assertThat(log).containsExactly("one", "two");
        });
    }

    // ---- races with other threads ----

    @Test
    void whatOtherThreadsBringWhileItClosesEndsOneWayOrTheOther() throws Exception {
        for (int round = 0; round < 30; round++) {
            Queue<Greenlet<?>> spawned = new ConcurrentLinkedQueue<>();
            AtomicReference<Hub> opened = new AtomicReference<>();
            OwnThread.Running spawner = OwnThread.start("spawner", () -> {
                Eventually.until("the hub is open", () -> opened.get() != null);
                Hub hub = opened.get();
                try {
                    for (int i = 0; i < 200; i++) {
                        Greenlet<Void> greenlet = hub.spawn(() -> hub.sleep(LONG));
                        spawned.add(greenlet);
                        if (i % 3 == 0) {
                            greenlet.killLater();
                        }
                        hub.handleError("context", new GreenletExit());
                    }
                } catch (HubDestroyed e) {
                    // from now on it says so
                }
            });
            OwnThread.run(() -> {
                Hub hub = Hub.current();
                hub.errorHandler((context, error) -> reported.add(error));
                opened.set(hub);
                hub.sleep(Duration.ofMillis(1));
                hub.close();
            });
            spawner.await();
            Eventually.until("all have ended", () -> spawned.stream().allMatch(Greenlet::dead));
            assertThat(spawned).allMatch(greenlet -> greenlet.exit() != null);
            assertThat(reported).isEmpty();
        }
    }

    @Test
    void aKillThatCrossesTheStartOfItsGreenletLeavesNothing() throws Exception {
        OwnThread.run(() -> {
            try (Hub hub = Hub.current()) {
                AtomicReference<Greenlet<?>> crossing = new AtomicReference<>();
                OwnThread.Running starter;
                try (Hub.Hold hold = hub.hold()) {
                    starter = OwnThread.start("starter", () -> {
                        for (int i = 0; i < 2000; i++) {
                            Greenlet<?> greenlet = new Greenlet<>(hub, () -> 1);
                            crossing.set(greenlet);
                            greenlet.start();
                            greenlet.join();
                        }
                        crossing.set(hub.main());
                    });
                    Greenlet<?> seen = null;
                    while (seen != hub.main()) {
                        Greenlet<?> now = crossing.get();
                        if (now != seen && now != hub.main()) {
                            now.killLater();
                        }
                        seen = now;
                        hub.yieldNow();
                    }
                }
                starter.await();
                hub.join();
                assertThat(hub.greenlets()).isEmpty();
                assertThat(hub.statistics().greenlets()).isZero();
            }
        });
    }

    // ---- a thread that ends without closing its hub ----

    @Test
    void theHubOfAThreadThatEndedIsClosedWhenTheNextOneIsOpened() throws Exception {
        AtomicReference<Hub> abandoned = new AtomicReference<>();
        AtomicReference<Loop> loop = new AtomicReference<>();
        List<Greenlet<?>> left = new ArrayList<>();
        ReentrantLock lock = new ReentrantLock();
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch unlock = new CountDownLatch(1);
        OwnThread.Running holder = OwnThread.start("holder", () -> {
            lock.lock();
            locked.countDown();
            unlock.await();
            lock.unlock();
        });
        locked.await();
        OwnThread.run(() -> {
            Hub hub = Hub.current();
            abandoned.set(hub);
            loop.set(hub.loop());
            hub.loop().runCallback(() -> {}); // the hub greenlet exists
            left.add(hub.spawn((Task) () -> {
                try {
                    new Flag().await();
                } finally {
                    log.add("cleaned up");
                }
            }));
            left.add(hub.spawn(() -> hub.sleep(LONG)));
            left.add(hub.spawnLater(LONG, () -> log.add("not reached")));
            left.add(hub.spawn((Task) () -> {
                lock.lock();
                lock.unlock();
                log.add("locked");
            }));
            left.add(hub.spawn((Task) () -> Thread.sleep(20)));
            hub.yieldNow();
            left.add(hub.spawn(() -> log.add("not reached")));
        });
        assertThat(abandoned.get().isClosed()).isFalse();
        OwnThread.run(() -> {
            try (Hub next = Hub.current()) {
                assertThat(next.ident()).isEqualTo(abandoned.get().ident());
                assertThat(abandoned.get().isClosed()).isTrue();
                assertThat(loop.get().isClosed()).isTrue();
            }
        });
        unlock.countDown();
        holder.await();
        Eventually.until("all have ended", () -> left.stream().allMatch(Greenlet::dead));
        assertThat(log).containsExactlyInAnyOrder("cleaned up", "locked");
        for (Greenlet<?> greenlet : left) {
            assertThat(greenlet.successful()).isTrue();
        }
        assertThat(left.getFirst().exit()).isInstanceOf(HubDestroyed.class);
        WeakReference<Hub> reference = new WeakReference<>(abandoned.getAndSet(null));
        loop.set(null);
        left.clear();
        Eventually.until("it is collected", () -> {
            System.gc();
            return reference.get() == null;
        });
    }

    @Test
    void manyThreadsThatOpenHubsAtOnceCloseAnAbandonedOneOnce() throws Exception {
        for (int round = 0; round < 10; round++) {
            AtomicReference<Hub> abandoned = new AtomicReference<>();
            OwnThread.run(() -> {
                abandoned.set(Hub.current());
                Hub.current().spawn(() -> Hub.current().sleep(LONG));
                Hub.current().yieldNow();
            });
            CountDownLatch go = new CountDownLatch(1);
            List<OwnThread.Running> openers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                openers.add(OwnThread.start("opener " + i, () -> {
                    go.await();
                    try (Hub hub = Hub.current()) {
                        assertThat(hub.spawn(() -> 42).get()).isEqualTo(42);
                    }
                }));
            }
            go.countDown();
            for (OwnThread.Running opener : openers) {
                opener.await();
            }
            assertThat(abandoned.get().isClosed()).isTrue();
        }
    }

    // ---- many ----

    @Test
    @EnabledOnOs(OS.LINUX)
    void manyHubsOneAfterAnotherLeaveNoThreadAndNoDescriptor() throws Exception {
        OwnThread.run(() -> {
            openAndClose(50);
            System.gc();
            int threads = Thread.getAllStackTraces().size();
            long descriptors = descriptors();
            openAndClose(2000);
            assertThat(Thread.getAllStackTraces().size()).isLessThanOrEqualTo(threads + 1);
            assertThat(descriptors()).isLessThanOrEqualTo(descriptors + 2);
        });
    }

    private static long descriptors() throws Exception {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.count();
        }
    }

    private static void openAndClose(int times) throws Exception {
        for (int i = 0; i < times; i++) {
            try (Hub hub = Hub.current()) {
                assertThat(hub.ident()).isNotNegative();
                hub.spawn(() -> hub.sleep(Duration.ofNanos(1)));
                hub.spawn(() -> hub.sleep(LONG));
                hub.loop().runCallback(() -> {});
                try (Watcher watcher = hub.loop().async()) {
                    watcher.start(() -> {});
                }
                hub.yieldNow();
                if (i % 10 == 0) { // with descriptors of its own
                    java.nio.channels.Pipe pipe = java.nio.channels.Pipe.open();
                    pipe.source().configureBlocking(false);
                    try (Watcher io = hub.loop().io(dev.jevent.Pollable.of(pipe.source()), 1)) {
                        io.start(() -> {});
                        pipe.sink().write(java.nio.ByteBuffer.allocate(1));
                        hub.sleep(Duration.ofMillis(1));
                    }
                    pipe.source().close();
                    pipe.sink().close();
                }
            }
        }
    }
}
