package dev.jevent.loop;

import java.util.Arrays;

/** What a poll reports: pairs of a registration's token and what is ready. Used again for each poll, grows as needed. */
public final class ReadyTokens {
    private long[] tokens = new long[64];
    private int[] ready = new int[64];
    private int size;

    public ReadyTokens() {}

    /** @param ready mask of {@link dev.jevent.Interest}s, and of {@link Poller#READ_LASTS} and {@link Poller#WRITE_LASTS} */
    public void add(long token, int ready) {
        int i = size;
        if (i == tokens.length) {
            tokens = Arrays.copyOf(tokens, i << 1);
            this.ready = Arrays.copyOf(this.ready, i << 1);
        }
        tokens[i] = token;
        this.ready[i] = ready;
        size = i + 1;
    }

    public int size() {
        return size;
    }

    public long token(int index) {
        return tokens[java.util.Objects.checkIndex(index, size)];
    }

    public int ready(int index) {
        return ready[java.util.Objects.checkIndex(index, size)];
    }

    public void clear() {
        size = 0;
    }
}
