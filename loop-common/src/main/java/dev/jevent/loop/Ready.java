package dev.jevent.loop;

/** Something whose event came, and that is called in its turn, unless it was stopped meanwhile. */
interface Ready {
    void dispatch();
}
