package dev.jevent.io.net;

import dev.jevent.Hub;
import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.Settings;
import dev.jevent.loop.Poller;
import dev.jevent.loop.PollingLoop;
import dev.jevent.loop.ReadyTokens;
import dev.jevent.spi.Availability;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubFactory;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.SelectorProvider;
import java.time.Duration;
import java.util.Set;

/**
 * One connection whose other side takes and gives a few bytes at each poll of the loop, and only then: so the number of waits of
 * an operation is known, and each of them can be met. The loop's poller is level-triggered or edge-triggered; the latter reports a
 * direction once when something comes, and when it is asked to look again.
 */
final class ScriptedWorld {
    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();

    interface Body {
        void run(Hub hub) throws Exception;
    }

    final Channel channel = new Channel();
    private final boolean edgeTriggered;
    private final int[] steps;
    private int polls;
    private int alarmAt = -1;
    private Runnable alarm;

    /** @param steps how many bytes come, and are taken, at each poll; over and over again */
    ScriptedWorld(boolean edgeTriggered, int... steps) {
        this.edgeTriggered = edgeTriggered;
        this.steps = steps;
    }

    /** Calls {@code alarm} in the {@code poll}-th poll from now, before anything comes. */
    void atPoll(int poll, Runnable alarm) {
        alarmAt = polls + poll;
        this.alarm = alarm;
    }

    /** Runs {@code body} as main of a hub that lives here. */
    void run(Body body) throws Exception {
        Throwable[] failure = new Throwable[1];
        Thread thread = Thread.ofPlatform().daemon().start(() -> {
            HubFactory factory = java.util.ServiceLoader.load(HubFactory.class).findFirst().orElseThrow();
            try (Hub hub = factory.open(Environment.system(), Settings.process(), new Provider())) {
                body.run(hub);
            } catch (Throwable e) {
                failure[0] = e;
            }
        });
        if (!thread.join(Duration.ofSeconds(60))) {
            AssertionError hangs = new AssertionError(thread + " hangs");
            hangs.setStackTrace(thread.getStackTrace());
            throw hangs;
        }
        if (failure[0] != null) {
            throw new AssertionError(failure[0]);
        }
    }

    private final class Provider implements LoopProvider {
        @Override
        public String name() {
            return "scripted";
        }

        @Override
        public Availability availability() {
            return Availability.yes();
        }

        @Override
        public int rank() {
            return 0;
        }

        @Override
        public HubLoop create(Environment environment, Settings settings) {
            return new PollingLoop(name(), new Polls(), environment, settings);
        }
    }

    private final class Polls implements Poller {
        private long token;
        private boolean registered;
        private int interest;
        private int edges;

        @Override
        public LoopCapabilities capabilities() {
            return new LoopCapabilities(true, false, edgeTriggered, Duration.ofNanos(1));
        }

        @Override
        public void register(Pollable what, int interest, long token) throws IOException {
            if (!channel.isOpen()) {
                throw new ClosedChannelException();
            }
            registered = true;
            modify(what, interest, token);
        }

        @Override
        public void modify(Pollable what, int interest, long token) {
            this.interest = interest;
            this.token = token;
            edges |= channel.ready();
        }

        @Override
        public void remove(Pollable what) {
            registered = false;
        }

        @Override
        public int poll(long timeoutNanos, ReadyTokens into) {
            polls++;
            if (polls == alarmAt) {
                alarm.run();
            }
            if (timeoutNanos != 0 || report(false) == 0) {
                int step = steps[polls % steps.length];
                channel.readable += step;
                channel.writable += step;
                edges |= channel.ready();
            }
            int ready = report(true);
            if (registered && ready != 0) {
                into.add(token, ready);
            }
            return into.size();
        }

        private int report(boolean take) {
            int ready = (edgeTriggered ? edges : channel.ready()) & interest;
            if (take) {
                edges &= ~ready;
            }
            return ready;
        }

        @Override
        public void wakeup() {
            // no poll waits
        }

        @Override
        public SelectorProvider channels() {
            return SelectorProvider.provider();
        }

        @Override
        public void close() {
            registered = false;
        }
    }

    /** The byte at {@code position} of what is read, and of what must be written. */
    static byte expected(long position) {
        return (byte) (position * 31 + (position >> 8));
    }

    /** Its bytes are known by their position, in both directions. */
    final class Channel extends SocketChannel {
        int readable;
        int writable;
        long read;
        long written;
        boolean connecting;
        int connectAttempts;

        private boolean connected = true;

        Channel() {
            super(SelectorProvider.provider());
        }

        void unconnected(int attempts) {
            connected = false;
            connectAttempts = attempts;
        }

        int ready() {
            return (readable > 0 ? READ : 0) | (writable > 0 ? WRITE : 0);
        }

        private void check() throws IOException {
            if (!isOpen()) {
                throw new ClosedChannelException();
            }
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            check();
            int count = Math.min(readable, into.remaining());
            for (int i = 0; i < count; i++) {
                into.put(expected(read++));
            }
            readable -= count;
            return count;
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) throws IOException {
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                total += read(into[i]);
            }
            return total;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            check();
            int count = Math.min(writable, from.remaining());
            for (int i = 0; i < count; i++) {
                byte next = from.get();
                if (next != expected(written)) {
                    throw new AssertionError("wrong byte at " + written);
                }
                written++;
            }
            writable -= count;
            return count;
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                total += write(from[i]);
            }
            return total;
        }

        @Override
        public boolean connect(SocketAddress remote) throws IOException {
            check();
            connecting = true;
            return false;
        }

        @Override
        public boolean finishConnect() throws IOException {
            check();
            writable = 0;
            connected = --connectAttempts <= 0;
            return connected;
        }

        @Override
        public boolean isConnected() {
            return connected;
        }

        @Override
        public boolean isConnectionPending() {
            return connecting && !connected;
        }

        @Override
        public SocketChannel bind(SocketAddress local) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> SocketChannel setOption(SocketOption<T> name, T value) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <T> T getOption(SocketOption<T> name) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return Set.of();
        }

        @Override
        public SocketChannel shutdownInput() {
            return this;
        }

        @Override
        public SocketChannel shutdownOutput() {
            return this;
        }

        @Override
        public Socket socket() {
            throw new UnsupportedOperationException();
        }

        @Override
        public SocketAddress getRemoteAddress() {
            return null;
        }

        @Override
        public SocketAddress getLocalAddress() {
            return null;
        }

        @Override
        protected void implCloseSelectableChannel() {
            // holds nothing
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            // never blocks
        }

        @Override
        public String toString() {
            return "scripted channel";
        }
    }
}
