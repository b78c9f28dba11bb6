package dev.jevent.examples;

import static dev.jevent.Jevent.joinAll;
import static dev.jevent.Jevent.run;
import static dev.jevent.Jevent.spawn;
import static dev.jevent.Jevent.yieldNow;

import dev.jevent.Hub;
import dev.jevent.sync.AsyncResult;
import dev.jevent.sync.Event;
import java.util.stream.Stream;

/** One sets, many wait: an event for all of them, a result that carries a value, and one that a foreign thread sets. */
public final class Events {
    private Events() {}

    public static void main(String[] args) throws Exception {
        run(() -> {
            race();
            answer();
            fromAnotherThread();
        });
    }

    private static void race() {
        var start = new Event();
        var runners = Stream.of("ann", "bob", "cid").map(name -> spawn(() -> {
            start.await();
            IO.println(name + " runs");
        })).toList();
        yieldNow();
        IO.println("go");
        start.set(); // wakes them; they run when this greenlet waits
        joinAll(runners);
    }

    private static void answer() throws Exception {
        var answer = new AsyncResult<Integer>();
        spawn(() -> 6 * 7).link(answer); // takes over what that greenlet ends with
        IO.println("the answer is " + answer.get());
    }

    private static void fromAnotherThread() throws Exception {
        var answer = new AsyncResult<String>();
        try (var _ = Hub.current().hold()) { // else the hub would see nobody who could wake it, and say LoopExit
            new Thread(() -> answer.set("a thread without a hub")).start();
            IO.println("set by " + answer.get());
        }
    }
}
