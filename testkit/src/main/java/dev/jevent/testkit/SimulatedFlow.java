package dev.jevent.testkit;

import dev.jevent.Interest;
import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;

/**
 * One direction of a connection, or a pipe. What is written is on its way until the world lets some of it arrive; the room it took
 * is the writer's again only when the news of its having been read has come back.
 */
final class SimulatedFlow implements SimulatedNetwork.Traffic {
    /** An end of flows: a channel that may not have been accepted yet. */
    interface End {
        void becomesReady(int mask);

        void isReadyNoMore(int mask);

        /** Nothing more will come. */
        void hasEnded();

        /** The other side doesn't know of this connection any more. */
        void wasReset();
    }

    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();

    private final World world;
    private final End writer;
    private final End reader;
    private final byte[] bytes;
    private long written;
    private long arrived;
    private long taken;
    private long acknowledged;
    private boolean finished; // by the writer
    private boolean endArrived;
    private boolean abandoned; // by the reader
    private boolean gone; // neither end is told of anything any more

    SimulatedFlow(World world, End writer, End reader, int capacity) {
        this.world = world;
        this.writer = writer;
        this.reader = reader;
        bytes = new byte[capacity];
    }

    // ---- the ends ----

    /** As a system call: 0 if it would block. */
    int write(ByteBuffer from) throws IOException {
        if (finished) {
            throw new SocketException("Broken pipe");
        }
        int room = room();
        int count = Math.min(room, from.remaining());
        if (count > 1 && world.oneIn(4)) {
            count = 1 + world.next(count);
        }
        for (int i = 0; i < count; i++) {
            bytes[(int) (written++ % bytes.length)] = from.get();
        }
        if (room() == 0) {
            writer.isReadyNoMore(WRITE);
        }
        return count;
    }

    /** As a system call: 0 if it would block, -1 at the end. */
    int read(ByteBuffer into) {
        if (!into.hasRemaining()) {
            return 0;
        }
        int count = (int) Math.min(arrived - taken, into.remaining());
        if (count == 0) {
            return endArrived ? -1 : 0;
        }
        for (int i = 0; i < count; i++) {
            into.put(bytes[(int) (taken++ % bytes.length)]);
        }
        if (!isReadable()) {
            reader.isReadyNoMore(READ);
        }
        return count;
    }

    private int room() {
        return bytes.length - (int) (written - acknowledged);
    }

    boolean hasEnded() {
        return endArrived;
    }

    boolean isReadable() {
        return arrived > taken || endArrived;
    }

    boolean isWritable() {
        return room() > 0;
    }

    /** Nothing more will be written. */
    void finish() {
        finished = true;
    }

    /** Nobody will read. @return whether something was there that nobody has read: then the writer is to hear of it */
    boolean abandon() {
        abandoned = true;
        return arrived > taken;
    }

    /** What is on its way is lost. */
    void drop() {
        gone = true;
    }

    // ---- what is on its way ----

    @Override
    public boolean isUnderWay() {
        return !gone && (arrived < written || acknowledged < taken || finished && !endArrived);
    }

    @Override
    public boolean isOver() {
        return gone || endArrived && (abandoned || acknowledged == written);
    }

    @Override
    public void arrive() {
        boolean acknowledges = acknowledged < taken && (arrived == written || world.oneIn(2));
        if (acknowledges) {
            acknowledged += 1 + world.next((int) (taken - acknowledged));
            writer.becomesReady(WRITE);
        } else if (arrived == written) {
            endArrived = true;
            reader.hasEnded();
        } else if (abandoned) {
            gone = true;
            writer.wasReset();
        } else {
            arrived += 1 + world.next((int) (written - arrived));
            reader.becomesReady(READ);
        }
    }
}
