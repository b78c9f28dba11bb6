package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.ConcurrentUseException;
import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@OnHub
class SelectTest {
    private static final Duration SHORT = Duration.ofMillis(10);

    private final Channel<String> one = new Channel<>();
    private final Channel<String> two = new Channel<>();
    private final Select select = new Select();

    private void assertNothingLeft() {
        assertThat(one.balance()).isZero();
        assertThat(two.balance()).isZero();
    }

    @Test
    void receivesFromWhoeverComesFirst(Hub hub) {
        var fromOne = select.onTake(one);
        var fromTwo = select.onTake(two);
        Greenlet<Void> sender = hub.spawn(() -> two.put("item"));
        assertThat(select.await()).isSameAs(fromTwo);
        assertThat(fromTwo.item()).isEqualTo("item");
        assertThatIllegalStateException().isThrownBy(fromOne::item).withMessageContaining("another case was chosen");
        sender.join();
        assertNothingLeft();
    }

    @Test
    void receivesFromASenderThatWaitsAlready(Hub hub) {
        Greenlet<Void> sender = hub.spawn(() -> one.put("item"));
        hub.yieldNow();
        var fromTwo = select.onTake(two);
        var fromOne = select.onTake(one);
        assertThat(select.tryNow()).isSameAs(fromOne);
        assertThat(fromOne.item()).isEqualTo("item");
        assertThat(select.tryNow()).isNull();
        assertThatIllegalStateException().isThrownBy(fromTwo::item);
        sender.join();
        assertNothingLeft();
    }

    @Test
    void sendsToAReceiverWhoseCodeGoesOnFirst(Hub hub) {
        List<String> events = new ArrayList<>();
        Greenlet<Void> receiver = hub.spawn(() -> {
            events.add(one.take());
            events.add(one.take());
        });
        hub.yieldNow();
        var toOne = select.onPut(one);
        select.onTake(two);
        toOne.item("a");
        assertThat(select.await()).isSameAs(toOne); // the receiver waits
        events.add("sent a");
        hub.yieldNow();
        toOne.item("b");
        assertThat(select.await(SHORT)).isSameAs(toOne);
        events.add("sent b");
        receiver.join();
        assertThat(events).containsExactly("a", "sent a", "b", "sent b");
        assertNothingLeft();
    }

    @Test
    void sendsToAReceiverThatComesLater(Hub hub) throws Exception {
        var toOne = select.onPut(one);
        var fromTwo = select.onTake(two);
        toOne.item("item");
        Greenlet<String> receiver = hub.spawn(() -> one.take());
        assertThat(select.await()).isSameAs(toOne);
        assertThat(receiver.get()).isEqualTo("item");
        assertThat(select.tryNow()).isNull(); // an item is sent once
        fromTwo.enabled(false);
        assertThatIllegalStateException().isThrownBy(select::await).withMessageContaining("no case is enabled");
        assertNothingLeft();
    }

    @Test
    void tryNowSendsToAReceiverThatWaits(Hub hub) throws Exception {
        Greenlet<String> receiver = hub.spawn(() -> one.take());
        hub.yieldNow();
        var toOne = select.onPut(one);
        assertThat(select.tryNow()).isNull();
        toOne.item("item");
        assertThat(select.tryNow()).isSameAs(toOne);
        assertThat(receiver.get()).isEqualTo("item");
        assertNothingLeft();
    }

    @Test
    void endsWithItsLimit(VirtualClock clock) {
        select.onTake(one);
        select.onPut(two).item("item");
        assertThat(select.await(SHORT)).isNull();
        assertThat(clock.elapsed()).isEqualTo(SHORT);
        assertThat(select.await(Duration.ZERO)).isNull();
        assertNothingLeft();
        assertThat(new Select().await(SHORT)).isNull();
        assertThat(clock.elapsed()).isEqualTo(SHORT.multipliedBy(2));
    }

    @Test
    void aKillLosesNoItem(Hub hub) {
        Greenlet<Void> selecting = hub.spawn(() -> {
            select.onTake(one);
            select.onPut(two).item("lost with its owner");
            select.await();
        });
        hub.yieldNow();
        assertThat(one.balance()).isEqualTo(-1);
        assertThat(two.balance()).isEqualTo(1);
        selecting.kill();
        assertNothingLeft();
        assertThat(one.tryPut("item")).isFalse();
        assertThat(two.tryTake()).isNull();
    }

    @Test
    void aKillAfterTheMeetingComesTooLate(Hub hub) {
        List<String> got = new ArrayList<>();
        Greenlet<Void> selecting = hub.spawn(() -> {
            var from = select.onTake(one);
            select.onTake(two);
            select.await();
            got.add(from.item());
            hub.sleep(SHORT);
            got.add("not killed");
        });
        hub.yieldNow();
        assertThat(one.tryPut("item")).isTrue();
        assertThat(two.tryPut("nobody waits there any more")).isFalse();
        selecting.kill();
        assertThat(got).containsExactly("item");
    }

    @Test
    void amongSeveralThatAreReadyAnotherGoesFirstEachTime(Hub hub) {
        int[] chosen = new int[2];
        Greenlet<Void> senderOne = hub.spawn(() -> {
            for (int i = 0; i < 10; i++) {
                one.put("1");
            }
        });
        Greenlet<Void> senderTwo = hub.spawn(() -> {
            for (int i = 0; i < 10; i++) {
                two.put("2");
            }
        });
        var fromOne = select.onTake(one);
        select.onTake(two);
        for (int i = 0; i < 10; i++) {
            hub.yieldNow(); // both senders wait
            chosen[select.await() == fromOne ? 0 : 1]++;
        }
        assertThat(chosen).containsExactly(5, 5);
        hub.killAll(List.of(senderOne, senderTwo));
    }

    @Test
    void twoSelectsMeetOnce(Hub hub) throws Exception {
        Greenlet<String> other = hub.spawn(() -> {
            Select mine = new Select();
            var from = mine.onTake(one);
            mine.onPut(two).item("back");
            return mine.await() == from ? from.item() : "sent";
        });
        hub.yieldNow();
        var to = select.onPut(one);
        to.item("forth");
        var from = select.onTake(two);
        var chosen = select.await();
        if (chosen == to) {
            assertThat(other.get()).isEqualTo("forth");
        } else {
            assertThat(from.item()).isEqualTo("back");
            assertThat(other.get()).isEqualTo("sent");
        }
        assertNothingLeft();
    }

    @Test
    void doesNotMeetItself(VirtualClock clock) {
        select.onTake(one);
        select.onPut(one).item("item");
        assertThat(select.tryNow()).isNull();
        assertThat(select.await(SHORT)).isNull();
        assertNothingLeft();
    }

    @Test
    void servesItsCasesInALoop(Hub hub) throws Exception {
        Greenlet<Integer> adder = hub.spawn(() -> {
            var fromOne = select.onTake(one);
            var fromTwo = select.onTake(two);
            int length = 0;
            while (true) {
                var chosen = select.await();
                if (chosen.isShutdown()) {
                    chosen.enabled(false);
                    if (one.isShutdown() && two.isShutdown()) {
                        return length;
                    }
                } else {
                    length += (chosen == fromOne ? fromOne : fromTwo).item().length();
                }
            }
        });
        for (int i = 0; i < 20; i++) {
            (i % 3 == 0 ? one : two).put("x".repeat(i));
        }
        one.shutdown();
        two.put("yy");
        two.shutdown();
        assertThat(adder.get()).isEqualTo(192);
    }

    @Test
    void aShutdownChannelIsChosenToReceiveAndRefusedToSend(Hub hub) {
        var from = select.onTake(one);
        Greenlet<Void> later = hub.spawn(one::shutdown);
        assertThat(select.await()).isSameAs(from);
        assertThat(from.isShutdown()).isTrue();
        assertThatThrownBy(from::item).isInstanceOf(QueueShutdownException.class);
        assertThat(select.tryNow()).isSameAs(from);
        from.enabled(false);
        var to = select.onPut(two);
        to.item("item");
        Greenlet<Void> laterTwo = hub.spawn(two::shutdown);
        assertThatThrownBy(select::await).isInstanceOf(QueueShutdownException.class);
        assertThatThrownBy(select::tryNow).isInstanceOf(QueueShutdownException.class);
        hub.joinAll(List.of(later, laterTwo));
        assertNothingLeft();
    }

    @Test
    void isForOneUserAtATime(Hub hub) {
        select.onTake(one);
        Greenlet<Void> first = hub.spawn(() -> {
            select.await();
        });
        hub.yieldNow();
        assertThatThrownBy(select::await).isInstanceOf(ConcurrentUseException.class);
        assertThatThrownBy(select::tryNow).isInstanceOf(ConcurrentUseException.class);
        one.put("item");
        first.join();
    }

    @Test
    void nobodyComes() {
        select.onTake(one);
        assertThatThrownBy(select::await).isInstanceOf(LoopExit.class).hasMessageContaining("Select at 0x");
        assertNothingLeft();
    }
}
