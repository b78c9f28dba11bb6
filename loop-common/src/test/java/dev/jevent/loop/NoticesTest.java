package dev.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NoticesTest {
    private final Notices notices = new Notices();
    private final List<Integer> told = new ArrayList<>();

    private long add(int number) {
        return notices.add(() -> told.add(number));
    }

    @Test
    void eachTokenReachesItsOwn() {
        long[] tokens = new long[20];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = add(i);
            assertThat(Notices.isNotice(tokens[i])).isTrue();
            assertThat(tokens[i]).isPositive();
        }
        notices.arrived(tokens[17]);
        notices.arrived(tokens[0]);
        assertThat(told).containsExactly(17, 0);
    }

    @Test
    void aTokenThatWasRemovedReachesNobodyAndComesNeverAgain() {
        Set<Long> seen = new HashSet<>();
        long first = add(1);
        notices.remove(first);
        for (int i = 0; i < 100; i++) {
            long token = add(2);
            assertThat(seen.add(token)).isTrue();
            notices.arrived(first);
            notices.remove(token);
            notices.arrived(token);
        }
        assertThat(told).isEmpty();
    }

    @Test
    void tokensOfRegistrationsAreNone() {
        assertThat(Notices.isNotice(1L << 32)).isFalse();
        assertThat(Notices.isNotice(7L << 32 | Integer.MAX_VALUE)).isFalse();
    }
}
