package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.BlockingSwitchOutException;
import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinkTest {
    private final List<String> log = new ArrayList<>();

    private <T> Consumer<T> noting(String what) {
        return source -> log.add(what);
    }

    private static Greenlet<Void> failing(Hub hub) {
        return hub.spawn((Task) () -> {
            throw new IOException("failed");
        });
    }

    @HubTest
    @DisplayName("B-LNK-06: after a success plain and value links are called, exception links are not")
    void afterASuccessValueLinksAreCalled(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 100);
        greenlet.link(noting("plain"));
        greenlet.linkValue(noting("value"));
        greenlet.linkException(noting("exception"));
        greenlet.join();
        hub.sleep(Duration.ofMillis(1));
        assertThat(log).containsExactly("plain", "value");
    }

    @HubTest
    @DisplayName("B-LNK-07: after a failure plain and exception links are called, value links are not")
    void afterAFailureExceptionLinksAreCalled(Hub hub, Errors errors) {
        errors.expect(IOException.class);
        Greenlet<Void> greenlet = failing(hub);
        greenlet.link(noting("plain"));
        greenlet.linkValue(noting("value"));
        greenlet.linkException(noting("exception"));
        greenlet.join();
        hub.sleep(Duration.ofMillis(1));
        assertThat(log).containsExactly("plain", "exception");
    }

    @HubTest
    void aKillByGreenletExitCountsAsASuccess(Hub hub) {
        Greenlet<Void> greenlet = hub.spawn(() -> hub.sleep(Duration.ofSeconds(1)));
        greenlet.linkValue(noting("value"));
        greenlet.linkException(noting("exception"));
        hub.yieldNow();
        greenlet.kill(new GreenletExit());
        hub.yieldNow();
        hub.yieldNow();
        assertThat(log).containsExactly("value");
    }

    @OnHub
    @ParameterizedTest(name = "failing: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("B-LNK-09: of three links that throw each is called, and each error reported, in their order")
    void eachOfThreeLinksThatThrowIsCalled(boolean failing, Hub hub, Errors errors) {
        errors.expectAny();
        Greenlet<?> greenlet = failing ? failing(hub) : hub.spawn(() -> 1);
        for (int i = 0; i < 3; i++) {
            int number = i;
            greenlet.rawLink(ended -> {
                throw new IllegalStateException("link " + number);
            });
        }
        greenlet.join();
        hub.yieldNow();
        List<String> messages = errors.reported().stream().map(it -> it.error().getMessage()).toList();
        assertThat(messages).endsWith("link 0", "link 1", "link 2").hasSize(failing ? 4 : 3);
        assertThat(errors.reported().getLast().context().toString()).startsWith("link of " + greenlet + " to ");
    }

    @HubTest
    @DisplayName("B-LNK-10: of two links that unlink each other one is called")
    void ofTwoLinksThatUnlinkEachOtherOneIsCalled(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        List<Consumer<Greenlet<Integer>>> links = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            int other = 1 - i;
            links.add(ended -> {
                log.add("called");
                ended.unlink(links.get(other));
            });
        }
        links.forEach(greenlet::rawLink);
        greenlet.join();
        hub.yieldNow();
        assertThat(log).containsExactly("called");
        assertThat(greenlet.linkCount()).isZero();
    }

    @HubTest
    @DisplayName("B-LNK-12: a link without a callback is refused at once; unlinking what isn't linked does nothing")
    void aLinkWithoutACallbackIsRefused(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        assertThatThrownBy(() -> greenlet.rawLink(null)).isInstanceOf(NullPointerException.class).hasMessage("callback");
        assertThatThrownBy(() -> greenlet.link(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> greenlet.linkValue(null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> greenlet.linkException(null)).isInstanceOf(NullPointerException.class);
        greenlet.unlink(noting("unknown"));
        greenlet.unlink(null);
        assertThat(greenlet.linkCount()).isZero();
    }

    @HubTest
    @DisplayName("O-LNK-02: a callback that is linked twice is called twice")
    void aCallbackLinkedTwiceIsCalledTwice(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        Consumer<Greenlet<Integer>> link = noting("called");
        greenlet.rawLink(link);
        greenlet.rawLink(link);
        assertThat(greenlet.linkCount()).isEqualTo(2);
        greenlet.join();
        hub.yieldNow();
        assertThat(log).containsExactly("called", "called");
    }

    @HubTest
    @DisplayName("O-LNK-03: a link that is made by a link is called, too")
    void aLinkMadeByALinkIsCalled(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        greenlet.rawLink(ended -> ended.rawLink(noting("second")));
        greenlet.rawLink(noting("first"));
        greenlet.join();
        hub.yieldNow();
        assertThat(log).containsExactly("first", "second");
    }

    @HubTest
    void unlinkingTakesTheFirstOfEqualCallbacks(Hub hub) {
        record Equal(String name, List<String> log) implements Consumer<Object> {
            @Override
            public void accept(Object source) {
                log.add(name);
            }

            @Override
            public boolean equals(Object other) {
                return other instanceof Equal;
            }

            @Override
            public int hashCode() {
                return 1;
            }
        }
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        greenlet.rawLink(new Equal("one", log));
        greenlet.link(new Equal("two", log));
        greenlet.rawLink(new Equal("three", log));
        greenlet.unlink(new Equal("any", log));
        assertThat(greenlet.hasLinks()).isTrue();
        greenlet.join();
        hub.sleep(Duration.ofMillis(1));
        assertThat(log).containsExactlyInAnyOrder("two", "three");

        Greenlet<Integer> other = hub.spawn(() -> 1);
        other.rawLink(new Equal("four", log));
        other.linkException(new Equal("five", log));
        other.unlinkAll();
        assertThat(other.hasLinks()).isFalse();
        other.join();
        hub.yieldNow();
        assertThat(log).hasSize(2);
    }

    @HubTest
    void equalsOfAUsersCallbackMayWaitOrFail(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        class Slow implements Consumer<Object> {
            @Override
            public void accept(Object source) {
                log.add("called");
            }

            @Override
            public boolean equals(Object other) {
                greenlet.linkCount(); // would spin for ever inside of the guard
                hub.sleep(Duration.ofMillis(1));
                throw new IllegalStateException("cannot compare");
            }

            @Override
            public int hashCode() {
                return 1;
            }
        }
        greenlet.rawLink(new Slow());
        assertThatThrownBy(() -> greenlet.unlink("another")).hasMessage("cannot compare");
        greenlet.join();
        hub.yieldNow();
        assertThat(log).containsExactly("called");
    }

    @HubTest
    void aLinkIsCalledOutsideOfTheCallThatMadeItAlsoWhenItIsLate(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        greenlet.join();
        greenlet.rawLink(noting("raw"));
        greenlet.link(noting("spawned"));
        assertThat(log).isEmpty();
        assertThat(greenlet.linkCount()).isEqualTo(2);
        hub.sleep(Duration.ofMillis(1));
        assertThat(log).containsExactly("raw", "spawned");
        assertThat(greenlet.hasLinks()).isFalse();
    }

    @HubTest
    void aScheduledLinkCanStillBeUnlinked(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        greenlet.join();
        Consumer<Greenlet<Integer>> link = noting("called");
        greenlet.rawLink(link);
        greenlet.unlink(link);
        assertThat(greenlet.linkCount()).isZero();
        hub.yieldNow();
        assertThat(log).isEmpty();
    }

    @HubTest
    void aRawLinkMustNotWaitButALinkMay(Hub hub, Errors errors) {
        errors.expect(BlockingSwitchOutException.class);
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        greenlet.rawLink(ended -> hub.sleep(Duration.ofMillis(1)));
        greenlet.link(ended -> {
            hub.sleep(Duration.ofMillis(1));
            log.add("waited");
        });
        greenlet.join();
        hub.sleep(Duration.ofMillis(5));
        assertThat(log).containsExactly("waited");
    }

    @HubTest
    void manyLinksAreCalledInTheirOrderWithoutSearchingForEach(Hub hub) {
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        int links = 200_000; // a search through those that are scheduled would take minutes
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < links; i++) {
            int number = i;
            greenlet.rawLink(ended -> order.add(number));
        }
        greenlet.join();
        hub.yieldNow();
        assertThat(order).hasSize(links).isSorted();
    }

    @HubTest
    void theErrorOfAGreenletIsReportedBeforeItsLinksAreCalled(Hub hub) {
        hub.errorHandler((context, error) -> log.add("reported"));
        Greenlet<Void> greenlet = failing(hub);
        greenlet.rawLink(noting("link"));
        greenlet.join();
        log.add("joined");
        assertThat(log).startsWith("reported");
        assertThat(log).contains("joined");
    }

    @HubTest
    void aLinkRunsWithTheHubGreenletAsTheCurrentOne(Hub hub) {
        List<Object> current = new ArrayList<>();
        Greenlet<Integer> greenlet = hub.spawn(() -> 1);
        greenlet.rawLink(ended -> current.add(Greenlet.current()));
        greenlet.rawLink(ended -> current.add(Hub.current()));
        greenlet.join();
        hub.yieldNow();
        assertThat(current.get(0)).hasToString("<hub greenlet of " + hub + ">");
        assertThat(current.get(1)).isSameAs(hub);
    }

    @HubTest
    void oneWakeUpThatFailsKeepsNoOtherAsleep(Hub hub, Errors errors) {
        errors.expect(IllegalStateException.class);
        Flag flag = new Flag();
        Greenlet<Void> before = hub.spawn(() -> flag.await());
        hub.yieldNow();
        flag.register(new dev.jevent.WaitNode() {
            @Override
            protected boolean claim() {
                return true;
            }

            @Override
            public void wake(Object value) {
                throw new IllegalStateException("a node's own defect");
            }
        });
        Greenlet<Void> after = hub.spawn(() -> flag.await());
        hub.yieldNow();
        Greenlet<?> setter = hub.spawn((Callable<Object>) () -> {
            flag.set();
            return null;
        });
        assertThat(hub.joinAll(List.of(before, after, setter))).hasSize(3);
        assertThat(setter.exception()).hasMessage("a node's own defect");
    }
}
