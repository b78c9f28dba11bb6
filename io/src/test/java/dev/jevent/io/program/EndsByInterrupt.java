package dev.jevent.io.program;

import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.io.signal.Signals;
import java.time.Duration;

/** Main sleeps; Ctrl-C is thrown into it. */
public final class EndsByInterrupt {
    private EndsByInterrupt() {}

    public static void main(String[] args) {
        Hub hub = Hub.current();
        try (var interrupt = Signals.handle("INT", () -> hub.main().killLater(new GreenletExit()))) {
            System.out.println("ready for " + interrupt.signal());
            Jevent.sleep(Duration.ofHours(1));
        } catch (GreenletExit e) {
            System.out.println("interrupted");
            System.exit(3);
        }
    }
}
