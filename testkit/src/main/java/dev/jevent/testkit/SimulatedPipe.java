package dev.jevent.testkit;

import dev.jevent.Interest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.Pipe;
import java.nio.channels.spi.SelectorProvider;

/** A flow without sockets. */
final class SimulatedPipe extends Pipe {
    private final SimulatedNetwork network;
    private final Source source;
    private final Sink sink;
    private final SimulatedFlow flow;

    SimulatedPipe(SimulatedNetwork network, SelectorProvider provider) throws IOException {
        this.network = network;
        source = new Source(provider, network.descriptor());
        boolean complete = false;
        try {
            sink = new Sink(provider, network.descriptor());
            complete = true;
        } finally {
            if (!complete) {
                network.closed(source.descriptor);
            }
        }
        flow = network.flow(sink, source);
        sink.descriptor.ready(Interest.WRITE.mask());
    }

    @Override
    public SourceChannel source() {
        return source;
    }

    @Override
    public SinkChannel sink() {
        return sink;
    }

    private static void checkOpen(boolean open) throws ClosedChannelException {
        if (!open) {
            throw new ClosedChannelException();
        }
    }

    private final class Source extends SourceChannel implements SimulatedChannel, SimulatedFlow.End {
        private final SimulatedDescriptor descriptor;

        Source(SelectorProvider provider, SimulatedDescriptor descriptor) {
            super(provider);
            this.descriptor = descriptor;
        }

        @Override
        public SimulatedDescriptor descriptor() {
            return descriptor;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            checkOpen(isOpen());
            return flow.read(into);
        }

        @Override
        public long read(ByteBuffer[] into, int offset, int length) throws IOException {
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                boolean wanted = into[i].hasRemaining();
                int count = read(into[i]);
                if (count < 0) {
                    return total == 0 ? -1 : total;
                }
                total += count;
                if (wanted && into[i].hasRemaining()) {
                    break;
                }
            }
            return total;
        }

        @Override
        public long read(ByteBuffer[] into) throws IOException {
            return read(into, 0, into.length);
        }

        @Override
        public void becomesReady(int mask) {
            if (isOpen()) {
                descriptor.ready(mask);
            }
        }

        @Override
        public void isReadyNoMore(int mask) {
            descriptor.drain(mask);
        }

        @Override
        public void hasEnded() {
            if (isOpen()) {
                descriptor.readyForEver(Interest.READ.mask());
            }
        }

        @Override
        public void wasReset() {
            throw new AssertionError("a pipe is not reset by its writer");
        }

        @Override
        protected void implCloseSelectableChannel() {
            flow.abandon();
            flow.drop();
            network.closed(descriptor);
            sink.wasReset();
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            // it never blocks
        }
    }

    private final class Sink extends SinkChannel implements SimulatedChannel, SimulatedFlow.End {
        private final SimulatedDescriptor descriptor;
        private boolean broken;

        Sink(SelectorProvider provider, SimulatedDescriptor descriptor) {
            super(provider);
            this.descriptor = descriptor;
        }

        @Override
        public SimulatedDescriptor descriptor() {
            return descriptor;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            checkOpen(isOpen());
            if (broken) {
                throw new IOException("Broken pipe");
            }
            return flow.write(from);
        }

        @Override
        public long write(ByteBuffer[] from, int offset, int length) throws IOException {
            long total = 0;
            for (int i = offset; i < offset + length; i++) {
                total += write(from[i]);
                if (from[i].hasRemaining()) {
                    break;
                }
            }
            return total;
        }

        @Override
        public long write(ByteBuffer[] from) throws IOException {
            return write(from, 0, from.length);
        }

        @Override
        public void becomesReady(int mask) {
            if (isOpen()) {
                descriptor.ready(mask);
            }
        }

        @Override
        public void isReadyNoMore(int mask) {
            descriptor.drain(mask);
        }

        @Override
        public void hasEnded() {
            throw new AssertionError("what is only written has no end");
        }

        @Override
        public void wasReset() {
            broken = true;
            if (isOpen()) {
                descriptor.readyForEver(Interest.WRITE.mask());
            }
        }

        @Override
        protected void implCloseSelectableChannel() {
            flow.finish();
            network.closed(descriptor);
        }

        @Override
        protected void implConfigureBlocking(boolean block) {
            // it never blocks
        }
    }
}
