package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.testkit.HubTest;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class GreenletLocalTest {
    @HubTest
    @DisplayName("B-LOC-02, F-LOC-01, F-LOC-02: each greenlet has its own value, made on first use")
    void eachGreenletHasItsOwn(Hub hub) throws Exception {
        int[] made = new int[1];
        GreenletLocal<List<String>> local = GreenletLocal.withInitial(() -> {
            made[0]++;
            return new ArrayList<>(List.of("initial"));
        });
        local.get().add("main");
        List<Greenlet<List<String>>> greenlets = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            greenlets.add(hub.spawn(() -> {
                local.get().add(name);
                hub.yieldNow();
                return local.get();
            }));
        }
        AsyncResult<List<String>> inCallback = new AsyncResult<>();
        hub.loop().runCallback(() -> inCallback.set(local.get()));
        assertThat(greenlets.get(0).get()).containsExactly("initial", "a");
        assertThat(greenlets.get(1).get()).containsExactly("initial", "b");
        assertThat(inCallback.get()).containsExactly("initial");
        assertThat(local.get()).containsExactly("initial", "main");
        assertThat(made[0]).isEqualTo(4);
    }

    @HubTest
    @DisplayName("B-LOC-04: a removed value is the initial one again")
    void removedValueIsInitialAgain(Hub hub) throws Exception {
        GreenletLocal<String> local = GreenletLocal.withInitial(() -> "initial");
        local.set("set");
        assertThat(local.get()).isEqualTo("set");
        local.remove();
        assertThat(local.get()).isEqualTo("initial");
        GreenletLocal<String> without = new GreenletLocal<>();
        assertThat(without.get()).isNull();
    }

    @HubTest
    @DisplayName("O-LOC-01, F-LOC-06: values are not inherited by what is spawned, not even inheritable ones")
    void notInherited(Hub hub) throws Exception {
        GreenletLocal<String> local = new GreenletLocal<>();
        InheritableThreadLocal<String> inheritable = new InheritableThreadLocal<>();
        local.set("main");
        inheritable.set("main");
        assertThat(hub.spawn(() -> local.get() + " " + inheritable.get()).get()).isEqualTo("null null");
        Greenlet<String> parent = hub.spawn(() -> {
            local.set("parent");
            inheritable.set("parent");
            return hub.spawn(() -> local.get() + " " + inheritable.get()).get();
        });
        assertThat(parent.get()).isEqualTo("null null");
    }

    @HubTest
    @DisplayName("F-LOC-03: the values of a greenlet that ended are freed, also if it is kept")
    void valuesOfEndedGreenletAreFreed(Hub hub) throws Exception {
        GreenletLocal<Object> local = new GreenletLocal<>();
        Greenlet<WeakReference<Object>> greenlet = hub.spawn(() -> {
            Object value = new Object();
            local.set(value);
            return new WeakReference<>(value);
        });
        WeakReference<Object> value = greenlet.get();
        awaitCleared(List.of(value));
        assertThat(greenlet.dead()).isTrue();
        assertThat(local.get()).isNull();
    }

    @HubTest(inGreenlet = true)
    @DisplayName("B-LOC-07: values of locals that were dropped are freed while the greenlet goes on and uses others")
    void valuesOfDroppedLocalsAreFreed() throws Exception {
        int links = Greenlet.current().linkCount();
        List<WeakReference<Object>> values = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            values.add(useAndDrop());
        }
        assertThat(Greenlet.current().linkCount()).isEqualTo(links);
        List<GreenletLocal<Object>> others = new ArrayList<>();
        for (int round = 0; round < 100 && values.stream().anyMatch(value -> value.get() != null); round++) {
            System.gc();
            for (int i = 0; i < 100; i++) {
                GreenletLocal<Object> other = new GreenletLocal<>();
                other.set(i);
                others.add(other);
            }
        }
        assertThat(values).allSatisfy(value -> assertThat(value.get()).isNull());
    }

    private static WeakReference<Object> useAndDrop() {
        Object value = new Object();
        new GreenletLocal<>().set(value);
        return new WeakReference<>(value);
    }

    private static void awaitCleared(List<? extends WeakReference<?>> references) {
        for (int i = 0; i < 100 && references.stream().anyMatch(each -> each.get() != null); i++) {
            System.gc();
        }
        assertThat(references).allSatisfy(each -> assertThat(each.get()).isNull());
    }

    @HubTest
    @DisplayName("B-LOC-10: ten workers, each in a scope of its own, see their own value throughout")
    void scopedValues(Hub hub) throws Exception {
        ScopedValue<Integer> number = ScopedValue.newInstance();
        List<Greenlet<Void>> workers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            int mine = i;
            workers.add(hub.spawn(() -> ScopedValue.where(number, mine).run(() -> {
                for (int round = 0; round < 10; round++) {
                    assertThat(number.get()).isEqualTo(mine);
                    hub.sleep(Duration.ofNanos(1000L * (10 - mine)));
                }
            })));
        }
        hub.joinAllOrThrow(workers);
        assertThat(number.isBound()).isFalse();
    }

    @Test
    void threadWithoutHubHasItsOwnValue() throws Exception {
        GreenletLocal<String> local = GreenletLocal.withInitial(() -> "initial");
        local.set("here");
        HubThread.startPlain(() -> assertThat(local.get()).isEqualTo("initial")).join();
        assertThat(local.get()).isEqualTo("here");
        assertThat(Hub.ifExists()).isNull();
    }
}
