package dev.jevent.testkit;

/**
 * What happened in a simulated world, as a number: the same for the same seed, and as text when it is recorded.
 * The text's last lines are kept.
 */
final class Trace {
    private static final int KEPT = 200;

    private long hash;
    private long length;
    private String[] lines; // null: not recorded

    void reset(boolean record) {
        hash = 0;
        length = 0;
        lines = record ? new String[KEPT] : null;
    }

    /** @param detail what was chosen, or how long */
    void add(String what, long detail) {
        hash = (hash ^ what.hashCode()) * 0x9E3779B97F4A7C15L;
        hash = (hash ^ detail ^ hash >>> 29) * 0xBF58476D1CE4E5B9L;
        if (lines != null) {
            lines[(int) (length % KEPT)] = what + " " + detail;
        }
        length++;
    }

    long hash() {
        return hash ^ length;
    }

    /** The last steps, one a line. */
    String text() {
        if (lines == null) {
            return "(not recorded)";
        }
        StringBuilder text = new StringBuilder();
        long first = Math.max(0, length - KEPT);
        if (first > 0) {
            text.append("… ").append(first).append(" steps before\n");
        }
        for (long i = first; i < length; i++) {
            text.append(i).append(' ').append(lines[(int) (i % KEPT)]).append('\n');
        }
        return text.toString();
    }
}
