package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.DescriptorCalls;
import dev.jevent.loop.Poller;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The rules of {@link PollerTck} about what {@link DescriptorCalls} says, for pollers that have it. */
interface PollerDescriptorRules {
    /** No process has so many. */
    int NOBODYS = Integer.MAX_VALUE;

    Poller poller();

    private DescriptorCalls calls() {
        DescriptorCalls calls = poller().descriptorCalls();
        assumeTrue(calls != null, "says nothing of descriptors");
        return calls;
    }

    @Test
    default void knowsTheDescriptorsOfChannelsAndFileStreamsOnly() throws IOException {
        DescriptorCalls calls = calls();
        Path file = Files.createTempFile("descriptor", null);
        FileInputStream in = new FileInputStream(file.toFile());
        FileOutputStream out = new FileOutputStream(file.toFile());
        try (in; out; FileInputStream subclass = new FileInputStream(file.toFile()) {}) {
            int number = calls.descriptor(in);
            assertTrue(number > 2, "descriptor " + number + " of a file");
            assertEquals(number, calls.descriptor(new BufferedInputStream(in)));
            assertEquals(-1, calls.descriptor(new BufferedInputStream(new BufferedInputStream(in))));
            assertEquals(-1, calls.descriptor(subclass), "of a subclass, which may read from elsewhere");
            assertEquals(-1, calls.descriptor(new ByteArrayInputStream(new byte[0])));
            assertTrue(calls.descriptor(out) > 2 && calls.descriptor(out) != number, "descriptor " + calls.descriptor(out));
            assertEquals(-1, calls.descriptor(new ByteArrayOutputStream()));
        } finally {
            Files.delete(file);
        }
        assertEquals(-1, calls.descriptor(in), "closed");
        assertEquals(-1, calls.descriptor(out), "closed");
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source(); Pipe.SinkChannel sink = pipe.sink()) {
            assertTrue(calls.descriptor(source) > 2 && calls.descriptor(sink) > 2, "descriptors of a pipe");
        }
    }

    @Test
    default void knowsWhatMakesAReaderWait() throws IOException {
        DescriptorCalls calls = calls();
        Path file = Files.createTempFile("descriptor", null);
        try (FileInputStream in = new FileInputStream(file.toFile()); FileInputStream nothing = new FileInputStream("/dev/null")) {
            assertFalse(calls.isWatchable(calls.descriptor(in)), "a file");
            assertTrue(calls.isReadable(calls.descriptor(in)), "a file");
            assertFalse(calls.isWatchable(calls.descriptor(nothing)), "/dev/null");
        } finally {
            Files.delete(file);
        }
        assertFalse(calls.isWatchable(NOBODYS));
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source(); Pipe.SinkChannel sink = pipe.sink()) {
            assertTrue(calls.isWatchable(calls.descriptor(source)), "a pipe");
            assertTrue(calls.isWatchable(calls.descriptor(sink)), "a pipe");
            calls.closeOnExec(calls.descriptor(sink)); // which nothing here can see
        }
    }

    @Test
    default void knowsWhatAReadWouldFind() throws IOException {
        DescriptorCalls calls = calls();
        Pipe pipe = Pipe.open();
        try (Pipe.SourceChannel source = pipe.source()) {
            int number = calls.descriptor(source);
            try (Pipe.SinkChannel sink = pipe.sink()) {
                assertFalse(calls.isReadable(number), "an empty pipe");
                assertEquals(0, calls.available(number));
                sink.write(ByteBuffer.allocate(7));
                assertTrue(calls.isReadable(number));
                assertEquals(7, calls.available(number));
                source.read(ByteBuffer.allocate(7));
                assertFalse(calls.isReadable(number), "a pipe that is empty again");
            }
            assertTrue(calls.isReadable(number), "the end");
            assertEquals(0, calls.available(number), "at the end");
        }
        assertTrue(calls.isReadable(NOBODYS), "a read tells what is wrong");
        assertEquals(0, calls.available(NOBODYS));
    }

    @Test
    default void opensOnceMoreWhatItCan() throws IOException {
        DescriptorCalls calls = calls();
        Pipe one = Pipe.open();
        Pipe other = Pipe.open();
        try (Pipe.SourceChannel oneSource = one.source(); Pipe.SinkChannel oneSink = one.sink();
                Pipe.SourceChannel otherSource = other.source(); Pipe.SinkChannel otherSink = other.sink()) {
            otherSource.configureBlocking(false);
            assertFalse(calls.reopenOutput(NOBODYS, calls.descriptor(otherSink)));
            otherSink.write(ByteBuffer.wrap(new byte[] {1}));
            ByteBuffer got = ByteBuffer.allocate(2);
            assertEquals(1, otherSource.read(got), "what was refused left it as it was");
            assumeTrue(calls.reopenOutput(calls.descriptor(oneSink), calls.descriptor(otherSink)), "this system opens no pipe once more");
            assertEquals(-1, otherSource.read(got.clear()), "nobody writes there any more");
            otherSink.write(ByteBuffer.wrap(new byte[] {2}));
            assertEquals(1, oneSource.read(got.clear()));
            assertEquals(2, got.get(0));
        }
    }

    @Test
    default void movesTheBytesOfAConnection() throws IOException {
        DescriptorCalls calls = calls();
        try (Device.ChannelDevice device = (Device.ChannelDevice) Device.ofChannels(poller().channels())) {
            int number = calls.descriptor(device.watched());
            for (ByteBuffer room : new ByteBuffer[] {ByteBuffer.allocateDirect(16), ByteBuffer.allocate(16), ByteBuffer.allocate(24).slice(4, 16)}) {
                assertEquals(0, calls.receive(number, room.clear()), "nothing has come");
                device.peer().write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}));
                assertEquals(0, calls.receive(number, room.position(16)), "no room");
                assertEquals(3, receive(calls, number, room.clear().position(2).limit(5)));
                assertEquals(5, room.position());
                assertEquals(2, calls.receive(number, room.limit(16)));
                assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5}), room.flip().position(2));

                assertEquals(0, calls.send(number, room.position(7)), "nothing to send");
                assertEquals(4, calls.send(number, room.position(2).limit(6)));
                assertEquals(6, room.position());
                ByteBuffer got = ByteBuffer.allocate(4);
                while (got.hasRemaining()) {
                    device.peer().read(got);
                }
                assertEquals(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), got.flip());
            }
        }
    }

    /** What was sent may be on its way still. */
    private static int receive(DescriptorCalls calls, int number, ByteBuffer into) throws IOException {
        while (true) {
            int count = calls.receive(number, into);
            if (count != 0) {
                return count;
            }
            Thread.onSpinWait();
        }
    }

    @Test
    default void sendsAsMuchAsGoesWithoutAWait() throws IOException {
        DescriptorCalls calls = calls();
        try (Device.ChannelDevice device = (Device.ChannelDevice) Device.ofChannels(poller().channels())) {
            int number = calls.descriptor(device.watched());
            ByteBuffer much = ByteBuffer.allocate(64 << 20);
            int sent = calls.send(number, much);
            assertTrue(sent > 0 && sent < much.capacity(), sent + " bytes were sent to a peer that reads none");
            assertEquals(sent, much.position());
            while (calls.send(number, much) > 0) {
                // what is on its way makes room again
            }
            assertTrue(much.hasRemaining(), "all was sent to a peer that reads none");
        }
    }

    @Test
    default void tellsTheEndOfAConnectionFromItsFailure() throws IOException {
        DescriptorCalls calls = calls();
        ByteBuffer room = ByteBuffer.allocate(16);
        try (Device.ChannelDevice device = (Device.ChannelDevice) Device.ofChannels(poller().channels())) {
            int number = calls.descriptor(device.watched());
            device.peer().write(ByteBuffer.wrap(new byte[] {1}));
            device.peer().shutdownOutput();
            assertEquals(1, receive(calls, number, room));
            assertEquals(-1, receive(calls, number, room));
            assertEquals(-1, calls.receive(number, room), "the end lasts");
        }
        try (Device.ChannelDevice device = (Device.ChannelDevice) Device.ofChannels(poller().channels())) {
            int number = calls.descriptor(device.watched());
            device.peer().setOption(StandardSocketOptions.SO_LINGER, 0).close(); // a reset
            SocketException failure = assertThrows(SocketException.class, () -> receive(calls, number, room));
            assertEquals("Connection reset", failure.getMessage());
            assertThrows(SocketException.class, () -> calls.send(number, room.clear()));
        }
        assertThrows(SocketException.class, () -> calls.receive(NOBODYS, room.clear()));
        assertThrows(SocketException.class, () -> calls.send(NOBODYS, room.clear()));
    }
}
