package dev.jevent.testkit;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Who is there, and what each waits for, as text. */
final class Dump {
    private static final int FRAMES = 24;

    private Dump() {}

    /** The live greenlets of {@code hub}; called on its thread. */
    static String greenlets(Hub hub) {
        StringBuilder text = new StringBuilder();
        List<Greenlet<?>> live = hub.greenlets();
        text.append(live.size()).append(" live greenlets");
        for (Greenlet<?> greenlet : live) {
            append(text, greenlet);
        }
        return text.toString();
    }

    static void append(StringBuilder text, Greenlet<?> greenlet) {
        text.append("\n  ").append(describe(greenlet));
        append(text, greenlet.thread().getStackTrace(), "      at ");
    }

    /** The greenlet, where it is in its life, and what it waits for. */
    static String describe(Greenlet<?> greenlet) {
        Object on = greenlet.strand().waitingOn();
        return greenlet + " " + greenlet.phase() + (on == null ? "" : ", waits for " + on);
    }

    private static void append(StringBuilder text, StackTraceElement[] frames, String indent) {
        int shown = 0;
        for (StackTraceElement frame : frames) {
            if (shown++ == FRAMES) {
                text.append('\n').append(indent).append("…");
                return;
            }
            text.append('\n').append(indent).append(frame);
        }
    }

    /**
     * The same, asked for by another thread, with main's stack and those of all platform threads. A hub that doesn't
     * answer is said to be stuck.
     */
    static String fromOutside(Hub hub) {
        StringBuilder text = new StringBuilder();
        if (hub != null && !hub.isClosed()) {
            text.append(answer(hub));
            text.append("\nmain waits for ").append(hub.main().strand().waitingOn());
            text.append("\n").append(hub.statistics());
        }
        for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
            if (!thread.getKey().isDaemon() || hub != null && thread.getKey() == hub.thread()
                    || !isOfTheSystem(thread.getKey())) {
                text.append("\n").append(thread.getKey()).append(' ').append(thread.getKey().getState());
                append(text, thread.getValue(), "      at ");
            }
        }
        return text.toString();
    }

    private static String answer(Hub hub) {
        CompletableFuture<String> answer = new CompletableFuture<>();
        try {
            hub.loop().runCallbackThreadSafe(() -> answer.complete(greenlets(hub)));
            return answer.get(2, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            return "the hub is stuck: it doesn't run callbacks. Its thread's stack is below.";
        } catch (ExecutionException | InterruptedException | IllegalStateException e) {
            return "the hub cannot be asked: " + e;
        }
    }

    /** Whether {@code thread} belongs to the JVM, which starts such threads when it likes. */
    static boolean isOfTheSystem(Thread thread) {
        ThreadGroup group = thread.getThreadGroup();
        String name = thread.getName();
        return group == null
                || group.getName().equals("system")
                || group.getName().equals("InnocuousThreadGroup")
                || name.startsWith("ForkJoinPool")
                || name.startsWith("VirtualThread-")
                || name.startsWith("junit-");
    }
}
