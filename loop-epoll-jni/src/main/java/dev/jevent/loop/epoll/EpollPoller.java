package dev.jevent.loop.epoll;

import dev.jevent.DescriptorCalls;
import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.jni.Errno;
import dev.jevent.jni.ErrnoException;
import dev.jevent.loop.NativeSleep;
import dev.jevent.loop.NativeWakeup;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * A {@link Poller} on an epoll set.
 *
 * <p><b>Facts.</b> An edge-triggered registration reports each change for the better once, and everything that is ready
 * when it is made or modified. The set counts a file under the number it was registered by: when the last descriptor of the
 * file is closed, it leaves the set without a word, and its number may be of another file at once; a copy that a child
 * process holds keeps it in the set. A timeout of {@code epoll_wait} has a grain of a millisecond; {@code epoll_pwait2} counts in
 * nanoseconds, and came with Linux 5.11. A thread in a system call isn't woken by {@link Thread#interrupt}.
 *
 * <p><b>Decisions.</b> What is watched is registered once, for both directions and a hang-up, and stays so: a wait begins and
 * ends without a system call. What epoll hands back is the number of the descriptor and that of the registration, so an event of
 * an earlier file of the same number is told from the later one's. Without {@code epoll_pwait2} a timer descriptor ends
 * the wait. The event descriptor that ends it for other threads is never read: edge-triggered, each write to it counts.
 * The library of the JDK for interruptible channels tells of an interrupt.
 *
 * <p><b>Price.</b> Three descriptors at most for each loop, one more for all files that are watched, and one for each process. A
 * channel that is closed without telling the loop leaves it without a word: see {@link dev.jevent.Watcher.Io#checksClosed}.
 */
final class EpollPoller implements Poller {
    private static final DescriptorCalls CALLS = new EpollDescriptorCalls();

    /** Longest wait that the clock of the system takes; the loop asks again. */
    private static final long MOST_NANOS = 1L << 60;

    private static final long WAKEUP = -1;
    private static final long TIMER = -2;
    private static final long FILES = -3;

    private final int set;
    private final int timer; // -1: epoll_pwait2 has the timeout
    private final int wakeupDescriptor;
    private final NativeWakeup wakeup;
    private final EpollDescriptors descriptors;
    private final Map<Long, Integer> processes = new HashMap<>(0); // descriptor of a process by token
    private final FileWatches files;
    private final EventBuffer events = new EventBuffer();
    private NativeSleep sleep;
    private boolean timerIsSet;
    private boolean closed;

    /** @param timer see {@link #timer}. Belongs to the poller, as the others do */
    private EpollPoller(int set, int wakeup, int timer) {
        this.set = set;
        this.wakeupDescriptor = wakeup;
        this.wakeup = new Wakeup(wakeup);
        this.timer = timer;
        descriptors = new EpollDescriptors(set);
        files = new FileWatches(set, FILES);
        sleep = new NativeSleep(this.wakeup);
    }

    private static final class Wakeup extends NativeWakeup {
        private final int descriptor;

        Wakeup(int descriptor) {
            this.descriptor = descriptor;
        }

        @Override
        protected void wake() {
            Epoll.wake(descriptor); // fails only after 2^64 of them
        }
    }

    /** For the calling thread. @throws IOException if the process has no descriptor left */
    static EpollPoller open() throws IOException {
        return open(!Timeouts.IN_NANOS);
    }

    private static final class Timeouts {
        static final boolean IN_NANOS = probe();

        /** Sandboxes that don't know the call may say that it is forbidden. */
        private static boolean probe() {
            int result = Epoll.awaitNanos(-1, 0, 1, 0);
            return result != -Epoll.ENOSYS && result != -Epoll.EPERM;
        }
    }

    static EpollPoller open(boolean withTimer) throws IOException {
        int set = -1;
        int wakeup = -1;
        int timer = -1;
        try {
            set = Errno.check("epoll_create1", Epoll.create());
            wakeup = Errno.check("eventfd", Epoll.eventDescriptor());
            Errno.check("epoll_ctl", Epoll.control(set, Epoll.ADD, wakeup, Epoll.IN | Epoll.ET, WAKEUP));
            if (withTimer) {
                timer = Errno.check("timerfd_create", Epoll.timerDescriptor());
                Errno.check("epoll_ctl", Epoll.control(set, Epoll.ADD, timer, Epoll.IN | Epoll.ET, TIMER));
            }
            return new EpollPoller(set, wakeup, timer);
        } catch (IOException | RuntimeException | Error e) {
            close(set);
            close(wakeup);
            close(timer);
            throw e;
        }
    }

    private static void close(int descriptor) {
        if (descriptor >= 0) {
            Epoll.close(descriptor); // of ours: it cannot fail
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
            throw new IOException("the poller of the loop epoll-jni was closed");
        }
    }

    // ---- processes and files: their tokens, of which the lower half is negative, are no number of a registration ----

    @Override
    public boolean watchProcess(long pid, long token) {
        int process = closed ? -1 : Epoll.processDescriptor((int) pid);
        if (process < 0) {
            return false; // gone already, or no descriptor left: the JDK finds out
        }
        if (Epoll.control(set, Epoll.ADD, process, Epoll.IN | Epoll.ET, token) < 0) {
            Epoll.close(process);
            return false;
        }
        processes.put(token, process);
        return true;
    }

    @Override
    public boolean watchFile(Path path, long token) {
        return !closed && files.watch(path, token);
    }

    @Override
    public void forget(long token) {
        Integer process = processes.remove(token);
        if (process != null) {
            Epoll.control(set, Epoll.DEL, process, 0, 0); // a child may have a copy
            Epoll.close(process);
        } else if (!closed) {
            files.forget(token);
        }
    }

    // ---- polling ----

    @Override
    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
        int count = timeoutNanos <= 0 || wakeup.isPending() || Thread.currentThread().isInterrupted()
                ? Epoll.poll(set, events.address(), events.capacity())
                : await(timeoutNanos);
        wakeup.clear();
        if (count > 0) {
            report(count, into);
        } else if (count < 0 && count != -Epoll.EINTR) {
            throw new ErrnoException("epoll_wait", -count);
        }
        return into.size();
    }

    private int await(long nanos) throws IOException {
        boolean unlimited = nanos == Long.MAX_VALUE;
        if (timer >= 0 && (!unlimited || timerIsSet)) {
            Errno.check("timerfd_settime", Epoll.setTimer(timer, unlimited ? 0 : Math.min(nanos, MOST_NANOS)));
            timerIsSet = !unlimited;
        }
        if (!sleep.enter()) {
            sleep = new NativeSleep(wakeup); // the thread was interrupted in an earlier one
            sleep.enter();
        }
        try {
            return unlimited || timer >= 0
                    ? Epoll.await(set, events.address(), events.capacity())
                    : Epoll.awaitNanos(set, events.address(), events.capacity(), Math.min(nanos, MOST_NANOS));
        } finally {
            sleep.leave();
        }
    }

    private void report(int count, ReadyTokens into) {
        for (int i = 0; i < count; i++) {
            long data = events.data(i);
            if (data == FILES) {
                files.read(into);
            } else if (data >= 0 && (int) data < 0) {
                into.add(data, Interest.READ.mask());
            } else if (data >= 0 && descriptors.isCurrent(data)) {
                into.add(descriptors.token(data), ready(events.mask(i), descriptors.isPipe(data)));
            }
        }
        events.filled(count);
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
            close(wakeupDescriptor);
            close(timer);
            files.close();
            processes.values().forEach(EpollPoller::close);
            processes.clear();
            close(set);
        }
    }

    /** What is ready for whom, of the mask that epoll reports. */
    static int ready(int events, boolean pipe) {
        int ready = 0;
        if ((events & (Epoll.IN | Epoll.RDHUP | Epoll.HUP | Epoll.ERR)) != 0) {
            ready |= Interest.READ.mask();
        }
        if ((events & (Epoll.OUT | Epoll.HUP | Epoll.ERR)) != 0) {
            ready |= Interest.WRITE.mask();
        }
        // A socket that was never connected hangs up, too, but not its reading half; a named pipe may get another writer.
        boolean readEnds = (events & Epoll.RDHUP) != 0 || pipe && (events & Epoll.HUP) != 0;
        boolean writeEnds = (events & Epoll.HUP) != 0 && (events & Epoll.RDHUP) != 0 || pipe && (events & Epoll.ERR) != 0;
        return ready | (readEnds ? READ_LASTS : 0) | (writeEnds ? WRITE_LASTS : 0);
    }
}
