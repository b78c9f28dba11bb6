package dev.jevent.sync;

import dev.jevent.Hub;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.HubLoop;
import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** An alarm of a hub, lent to one {@link Timeout} after another, so that a timeout costs no more than itself. */
final class Countdown implements CarrierCallback {
    private final Shelf shelf;
    private final Alarm alarm;
    private Timeout timeout;
    private Countdown next; // on the shelf

    private Countdown(Shelf shelf) {
        this.shelf = shelf;
        this.alarm = ((HubLoop) shelf.hub.loop()).alarm(this);
    }

    /** Starts one that calls {@link Timeout#expire()} after {@code nanos}. Called on the hub's thread. */
    static Countdown start(Hub hub, Timeout timeout, long nanos, boolean ref) {
        Countdown countdown = Shelf.of(hub).take();
        countdown.timeout = timeout;
        countdown.alarm.set(nanos, ref);
        return countdown;
    }

    Hub hub() {
        return shelf.hub;
    }

    /** Called on the hub's thread, once. */
    void stop() {
        alarm.cancel();
        timeout = null;
        shelf.put(this);
    }

    @Override
    public void run() {
        timeout.expire();
    }

    /** The countdowns of one hub that are not in use. Its thread's own. */
    private static final class Shelf {
        /** More than that are left to the garbage collector. */
        private static final int ROOM = 256;

        /**
         * By {@link Hub#ident()}. Weak, and checked against the hub: a hub that was closed is not kept, and the ident may
         * have another owner. Two threads that make it grow at once may lose a shelf; then a new one is made.
         */
        private static volatile AtomicReferenceArray<WeakReference<Shelf>> shelves = new AtomicReferenceArray<>(16);

        private final Hub hub;
        private Countdown first;
        private int size;

        private Shelf(Hub hub) {
            this.hub = hub;
        }

        static Shelf of(Hub hub) {
            AtomicReferenceArray<WeakReference<Shelf>> known = shelves;
            int ident = hub.ident();
            WeakReference<Shelf> reference = ident < known.length() ? known.get(ident) : null;
            Shelf shelf = reference == null ? null : reference.get();
            return shelf != null && shelf.hub == hub ? shelf : make(hub, ident);
        }

        private static Shelf make(Hub hub, int ident) {
            AtomicReferenceArray<WeakReference<Shelf>> known = shelves;
            if (ident >= known.length()) {
                AtomicReferenceArray<WeakReference<Shelf>> larger = new AtomicReferenceArray<>(2 * ident);
                for (int i = 0; i < known.length(); i++) {
                    larger.set(i, known.get(i));
                }
                shelves = known = larger;
            }
            Shelf made = new Shelf(hub);
            known.set(ident, new WeakReference<>(made));
            return made;
        }

        Countdown take() {
            Countdown taken = first;
            if (taken == null) {
                return new Countdown(this);
            }
            first = taken.next;
            taken.next = null;
            size--;
            return taken;
        }

        void put(Countdown countdown) {
            if (size < ROOM) {
                countdown.next = first;
                first = countdown;
                size++;
            }
        }
    }
}
