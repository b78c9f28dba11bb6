package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.Waitable;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EventTest {
    private static final Duration SHORT = Duration.ofMillis(10);
    private static final Duration LONG = Duration.ofHours(1);

    @OnHub
    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1000})
    @DisplayName("B-EVT-01, F-EVT-02: set() wakes all who wait, also when clear() follows at once")
    void setThenClearWakesAll(int count, Hub hub) throws Exception {
        Event event = new Event();
        List<Integer> woken = new ArrayList<>();
        List<Greenlet<Boolean>> waiting = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = i;
            waiting.add(hub.spawn(() -> {
                boolean set = event.await(LONG);
                woken.add(number);
                return set;
            }));
        }
        hub.yieldNow();
        assertThat(event.linkCount()).isEqualTo(count);
        event.set();
        event.clear();
        assertThat(event.linkCount()).isZero();
        hub.joinAll(waiting);
        assertThat(waiting).allSatisfy(each -> assertThat(each.value()).isTrue());
        // F-EVT-04: first come, first woken
        assertThat(woken).isSorted().hasSize(count);
    }

    @HubTest
    @DisplayName("B-EVT-03: waiting with a limit for what nobody sets ends with false")
    void limitedWaitEndsWithFalse(Hub hub) throws Exception {
        Event event = new Event();
        assertThat(event.await(SHORT)).isFalse();
        assertThat(event.await(Duration.ZERO)).isFalse();
        assertThat(event.linkCount()).isZero();
    }

    @HubTest
    @DisplayName("F-EVT-03: waiting for a set one is over without a switch")
    void setOneIsNotWaitedFor(Hub hub) throws Exception {
        Event event = new Event();
        event.set();
        event.set();
        boolean[] switched = new boolean[1];
        Greenlet<Void> other = hub.spawn(() -> {
            switched[0] = true;
        });
        event.await();
        assertThat(event.await(LONG)).isTrue();
        assertThat(event.await(Duration.ZERO)).isTrue();
        assertThat(switched[0]).isFalse();
        other.join();
    }

    @HubTest
    void clearedOneIsWaitedForAgain(Hub hub) throws Exception {
        Event event = new Event();
        event.set();
        assertThat(event.isSet()).isTrue();
        assertThat(event.ready()).isTrue();
        event.clear();
        assertThat(event.isSet()).isFalse();
        assertThat(event.await(SHORT)).isFalse();
    }

    @HubTest
    @DisplayName("F-EVT-06: the text shows the flag and how many wait")
    void text(Hub hub) throws Exception {
        Event event = new Event();
        assertThat(event.toString()).matches("<Event at 0x[0-9a-f]+, clear, 0 waiting>");
        event.rawLink(ignored -> {});
        assertThat(event.toString()).endsWith(", clear, 1 waiting>");
        event.set();
        assertThat(event.toString()).contains(", set, ");
    }

    @HubTest
    @DisplayName("F-EVT-07: a set event can be waited for again and again")
    void setEventCanBeWaitedForTogetherWithOthersRepeatedly(Hub hub) throws Exception {
        Event event = new Event();
        event.set();
        for (int i = 0; i < 3; i++) {
            assertThat(hub.waitAll(List.of(event))).containsExactly(event);
            assertThat(hub.waitAny(List.of(new Event(), event))).isSameAs(event);
        }
    }

    @HubTest
    @DisplayName("B-JOI-09: of ten things fired one after another, a limited wait returns those that came; an unlimited one all")
    void waitForTen(Hub hub) throws Exception {
        List<Waitable> objects = new ArrayList<>();
        List<Runnable> firing = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Event event = new Event();
            AsyncResult<Integer> result = new AsyncResult<>();
            int number = i;
            objects.add(event);
            objects.add(result);
            firing.add(event::set);
            firing.add(() -> result.set(number));
        }
        AsyncResult<Void> goOn = new AsyncResult<>();
        Greenlet<Void> sender = hub.spawn(() -> {
            for (int i = 0; i < 10; i++) {
                if (i == 4) {
                    goOn.get();
                }
                firing.get(i).run();
                hub.yieldNow();
            }
        });
        assertThat(hub.waitAll(objects, SHORT)).isEqualTo(objects.subList(0, 4));
        assertThat(sender.dead()).isFalse();
        goOn.set(null);
        assertThat(hub.waitAll(objects)).hasSize(10).containsAll(objects);
        sender.join();
    }

    @HubTest
    @DisplayName("B-JOI-12: an event cleared by the one it woke is not ready for the next")
    void clearedByTheWoken(Hub hub) throws Exception {
        Event event = new Event();
        Greenlet<List<Event>> waiting = hub.spawn(() -> {
            event.await();
            event.clear();
            return hub.waitAll(List.of(event), SHORT);
        });
        hub.yieldNow();
        event.set();
        assertThat(waiting.get()).isEmpty();
        assertThat(event.linkCount()).isZero();
    }

    @HubTest
    @DisplayName("B-LNK-12: a null link is refused, unlinking what was never linked is not")
    void nullLinkIsRefused(Hub hub) throws Exception {
        Event event = new Event();
        assertThatNullPointerException().isThrownBy(() -> event.rawLink(null)).withMessageContaining("callback");
        event.unlink((Runnable) () -> {});
    }

    @HubTest
    @DisplayName("B-LNK-10: of two links that unlink each other, one runs")
    void linksThatUnlinkEachOther(Hub hub) throws Exception {
        AsyncResult<String> result = new AsyncResult<>();
        List<String> ran = new ArrayList<>();
        List<Consumer<AsyncResult<String>>> links = new ArrayList<>();
        links.add(source -> {
            ran.add("first");
            result.unlink(links.get(1));
        });
        links.add(source -> {
            ran.add("second");
            result.unlink(links.get(0));
        });
        links.forEach(result::rawLink);
        result.set("value");
        assertThat(ran).isEmpty();
        hub.yieldNow();
        hub.yieldNow();
        assertThat(ran).containsExactly("first");
        assertThat(result.linkCount()).isZero();
    }

    @HubTest
    void linkToSetEventFiresLaterAndOnce(Hub hub) throws Exception {
        Event event = new Event();
        event.set();
        List<Event> fired = new ArrayList<>();
        event.rawLink(fired::add);
        assertThat(fired).isEmpty();
        hub.yieldNow();
        hub.yieldNow();
        event.clear();
        event.set();
        hub.yieldNow();
        assertThat(fired).containsExactly(event);
    }

    @HubTest
    void callbackThatWaitsIsRefused(Hub hub) throws Exception {
        Event event = new Event();
        AsyncResult<Throwable> refusal = new AsyncResult<>();
        hub.loop().runCallback(() -> {
            try {
                event.await();
            } catch (BlockingSwitchOutException e) {
                refusal.set(e);
            }
        });
        assertThat(refusal.get()).isInstanceOf(BlockingSwitchOutException.class);
        assertThat(event.linkCount()).isZero();
    }

    @HubTest
    void hopelessWaitOfMainNamesTheEvent(Hub hub) throws Exception {
        Event event = new Event();
        assertThatThrownBy(event::await).isInstanceOf(LoopExit.class).hasMessageContaining("<Event at 0x");
        assertThat(event.linkCount()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    @DisplayName("B-EVT-04, F-EVT-05: another hub's main and greenlets, idle or with other work, are woken by a set here")
    void otherHubIsWoken(boolean limited) throws Exception {
        Event event = new Event();
        CountDownLatch waiting = new CountDownLatch(2);
        HubThread mainWaits = HubThread.start("main waits", hub -> {
            try (Hub.Hold hold = hub.hold()) {
                waiting.countDown();
                assertThat(await(event, limited)).isTrue();
            }
        });
        HubThread greenletWaits = HubThread.start("greenlet waits", hub -> {
            Greenlet<Void> ticker = hub.spawn(() -> {
                while (true) {
                    hub.sleep(Duration.ofMillis(1));
                }
            });
            Greenlet<Boolean> greenlet = hub.spawn(() -> await(event, limited));
            hub.yieldNow();
            waiting.countDown();
            assertThat(greenlet.get()).isTrue();
            ticker.kill();
        });
        HubThread.run(hub -> {
            hub.sleep(Duration.ofMillis(1));
            waiting.await();
            event.set();
        });
        HubThread.joinAll(mainWaits, greenletWaits);
    }

    private static boolean await(Event event, boolean limited) {
        if (limited) {
            return event.await(LONG);
        }
        event.await();
        return true;
    }

    @Test
    @DisplayName("F-EVT-05: a thread without a hub waits, is woken, and wakes")
    void threadWithoutHub() throws Exception {
        Event there = new Event();
        Event back = new Event();
        HubThread plain = HubThread.startPlain(() -> {
            assertThat(new Event().await(Duration.ofMillis(1))).isFalse();
            there.await();
            back.set();
        });
        HubThread.run(hub -> {
            try (Hub.Hold hold = hub.hold()) {
                there.set();
                back.await();
            }
        });
        plain.join();
        assertThat(there.linkCount() + back.linkCount()).isZero();
    }

    @Test
    @DisplayName("F-EVT-05: two hubs and a thread without one wake each other in turns")
    void turnsAcrossHubs() throws Exception {
        int rounds = 500;
        Event[] turn = {new Event(), new Event(), new Event()};
        List<Integer> order = new ArrayList<>(); // guarded by whose turn it is
        HubThread[] threads = new HubThread[3];
        for (int i = 0; i < 3; i++) {
            int mine = i;
            HubThread.PlainBody body = () -> {
                for (int round = 0; round < rounds; round++) {
                    turn[mine].await();
                    turn[mine].clear();
                    order.add(mine);
                    turn[(mine + 1) % 3].set();
                }
            };
            threads[i] = mine == 2 ? HubThread.startPlain(body) : HubThread.start("hub " + mine, hub -> {
                try (Hub.Hold hold = hub.hold()) {
                    if (mine == 0) {
                        body.run();
                    } else {
                        hub.spawn(() -> {
                            try {
                                body.run();
                            } catch (Throwable t) {
                                throw new AssertionError(t);
                            }
                        }).get();
                    }
                }
            });
        }
        turn[0].set();
        HubThread.joinAll(threads);
        assertThat(order).hasSize(3 * rounds);
        for (int i = 0; i < order.size(); i++) {
            assertThat(order.get(i)).isEqualTo(i % 3);
        }
    }
}
