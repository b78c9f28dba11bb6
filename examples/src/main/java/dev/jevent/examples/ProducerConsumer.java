package dev.jevent.examples;

import static dev.jevent.Jevent.joinAll;
import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.yieldNow;

import dev.jevent.Greenlet;
import dev.jevent.sync.FifoQueue;
import java.util.List;
import java.util.stream.Stream;

/**
 * A producer that is faster than its two consumers, and a queue with room for three: the producer waits when it is full.
 *
 * <p>One OS thread, so who runs when is decided by who waits: the output is the same each time.
 */
public final class ProducerConsumer {
    private ProducerConsumer() {}

    public static void main(String[] args) throws InterruptedException {
        run(() -> {
            var queue = new FifoQueue<String>(3);
            List<Greenlet<Integer>> consumers = Stream.of("ann", "bob").map(name -> spawn(() -> consume(name, queue))).toList();
            for (int i = 1; i <= 7; i++) {
                queue.put("parcel " + i);
            }
            IO.println("all is put, " + queue.size() + " wait");
            queue.shutdown(); // what is in it is still taken
            joinAll(consumers);
            consumers.forEach(it -> IO.println(it.name() + " took " + it.value()));
        });
    }

    private static int consume(String name, FifoQueue<String> queue) {
        Greenlet.current().name(name);
        int taken = 0;
        for (var parcel : queue.untilShutdown()) {
            IO.println(name + ": " + parcel);
            taken++;
            yieldNow(); // stands for work that waits for something
        }
        return taken;
    }
}
