package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.jevent.Watcher;
import dev.jevent.spi.HubLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules about other threads. */
interface PostRules extends LoopRules {
    @Test
    @DisplayName("F-LOOP-09: a callback of another thread wakes a loop that sleeps")
    default void aCallbackOfAnotherThreadWakesTheLoop() throws InterruptedException {
        HubLoop loop = realLoop();
        loop.ref();
        Thread owner = Thread.currentThread();
        AtomicReference<Thread> ranOn = new AtomicReference<>();
        Thread poster = Helpers.start(() -> {
            Helpers.awaitWaiting(owner);
            loop.runCallbackThreadSafe(() -> {
                ranOn.set(Thread.currentThread());
                loop.stop();
            });
        });
        loop.run();
        inTime("the callback of another thread");
        assertSame(owner, ranOn.get());
        loop.unref();
        poster.join();
    }

    @Test
    default void postsRunOnceAndThoseOfOneThreadInOrder() throws InterruptedException {
        HubLoop loop = realLoop();
        int threads = 4;
        int posts = 2000;
        int[] next = new int[threads];
        int[] total = new int[1];
        List<Thread> posters = new ArrayList<>();
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int thread = i;
            posters.add(Helpers.start(() -> {
                for (int post = 0; post < posts; post++) {
                    int number = post;
                    loop.post(() -> {
                        total[0]++;
                        if (next[thread]++ != number) {
                            wrong.add("post " + number + " of thread " + thread);
                        }
                        if (total[0] == threads * posts) {
                            loop.endTurn();
                        }
                    });
                }
            }));
        }
        while (total[0] < threads * posts) {
            loop.turn(true);
            inTime("all posts: " + total[0] + " of " + threads * posts);
        }
        for (Thread poster : posters) {
            poster.join();
        }
        loop.turn(false);
        assertEquals(threads * posts, total[0], "posts that ran");
        assertEquals(List.of(), wrong, "not in the order of their thread");
    }

    @Test
    default void postsOfItsOwnThreadRunToo() {
        List<Integer> ran = new ArrayList<>();
        loop().execute(() -> ran.add(1));
        loop().post(() -> ran.add(2));
        loop().run();
        assertEquals(List.of(1, 2), ran);
    }

    @Test
    default void aClosedLoopOrphansWhatIsGivenToIt() {
        loop();
        Runnable queued = () -> {};
        Runnable posted = () -> {};
        loop().execute(queued);
        loop().close();
        loop().post(posted);
        assertEquals(List.of(queued, posted), List.copyOf(host().orphans));
    }

    @Test
    default void eachPostRunsOrIsOrphanedWhenTheLoopIsClosed() throws InterruptedException {
        HubLoop loop = realLoop();
        AtomicInteger given = new AtomicInteger();
        AtomicInteger ran = new AtomicInteger();
        List<Thread> posters = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            posters.add(Helpers.start(() -> {
                while (!loop.isClosed() || given.get() < 3000) {
                    given.incrementAndGet();
                    loop.post(() -> {
                        if (ran.incrementAndGet() == 1000) {
                            loop.endTurn();
                        }
                    });
                    if (given.get() % 64 == 0) {
                        Thread.yield();
                    }
                }
            }));
        }
        while (ran.get() < 1000) {
            loop.turn(true);
            inTime("1000 posts");
        }
        loop.close();
        for (Thread poster : posters) {
            poster.join();
        }
        assertEquals(given.get(), ran.get() + host().orphans.size(), "posts that ran or were orphaned");
    }

    @Test
    @DisplayName("B-LOOP-10: an async watcher that another thread sends to wakes the loop")
    default void aSendOfAnotherThreadWakesTheLoop() throws InterruptedException {
        HubLoop loop = realLoop();
        Watcher.Async async = loop.async();
        int[] fired = new int[1];
        async.start(() -> fired[0]++);
        Thread owner = Thread.currentThread();
        Thread sender = Helpers.start(() -> {
            Helpers.awaitWaiting(owner);
            async.send();
        });
        runUntil("the send", () -> fired[0] > 0);
        sender.join();
        async.close();
    }

    @Test
    default void severalSendsFireAtLeastOnceAndNotMoreOften() throws InterruptedException {
        HubLoop loop = realLoop();
        Watcher.Async async = loop.async();
        int[] fired = new int[1];
        AtomicInteger sent = new AtomicInteger();
        int[] seen = new int[1];
        async.start(() -> {
            fired[0]++;
            seen[0] = sent.get();
        });
        int sends = 1000;
        Thread sender = Helpers.start(() -> {
            for (int i = 0; i < sends; i++) {
                sent.incrementAndGet();
                async.send();
            }
        });
        runUntil("the last send", () -> seen[0] == sends);
        sender.join();
        iterate(2);
        assertTrue(fired[0] <= sends, "fired " + fired[0] + " times for " + sends + " sends");
        fired[0] = 0;
        async.send();
        iterate(3);
        assertEquals(1, fired[0], "for one send");
        async.close();
    }

    @Test
    default void otherThreadsAreRefused() throws InterruptedException {
        HubLoop loop = loop();
        Watcher.Timer timer = loop.timer(Duration.ofHours(1));
        List<Helpers.Work> calls = List.of(
                () -> loop.runCallback(() -> {}),
                loop::run,
                () -> loop.turn(false),
                () -> loop.timer(Duration.ZERO),
                loop::async,
                () -> loop.alarm(() -> {}),
                () -> timer.start(() -> {}),
                loop::close);
        List<Throwable> thrown = new ArrayList<>();
        Thread other = Helpers.start(() -> {
            for (Helpers.Work call : calls) {
                try {
                    call.run();
                    thrown.add(null);
                } catch (Throwable e) {
                    thrown.add(e);
                }
            }
        });
        other.join();
        assertEquals(calls.size(), thrown.size());
        for (Throwable each : thrown) {
            assertInstanceOf(WrongThreadException.class, each);
        }
        timer.close();
    }

    @Test
    default void otherThreadsMayAsk() throws InterruptedException {
        HubLoop loop = loop();
        List<Object> answers = new ArrayList<>();
        Thread other = Helpers.start(() -> {
            answers.add(loop.name());
            answers.add(loop.isClosed());
            answers.add(loop.statistics());
        });
        other.join();
        assertEquals(3, answers.size());
        assertNotNull(answers.getLast());
    }
}
