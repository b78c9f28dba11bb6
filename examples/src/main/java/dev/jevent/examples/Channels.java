package dev.jevent.examples;

import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.spawn;

import dev.jevent.Greenlet;
import dev.jevent.sync.Channel;
import dev.jevent.sync.Select;
import java.util.ArrayDeque;

/**
 * A buffer made of channels: it takes jobs as they come and gives them to a worker, whichever is possible first, until it
 * is told to stop. A greenlet that waits for several things at once, without a callback.
 */
public final class Channels {
    private Channels() {}

    public static void main(String[] args) throws Exception {
        run(() -> {
            var incoming = new Channel<String>();
            var outgoing = new Channel<String>();
            var stop = new Channel<Boolean>();
            Greenlet<Integer> buffer = spawn(() -> buffer(incoming, outgoing, stop));
            Greenlet<Void> worker = spawn(() -> {
                for (var job : outgoing.untilShutdown()) {
                    IO.println("worked on " + job);
                }
            });
            for (int i = 1; i <= 3; i++) {
                incoming.put("job " + i); // returns when the buffer has it
            }
            stop.put(true);
            IO.println(buffer.get() + " jobs passed");
            outgoing.shutdown();
            worker.join();
        });
    }

    private static int buffer(Channel<String> incoming, Channel<String> outgoing, Channel<Boolean> stop) {
        var waiting = new ArrayDeque<String>();
        int passed = 0;
        boolean stopping = false;
        var select = new Select();
        var in = select.onTake(incoming);
        var out = select.onPut(outgoing);
        var end = select.onTake(stop);
        while (!stopping || !waiting.isEmpty()) {
            out.item(waiting.peek()); // null: nothing to give, so that this case isn't waited for
            var chosen = select.await();
            if (chosen == in) {
                waiting.add(in.item());
            } else if (chosen == out) {
                waiting.remove();
                passed++;
            } else if (chosen == end) {
                stopping = true;
                end.enabled(false);
                in.enabled(false);
            }
        }
        return passed;
    }
}
