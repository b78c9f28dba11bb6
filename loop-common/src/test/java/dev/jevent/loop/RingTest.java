package dev.jevent.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RingTest {
    @Test
    void behavesAsAList() {
        Random random = new Random(1);
        Ring<Integer> ring = new Ring<>(2);
        List<Integer> model = new ArrayList<>();
        for (int i = 0; i < 200_000; i++) {
            switch (random.nextInt(i % 2000 < 1000 ? 3 : 5)) {
                case 0, 1 -> {
                    assertThat(ring.add(i)).isTrue();
                    model.add(i);
                }
                case 2 -> {
                    if (!model.isEmpty()) {
                        int index = random.nextInt(model.size());
                        java.util.Collections.swap(model, 0, index);
                        assertThat(ring.take(index)).isEqualTo(model.removeFirst());
                    }
                }
                default -> assertThat(ring.take()).isEqualTo(model.isEmpty() ? null : model.removeFirst());
            }
            assertThat(ring.size()).isEqualTo(model.size());
            assertThat(ring.isEmpty()).isEqualTo(model.isEmpty());
        }
    }

    @Test
    void refusesOnceClosed() {
        Ring<String> ring = new Ring<>(4);
        ring.add("before");
        ring.take();
        ring.close();
        assertThat(ring.add("after")).isFalse();
        assertThat(ring.add("after")).isFalse();
    }
}
