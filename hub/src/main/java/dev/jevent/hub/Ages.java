package dev.jevent.hub;

import java.time.Duration;

/** For how long somebody has waited, in words. */
final class Ages {
    private static final long SHORTEST = 100; // milliseconds; less isn't told

    private Ages() {}

    /** Appends ", for 3.2 s", or nothing if it isn't for long. @param waited rough time */
    static void one(StringBuilder text, int waited) {
        range(text, waited, waited);
    }

    static void range(StringBuilder text, int least, int most) {
        Duration longest = LoopHub.ofRough(most);
        if (longest.toMillis() < SHORTEST) {
            return;
        }
        String from = words(LoopHub.ofRough(least));
        String to = words(longest);
        text.append(", for ").append(from);
        if (!from.equals(to)) {
            text.append(" to ").append(to);
        }
    }

    static String words(Duration age) {
        long tenths = (age.toMillis() + 50) / 100;
        if (tenths < 600) {
            return tenths / 10 + "." + tenths % 10 + " s";
        }
        Duration rounded = Duration.ofSeconds((age.toMillis() + 500) / 1000);
        if (rounded.toDays() > 0) {
            return rounded.toDays() + " d " + rounded.toHoursPart() + " h";
        }
        return rounded.toHours() > 0
                ? rounded.toHours() + " h " + rounded.toMinutesPart() + " min"
                : rounded.toMinutes() + " min " + rounded.toSecondsPart() + " s";
    }
}
