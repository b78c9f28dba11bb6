package dev.jevent.loop.epoll;

import dev.jevent.jni.Errno;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Pipe;

/**
 * Calls the native methods of the loop epoll-jni, as release/smoke-aarch64 does on an emulated machine: an event, a wake-up, a
 * timeout, an error, and where the fields of an event are there.
 */
public final class EpollSmoke {
    private EpollSmoke() {}

    public static void main(String[] arguments) throws Exception {
        check(Epoll.UNAVAILABLE == null, "the loop is available: " + Epoll.UNAVAILABLE);
        int set = Errno.check("epoll_create1", Epoll.create());
        int wakeup = Errno.check("eventfd", Epoll.eventDescriptor());
        Pipe pipe = Pipe.open();
        pipe.source().configureBlocking(false);
        int reader = Errno.check("descriptor", Epoll.descriptor(pipe.source()));
        long data = 0x1234_5678_9abc_def0L;
        Errno.check("epoll_ctl", Epoll.control(set, Epoll.ADD, wakeup, Epoll.IN | Epoll.ET, -1));
        Errno.check("epoll_ctl", Epoll.control(set, Epoll.ADD, reader, Epoll.IN | Epoll.RDHUP | Epoll.ET, data));
        ByteBuffer events = ByteBuffer.allocateDirect(8 * Epoll.eventSize()).order(ByteOrder.nativeOrder());
        long address = Epoll.address(events);

        check(Epoll.poll(set, address, 8) == 0, "nothing is ready");
        long before = System.nanoTime();
        int result = Epoll.awaitNanos(set, address, 8, 3_000_000);
        check(result == -Epoll.ENOSYS || result == 0 && System.nanoTime() - before >= 3_000_000, "a timeout in nanoseconds, or no such call: " + result);

        pipe.sink().write(ByteBuffer.wrap(new byte[] {1}));
        check(Epoll.await(set, address, 8) == 1, "one event");
        check(events.getInt(0) == Epoll.IN, "its mask: " + events.getInt(0));
        check(events.getLong(Epoll.dataOffset()) == data, "its data: " + Long.toHexString(events.getLong(Epoll.dataOffset())));
        check(Epoll.poll(set, address, 8) == 0, "an edge comes once");

        Errno.check("write", Epoll.wake(wakeup));
        check(Epoll.await(set, address, 8) == 1 && events.getLong(Epoll.dataOffset()) == -1, "a wake-up");
        check(Epoll.control(set, Epoll.ADD, reader, Epoll.IN, 0) == -Epoll.EEXIST, "an error is -errno");
        Errno.check("close", Epoll.close(wakeup));
        Errno.check("close", Epoll.close(set));
        System.out.println("smoke: the natives of epoll-jni work on " + System.getProperty("os.arch"));
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("not so: " + what);
        }
    }
}
