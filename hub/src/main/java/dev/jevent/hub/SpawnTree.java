package dev.jevent.hub;

import dev.jevent.Greenlet;
import dev.jevent.HubProvider;
import dev.jevent.Strand;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Remembers who spawned whom, for those who ask for it. [F-GRN-32] */
final class SpawnTree {
    /** Frames of the spawning stack that are kept. */
    private static final int FRAMES = 10;

    /** Children of main each begin a tree of their own; other children share their parent's locals. */
    void record(GreenletStrand strand) {
        Strand spawner = HubProvider.get().currentStrandIfExists();
        Greenlet<?> parent = spawner == null ? null : spawner.greenlet();
        Map<Object, Object> locals =
                parent == null || spawner instanceof MainStrand ? new HashMap<>() : parent.spawnTreeLocals();
        strand.record(parent, locals, stack());
    }

    private static List<StackTraceElement> stack() {
        return StackWalker.getInstance().walk(frames -> frames
                .filter(frame -> !frame.getClassName().startsWith("dev.jevent.hub.")
                        && !frame.getClassName().equals("dev.jevent.Greenlet"))
                .limit(FRAMES)
                .map(StackWalker.StackFrame::toStackTraceElement)
                .collect(Collectors.toList()));
    }
}
