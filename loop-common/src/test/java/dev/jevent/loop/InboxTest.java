package dev.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class InboxTest {
    private final AtomicInteger wakeups = new AtomicInteger();
    private final Semaphore asleep = new Semaphore(0); // its permits are the wake-ups

    private final Inbox inbox = new Inbox(new Poller() {
        @Override
        public void wakeup() {
            wakeups.incrementAndGet();
            asleep.release();
        }

        @Override
        public LoopCapabilities capabilities() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void register(Pollable what, int interest, long token) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void modify(Pollable what, int interest, long token) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void remove(Pollable what) {
            throw new UnsupportedOperationException();
        }

        @Override
        public int poll(long timeoutNanos, ReadyTokens into) {
            throw new UnsupportedOperationException();
        }

        @Override
        public SelectorProvider channels() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException();
        }
    });

    private record Numbered(int poster, int number) implements Runnable {
        @Override
        public void run() {}
    }

    private static List<Runnable> list(Inbox.Post post) {
        List<Runnable> tasks = new ArrayList<>();
        for (; post != null; post = post.next) {
            tasks.add(post.task);
        }
        return tasks;
    }

    @Test
    void givesPostsInTheirOrder() {
        List<Runnable> posted = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            posted.add(new Numbered(0, i));
            inbox.post(posted.get(i));
        }
        assertThat(inbox.isEmpty()).isFalse();
        assertThat(list(inbox.take())).isEqualTo(posted);
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(inbox.take()).isNull();
    }

    @Test
    void wakesOnceForSeveralPostsAndOnlyIfAsleep() {
        inbox.post(new Numbered(0, 0));
        assertThat(inbox.trySleep(false)).as("there is a post").isFalse();
        inbox.take();
        assertThat(inbox.trySleep(false)).isTrue();
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(wakeups).hasValue(0);
        inbox.post(new Numbered(0, 1));
        inbox.post(new Numbered(0, 2));
        assertThat(wakeups).hasValue(1);
        assertThat(inbox.awake()).isTrue();
        assertThat(list(inbox.take())).hasSize(2);
        assertThat(inbox.trySleep(false)).isTrue();
        assertThat(inbox.awake()).as("nobody posted").isFalse();
        inbox.post(new Numbered(0, 3));
        assertThat(wakeups).hasValue(1);
    }

    @Test
    void aSleepForOthersHasANumberUntilAPostOrItsOwnerEndsIt() {
        assertThat(inbox.trySleep(false)).isTrue();
        assertThat(inbox.sleepForOthers()).as("an ordinary sleep").isZero();
        assertThat(inbox.awake()).isFalse();
        assertThat(inbox.trySleep(true)).isTrue();
        assertThat(inbox.sleepForOthers()).isEqualTo(1);
        assertThat(inbox.isEmpty()).isTrue();
        inbox.post(new Numbered(0, 0));
        assertThat(wakeups).hasValue(1);
        assertThat(inbox.sleepForOthers()).isZero();
        assertThat(inbox.awake()).isTrue();
        assertThat(inbox.trySleep(true)).as("there is a post").isFalse();
        inbox.take();
        assertThat(inbox.trySleep(true)).isTrue();
        assertThat(inbox.sleepForOthers()).isEqualTo(2);
        assertThat(inbox.awake()).isFalse();
        assertThat(inbox.sleepForOthers()).isZero();
    }

    @Test
    void closedAsleepItWakesNobodyAndRefuses() {
        assertThat(inbox.trySleep(false)).isTrue();
        assertThat(inbox.close()).isNull();
        assertThat(inbox.post(new Numbered(0, 0))).isFalse();
        assertThat(inbox.isEmpty()).isTrue();
        assertThat(inbox.close()).isNull();
        assertThat(wakeups).hasValue(0);
    }

    @Test
    @DisplayName("H1: of what threads post while the loop falls asleep again and again, nothing is lost and nothing comes twice")
    void losesNothingUnderContention() throws InterruptedException {
        int posters = 4;
        int each = 100_000;
        List<Thread> threads = new ArrayList<>();
        for (int p = 0; p < posters; p++) {
            int poster = p;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < each; i++) {
                    inbox.post(new Numbered(poster, i));
                    if (i % 64 == 0) {
                        Thread.yield();
                    }
                }
            }));
        }
        int[] next = new int[posters];
        int sleeps = 0;
        for (int left = posters * each; left > 0; ) {
            for (Runnable task : list(inbox.take())) {
                Numbered numbered = (Numbered) task;
                assertThat(numbered.number).isEqualTo(next[numbered.poster]++);
                left--;
            }
            if (left > 0 && inbox.trySleep(false)) {
                sleeps++;
                asleep.acquire(); // for ever, if a wake-up is lost: the test then times out
                assertThat(inbox.awake()).isTrue();
            }
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(next).containsOnly(each);
        assertThat(wakeups).hasValue(sleeps);
        assertThat(inbox.isEmpty()).isTrue();
    }

    @Test
    @DisplayName("what is posted while the inbox is closed is either in what close gives, or refused")
    void closingLosesNothing() throws InterruptedException {
        for (int round = 0; round < 500; round++) {
            Inbox closing = new Inbox(null); // never asleep, so never woken
            AtomicInteger refused = new AtomicInteger();
            CountDownLatch begun = new CountDownLatch(2);
            List<Thread> threads = new ArrayList<>();
            for (int p = 0; p < 2; p++) {
                int poster = p;
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 100; i++) {
                        if (!closing.post(new Numbered(poster, i))) {
                            refused.incrementAndGet();
                        }
                        begun.countDown();
                    }
                }));
            }
            begun.await();
            int accepted = list(closing.close()).size();
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(accepted + refused.get()).isEqualTo(200);
        }
    }
}
