package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.testkit.OnHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every blocking call must bear: a timeout around it, a kill, an interrupt. B-GRN-13: exactly the outer error is thrown,
 * and the object is as if nobody had waited.
 */
class OuterTimeoutTest {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Duration LONG = Duration.ofHours(1);

    /** A call that waits for what never comes. */
    private interface Call {
        void wait(Subject subject) throws Exception;
    }

    /** One of each, none of them ready. */
    private static final class Subject {
        final Hub hub;
        final Event event = new Event();
        final AsyncResult<String> result = new AsyncResult<>();
        final Semaphore semaphore = new Semaphore(0);
        final Semaphore fair = new Semaphore(0, true);
        final ReentrantMutex mutex = new ReentrantMutex();
        final ReentrantMutex ownMutex = new ReentrantMutex();
        final MutexCondition condition = ownMutex.newCondition();
        final Greenlet<Void> sleeper;
        final Greenlet<Void> mutexOwner;
        int greenlets;

        Subject(Hub hub) {
            this.hub = hub;
            sleeper = hub.spawn(() -> hub.sleep(LONG));
            mutexOwner = hub.spawn(() -> {
                mutex.lock();
                try {
                    hub.sleep(LONG);
                } finally {
                    mutex.unlock();
                }
            });
            hub.yieldNow();
        }

        void checkThatNobodyWaits() {
            assertThat(event.linkCount()).isZero();
            assertThat(result.linkCount()).isZero();
            assertThat(semaphore.linkCount()).isZero();
            assertThat(fair.linkCount()).isZero();
            assertThat(mutex.queueLength()).isZero();
            assertThat(ownMutex.locked()).isFalse();
            assertThat(condition.queueLength()).isZero();
            assertThat(sleeper.linkCount()).isZero();
        }

        /** Each still works. */
        void checkThatAllWork() throws Exception {
            List<Greenlet<?>> waiting = new ArrayList<>();
            waiting.add(hub.spawn(() -> event.await()));
            waiting.add(hub.spawn(() -> result.get()));
            waiting.add(hub.spawn(() -> semaphore.acquire()));
            waiting.add(hub.spawn(() -> fair.acquire()));
            waiting.add(hub.spawn(() -> {
                mutex.lock();
                mutex.unlock();
            }));
            waiting.add(hub.spawn(() -> {
                ownMutex.lock();
                condition.await();
                ownMutex.unlock();
            }));
            hub.yieldNow();
            event.set();
            result.set("value");
            assertThat(semaphore.release()).isEqualTo(1);
            assertThat(fair.release()).isZero();
            mutexOwner.kill();
            ownMutex.lock();
            condition.signal();
            ownMutex.unlock();
            sleeper.kill();
            hub.joinAll(waiting);
            assertThat(waiting).allSatisfy(each -> assertThat(each.exception()).isNull());
            assertThat(semaphore.availablePermits()).isZero();
            assertThat(fair.availablePermits()).isZero();
            assertThat(mutex.locked()).isFalse();
            checkThatNobodyWaits();
        }
    }

    static List<Arguments> calls() {
        return List.of(
                call("Event.await()", s -> s.event.await()),
                call("Event.await(Duration)", s -> s.event.await(LONG)),
                call("AsyncResult.get()", s -> s.result.get()),
                call("AsyncResult.get(Duration)", s -> s.result.get(LONG)),
                call("AsyncResult.get(long, TimeUnit)", s -> s.result.get(1, TimeUnit.HOURS)),
                call("AsyncResult.join()", s -> s.result.join()),
                call("AsyncResult.join(Duration)", s -> s.result.join(LONG)),
                call("Semaphore.acquire()", s -> s.semaphore.acquire()),
                call("Semaphore.acquire(Duration)", s -> s.semaphore.acquire(LONG)),
                call("Semaphore.hold()", s -> s.semaphore.hold()),
                call("Semaphore.awaitAvailable()", s -> s.semaphore.awaitAvailable()),
                call("Semaphore.awaitAvailable(Duration)", s -> s.semaphore.awaitAvailable(LONG)),
                call("fair Semaphore.acquire()", s -> s.fair.acquire()),
                call("fair Semaphore.acquire(Duration)", s -> s.fair.acquire(LONG)),
                call("Semaphore.acquire() after one in vain", s -> {
                    Greenlet<Void> thief = s.hub.spawn(() -> {
                        s.semaphore.release();
                        s.semaphore.acquire();
                    });
                    s.semaphore.acquire();
                    thief.join();
                }),
                call("ReentrantMutex.lock()", s -> s.mutex.lock()),
                call("ReentrantMutex.lock(Duration)", s -> s.mutex.lock(LONG)),
                call("ReentrantMutex.lockInterruptibly()", s -> s.mutex.lockInterruptibly()),
                call("ReentrantMutex.tryLock(long, TimeUnit)", s -> s.mutex.tryLock(1, TimeUnit.HOURS)),
                call("ReentrantMutex.hold()", s -> s.mutex.hold()),
                call("MutexCondition.await()", s -> onCondition(s, s.condition::await)),
                call("MutexCondition.await(Duration)", s -> onCondition(s, () -> s.condition.await(LONG))),
                call("MutexCondition.awaitNanos(long)", s -> onCondition(s, () -> s.condition.awaitNanos(LONG.toNanos()))),
                call("MutexCondition.awaitUninterruptibly()", s -> onCondition(s, s.condition::awaitUninterruptibly)),
                call("Greenlet.join()", s -> s.sleeper.join()),
                call("Greenlet.join(Duration)", s -> s.sleeper.join(LONG)),
                call("Greenlet.get()", s -> s.sleeper.get()),
                call("Greenlet.get(Duration)", s -> s.sleeper.get(LONG)),
                call("Hub.sleep(Duration)", s -> s.hub.sleep(LONG)),
                call("Hub.waitAll(…)", s -> s.hub.waitAll(List.of(s.event, s.result, s.semaphore, s.sleeper))),
                call("Hub.waitAll(…, Duration)", s -> s.hub.waitAll(List.of(s.event, s.result, s.semaphore), LONG)),
                call("Hub.waitAny(…)", s -> s.hub.waitAny(List.of(s.event, s.result, s.fair))),
                call("Hub.joinAll(…)", s -> s.hub.joinAll(List.of(s.sleeper, s.mutexOwner))),
                call("Timeout.run(…)", s -> Timeout.run(LONG, s.event::await)));
    }

    private static Arguments call(String name, Call call) {
        return Arguments.of(Named.of(name, call));
    }

    private interface ConditionWait {
        void await() throws InterruptedException;
    }

    private static void onCondition(Subject subject, ConditionWait wait) throws InterruptedException {
        subject.ownMutex.lock();
        try {
            wait.await();
        } finally {
            assertThat(subject.ownMutex.holdCount()).isEqualTo(1);
            subject.ownMutex.unlock();
        }
    }

    @OnHub
    @ParameterizedTest
    @MethodSource("calls")
    @DisplayName("B-GRN-13, F-TMO-14: exactly the outer timeout's error is thrown, on main")
    void outerTimeoutOnMain(Call call, Hub hub) throws Exception {
        Subject subject = new Subject(hub);
        timeOut(call, subject);
        subject.checkThatNobodyWaits();
        subject.checkThatAllWork();
    }

    @OnHub
    @ParameterizedTest
    @MethodSource("calls")
    @DisplayName("B-GRN-13, F-TMO-14: exactly the outer timeout's error is thrown, in a greenlet")
    void outerTimeoutInGreenlet(Call call, Hub hub) throws Exception {
        Subject subject = new Subject(hub);
        hub.spawn(() -> timeOut(call, subject)).get();
        subject.checkThatNobodyWaits();
        subject.checkThatAllWork();
    }

    private static void timeOut(Call call, Subject subject) {
        Timeout outer = Timeout.startNew(SHORT);
        assertThatThrownBy(() -> call.wait(subject))
                .isInstanceOf(TimeoutExpired.class)
                .satisfies(error -> assertThat(((TimeoutExpired) error).timeout()).isSameAs(outer));
        outer.close();
    }

    @OnHub
    @ParameterizedTest
    @MethodSource("calls")
    @DisplayName("B-GRN-13: a kill ends it with exactly its error")
    void kill(Call call, Hub hub) throws Exception {
        Subject subject = new Subject(hub);
        GreenletExit exit = new GreenletExit("of this test");
        Greenlet<Void> victim = hub.spawn(() -> call.wait(subject));
        for (int i = 0; i < 5; i++) {
            hub.yieldNow();
        }
        assertThat(victim.dead()).isFalse();
        victim.kill(exit);
        assertThat(victim.exit()).isSameAs(exit);
        subject.checkThatNobodyWaits();
        subject.checkThatAllWork();
    }

    @OnHub
    @ParameterizedTest
    @MethodSource("calls")
    @DisplayName("B-GRN-13: a kill at the moment it begins to wait ends it, too")
    void killBeforeItWaits(Call call, Hub hub) throws Exception {
        Subject subject = new Subject(hub);
        GreenletExit exit = new GreenletExit("of this test");
        Greenlet<Void> victim = hub.spawn(() -> {
            Greenlet.shielded(() -> {
                Greenlet.current().killLater(exit);
                hub.sleep(SHORT);
                return null;
            });
            call.wait(subject);
        });
        victim.join();
        assertThat(victim.exit()).isSameAs(exit);
        subject.checkThatNobodyWaits();
        subject.checkThatAllWork();
    }

    @OnHub
    @ParameterizedTest
    @MethodSource("calls")
    void interrupt(Call call, Hub hub) throws Exception {
        Subject subject = new Subject(hub);
        List<Throwable> ended = new ArrayList<>();
        Greenlet<Void> victim = hub.spawn(() -> {
            try {
                call.wait(subject);
            } catch (Throwable t) {
                ended.add(t);
            }
            Thread.interrupted(); // awaitUninterruptibly() keeps it
        });
        for (int i = 0; i < 5; i++) {
            hub.yieldNow();
        }
        victim.thread().interrupt();
        victim.join();
        assertThat(ended).allSatisfy(each -> assertThat(each.getClass().getSimpleName())
                .isIn("GreenletInterrupted", "InterruptedException"));
        subject.checkThatNobodyWaits();
        subject.checkThatAllWork();
    }
}
