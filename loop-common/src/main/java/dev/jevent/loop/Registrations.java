package dev.jevent.loop;

import dev.jevent.Interest;
import dev.jevent.Pollable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectableChannel;
import java.util.Arrays;
import java.util.IdentityHashMap;

/**
 * Several watchers on one pollable share one registration at the poller.
 *
 * <p>On a level-triggered poller its interest is the union of the interests of active watchers [B-WAT-15]; changes are put
 * off until just before the poll, so that what is stopped and started again in between costs nothing.
 *
 * <p>On an edge-triggered poller it has both interests for its life, and start and stop don't reach the poller. Watchers
 * are level-triggered all the same: what was reported and may still be ready ({@link Registration#ready}) makes the
 * poller look again when somebody waits for it, unless {@link IoWatcher#drained} said that nothing is left.
 */
final class Registrations {
    private static final int LASTING_SHIFT = 2; // from Poller.READ_LASTS to Interest.READ, likewise for WRITE

    private final PollingLoop loop;
    private final Poller poller;
    private final boolean edgeTriggered;
    final Notices notices = new Notices();

    private final IdentityHashMap<SelectableChannel, Registration> channels = new IdentityHashMap<>(0);
    private Registration[] descriptors = {}; // by number

    private Registration[] slots = {};
    private int[] freeSlots = {};
    private int freeCount;
    private int usedSlots;
    private int generation;

    private Registration[] dirty = new Registration[8];
    private int dirtyCount;

    private IoWatcher[] checked = {}; // active ones that ask for it
    private int checkedCount;

    Registrations(PollingLoop loop, Poller poller, boolean edgeTriggered) {
        this.loop = loop;
        this.poller = poller;
        this.edgeTriggered = edgeTriggered;
    }

    // ---- watchers come and go ----

    /** The registration of {@code pollable}, for one more watcher. */
    Registration open(Pollable pollable) {
        Registration registration = find(pollable);
        if (registration == null) {
            registration = new Registration(pollable);
            put(pollable, registration);
        } else if (edgeTriggered && registration.registered && pollable instanceof Pollable.OfDescriptor) {
            registration.ready = Interest.BOTH; // the number may be of another file by now: the poller will look
        }
        registration.open++;
        return registration;
    }

    /** A watcher of it was closed. */
    void release(Registration registration) {
        if (--registration.open == 0 && !registration.gone && forget(registration)) {
            poller.remove(registration.pollable);
        }
    }

    /** @throws UncheckedIOException if the poller refuses it; then nothing is started */
    void start(IoWatcher watcher) {
        Registration registration = watcher.registration();
        if (!registration.registered && !registration.gone) {
            register(registration, watcher.interest());
        }
        registration.add(watcher);
        if (watcher.checksClosed()) {
            check(watcher);
        }
        int lasting = registration.gone ? Interest.BOTH : registration.lasting;
        if ((lasting & watcher.interest()) != 0) {
            loop.execute(new Arrival(watcher, lasting));
        } else {
            bringInLine(registration);
        }
    }

    /** Tells a watcher that was started what no poll will report any more. */
    private static final class Arrival implements Runnable {
        private final IoWatcher watcher;
        private final int mask;

        Arrival(IoWatcher watcher, int mask) {
            this.watcher = watcher;
            this.mask = mask;
        }

        @Override
        public void run() {
            watcher.arrived(mask);
        }
    }

    void stop(IoWatcher watcher) {
        Registration registration = watcher.registration();
        registration.remove(watcher);
        if (watcher.checked >= 0) {
            uncheck(watcher);
        }
        if (!edgeTriggered) {
            bringInLine(registration);
        }
    }

    private void check(IoWatcher watcher) {
        if (checkedCount == checked.length) {
            checked = Arrays.copyOf(checked, Math.max(4, 2 * checkedCount));
        }
        watcher.checked = checkedCount;
        checked[checkedCount++] = watcher;
    }

    /** The last one takes its place. */
    private void uncheck(IoWatcher watcher) {
        IoWatcher last = checked[--checkedCount];
        checked[watcher.checked] = last;
        last.checked = watcher.checked;
        checked[checkedCount] = null;
        watcher.checked = -1;
    }

    /** Those whose channel was closed without a word become ready, once. */
    private void findClosed() {
        for (int i = 0; i < checkedCount; i++) {
            Registration registration = checked[i].registration();
            if (!registration.gone && !((Pollable.OfChannel) registration.pollable).channel().isOpen()) {
                closing(registration.pollable);
            }
        }
    }

    /**
     * The callback of {@code watcher} has run, and it is still active: what is ready still, is to be reported again. Not before those
     * have run whom the callback woke: they are likely to use it up, and stop the watcher, which spares an edge-triggered poller a call.
     */
    void lookAgain(IoWatcher watcher) {
        Registration registration = watcher.registration();
        int lasting = registration.lasting & watcher.interest();
        if (lasting != 0) {
            watcher.arrived(lasting);
        } else if (!registration.dirty) {
            bringInLine(registration);
            registration.lookAfter = loop.tasks().end();
        }
    }

    /** The callback of {@code watcher} was put off: until it has run, what it waits for must not keep polls from waiting. */
    void handedOver(IoWatcher watcher) {
        bringInLine(watcher.registration());
    }

    /** @return whether there was an active watcher */
    boolean closing(Pollable pollable) {
        Registration registration = find(pollable);
        if (registration == null) {
            return false;
        }
        if (forget(registration)) {
            poller.closing(pollable);
        }
        registration.arrived(Interest.BOTH);
        return registration.count() > 0;
    }

    int size() {
        return usedSlots - freeCount;
    }

    // ---- around the poll ----

    private void bringInLine(Registration registration) {
        registration.lookAfter = loop.tasks().end() - loop.tasks().size(); // at once
        if (!registration.dirty && registration.registered && (!edgeTriggered || registration.ready != 0)) {
            registration.dirty = true;
            if (dirtyCount == dirty.length) {
                dirty = Arrays.copyOf(dirty, 2 * dirtyCount);
            }
            dirty[dirtyCount++] = registration;
        }
    }

    /** Just before the poll: gives the poller the interests as they are now. */
    void flush() {
        if (checkedCount > 0) {
            findClosed();
        }
        int count = dirtyCount;
        dirtyCount = 0;
        for (int i = 0; i < count; i++) {
            Registration registration = dirty[i];
            dirty[i] = null;
            if (edgeTriggered && registration.registered && !loop.tasks().isPast(registration.lookAfter)) {
                dirty[dirtyCount++] = registration;
                continue;
            }
            registration.dirty = false;
            if (registration.registered) {
                flush(registration);
            }
        }
    }

    private void flush(Registration registration) {
        int wanted = registration.wanted();
        try {
            if (!edgeTriggered) {
                if (wanted != registration.interest) {
                    registration.interest = wanted;
                    poller.modify(registration.pollable, wanted, registration.token);
                }
            } else if ((wanted & registration.ready) != 0) {
                registration.ready = 0;
                poller.modify(registration.pollable, Interest.BOTH, registration.token);
            }
        } catch (IOException | RuntimeException e) {
            loop.report(registration, e);
            registration.arrived(Interest.BOTH); // who uses it will see what is wrong with it
        }
    }

    /** After the poll: {@code mask} of the registration that has {@code token} is ready; nothing if none has. */
    void arrived(long token, int mask) {
        if (Notices.isNotice(token)) {
            notices.arrived(token);
            return;
        }
        int slot = (int) token;
        Registration registration = slot >= 0 && slot < slots.length ? slots[slot] : null;
        if (registration == null || registration.token != token) {
            return;
        }
        if (edgeTriggered) {
            registration.ready |= mask & Interest.BOTH;
            registration.lasting |= mask >> LASTING_SHIFT & mask & Interest.BOTH;
        }
        registration.arrived(mask & Interest.BOTH);
    }

    // ---- at the poller ----

    private void register(Registration registration, int interest) {
        int slot = freeCount > 0 ? freeSlots[freeCount - 1] : usedSlots;
        if (slot == slots.length) {
            slots = Arrays.copyOf(slots, Math.max(16, 2 * slot));
            freeSlots = Arrays.copyOf(freeSlots, slots.length);
        }
        long token = (long) ++generation << 32 | slot;
        int watched = edgeTriggered ? Interest.BOTH : interest;
        try {
            poller.register(registration.pollable, watched, token);
        } catch (IOException e) {
            throw new UncheckedIOException(loop + " cannot watch " + registration + ": " + e.getMessage(), e);
        }
        if (freeCount > 0) {
            freeCount--;
        } else {
            usedSlots++;
        }
        slots[slot] = registration;
        registration.token = token;
        registration.interest = watched;
        registration.registered = true;
    }

    /** Ends its life; a later watcher of the same pollable begins another. @return whether the poller has to forget it, too */
    private boolean forget(Registration registration) {
        registration.gone = true;
        put(registration.pollable, null);
        if (!registration.registered) {
            return false;
        }
        registration.registered = false;
        int slot = (int) registration.token;
        slots[slot] = null;
        freeSlots[freeCount++] = slot;
        return true;
    }

    // ---- by pollable ----

    private Registration find(Pollable pollable) {
        if (pollable instanceof Pollable.OfChannel of) {
            return channels.get(of.channel());
        }
        int descriptor = ((Pollable.OfDescriptor) pollable).descriptor();
        return descriptor < descriptors.length ? descriptors[descriptor] : null;
    }

    /** @param registration null: none any more */
    private void put(Pollable pollable, Registration registration) {
        if (pollable instanceof Pollable.OfChannel of) {
            if (registration == null) {
                channels.remove(of.channel());
            } else {
                channels.put(of.channel(), registration);
            }
            return;
        }
        int descriptor = ((Pollable.OfDescriptor) pollable).descriptor();
        if (descriptor >= descriptors.length) {
            descriptors = Arrays.copyOf(descriptors, Math.max(descriptor + 1, 2 * descriptors.length));
        }
        descriptors[descriptor] = registration;
    }
}
