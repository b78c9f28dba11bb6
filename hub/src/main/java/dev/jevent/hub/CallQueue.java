package dev.jevent.hub;

/** Calls that wait for a thread, first come first served; linked through the calls. Inside the crew's guard. */
final class CallQueue {
    private Call<?> head;
    private Call<?> tail;
    private int size;

    int size() {
        return size;
    }

    void add(Call<?> call) {
        call.queued = true;
        call.previous = tail;
        if (tail == null) {
            head = call;
        } else {
            tail.next = call;
        }
        tail = call;
        size++;
    }

    void addFirst(Call<?> call) {
        call.queued = true;
        call.next = head;
        if (head == null) {
            tail = call;
        } else {
            head.previous = call;
        }
        head = call;
        size++;
    }

    /** Returns whether {@code call} was in the queue. */
    boolean remove(Call<?> call) {
        if (!call.queued) {
            return false;
        }
        if (call.previous == null) {
            head = call.next;
        } else {
            call.previous.next = call.next;
        }
        if (call.next == null) {
            tail = call.previous;
        } else {
            call.next.previous = call.previous;
        }
        call.next = null;
        call.previous = null;
        call.queued = false;
        size--;
        return true;
    }

    /** Null if there is none. */
    Call<?> poll() {
        Call<?> first = head;
        if (first != null) {
            remove(first);
        }
        return first;
    }
}
