package dev.jevent.hub;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.ThreadPool;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Hubs for human eyes. Greenlets with the same kind of body that wait for the same kind of thing are one group, so that a hundred thousand
 * of them fit on a page; where they wait is told from a few of each. Below a group stand those that its greenlets spawned, where
 * the hub remembers who spawned whom.
 */
final class HubReport {
    /** Greenlets of one group whose stacks are looked at. */
    private static final int SAMPLES = 3;

    /** Groups of one parent, the largest first. */
    private static final int GROUPS = 100;

    private static final int DEPTH = 20;
    private static final long ANSWER_SECONDS = 1;
    private static final String LINE = System.lineSeparator();

    private final StringBuilder text = new StringBuilder();

    private HubReport() {}

    /** Any thread. */
    static String ofAll() {
        StringBuilder all = new StringBuilder();
        HubRegistry.forEach(hub -> all.append(all.isEmpty() ? "" : LINE).append(of(hub)));
        return all.isEmpty() ? "no hub is open" + LINE : all.toString();
    }

    private static String of(LoopHub hub) {
        if (hub.isCurrent()) {
            return onItsThread(hub);
        }
        CompletableFuture<String> answer = new CompletableFuture<>();
        hub.submit(() -> answer.complete(hub.isClosed() ? hub + LINE : onItsThread(hub)));
        try {
            return answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return ofStandingStill(hub);
        } catch (ExecutionException e) {
            return hub + " cannot be reported: " + e.getCause() + LINE;
        }
    }

    private static String ofStandingStill(LoopHub hub) {
        HubStrand holder = hub.holder();
        StringBuilder text = new StringBuilder().append(hub).append(" doesn't come back to its loop; its thread is held by ")
                .append(holder == null ? "a virtual thread of the JDK" : HubErrors.text(holder.greenlet())).append(LINE);
        for (StackTraceElement frame : (holder == null ? hub.thread() : holder.thread()).getStackTrace()) {
            text.append("    at ").append(frame).append(LINE);
        }
        return text.toString();
    }

    private static String onItsThread(LoopHub hub) {
        HubReport report = new HubReport();
        report.hub(hub);
        return report.text.toString();
    }

    private void hub(LoopHub hub) {
        Hub.Statistics statistics = hub.statistics();
        text.append(hub).append(": ").append(counted(statistics.greenlets(), "greenlet")).append(", ")
                .append(statistics.ended()).append(" ended; ").append(counted(statistics.loop().active(), "active watcher"))
                .append(", ").append(counted(statistics.loop().timers(), "timer")).append(", ")
                .append(statistics.loop().iterations()).append(" iterations").append(LINE);
        ThreadPool.Statistics pool = hub.threadPoolStatistics();
        if (pool != null) {
            text.append("  thread pool: ").append(pool).append(LINE);
        }
        text.append("  ").append(HubErrors.text(hub.main())).append(' ').append(state(hub.mainStrand())).append(place(hub.mainStrand()))
                .append(LINE);
        group(1, roots(hub));
    }

    private static String counted(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    // ---- who spawned whom ----

    /** A greenlet and those that it spawned. */
    private static final class Node {
        final GreenletStrand strand;
        final List<Node> children = new ArrayList<>(0);

        Node(GreenletStrand strand) {
            this.strand = strand;
        }
    }

    private static List<Node> roots(LoopHub hub) {
        List<GreenletStrand> left = hub.left();
        Map<Greenlet<?>, Node> nodes = new IdentityHashMap<>(left.size());
        for (GreenletStrand strand : left) {
            nodes.put(strand.greenlet(), new Node(strand));
        }
        List<Node> roots = new ArrayList<>();
        for (GreenletStrand strand : left) {
            Node node = nodes.get(strand.greenlet());
            Greenlet<?> spawner = strand.greenlet().spawningGreenlet();
            Node parent = spawner == null ? null : nodes.get(spawner);
            (parent == null ? roots : parent.children).add(node);
        }
        return roots;
    }

    // ---- groups ----

    private void group(int depth, List<Node> nodes) {
        Map<String, List<Node>> groups = new LinkedHashMap<>();
        for (Node node : nodes) {
            groups.computeIfAbsent(node.strand.kindOfGreenlet() + " " + state(node.strand), key -> new ArrayList<>()).add(node);
        }
        List<Map.Entry<String, List<Node>>> largest = new ArrayList<>(groups.entrySet());
        largest.sort((one, other) -> Integer.compare(other.getValue().size(), one.getValue().size()));
        String indent = "  ".repeat(depth);
        for (int i = 0; i < largest.size(); i++) {
            if (i == GROUPS) {
                text.append(indent).append("… and ").append(largest.size() - i).append(" more kinds").append(LINE);
                return;
            }
            List<Node> members = largest.get(i).getValue();
            text.append(indent).append(members.size()).append(" × ").append(largest.get(i).getKey()).append(LINE);
            samples(indent + "    ", members);
            List<Node> children = new ArrayList<>();
            members.forEach(member -> children.addAll(member.children));
            if (!children.isEmpty() && depth < DEPTH) {
                text.append(indent).append("  spawned").append(LINE);
                group(depth + 2, children);
            }
        }
    }

    private void samples(String indent, List<Node> members) {
        for (int i = 0; i < members.size() && i < SAMPLES; i++) {
            GreenletStrand strand = members.get(i).strand;
            text.append(indent).append(HubErrors.text(strand.greenlet()));
            Object on = strand.waitingOn();
            if (on != null) {
                text.append(" waits for ").append(HubErrors.text(on));
            }
            text.append(place(strand)).append(LINE);
        }
        if (members.size() > SAMPLES) {
            text.append(indent).append('…').append(LINE);
        }
    }

    /** The same for all that wait for the same kind of thing. */
    private static String state(HubStrand strand) {
        Object on = strand.waitingOn();
        if (on != null) {
            return "waits for " + on.getClass().getSimpleName();
        }
        if (!strand.greenlet().started()) {
            return "hasn't been started";
        }
        return switch (strand.thread().getState()) {
            case NEW -> "hasn't begun";
            case RUNNABLE -> "is ready, or runs";
            case TERMINATED -> "has ended";
            case BLOCKED -> "waits for a monitor";
            case WAITING, TIMED_WAITING -> "waits in a call of the JDK";
        };
    }

    private static String place(HubStrand strand) {
        return Deadlock.place(strand.thread());
    }
}
