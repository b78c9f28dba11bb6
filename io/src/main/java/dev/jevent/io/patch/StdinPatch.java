package dev.jevent.io.patch;

import java.io.InputStream;
import java.util.concurrent.atomic.AtomicReference;

/** {@link System#setIn}. */
final class StdinPatch extends Patch {
    private static final AtomicReference<PumpedInput> OURS = new AtomicReference<>();

    StdinPatch() {
        super("stdin", "System.in, which the loop watches, or a thread of its own reads");
    }

    @Override
    public boolean on() {
        while (true) {
            PumpedInput ours = OURS.get();
            InputStream now = System.in;
            if (ours != null && now == ours) {
                ours.pumping(true);
                return true;
            }
            PumpedInput made = new PumpedInput(now);
            if (OURS.compareAndSet(ours, made)) {
                System.setIn(made);
                return true;
            }
        }
    }

    /** Ours stays, for it may have read ahead. */
    @Override
    public boolean off() {
        PumpedInput ours = OURS.get();
        if (ours != null) {
            ours.pumping(false);
        }
        return true;
    }

    @Override
    public boolean isOn() {
        PumpedInput ours = OURS.get();
        return ours != null && System.in == ours && ours.pumping();
    }

    @Override
    public String obstacle() {
        return null;
    }
}
