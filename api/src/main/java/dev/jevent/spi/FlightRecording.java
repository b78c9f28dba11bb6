package dev.jevent.spi;

import dev.jevent.contract.AnyThread;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/**
 * Whether Java Flight Recorder has been used in this process. Asked before any event class is touched: fact of JDK 25, the first of these
 * starts the whole recorder, which takes a tenth of a second, also where nobody records.
 */
@AnyThread
public final class FlightRecording {
    private static boolean used; // may be seen late: then the first events of a recording are missing

    static {
        try {
            Listener.add();
        } catch (LinkageError e) {
            // A run-time image without the module jdk.jfr: nobody can record.
        }
    }

    private static final class Listener implements FlightRecorderListener {
        static void add() {
            FlightRecorder.addListener(new Listener());
        }

        @Override
        public void recorderInitialized(FlightRecorder recorder) {
            used = true;
        }
    }

    private FlightRecording() {}

    /** Costs a read of memory. */
    public static boolean used() {
        return used;
    }
}
