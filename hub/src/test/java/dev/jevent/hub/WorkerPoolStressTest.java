package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.Result;
import dev.jevent.Task;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Hubs and a plain thread use one pool at once, while its sizes change and waiters are killed. */
class WorkerPoolStressTest {
    private static final int HUBS = 3;
    private static final int GREENLETS = 40;
    private static final int CALLS = 60;
    private static final int PLAIN_CALLS = 600;

    private record Made(Result<Integer> result, AtomicBoolean began) {}

    private final WorkerPool pool = new WorkerPool(null, "stress", 4, Duration.ofNanos(200_000), 3);
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final Queue<Made> made = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean over = new AtomicBoolean();

    @Test
    void everyCallHasOneOutcomeAndNothingIsLeft() throws Exception {
        List<Thread> callers = new ArrayList<>();
        for (int i = 0; i < HUBS; i++) {
            Random random = new Random(i);
            callers.add(start(() -> onHub(random)));
        }
        callers.add(start(() -> {
            Random random = new Random(HUBS);
            for (int i = 0; i < PLAIN_CALLS; i++) {
                call(random);
            }
        }));
        Thread resizer = start(this::resize);
        for (Thread caller : callers) {
            caller.join();
        }
        over.set(true);
        resizer.join();
        pool.join();

        assertThat(errors).isEmpty();
        assertThat(made).hasSize(HUBS * GREENLETS * CALLS + PLAIN_CALLS);
        int began = 0;
        for (Made call : made) {
            assertThat(call.result().ready()).isTrue();
            if (!call.result().isCancelled()) {
                assertThat(call.result().value()).isEqualTo(1);
                assertThat(call.began()).isTrue();
            }
            began += call.began().get() ? 1 : 0;
        }
        assertThat(pool.unfinished()).isZero();
        assertThat(pool.statistics().completed()).isEqualTo(began);
        assertThat(pool.statistics().failed()).isZero();
        pool.close();
        Eventually.until("all threads ended", () -> pool.size() == 0);
    }

    private Thread start(Task body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (Throwable t) {
                errors.add(t);
            }
        });
        thread.start();
        return thread;
    }

    private void resize() throws InterruptedException {
        Random random = new Random(-1);
        while (!over.get()) {
            pool.maxSize(1 + random.nextInt(6));
            pool.size(random.nextInt(pool.maxSize() + 1));
            Thread.sleep(1);
        }
    }

    private void onHub(Random random) {
        try (Hub hub = Hub.current()) {
            List<Greenlet<?>> callers = new ArrayList<>();
            for (int i = 0; i < GREENLETS; i++) {
                callers.add(hub.spawn(() -> {
                    for (int n = 0; n < CALLS; n++) {
                        call(random);
                    }
                }));
            }
            Greenlet<?> killer = hub.spawn(() -> {
                while (true) {
                    Greenlet<?> waits = hub.spawn(() -> pool.join());
                    try {
                        Jevent.sleep(Duration.ofNanos(300_000));
                    } finally {
                        waits.kill();
                    }
                }
            });
            hub.joinAll(callers);
            for (Greenlet<?> caller : callers) {
                assertThat(caller.exception()).isNull();
            }
            killer.kill();
            assertThat(hub.statistics().greenlets()).isZero();
        }
    }

    private void call(Random random) throws Exception {
        AtomicBoolean began = new AtomicBoolean();
        Result<Integer> result = pool.spawn(() -> {
            began.set(true);
            return 1;
        });
        made.add(new Made(result, began));
        switch (random.nextInt(3)) {
            case 0 -> result.cancel(random.nextBoolean());
            case 1 -> result.join(Duration.ofNanos(random.nextInt(100_000)));
            default -> assertThat(result.get()).isEqualTo(1);
        }
    }
}
