package dev.jevent.hub;

/**
 * Keeps the monitors that main holds apart from those of its greenlets.
 *
 * <p>Facts. HotSpot remembers up to eight monitors that a thread holds uncontended in one small array, its lock stack. A virtual
 * thread that waits takes along what is there (JDK 24 and later), also what the frames below it hold: the JDK's own
 * carriers never hold anything. So if main waits with a monitor, as all do who read from a {@code BufferedReader}, and a
 * greenlet parks meanwhile, then the greenlet has it; and when it goes on after main has left the monitor, the JVM crashes. A
 * monitor that has no room in the array becomes a full one, which belongs to its thread and moves nowhere.
 *
 * <p>Decision. Before main gives its thread to greenlets it enters eight monitors of no meaning, one in the other: whatever it held
 * has no room any more.
 *
 * <p>Price. Some 0.2 µs for a wait of main; greenlets pay nothing. Nobody else ever sees these eight, so they are never waited for.
 */
final class HeldMonitors {
    private static final int ROOM = 8;

    private final Object[] fillers = new Object[ROOM];

    HeldMonitors() {
        for (int i = 0; i < ROOM; i++) {
            fillers[i] = new Object();
        }
    }

    /** On the thread that is about to run greenlets. */
    void setApart() {
        fill(0);
    }

    private void fill(int from) {
        if (from < ROOM) {
            synchronized (fillers[from]) {
                fill(from + 1);
            }
        }
    }
}
