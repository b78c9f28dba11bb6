package dev.jevent;

import java.nio.channels.SelectableChannel;
import java.util.Objects;

/** What a loop can watch. {@link LoopCapabilities} says which kinds a loop takes. */
public sealed interface Pollable {
    /** A channel of {@code java.nio}, in non-blocking mode. */
    record OfChannel(SelectableChannel channel) implements Pollable {
        public OfChannel {
            Objects.requireNonNull(channel, "channel");
        }
    }

    /** A file descriptor of the operating system. */
    record OfDescriptor(int descriptor) implements Pollable {
        public OfDescriptor {
            if (descriptor < 0) {
                throw new IllegalArgumentException("descriptor: " + descriptor + " (expected: >= 0)");
            }
        }
    }

    static Pollable of(SelectableChannel channel) {
        return new OfChannel(channel);
    }

    static Pollable of(int descriptor) {
        return new OfDescriptor(descriptor);
    }
}
