package dev.jevent.io.patch;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.GreenletInterrupted;
import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.Switches;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * What is printed, in the order of the calls, on its way to streams that may block.
 *
 * <p>Greenlets, and main of a hub, leave it here for a thread that writes it, and wait only while much is on its way: they print
 * with locks held, those of loggers, and whoever waits with a lock may stop those of its hub who want it, and main for ever. Main
 * itself parks then. Threads without a hub write by themselves, after what came before.
 *
 * <pre>
 *   IDLE ── a thread without a hub writes ──▶ WRITTEN BY IT ── nothing came meanwhile ──▶ IDLE
 *    └── somebody leaves a piece ──▶ PUMPED ◀── else ──┘
 *    ▲                                 └── nothing is left ──▶ IDLE
 *    └─────────────────────────────────────────────────────────┘
 * </pre>
 */
final class OutputQueue extends Guard {
    /** As much as a pipe holds by itself. */
    private static final int ROOM = 64 * 1024;

    /** For those who hold the stream's monitor, as {@link Throwable#printStackTrace()} does: in reason they never wait. */
    private static final int ROOM_IN_MONITOR = 16 * ROOM;

    private static final int BATCH = 8 * 1024;
    private static final long IDLE_NANOS = 200_000_000;

    private static final Object ROOM_THERE = new Object();

    private final String name;
    private volatile boolean pumping = true;

    // inside the guard
    private Piece first;
    private Piece last;
    private long queued; // bytes that aren't written
    private boolean busy; // not IDLE
    private volatile Thread idle; // a pump without work
    private final WaitQueue waitingForRoom = new WaitQueue();

    private volatile Thread writer;
    private volatile int written; // counts writes
    private volatile boolean failed;

    /** @param name of its thread */
    OutputQueue(String name) {
        this.name = name;
    }

    /** What becomes of the stream after a piece. */
    enum Then { NOTHING, FLUSH, CLOSE }

    /** What one call prints. */
    private static final class Piece {
        final PrintStream target;
        final byte[] bytes;
        final Then then;
        final Thread waiting; // null: nobody
        volatile boolean done;
        Piece next;

        Piece(PrintStream target, byte[] bytes, Then then, Thread waiting) {
            this.target = target;
            this.bytes = bytes;
            this.then = then;
            this.waiting = waiting;
        }
    }

    /** Whether greenlets leave what they print to the pump. */
    boolean pumping() {
        return pumping;
    }

    void pumping(boolean pumping) {
        this.pumping = pumping;
    }

    /** Whether something could not be written. */
    boolean failed() {
        return failed;
    }

    /**
     * Writes, or sees to it.
     *
     * @param bytes nobody changes them any more
     * @param inMonitor whether the caller holds a monitor that others need to print
     */
    @Switches
    @AnyThread
    void write(PrintStream target, byte[] bytes, Then then, boolean inMonitor) {
        if (writer == Thread.currentThread()) {
            writeTo(target, bytes, then); // a target that prints itself
            return;
        }
        Hub hub = pumping ? Hub.ifExists() : null;
        if (hub == null || hub.isClosed()) {
            writeHere(target, bytes, then);
        } else {
            handOver(new Piece(target, bytes, then, null), hub, inMonitor ? ROOM_IN_MONITOR : ROOM);
        }
    }

    // ---- threads without a hub ----

    private void writeHere(PrintStream target, byte[] bytes, Then then) {
        enter();
        boolean mine = !busy;
        busy = true;
        leave();
        if (!mine) {
            addAndAwait(new Piece(target, bytes, then, Thread.currentThread()));
            return;
        }
        writer = Thread.currentThread();
        try {
            writeTo(target, bytes, then);
        } finally {
            writer = null;
            enter();
            busy = first != null;
            boolean pump = busy;
            leave();
            if (pump) {
                startPump();
            }
        }
    }

    private void addAndAwait(Piece piece) {
        add(piece);
        boolean interrupted = false;
        while (!piece.done) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted(); // nothing is interrupted by that, as in the JDK
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- those of a hub ----

    private void handOver(Piece piece, Hub hub, int room) {
        boolean interrupted = false;
        try {
            while (!addIfRoom(piece, room)) {
                Waiter waiter = waiter();
                if (waiter == null) {
                    addAndAwait(new Piece(piece.target, piece.bytes, piece.then, Thread.currentThread()));
                    return;
                }
                try {
                    awaitRoom(waiter, hub, room);
                } catch (GreenletInterrupted e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Null for who parks instead: a callback, for which only others of its kind wait; and main, where calls of the JDK block. */
    private static Waiter waiter() {
        if (!Thread.currentThread().isVirtual()) {
            return null;
        }
        try {
            return Waiter.current();
        } catch (BlockingSwitchOutException e) {
            return null;
        }
    }

    private void awaitRoom(Waiter waiter, Hub hub, int room) {
        Hub.Hold hold = hub.hold(); // a thread that the hub doesn't know will wake us
        try {
            enter();
            if (queued < room) {
                leave();
            } else {
                await(waitingForRoom, waiter, this, -1);
            }
        } finally {
            hold.close();
        }
    }

    // ---- the queue ----

    private void add(Piece piece) {
        addIfRoom(piece, Integer.MAX_VALUE);
    }

    private boolean addIfRoom(Piece piece, int room) {
        enter();
        boolean there = queued < room;
        boolean starts = there && !busy;
        if (there) {
            if (last == null) {
                first = piece;
            } else {
                last.next = piece;
            }
            last = piece;
            queued += piece.bytes.length;
            busy = true;
        }
        leave();
        if (starts) {
            startPump();
        }
        return there;
    }

    /** Called by the one who made this busy, or left it so. */
    private void startPump() {
        enter();
        Thread here = idle;
        idle = null;
        leave();
        if (here != null) {
            LockSupport.unpark(here);
            return;
        }
        boolean started = false;
        try {
            Thread pump = Thread.ofPlatform().daemon().name(name).inheritInheritableThreadLocals(false).unstarted(this::pump);
            pump.setContextClassLoader(null); // it may outlive whoever was the first to need it
            pump.start();
            started = true;
        } finally {
            if (!started) {
                writeAll(null); // the system has no thread to give, and somebody must
            }
        }
    }

    private void pump() {
        Thread me = Thread.currentThread();
        do {
            writeAll(me);
        } while (awaitWork(me));
    }

    /** @param idleThen who waits for work after that */
    private void writeAll(Thread idleThen) {
        writer = Thread.currentThread();
        for (Piece batch = takeAll(idleThen); batch != null; batch = takeAll(idleThen)) {
            while (batch != null) {
                batch = writeBatch(batch);
            }
        }
    }

    private Piece takeAll(Thread idleThen) {
        enter();
        Piece all = first;
        first = null;
        last = null;
        if (all == null) {
            writer = null;
            busy = false;
            idle = idleThen;
        }
        leave();
        return all;
    }

    /** @return false if none came for a while: then this thread ends */
    private boolean awaitWork(Thread me) {
        long end = System.nanoTime() + IDLE_NANOS;
        long left;
        while (idle == me && (left = end - System.nanoTime()) > 0) {
            LockSupport.parkNanos(this, left);
        }
        enter();
        boolean work = idle != me;
        if (!work) {
            idle = null;
        }
        leave();
        return work;
    }

    /** Writes the first, and with it those for the same stream that follow. @return what is left */
    private Piece writeBatch(Piece begin) {
        int length = begin.bytes.length;
        Then then = begin.then;
        Piece end = begin.next;
        while (then == Then.NOTHING && end != null && end.target == begin.target && length + end.bytes.length <= BATCH) {
            length += end.bytes.length;
            then = end.then;
            end = end.next;
        }
        try {
            writeTo(begin.target, end == begin.next ? begin.bytes : joined(begin, end, length), then);
        } catch (Throwable e) {
            failed = true; // as streams that print have it: who wants to know asks
        }
        enter();
        queued -= length;
        WaitNode woken = queued < ROOM ? waitingForRoom.claimAll() : null;
        leave();
        WaitQueue.wakeAll(woken, ROOM_THERE);
        for (Piece piece = begin; piece != end; piece = piece.next) {
            piece.done = true;
            LockSupport.unpark(piece.waiting);
        }
        return end;
    }

    private static byte[] joined(Piece begin, Piece end, int length) {
        byte[] joined = new byte[length];
        int at = 0;
        for (Piece piece = begin; piece != end; piece = piece.next) {
            System.arraycopy(piece.bytes, 0, joined, at, piece.bytes.length);
            at += piece.bytes.length;
        }
        return joined;
    }

    private void writeTo(PrintStream target, byte[] bytes, Then then) {
        for (int at = 0; at < bytes.length; at += BATCH) {
            target.write(bytes, at, Math.min(BATCH, bytes.length - at));
            written++;
        }
        switch (then) {
            case NOTHING -> {}
            case FLUSH -> failed |= target.checkError(); // which flushes
            case CLOSE -> target.close();
        }
    }

    /** Waits until what came before is written, unless nothing at all was for so long. For the end of the process. */
    void drain(Duration patience) {
        Piece last = new Piece(null, new byte[0], Then.NOTHING, Thread.currentThread());
        enter();
        boolean empty = !busy;
        leave();
        if (empty) {
            return;
        }
        add(last);
        int before = written;
        long since = System.nanoTime();
        while (!last.done) {
            long left = patience.toNanos() - (System.nanoTime() - since);
            if (left <= 0) {
                if (written == before) {
                    return;
                }
                before = written;
                since = System.nanoTime();
            } else {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    @Override
    public String toString() {
        return "<" + name + ">";
    }
}
