package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.jevent.spi.Alarm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rules about alarms. */
interface AlarmRules extends LoopRules {
    @Test
    default void anAlarmGoesOffOnceForEachTimeItIsSet() {
        int[] rang = new int[1];
        Alarm alarm = loop().alarm(() -> rang[0]++);
        for (int times = 1; times <= 3; times++) {
            alarm.set(1000, true);
            advance(Duration.ofNanos(999));
            iterate();
            assertEquals(times - 1, rang[0], "a nanosecond before its time");
            advance(Duration.ofNanos(1));
            iterate(2);
            assertEquals(times, rang[0]);
        }
    }

    @Test
    default void anAlarmSetAgainHasItsNewTimeOnly() {
        int[] rang = new int[1];
        Alarm alarm = loop().alarm(() -> rang[0]++);
        alarm.set(1000, true);
        alarm.set(5000, true); // later
        advance(Duration.ofNanos(4999));
        iterate();
        assertEquals(0, rang[0]);
        alarm.set(1_000_000, true);
        alarm.set(10, true); // earlier
        advance(Duration.ofNanos(10));
        iterate();
        assertEquals(1, rang[0]);
        advance(Duration.ofSeconds(1));
        iterate(2);
        assertEquals(1, rang[0]);
    }

    @Test
    default void aCancelledAlarmDoesNotGoOff() {
        List<String> rang = new ArrayList<>();
        Alarm[] second = new Alarm[1];
        Alarm first = loop().alarm(() -> {
            rang.add("first");
            second[0].cancel(); // due in the same iteration
        });
        second[0] = loop().alarm(() -> rang.add("second"));
        Alarm third = loop().alarm(() -> rang.add("third"));
        first.set(10, true);
        second[0].set(10, true);
        third.set(10, true);
        third.cancel();
        third.cancel();
        advance(Duration.ofSeconds(1));
        iterate(2);
        assertEquals(List.of("first"), rang);
    }

    @Test
    default void anAlarmKnowsWhetherItIsSetAndForHowLong() {
        Alarm alarm = loop().alarm(() -> {});
        assertFalse(alarm.isSet());
        assertEquals(Long.MAX_VALUE, alarm.remaining());
        alarm.set(1000, true);
        assertTrue(alarm.isSet());
        advance(Duration.ofNanos(400));
        assertEquals(600, alarm.remaining());
        advance(Duration.ofNanos(700));
        assertEquals(-100, alarm.remaining());
        iterate();
        assertFalse(alarm.isSet());
        alarm.set(1000, true);
        alarm.cancel();
        assertFalse(alarm.isSet());
        assertEquals(Long.MAX_VALUE, alarm.remaining());
    }

    @Test
    default void anAlarmKeepsTheLoopGoingIfToldSo() {
        Alarm alarm = loop().alarm(() -> {});
        alarm.set(1, true);
        assertTrue(loop().turn(false));
        alarm.set(1, false);
        assertFalse(loop().turn(false));
        alarm.set(1, true);
        assertTrue(loop().turn(false));
        alarm.cancel();
        assertFalse(loop().turn(false));
    }

    @Test
    default void anAlarmOfZeroGoesOffInTheNextIteration() {
        int[] rang = new int[1];
        Alarm[] alarm = new Alarm[1];
        alarm[0] = loop().alarm(() -> {
            rang[0]++;
            alarm[0].set(0, true);
        });
        alarm[0].set(-5, true);
        iterate();
        assertEquals(1, rang[0]);
        iterate();
        assertEquals(2, rang[0]);
        alarm[0].cancel();
    }

    @Test
    default void anAlarmThatFailsIsReportedAndTheOthersGoOff() {
        RuntimeException failure = new IllegalStateException("expected");
        int[] rang = new int[1];
        Alarm failing = loop().alarm(() -> {
            throw failure;
        });
        Alarm other = loop().alarm(() -> rang[0]++);
        failing.set(1, true);
        other.set(1, true);
        advance(Duration.ofNanos(1));
        iterate(2);
        assertEquals(1, rang[0]);
        assertEquals(List.of(failure), host().failures);
    }
}
