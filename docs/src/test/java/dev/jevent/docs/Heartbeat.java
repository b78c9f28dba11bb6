package dev.jevent.docs;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.docs.HeartbeatRows.Row;
import dev.jevent.io.patch.Patch;
import java.io.PrintStream;
import java.net.spi.InetAddressResolver;
import java.net.spi.InetAddressResolverProvider;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * A process that measures, for each of {@link HeartbeatRows}, how long its hub stood still while a greenlet was in the call: the
 * longest time between two turns of another greenlet that wants one every two milliseconds.
 *
 * <p>Arguments: {@code alone}, {@code patched} or {@code pool}; how many rows at once; the numbers of the rows, or none for all. Prints
 * {@code row gap duration} in milliseconds; a gap of -1 says that the call never returned.
 */
final class Heartbeat {
    static final String WANTS_INPUT = "wants input";

    private static final Duration BEAT = Duration.ofMillis(2);
    private static final int LIMIT_SECONDS = 20;

    private Heartbeat() {}

    /** Leaves look-ups to the JDK, as if jevent had no provider: the first on the class path is taken. */
    public static final class NoPatch extends InetAddressResolverProvider {
        @Override
        public InetAddressResolver get(Configuration configuration) {
            return configuration.builtinResolver();
        }

        @Override
        public String name() {
            return "the JDK's own";
        }
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = System.out;
        if (args[0].equals("patched")) {
            Patch.allOn();
        }
        List<Row> rows = HeartbeatRows.all();
        HeartbeatRows.warmUp();
        var wanted = args.length > 2 ? Arrays.stream(args).skip(2).mapToInt(Integer::parseInt).toArray()
                : java.util.stream.IntStream.range(0, rows.size()).toArray();
        try (var threads = Executors.newFixedThreadPool(Integer.parseInt(args[1]))) {
            for (int number : wanted) {
                threads.execute(() -> {
                    try {
                        long[] measured = measureWithLimit(rows.get(number), args[0].equals("pool"));
                        out.println(number + " " + measured[0] / 1_000_000 + " " + measured[1] / 1_000_000);
                    } catch (Throwable e) {
                        e.printStackTrace();
                    }
                });
            }
        }
        Runtime.getRuntime().halt(0); // threads may hang in calls that never return
    }

    private static long[] measureWithLimit(Row row, boolean pool) throws Exception {
        var measured = new java.util.concurrent.CompletableFuture<long[]>();
        var thread = new Thread(() -> {
            try (Hub hub = Hub.current()) {
                measured.complete(measure(hub, row, pool));
            } catch (Throwable e) {
                measured.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return measured.completeOnTimeout(new long[] {-1_000_000, LIMIT_SECONDS * 1_000_000_000L}, LIMIT_SECONDS, TimeUnit.SECONDS).get();
    }

    private static long[] measure(Hub hub, Row row, boolean pool) throws Exception {
        long[] longest = new long[1];
        boolean[] over = new boolean[1];
        hub.spawn(() -> hub.sleep(BEAT)).join(); // what the first greenlet costs is not measured
        Greenlet<Void> beat = hub.spawn(() -> {
            for (long last = System.nanoTime(); !over[0]; ) {
                hub.sleep(BEAT);
                long now = System.nanoTime();
                longest[0] = Math.max(longest[0], now - last);
                last = now;
            }
        });
        long start = System.nanoTime();
        Greenlet<Void> caller = hub.spawn(() -> {
            try {
                if (pool) {
                    hub.threadPool().apply(() -> call(row));
                } else {
                    call(row);
                }
            } catch (Throwable e) {
                throw e instanceof Exception exception ? exception : new IllegalStateException(e);
            }
        });
        caller.get();
        long duration = System.nanoTime() - start;
        over[0] = true;
        beat.get();
        return new long[] {longest[0], duration};
    }

    private static Void call(Row row) throws Exception {
        try {
            row.operation().run();
            return null;
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
