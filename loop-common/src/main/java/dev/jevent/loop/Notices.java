package dev.jevent.loop;

import java.util.Arrays;

/** What a poller tells of processes and files, by token. Its tokens have a negative slot, those of registrations don't. */
final class Notices {
    /** Whom the poller tells. On the loop's thread. */
    interface Addressee {
        void noticed();
    }

    private Addressee[] slots = {};
    private long[] tokens = {};
    private int[] freeSlots = {};
    private int freeCount;
    private int usedSlots;
    private int generation;

    /** A token that was never used before. */
    long add(Addressee addressee) {
        if (freeCount == 0 && usedSlots == slots.length) {
            int length = Math.max(4, 2 * usedSlots);
            slots = Arrays.copyOf(slots, length);
            tokens = Arrays.copyOf(tokens, length);
            freeSlots = Arrays.copyOf(freeSlots, length);
        }
        int slot = freeCount > 0 ? freeSlots[--freeCount] : usedSlots++;
        slots[slot] = addressee;
        generation = generation == Integer.MAX_VALUE ? 1 : generation + 1;
        return tokens[slot] = (long) generation << 32 | (slot | 1 << 31) & 0xffff_ffffL;
    }

    void remove(long token) {
        int slot = slot(token);
        slots[slot] = null;
        tokens[slot] = 0;
        freeSlots[freeCount++] = slot;
    }

    static boolean isNotice(long token) {
        return (int) token < 0;
    }

    void arrived(long token) {
        int slot = slot(token);
        if (slot < usedSlots && tokens[slot] == token) {
            slots[slot].noticed();
        }
    }

    private static int slot(long token) {
        return (int) token & Integer.MAX_VALUE;
    }
}
