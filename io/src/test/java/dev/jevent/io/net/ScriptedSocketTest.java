package dev.jevent.io.net;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Operations that are killed, or whose socket is closed, in exactly their k-th wait, on both kinds of loop. */
class ScriptedSocketTest {
    private static final int SIZE = 2_000;
    private static final int[] STEPS = {1, 90, 7, 300, 2, 60};

    private interface Operation {
        void run(TcpSocket socket, ByteBuffer buffer) throws IOException;
    }

    private static void write(TcpSocket socket, ByteBuffer buffer) throws IOException {
        socket.write(buffer);
    }

    private static void gather(TcpSocket socket, ByteBuffer buffer) throws IOException {
        ByteBuffer[] parts = parts(buffer);
        try {
            socket.write(parts);
        } finally {
            buffer.position(buffer.limit() - (int) Arrays.stream(parts).mapToLong(ByteBuffer::remaining).sum());
        }
    }

    private static void readAll(TcpSocket socket, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            socket.read(buffer);
        }
    }

    private static void scatterAll(TcpSocket socket, ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            ByteBuffer[] parts = parts(buffer);
            try {
                socket.read(parts);
            } finally {
                buffer.position(buffer.limit() - (int) Arrays.stream(parts).mapToLong(ByteBuffer::remaining).sum());
            }
        }
    }

    /** Views of what remains, in three. */
    private static ByteBuffer[] parts(ByteBuffer buffer) {
        int third = buffer.remaining() / 3;
        return new ByteBuffer[] {
            buffer.slice(buffer.position(), third),
            buffer.slice(buffer.position() + third, third),
            buffer.slice(buffer.position() + 2 * third, buffer.remaining() - 2 * third)
        };
    }

    private static ByteBuffer filled() {
        ByteBuffer buffer = ByteBuffer.allocate(SIZE);
        for (int i = 0; i < SIZE; i++) {
            buffer.put(i, ScriptedWorld.expected(i));
        }
        return buffer;
    }

    private static void killInEachWait(boolean edgeTriggered, boolean reads, Operation operation) throws Exception {
        int waits = 0;
        for (boolean unharmed = false; !unharmed; waits++) {
            boolean[] ended = new boolean[1];
            int k = waits + 1;
            ScriptedWorld world = new ScriptedWorld(edgeTriggered, STEPS);
            world.run(hub -> {
                ByteBuffer buffer = reads ? ByteBuffer.allocate(SIZE) : filled();
                try (TcpSocket socket = new TcpSocket(world.channel)) {
                    Greenlet<Void> victim = hub.spawn(() -> operation.run(socket, buffer));
                    world.atPoll(k, () -> victim.killLater(new GreenletExit()));
                    victim.join();
                    ended[0] = victim.exit() == null;
                    long done = reads ? socket.bytesRead() : socket.bytesWritten();
                    assertThat(done).as("in wait %s", k).isEqualTo(buffer.position());
                    assertThat(reads ? world.channel.read : world.channel.written).isEqualTo(done);
                    Greenlet<Void> rest = hub.spawn(() -> operation.run(socket, buffer));
                    rest.get();
                    assertThat(buffer.hasRemaining()).isFalse();
                    assertThat(buffer.flip()).isEqualTo(filled());
                }
                assertThat(world.channel.isOpen()).isFalse();
                assertThat(hub.loop().statistics().registrations()).isZero();
                assertThat(hub.loop().statistics().active()).isZero();
            });
            unharmed = ended[0];
        }
        assertThat(waits).as("waits").isGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("a kill in each wait of an operation, on a loop that is level- or edge-triggered")
    void killed(boolean edgeTriggered) throws Exception {
        killInEachWait(edgeTriggered, false, ScriptedSocketTest::write);
        killInEachWait(edgeTriggered, false, ScriptedSocketTest::gather);
        killInEachWait(edgeTriggered, true, ScriptedSocketTest::readAll);
        killInEachWait(edgeTriggered, true, ScriptedSocketTest::scatterAll);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("a close in each wait of an operation, on a loop that is level- or edge-triggered")
    void closed(boolean edgeTriggered) throws Exception {
        for (Operation operation : new Operation[] {ScriptedSocketTest::write, ScriptedSocketTest::readAll}) {
            for (int k = 1; k < 25; k++) {
                int poll = k;
                ScriptedWorld world = new ScriptedWorld(edgeTriggered, STEPS);
                world.run(hub -> {
                    hub.notErrors(ClosedChannelException.class::isInstance);
                    ByteBuffer buffer = filled();
                    TcpSocket socket = new TcpSocket(world.channel);
                    Greenlet<Void> victim = hub.spawn(() -> operation.run(socket, buffer));
                    world.atPoll(poll, () -> hub.loop().runCallbackThreadSafe(() -> {
                        try {
                            socket.close();
                        } catch (IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    }));
                    victim.join();
                    assertThat(victim.exception()).isInstanceOf(ClosedChannelException.class);
                    assertThat(world.channel.isOpen()).isFalse();
                    assertThat(hub.loop().statistics().registrations()).isZero();
                });
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("a kill in each wait of a connect that needs several closes the socket")
    void connectKilled(boolean edgeTriggered) throws Exception {
        int waits = 0;
        for (boolean unharmed = false; !unharmed; waits++) {
            boolean[] connected = new boolean[1];
            int k = waits + 1;
            ScriptedWorld world = new ScriptedWorld(edgeTriggered, 1);
            world.channel.unconnected(5);
            world.run(hub -> {
                TcpSocket socket = new TcpSocket(world.channel);
                Greenlet<Void> victim = hub.spawn(() -> socket.connectTo(new InetSocketAddress("127.0.0.1", 1), null));
                world.atPoll(k, () -> victim.killLater(new GreenletExit()));
                victim.join();
                connected[0] = victim.exit() == null;
                assertThat(socket.isOpen()).isEqualTo(connected[0]);
                socket.close();
                assertThat(world.channel.isOpen()).isFalse();
                assertThat(hub.loop().statistics().registrations()).isZero();
            });
            unharmed = connected[0];
        }
        assertThat(waits).isGreaterThanOrEqualTo(5);
    }
}
