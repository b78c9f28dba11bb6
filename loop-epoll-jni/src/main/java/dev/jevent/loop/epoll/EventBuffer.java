package dev.jevent.loop.epoll;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory outside of the heap that the system writes events to; used again for each poll, larger once it was full. */
final class EventBuffer {
    private static final int SIZE = Epoll.eventSize();
    private static final int DATA = Epoll.dataOffset();

    private static final int FEWEST = 64;
    private static final int MOST = 4096;

    private int capacity = FEWEST;
    private ByteBuffer memory;
    private long address;

    EventBuffer() {
        allocate();
    }

    private void allocate() {
        memory = ByteBuffer.allocateDirect(capacity * SIZE).order(ByteOrder.nativeOrder());
        address = Epoll.address(memory);
    }

    long address() {
        return address;
    }

    /** In events. */
    int capacity() {
        return capacity;
    }

    int mask(int index) {
        return memory.getInt(index * SIZE);
    }

    /** What it was registered with. */
    long data(int index) {
        return memory.getLong(index * SIZE + DATA);
    }

    /** The last poll filled so many; they have been read. */
    void filled(int count) {
        if (count == capacity && capacity < MOST) {
            capacity <<= 1;
            allocate();
        }
    }
}
