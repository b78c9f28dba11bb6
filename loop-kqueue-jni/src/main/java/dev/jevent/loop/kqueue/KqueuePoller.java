package dev.jevent.loop.kqueue;

import dev.jevent.DescriptorCalls;
import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.jni.Errno;
import dev.jevent.jni.ErrnoException;
import dev.jevent.loop.Descriptors;
import dev.jevent.loop.NativeSleep;
import dev.jevent.loop.NativeWakeup;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectableChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;

/**
 * A {@link Poller} on a kqueue.
 *
 * <p><b>Facts</b> [kqueue(2) of macOS and FreeBSD]. A descriptor and a filter, for reading or for writing, are one registration; with
 * {@code EV_CLEAR} it reports each change once. Adding it again changes its data, and reports what is ready now. When the
 * descriptor is closed its registrations are gone. {@code EV_EOF} says that the other end has ended this direction. Timeouts count in
 * nanoseconds. A user event is triggered from any thread. A child process doesn't inherit the queue.
 *
 * <p><b>Decisions.</b> What is watched is added once, with both filters, and stays so: a wait begins and ends without a system call. What
 * has but one direction takes one filter, and refuses the other. Timers are the loop's, which gives each poll its timeout, so
 * there is no timer event; signals are the JVM's, whose handler and {@code EVFILT_SIGNAL} would both see them, so there is no signal event.
 *
 * <p><b>Price.</b> A descriptor for each loop. Two events for one that is ready in both directions.
 */
final class KqueuePoller implements Poller {
    private static final DescriptorCalls CALLS = new KqueueDescriptorCalls();

    /** Longest wait that the clock of the system takes; the loop asks again. */
    private static final long MOST_NANOS = 1L << 56;

    private static final int EVENT_SIZE = Kqueue.eventSize();
    private static final int FEWEST = 64;
    private static final int MOST = 4096;

    private final int queue;
    private final NativeWakeup wakeup;
    private final Descriptors descriptors;
    private NativeSleep sleep;
    private boolean closed;

    private int capacity = FEWEST;
    private ByteBuffer events;
    private long address;

    private KqueuePoller(int queue) {
        this.queue = queue;
        wakeup = new Wakeup(queue);
        descriptors = new Registered(queue);
        sleep = new NativeSleep(wakeup);
        allocate();
    }

    /** For the calling thread. @throws IOException if the process has no descriptor left */
    static KqueuePoller open() throws IOException {
        return new KqueuePoller(Errno.check("kqueue", Kqueue.create()));
    }

    private static final class Wakeup extends NativeWakeup {
        private final int queue;

        Wakeup(int queue) {
            this.queue = queue;
        }

        @Override
        protected void wake() {
            Kqueue.wake(queue); // of an event that is there: it cannot fail
        }
    }

    private static final class Registered extends Descriptors {
        private final int queue;

        Registered(int queue) {
            this.queue = queue;
        }

        @Override
        protected int descriptor(SelectableChannel channel) {
            return Kqueue.descriptor(channel);
        }

        @Override
        protected boolean add(int descriptor, long data, Pollable what) throws IOException {
            Errno.check("kevent", Kqueue.add(queue, descriptor, data));
            return true;
        }

        @Override
        protected boolean change(int descriptor, long data, Pollable what) throws IOException {
            return add(descriptor, data, what);
        }

        @Override
        protected void drop(int descriptor) {
            Kqueue.delete(queue, descriptor); // refused if the descriptor was closed: then it is gone already
        }
    }

    @Override
    public LoopCapabilities capabilities() {
        return new LoopCapabilities(true, true, true, Duration.ofNanos(1));
    }

    @Override
    public SelectorProvider channels() {
        return SelectorProvider.provider();
    }

    @Override
    public DescriptorCalls descriptorCalls() {
        return CALLS;
    }

    // ---- registrations ----

    @Override
    public void register(Pollable what, int interest, long token) throws IOException {
        checkOpen();
        descriptors.register(what, token);
    }

    @Override
    public void modify(Pollable what, int interest, long token) throws IOException {
        checkOpen();
        descriptors.modify(what, token);
    }

    @Override
    public void remove(Pollable what) {
        if (!closed) {
            descriptors.remove(what);
        }
    }

    @Override
    public void closing(Pollable what) {
        if (!closed) {
            descriptors.closing(what);
        }
    }

    private void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the poller of the loop kqueue-jni was closed");
        }
    }

    // ---- polling ----

    @Override
    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
        int count = timeoutNanos <= 0 || wakeup.isPending() || Thread.currentThread().isInterrupted()
                ? Kqueue.poll(queue, address, capacity, 0)
                : await(timeoutNanos);
        wakeup.clear();
        if (count > 0) {
            report(count, into);
        } else if (count < 0 && count != -Kqueue.EINTR) {
            throw new ErrnoException("kevent", -count);
        }
        return into.size();
    }

    private int await(long nanos) {
        if (!sleep.enter()) {
            sleep = new NativeSleep(wakeup); // the thread was interrupted in an earlier one
            sleep.enter();
        }
        try {
            return Kqueue.poll(queue, address, capacity, nanos == Long.MAX_VALUE ? -1 : Math.min(nanos, MOST_NANOS));
        } finally {
            sleep.leave();
        }
    }

    private void report(int count, ReadyTokens into) {
        for (int i = 0; i < count; i++) {
            int event = i * EVENT_SIZE;
            long data = events.getLong(event + Kqueue.DATA);
            if (data >= 0 && descriptors.isCurrent(data)) {
                boolean reading = events.getShort(event + Kqueue.FILTER) == Kqueue.READ;
                boolean ended = (events.getShort(event + Kqueue.FLAGS) & Kqueue.EOF) != 0 && !descriptors.isByNumber(data);
                into.add(descriptors.token(data), ready(reading, ended));
            }
        }
        if (count == capacity && capacity < MOST) {
            capacity <<= 1;
            allocate();
        }
    }

    /** What has ended in one direction stays ready in it, unless it is a named pipe, which may get another writer: such are watched by number. */
    private static int ready(boolean reading, boolean ended) {
        return reading
                ? Interest.READ.mask() | (ended ? READ_LASTS : 0)
                : Interest.WRITE.mask() | (ended ? WRITE_LASTS : 0);
    }

    /** Memory outside of the heap that the system writes events to; used again for each poll, larger once it was full. */
    private void allocate() {
        events = ByteBuffer.allocateDirect(capacity * EVENT_SIZE).order(ByteOrder.nativeOrder());
        address = Kqueue.address(events);
    }

    @Override
    public void wakeup() {
        wakeup.send();
    }

    // ---- its end ----

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            wakeup.close();
            Kqueue.close(queue);
        }
    }
}
