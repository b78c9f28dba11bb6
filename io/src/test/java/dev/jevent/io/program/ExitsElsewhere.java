package dev.jevent.io.program;

import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.process.Subprocess;
import java.time.Duration;

/** A greenlet ends the JVM while main has started a process and sleeps. */
public final class ExitsElsewhere {
    private ExitsElsewhere() {}

    public static void main(String[] args) throws Exception {
        Hub.current().spawn(() -> {
            Jevent.sleep(Duration.ofMillis(20));
            System.out.println("exiting");
            System.exit(7);
        });
        Subprocess.start("true");
        Jevent.sleep(Duration.ofHours(1));
    }
}
