package dev.jevent.sync.sim;

import dev.jevent.sync.Channel;
import dev.jevent.sync.JoinableQueue;
import java.time.Duration;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/** What the scenarios know of a queue or a channel of numbers: the real ones and the broken ones. */
interface Box {
    /** @param timeout null: without limit */
    boolean put(Integer item, Duration timeout);

    /** @param timeout null: without limit */
    Integer take(Duration timeout);

    boolean tryPut(Integer item);

    Integer tryTake();

    int size();

    /** Makes queues of a given size. */
    static IntFunction<Box> of(IntFunction<? extends JoinableQueue<Integer>> maker) {
        return size -> {
            JoinableQueue<Integer> queue = maker.apply(size);
            return new Box() {
                @Override
                public boolean put(Integer item, Duration timeout) {
                    if (timeout != null) {
                        return queue.put(item, timeout);
                    }
                    try {
                        queue.put(item);
                        return true;
                    } catch (InterruptedException e) {
                        throw new AssertionError("nobody interrupts", e);
                    }
                }

                @Override
                public Integer take(Duration timeout) {
                    if (timeout != null) {
                        return queue.take(timeout);
                    }
                    try {
                        return queue.take();
                    } catch (InterruptedException e) {
                        throw new AssertionError("nobody interrupts", e);
                    }
                }

                @Override
                public boolean tryPut(Integer item) {
                    return queue.offer(item);
                }

                @Override
                public Integer tryTake() {
                    return queue.poll();
                }

                @Override
                public int size() {
                    return queue.size();
                }
            };
        };
    }

    static Supplier<Box> channel() {
        return () -> {
            Channel<Integer> channel = new Channel<>();
            return new Box() {
                @Override
                public boolean put(Integer item, Duration timeout) {
                    if (timeout != null) {
                        return channel.put(item, timeout);
                    }
                    channel.put(item);
                    return true;
                }

                @Override
                public Integer take(Duration timeout) {
                    return timeout == null ? channel.take() : channel.take(timeout);
                }

                @Override
                public boolean tryPut(Integer item) {
                    return channel.tryPut(item);
                }

                @Override
                public Integer tryTake() {
                    return channel.tryTake();
                }

                @Override
                public int size() {
                    return 0;
                }
            };
        };
    }
}
