package dev.jevent.hub;

import dev.jevent.Hub;
import dev.jevent.Measured;
import dev.jevent.Watcher;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Hubs for human eyes. What a hub's thread alone may read it is asked for, and goes on; stacks are read, and users' objects asked for their
 * names, on the thread of whoever wants the report.
 */
final class HubReport {
    private static final long ANSWER_SECONDS = 1;

    /** Watchers, or objects with figures, of one kind that are named. */
    private static final int NAMED = 3;

    private static final int MEASURED = 50;
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
            return of(HubLook.at(hub));
        }
        CompletableFuture<HubLook> answer = new CompletableFuture<>();
        hub.submit(() -> look(hub, answer));
        try {
            HubLook look = answer.get(ANSWER_SECONDS, TimeUnit.SECONDS);
            return look == null ? hub + LINE : of(look);
        } catch (TimeoutException | InterruptedException e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            return ofStandingStill(hub);
        } catch (ExecutionException e) {
            return hub + " cannot be reported: " + e.getCause() + LINE;
        }
    }

    /** Answers null if the hub was closed before. */
    private static void look(LoopHub hub, CompletableFuture<HubLook> answer) {
        try {
            answer.complete(hub.isClosed() ? null : HubLook.at(hub));
        } catch (Throwable t) {
            answer.completeExceptionally(t);
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

    private static String of(HubLook look) {
        HubReport report = new HubReport();
        report.head(look.hub(), look.statistics());
        report.watchers(look.watchers());
        report.measured(look);
        report.main(look.main());
        GreenletGroups.tell(report.text, look.greenlets());
        return report.text.toString();
    }

    // ---- its parts ----

    private void head(LoopHub hub, Hub.Statistics statistics) {
        text.append(hub).append(": ").append(counted(statistics.greenlets(), "greenlet")).append(", ")
                .append(statistics.ended()).append(" ended; ").append(counted(statistics.loop().timers(), "timer")).append(", ")
                .append(counted(statistics.loop().registrations(), "registration")).append(", ")
                .append(statistics.loop().iterations()).append(" iterations");
        if (statistics.holds() > 0) {
            text.append(", ").append(counted(statistics.holds(), "hold"));
        }
        text.append(LINE);
    }

    private static String counted(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private void watchers(List<Watcher> watchers) {
        Map<String, List<Watcher>> kinds = new LinkedHashMap<>();
        for (Watcher watcher : watchers) {
            kinds.computeIfAbsent(kind(watcher), kind -> new ArrayList<>()).add(watcher);
        }
        kinds.forEach((kind, all) -> {
            text.append("  ").append(counted(all.size(), kind + " watcher")).append(": ");
            for (int i = 0; i < all.size() && i < NAMED; i++) {
                text.append(i == 0 ? "" : ", ").append(HubErrors.text(all.get(i)));
            }
            text.append(all.size() > NAMED ? ", …" : "").append(LINE);
        });
    }

    private static String kind(Watcher watcher) {
        return switch (watcher) {
            case Watcher.Io _ -> "io";
            case Watcher.Timer _ -> "timer";
            case Watcher.Async _ -> "async";
            case Watcher.Signal _ -> "signal";
            case Watcher.Child _ -> "child";
            case Watcher.Stat _ -> "stat";
            default -> "phase";
        };
    }

    /** What has figures: the hub's own parts, what was added to it, and what main and greenlets wait for, or are members of. */
    private void measured(HubLook look) {
        Set<Object> known = Collections.newSetFromMap(new IdentityHashMap<>());
        known.add(look.hub());
        for (Measured part : look.measured()) {
            if (known.add(part)) {
                measured(part);
            }
        }
        List<Measured> found = new ArrayList<>();
        addMeasured(look.main(), known, found);
        for (HubLook.Seen seen : look.greenlets()) {
            addMeasured(seen, known, found);
        }
        found.stream().limit(MEASURED).forEach(this::measured);
        if (found.size() > MEASURED) {
            text.append("  … and ").append(found.size() - MEASURED).append(" more that have figures").append(LINE);
        }
    }

    private static void addMeasured(HubLook.Seen seen, Set<Object> known, List<Measured> found) {
        List<Object> objects = new ArrayList<>(2);
        seen.strand().ownersInto(objects);
        objects.add(seen.on() instanceof Call<?> call ? call.pool() : seen.on());
        for (Object each : objects) {
            if (each instanceof Measured measured && known.add(measured)) {
                found.add(measured);
            }
        }
    }

    private void measured(Measured part) {
        text.append("  ").append(HubErrors.text(part)).append(": ").append(figures(part)).append(LINE);
    }

    /** The record without its name, which is Statistics. */
    private static String figures(Measured part) {
        String figures;
        try {
            figures = String.valueOf(part.statistics());
        } catch (RuntimeException e) {
            return "its figures cannot be had: " + HubErrors.text(e);
        }
        int begin = figures.indexOf('[');
        return begin >= 0 && figures.endsWith("]") ? figures.substring(begin + 1, figures.length() - 1) : figures;
    }

    private void main(HubLook.Seen main) {
        text.append("  ").append(HubErrors.text(main.strand().greenlet())).append(' ')
                .append(main.on() == null ? main.action() : "waits for " + HubErrors.text(main.on()))
                .append(Deadlock.place(main.strand().thread()));
        Ages.one(text, main.waited());
        text.append(LINE);
    }
}
