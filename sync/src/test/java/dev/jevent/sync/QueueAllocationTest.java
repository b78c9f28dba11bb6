package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a hand-over costs in garbage: nothing. */
class QueueAllocationTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Integer ITEM = 100_000;

    @ParameterizedTest
    @EnumSource(QueueKind.class)
    @DisplayName("Putting into a full queue and taking from an empty one allocate nothing")
    void queue(QueueKind kind) throws Exception {
        HubThread.run(hub -> {
            JoinableQueue<Integer> there = kind.make(1);
            JoinableQueue<Integer> back = kind.make(1);
            assertThat(AllocationTest.bytes(hub, () -> {
                there.put(ITEM);
                there.put(ITEM);
                back.take();
                back.take(LONG);
            }, () -> {
                there.take();
                there.take(LONG);
                back.put(ITEM);
                back.put(ITEM, LONG);
            })).isLessThan(8);
        });
    }

    @Test
    @DisplayName("A meeting in a channel allocates nothing, whoever comes first")
    void channel() throws Exception {
        HubThread.run(hub -> {
            Channel<Integer> there = new Channel<>();
            Channel<Integer> back = new Channel<>();
            assertThat(AllocationTest.bytes(hub, () -> {
                there.put(ITEM);
                back.take(LONG);
            }, () -> {
                there.take();
                back.put(ITEM, LONG);
            })).isLessThan(8);
        });
    }

    @Test
    @DisplayName("A choice among channels allocates nothing")
    void select() throws Exception {
        HubThread.run(hub -> {
            Channel<Integer> there = new Channel<>();
            Channel<Integer> back = new Channel<>();
            Channel<Integer> never = new Channel<>();
            AtomicReference<Select.Send<Integer>> send = new AtomicReference<>();
            Select one = new Select();
            send.set(one.onPut(there));
            one.onTake(never);
            Select other = new Select();
            other.onTake(never);
            other.onTake(there);
            assertThat(AllocationTest.bytes(hub, () -> {
                send.get().item(ITEM);
                one.await();
                back.take();
            }, () -> {
                other.await();
                back.put(ITEM);
            })).isLessThan(8);
        });
    }
}
