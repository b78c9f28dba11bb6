package dev.jevent.hub;

import dev.jevent.Greenlet;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Greenlets for human eyes: those with the same kind of body that wait for the same kind of thing at the same place are one group, so that
 * a hundred thousand of them fit on a page. Below a group stand those that its greenlets spawned, where the hub remembers who
 * spawned whom.
 */
final class GreenletGroups {
    /** Greenlets of one group that are named. */
    private static final int NAMED = 3;

    /** Groups in all. */
    private static final int GROUPS = 300;

    private static final int DEPTH = 20;
    private static final String LINE = System.lineSeparator();

    private final StringBuilder text;
    private final Places places;
    private int shown;

    private GreenletGroups(StringBuilder text, Places places) {
        this.text = text;
        this.places = places;
    }

    static void tell(StringBuilder text, List<HubLook.Seen> greenlets) {
        new GreenletGroups(text, new Places(greenlets)).tell(1, roots(greenlets));
    }

    // ---- who spawned whom ----

    /** A greenlet and those that it spawned. */
    private static final class Node {
        final HubLook.Seen seen;
        List<Node> children = List.of();

        Node(HubLook.Seen seen) {
            this.seen = seen;
        }

        void spawned(Node child) {
            if (children.isEmpty()) {
                children = new ArrayList<>();
            }
            children.add(child);
        }
    }

    private static List<Node> roots(List<HubLook.Seen> greenlets) {
        Map<Greenlet<?>, Node> nodes = new IdentityHashMap<>(greenlets.size());
        List<Node> all = new ArrayList<>(greenlets.size());
        for (HubLook.Seen seen : greenlets) {
            Node node = new Node(seen);
            nodes.put(seen.strand().greenlet(), node);
            all.add(node);
        }
        List<Node> roots = new ArrayList<>();
        for (Node node : all) {
            Greenlet<?> spawner = node.seen.strand().greenlet().spawningGreenlet();
            Node parent = spawner == null ? null : nodes.get(spawner);
            if (parent == null) {
                roots.add(node);
            } else {
                parent.spawned(node);
            }
        }
        return roots;
    }

    // ---- groups ----

    /** @param place null: isn't known */
    private record Key(String kind, String action, List<StackTraceElement> place) {}

    private static final class Group {
        final List<Node> members = new ArrayList<>();
        final Object on;
        boolean same = true; // all wait for the same thing
        int read; // stacks of members
        int least = Integer.MAX_VALUE;
        int most;

        Group(Object on) {
            this.on = on;
        }

        void add(Node node) {
            members.add(node);
            same &= node.seen.on() == on;
            least = Math.min(least, node.seen.waited());
            most = Math.max(most, node.seen.waited());
        }
    }

    private void tell(int depth, List<Node> nodes) {
        Map<Key, Group> groups = new LinkedHashMap<>();
        for (Node node : nodes) {
            HubLook.Seen seen = node.seen;
            Key key = new Key(seen.strand().kindOfGreenlet(), seen.action(), places.of(seen));
            Group group = groups.computeIfAbsent(key, first -> new Group(seen.on()));
            group.add(node);
            group.read += places.isRead(seen) ? 1 : 0;
        }
        List<Map.Entry<Key, Group>> largest = new ArrayList<>(groups.entrySet());
        largest.sort((one, other) -> Integer.compare(other.getValue().members.size(), one.getValue().members.size()));
        for (int i = 0; i < largest.size(); i++) {
            if (shown == GROUPS) {
                int left = 0;
                for (Map.Entry<Key, Group> entry : largest.subList(i, largest.size())) {
                    left += entry.getValue().members.size();
                }
                indent(depth).append("… and ").append(left).append(" more in ").append(largest.size() - i).append(" groups").append(LINE);
                return;
            }
            shown++;
            tell(depth, largest.get(i).getKey(), largest.get(i).getValue());
        }
    }

    private void tell(int depth, Key key, Group group) {
        boolean together = group.same && group.on != null;
        indent(depth).append(group.members.size()).append(" × ").append(key.kind).append(' ')
                .append(together ? "waits for " + HubErrors.text(group.on) : key.action);
        Ages.range(text, group.least, group.most);
        text.append(LINE);
        if (key.place == null) {
            indent(depth + 2).append("at places that weren't looked at, since there are so many").append(LINE);
        } else {
            if (group.read < group.members.size()) {
                indent(depth + 2).append("looked at ").append(group.read).append(" of them, which are all").append(LINE);
            }
            for (StackTraceElement frame : key.place) {
                indent(depth + 2).append("at ").append(frame).append(LINE);
            }
        }
        for (int i = 0; i < group.members.size() && i < NAMED; i++) {
            HubLook.Seen seen = group.members.get(i).seen;
            indent(depth + 2).append(HubErrors.text(seen.strand().greenlet()));
            if (seen.on() != null && !together) {
                text.append(" waits for ").append(HubErrors.text(seen.on()));
            }
            if (group.least != group.most) {
                Ages.one(text, seen.waited());
            }
            text.append(LINE);
        }
        if (group.members.size() > NAMED) {
            indent(depth + 2).append('…').append(LINE);
        }
        List<Node> children = new ArrayList<>();
        group.members.forEach(member -> children.addAll(member.children));
        if (!children.isEmpty() && depth < DEPTH) {
            indent(depth + 1).append("spawned").append(LINE);
            tell(depth + 2, children);
        }
    }

    private StringBuilder indent(int depth) {
        return text.append("  ".repeat(depth));
    }
}
