package dev.jevent.resolver.ares;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The queries in flight of one channel: their numbers, and whether there may be more. Belongs to the hub's thread.
 *
 * <p>At most {@code limit} count. One that has had no answer for {@link #PATIENCE} no longer does: it waits, others go on.
 */
final class InFlight {
    static final long PATIENCE = TimeUnit.MILLISECONDS.toNanos(50);

    /** Never more, whatever counts: numbers of queries must stay hard to guess. */
    private static final int MOST = 8192;

    private final int limit;
    private final ByteBuffer exchange;
    private final BooleanSupplier fill;
    private final byte[] random = new byte[Ares.RANDOM_BYTES];
    private int randomLeft;
    private final Query[] byId = new Query[1024];
    private final ArrayDeque<Query> recent = new ArrayDeque<>(); // sent within PATIENCE, and perhaps over
    private int size;
    private int counting;

    /** @param fill puts {@link Ares#RANDOM_BYTES} that nobody can guess into {@code exchange}; false: there are none to be had */
    InFlight(int limit, ByteBuffer exchange, BooleanSupplier fill) {
        this.limit = limit;
        this.exchange = exchange;
        this.fill = fill;
    }

    int size() {
        return size;
    }

    boolean hasRoom() {
        if (size >= MOST) {
            return false;
        }
        if (counting >= limit) {
            long now = System.nanoTime();
            for (Query query = recent.peek(); query != null && (!query.counts || now - query.sent >= PATIENCE); query = recent.peek()) {
                recent.poll();
                uncount(query);
            }
        }
        return counting < limit;
    }

    /** Nanoseconds until there may be room because somebody has waited too long; -1: that won't make any. */
    long untilRoom() {
        return size >= MOST || recent.isEmpty() ? -1 : Math.max(0, recent.peek().sent + PATIENCE - System.nanoTime());
    }

    private void uncount(Query query) {
        if (query.counts) {
            query.counts = false;
            counting--;
        }
    }

    /** A number that none of them has, and nobody can guess; -1: there is no chance to be had. */
    int freeId() {
        while (true) {
            if (randomLeft == 0) {
                if (!fill.getAsBoolean()) {
                    return -1;
                }
                exchange.get(0, random);
                randomLeft = random.length;
            }
            int id = (random[--randomLeft] & 0xff) << 8 | random[--randomLeft] & 0xff;
            if (find(id) == null) {
                return id;
            }
        }
    }

    /** The one that has this number, or null. */
    Query find(int id) {
        Query query = byId[slot(id)];
        while (query != null && query.id != id) {
            query = query.next;
        }
        return query;
    }

    private int slot(int id) {
        return id & byId.length - 1;
    }

    /** It is sent now. */
    void add(Query query) {
        query.next = byId[slot(query.id)];
        byId[slot(query.id)] = query;
        size++;
        query.sent = System.nanoTime();
        query.counts = true;
        counting++;
        while (!recent.isEmpty() && !recent.peek().counts) {
            recent.poll();
        }
        recent.add(query);
    }

    /** It is over. */
    void remove(Query query) {
        Query before = null;
        for (Query each = byId[slot(query.id)]; each != query; each = each.next) {
            before = each;
        }
        if (before == null) {
            byId[slot(query.id)] = query.next;
        } else {
            before.next = query.next;
        }
        size--;
        uncount(query);
    }

    void clear() {
        Arrays.fill(byId, null);
        recent.clear();
        size = 0;
        counting = 0;
    }
}
