package dev.jevent.loop;

import java.util.concurrent.atomic.AtomicReference;

/**
 * What other threads give to the loop. Lock-free; one word holds both the posts and whether the loop sleeps, so there is no
 * order of steps in which a post is seen by nobody.
 *
 * <pre>
 *   EMPTY ── post ──▶ posts ── take ──▶ EMPTY        awake: nobody needs to be woken
 *   EMPTY ── trySleep ──▶ ASLEEP or FOR_OTHERS ── awake ──▶ EMPTY
 *   ASLEEP or FOR_OTHERS ── post: this one wakes the poller ──▶ posts
 *   any ── close ──▶ CLOSED                          posts are refused
 * </pre>
 */
final class Inbox {
    static final class Post {
        final Runnable task;
        Post next; // the one posted before; after take(), the one posted behind

        Post(Runnable task) {
            this.task = task;
        }
    }

    private static final Post ASLEEP = new Post(null);
    private static final Post FOR_OTHERS = new Post(null); // asleep, and only a post can change anything
    private static final Post CLOSED = new Post(null);

    /** The latest post, or null: empty. */
    private final AtomicReference<Post> latest = new AtomicReference<>();

    private final Poller poller;
    private volatile long sleepsForOthers;

    Inbox(Poller poller) {
        this.poller = poller;
    }

    /** Any thread. @return false if closed */
    boolean post(Runnable task) {
        Post post = new Post(task);
        for (;;) {
            Post before = latest.get();
            if (before == CLOSED) {
                return false;
            }
            boolean asleep = isAsleep(before);
            post.next = asleep ? null : before;
            if (latest.compareAndSet(before, post)) {
                if (asleep) {
                    poller.wakeup();
                }
                return true;
            }
        }
    }

    boolean isEmpty() {
        Post post = latest.get();
        return post == null || isAsleep(post) || post == CLOSED;
    }

    /** Any thread. */
    boolean isAsleep() {
        return isAsleep(latest.get());
    }

    private static boolean isAsleep(Post latest) {
        return latest == ASLEEP || latest == FOR_OTHERS;
    }

    /** All posts in the order they came, linked by {@code next}; null if there are none. Called awake. */
    Post take() {
        return latest.get() == null ? null : reversed(latest.getAndSet(null));
    }

    /**
     * From now on a post wakes the poller.
     *
     * @param forOthers a sleep that {@link #sleepForOthers} tells of
     * @return false, and nothing has changed, if there are posts
     */
    boolean trySleep(boolean forOthers) {
        if (latest.get() != null) {
            return false;
        }
        if (forOthers) {
            sleepsForOthers++; // one thread writes it
        }
        return latest.compareAndSet(null, forOthers ? FOR_OTHERS : ASLEEP);
    }

    /** Ends the sleep. @return whether a post had ended it */
    boolean awake() {
        Post post = latest.get();
        return !isAsleep(post) || !latest.compareAndSet(post, null);
    }

    /** Any thread. The number of the sleep for others that lasts now; 0 if none does. */
    long sleepForOthers() {
        long number = sleepsForOthers;
        // The same number before and after: what is seen in between is the sleep of that number.
        return latest.get() == FOR_OTHERS && number == sleepsForOthers ? number : 0;
    }

    /** @return the posts that came before, in their order */
    Post close() {
        Post post = latest.getAndSet(CLOSED);
        return isAsleep(post) || post == CLOSED ? null : reversed(post);
    }

    private static Post reversed(Post latest) {
        Post first = null;
        for (Post post = latest; post != null; ) {
            Post before = post.next;
            post.next = first;
            first = post;
            post = before;
        }
        return first;
    }
}
