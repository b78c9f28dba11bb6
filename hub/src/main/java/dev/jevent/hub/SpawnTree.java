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

    /**
     * Children of main, of callbacks and of other threads each begin a tree of their own; other children share their parent's
     * locals, on one hub, so that the map needs no lock.
     */
    void record(GreenletStrand strand) {
        Strand spawner = HubProvider.get().currentStrandIfExists();
        Greenlet<?> parent = spawner == null ? null : spawner.greenlet();
        Map<Object, Object> locals = new HashMap<>();
        if (spawner instanceof GreenletStrand
                && spawner.hub() == strand.hub
                && parent.spawnTreeLocals() instanceof HashMap<Object, Object> shared) { // else the parent isn't tracked
            locals = shared;
        }
        strand.record(parent, locals, stack());
    }

    private static List<StackTraceElement> stack() {
        return StackWalker.getInstance().walk(frames -> frames
                .filter(frame -> !Deadlock.isOwn(frame.getClassName()))
                .limit(FRAMES)
                .map(StackWalker.StackFrame::toStackTraceElement)
                .collect(Collectors.toList()));
    }
}
