package dev.jevent.loop;

import java.util.concurrent.atomic.AtomicReference;

/**
 * What other threads give to the loop. Lock-free; one word holds both the posts and whether the loop sleeps, so there is no
 * order of steps in which a post is seen by nobody.
 *
 * <pre>
 *   EMPTY ── post ──▶ posts ── take ──▶ EMPTY        awake: nobody needs to be woken
 *   EMPTY ── trySleep ──▶ ASLEEP ── awake ──▶ EMPTY
 *   ASLEEP ── post: this one wakes the poller ──▶ posts
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
    private static final Post CLOSED = new Post(null);

    /** The latest post, or null: empty. */
    private final AtomicReference<Post> latest = new AtomicReference<>();

    private final Poller poller;

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
            post.next = before == ASLEEP ? null : before;
            if (latest.compareAndSet(before, post)) {
                if (before == ASLEEP) {
                    poller.wakeup();
                }
                return true;
            }
        }
    }

    boolean isEmpty() {
        Post post = latest.get();
        return post == null || post == ASLEEP || post == CLOSED;
    }

    /** All posts in the order they came, linked by {@code next}; null if there are none. Called awake. */
    Post take() {
        return latest.get() == null ? null : reversed(latest.getAndSet(null));
    }

    /** From now on a post wakes the poller. @return false, and nothing has changed, if there are posts */
    boolean trySleep() {
        return latest.get() == null && latest.compareAndSet(null, ASLEEP);
    }

    /** Ends the sleep. @return whether a post had ended it */
    boolean awake() {
        return latest.get() != ASLEEP || !latest.compareAndSet(ASLEEP, null);
    }

    /** @return the posts that came before, in their order */
    Post close() {
        Post post = latest.getAndSet(CLOSED);
        return post == ASLEEP || post == CLOSED ? null : reversed(post);
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
