package dev.jevent.hub;

import dev.jevent.Guard;
import java.util.BitSet;

/** Hands out the lowest number that is free. Any thread. [B-TRE-01, B-TRE-03] */
final class IdentRegistry extends Guard {
    private final BitSet taken = new BitSet();

    int next() {
        enter();
        try {
            int ident = taken.nextClearBit(0);
            taken.set(ident);
            return ident;
        } finally {
            leave();
        }
    }

    void free(int ident) {
        enter();
        taken.clear(ident);
        leave();
    }
}
