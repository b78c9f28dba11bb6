package dev.jevent;

import dev.jevent.contract.NeverSwitches;

/** Handle on a function that a loop will run soon. */
public interface Callback {
    /** True until it has run or was stopped; still true while it runs. */
    boolean pending();

    /** Takes it back: it will not run. Nothing if it has run or runs now. */
    @NeverSwitches
    void stop();
}
