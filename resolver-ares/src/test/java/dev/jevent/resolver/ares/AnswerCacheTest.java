package dev.jevent.resolver.ares;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** On a clock that the test sets. */
class AnswerCacheTest {
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5); // wraps soon
    private final AnswerCache cache = new AnswerCache(100, now::get);

    private static Question.Key key(String name) {
        return Question.Key.of(name, RecordTypes.A);
    }

    private static Answer answer(int code, long negativeTtl, int size, long... ttls) {
        return new Answer(code, LongStream.of(ttls)
                .mapToObj(ttl -> new Answer.Entry("a", RecordTypes.A, ttl, new byte[4]))
                .toArray(Answer.Entry[]::new), negativeTtl, size);
    }

    /** For how many seconds it is known. */
    private long kept(Answer answer) {
        cache.put(key("a.example"), answer);
        return seconds();
    }

    private long seconds() {
        AnswerCache.Known known = cache.get(key("A.example."));
        if (known == null) {
            return 0;
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(known.until() - now.get());
        now.addAndGet(TimeUnit.SECONDS.toNanos(seconds) - 1);
        assertThat(cache.get(key("a.example"))).as("just before").isNotNull();
        now.addAndGet(1);
        assertThat(cache.get(key("a.example"))).as("just then").isNull();
        return seconds;
    }

    @Test
    @DisplayName("D7: an answer holds as long as the least of its records, at most a day")
    void theLeastRecordCounts() {
        assertThat(kept(answer(0, -1, 100, 300, 60, 3600))).isEqualTo(60);
        assertThat(kept(answer(0, -1, 100, Integer.MAX_VALUE))).isEqualTo(86_400);
        assertThat(kept(answer(0, -1, 100, 0, 60))).isZero();
    }

    @Test
    @DisplayName("D7: that there is none holds as the zone says, at most three hours; if it says nothing, not at all")
    void negativeAnswers() {
        assertThat(kept(answer(Answer.NO_NAME, 900, 100))).isEqualTo(900);
        assertThat(kept(answer(Answer.NO_ERROR, 900, 100))).isEqualTo(900);
        assertThat(kept(answer(Answer.NO_NAME, 1_000_000, 100))).isEqualTo(10_800);
        assertThat(kept(answer(Answer.NO_NAME, 900, 100, 30))).as("an alias that leads to it").isEqualTo(30);
        assertThat(kept(answer(Answer.NO_ERROR, 5, 100, 3600))).as("an alias of a name without such records").isEqualTo(5);
        assertThat(kept(answer(Answer.NO_NAME, 0, 100, 3600))).isZero();
        assertThat(kept(answer(Answer.NO_ERROR, -1, 100))).isZero();
        assertThat(kept(answer(Answer.NO_NAME, -1, 100, 3600))).as("an alias, and no word on what it leads to").isZero();
    }

    @Test
    @DisplayName("D7: a failure holds for a second [RFC 9520], unless it is our own")
    void failures() {
        cache.put(key("a.example"), new Failure(Ares.ETIMEOUT, "time-out"));
        assertThat(seconds()).isEqualTo(1);
        assertThat(kept(answer(Answer.SERVER_FAILURE, -1, 100))).isEqualTo(1);
        cache.put(key("a.example"), Failure.closed());
        assertThat(cache.get(key("a.example"))).isNull();
    }

    @Test
    @DisplayName("D7: at most so many are kept, the one last asked for longest; none that is very long")
    void itIsBounded() {
        for (int i = 0; i < 1_000; i++) {
            cache.put(key("n" + i + ".example"), answer(0, -1, 100, 60));
            cache.get(key("n0.example"));
        }
        assertThat(cache.size()).isEqualTo(100);
        assertThat(cache.get(key("n0.example"))).isNotNull();
        assertThat(cache.get(key("n1.example"))).isNull();
        assertThat(cache.get(key("n999.example"))).isNotNull();
        assertThat(kept(answer(0, -1, 4097, 60))).isZero();
        AnswerCache none = new AnswerCache(0, now::get);
        none.put(key("a.example"), answer(0, -1, 100, 60));
        assertThat(none.size()).isZero();
    }
}
