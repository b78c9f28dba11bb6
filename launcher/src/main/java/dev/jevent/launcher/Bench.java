package dev.jevent.launcher;

import dev.jevent.Hub;
import java.util.List;

/** One thing measured in greenlets and, in the same shape, in the JDK's default virtual threads. */
interface Bench {
    /** What users name it by. */
    String name();

    /** What one unit of its rows is. */
    String what();

    /** The rows of one round, always the same ones in the same order. Called by the main of {@code hub}. */
    List<Row> round(Hub hub) throws Exception;

    /** Rounds whose rows are not kept, until the JIT compiler has seen it all. */
    void warmUp(Hub hub) throws Exception;

    /**
     * Cost on both sides. Serialised as it is, so its components are the format of {@code --json}.
     *
     * @param unit of both costs
     */
    record Row(String name, String unit, double jevent, double baseline) {
        /** Of two costs: below 1, a greenlet is cheaper. */
        double ratio() {
            return jevent / baseline;
        }
    }

    /** What a row should reach: its ratio, or its cost by itself. */
    record Goal(String row, boolean ofRatio, double atMost) {
        private static final List<Goal> GOALS = List.of(
                new Goal("switch", true, 0.5),
                new Goal("spawn", true, 1),
                new Goal("memory", false, 900),
                new Goal("timer-insert", false, 1),
                new Goal("timer-cancel", false, 1));

        /** Null if there is none. */
        static Goal of(Row row) {
            return GOALS.stream().filter(goal -> goal.row().equals(row.name())).findFirst().orElse(null);
        }

        boolean isMet(Row row) {
            return (ofRatio ? row.ratio() : row.jevent()) <= atMost;
        }
    }
}
