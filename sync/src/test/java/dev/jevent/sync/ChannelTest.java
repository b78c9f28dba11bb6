package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.LoopExit;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@OnHub
class ChannelTest {
    private static final Duration SHORT = Duration.ofMillis(10);

    @Test
    @DisplayName("B-CHA-01: sending, hello, sent hello, world, sent world")
    void order(Hub hub) {
        Channel<String> channel = new Channel<>();
        List<String> events = new ArrayList<>();
        Greenlet<Void> receiver = hub.spawn(() -> {
            events.add(channel.take());
            events.add(channel.take());
        });
        hub.yieldNow();
        events.add("sending");
        channel.put("hello");
        events.add("sent hello");
        channel.put("world");
        events.add("sent world");
        receiver.join();
        assertThat(events).containsExactly("sending", "hello", "sent hello", "world", "sent world");
    }

    @Test
    @DisplayName("O-CHA-01, F-Q-19: the receiver's code goes on before put returns, whichever came first, and with others ready")
    void receiverFirst(Hub hub) {
        Channel<Integer> channel = new Channel<>();
        List<String> events = new ArrayList<>();
        List<Greenlet<Void>> receivers = IntStream.range(0, 3).mapToObj(number -> hub.spawn(() -> {
            events.add("got " + channel.take());
        })).toList();
        hub.yieldNow();
        List<Greenlet<Void>> senders = IntStream.range(0, 5).mapToObj(number -> hub.spawn(() -> {
            channel.put(number);
            events.add("put " + number);
        })).toList();
        hub.yieldNow();
        List<Greenlet<Void>> late = IntStream.range(0, 2).mapToObj(number -> hub.spawn(() -> {
            events.add("got " + channel.take());
        })).toList();
        hub.joinAll(receivers);
        hub.joinAll(senders);
        hub.joinAll(late);
        for (int i = 0; i < 5; i++) {
            assertThat(events).containsSubsequence("got " + i, "put " + i);
        }
    }

    @Test
    @DisplayName("B-CHA-03: without a partner tryPut in a loop callback fails, each time")
    void tryPutAlone(Hub hub) {
        Channel<String> channel = new Channel<>();
        List<Boolean> answers = new ArrayList<>();
        hub.loop().runCallback(() -> answers.add(channel.tryPut("one")));
        hub.loop().runCallback(() -> answers.add(channel.tryPut("two")));
        VirtualTime.settle(hub);
        assertThat(answers).containsExactly(false, false);
        assertThat(channel.tryTake()).isNull();
    }

    @Test
    @DisplayName("B-CHA-04, F-Q-20: tryTake in a loop callback gets the item of a sender that waits; the sender ends")
    void tryTakeFromSender(Hub hub) {
        Channel<String> channel = new Channel<>();
        Greenlet<Void> sender = hub.spawn(() -> channel.put("item"));
        hub.yieldNow();
        List<String> got = new ArrayList<>();
        hub.loop().runCallback(() -> got.add(channel.tryTake()));
        sender.join();
        assertThat(got).containsExactly("item");
    }

    @Test
    @DisplayName("F-Q-20: tryPut in a loop callback gives its item to a receiver that waits")
    void tryPutToReceiver(Hub hub) throws Exception {
        Channel<String> channel = new Channel<>();
        Greenlet<String> receiver = hub.spawn(() -> channel.take());
        hub.yieldNow();
        List<Boolean> answers = new ArrayList<>();
        hub.loop().runCallback(() -> answers.add(channel.tryPut("item")));
        hub.loop().runCallback(() -> answers.add(channel.tryPut("nobody left")));
        assertThat(receiver.get()).isEqualTo("item");
        assertThat(answers).containsExactly(true, false);
    }

    @Test
    @DisplayName("B-CHA-06: a sender waits; the receiver that comes gets its item, and it ends after that")
    void senderWaits(Hub hub) {
        Channel<String> channel = new Channel<>();
        List<String> events = new ArrayList<>();
        Greenlet<Void> sender = hub.spawn(() -> {
            channel.put("item");
            events.add("sent");
        });
        hub.yieldNow();
        assertThat(channel.balance()).isEqualTo(1);
        assertThat(events).isEmpty();
        events.add(channel.take());
        assertThat(events).containsExactly("item");
        sender.join();
        assertThat(events).containsExactly("item", "sent");
        assertThat(channel.balance()).isZero();
    }

    @Test
    @DisplayName("B-CHA-07, F-Q-11: a loop over untilShutdown ends with the shutdown")
    void iteration(Hub hub) throws Exception {
        Channel<String> channel = new Channel<>();
        Greenlet<List<String>> receiver = hub.spawn(() -> {
            List<String> items = new ArrayList<>();
            channel.untilShutdown().forEach(items::add);
            return items;
        });
        channel.put("a");
        channel.put("b");
        channel.shutdown();
        assertThat(receiver.get()).containsExactly("a", "b");
        assertThat(channel.untilShutdown()).isEmpty();
    }

    @Test
    @DisplayName("B-LNK-04: three greenlets linked to one channel's put: three takes get all three")
    void channelAsLinkTarget(Hub hub) throws Exception {
        Channel<Greenlet<Integer>> channel = new Channel<>();
        List<Greenlet<Integer>> greenlets = IntStream.range(0, 3).mapToObj(number -> hub.spawn(() -> number)).toList();
        greenlets.forEach(each -> each.link(channel::put));
        List<Integer> results = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            results.add(channel.take().get());
        }
        assertThat(results).containsExactlyInAnyOrder(0, 1, 2);
    }

    @Test
    @DisplayName("F-Q-06: limits: put returns false, take null, and nothing is left behind")
    void limits(VirtualClock clock) {
        Channel<String> channel = new Channel<>();
        assertThat(channel.put("item", SHORT)).isFalse();
        assertThat(channel.take(SHORT)).isNull();
        assertThat(clock.elapsed()).isEqualTo(SHORT.multipliedBy(2));
        assertThat(channel.put("item", Duration.ZERO)).isFalse();
        assertThat(channel.take(Duration.ZERO)).isNull();
        assertThat(clock.elapsed()).isEqualTo(SHORT.multipliedBy(2));
        assertThat(channel.balance()).isZero();
    }

    @Test
    @DisplayName("F-Q-05: a sender or receiver that is killed leaves no trace; those behind it meet")
    void killed(Hub hub) throws Exception {
        Channel<String> channel = new Channel<>();
        Greenlet<String> killed = hub.spawn(() -> channel.take());
        Greenlet<String> receiver = hub.spawn(() -> channel.take());
        hub.yieldNow();
        killed.kill();
        channel.put("for the second");
        assertThat(receiver.get()).isEqualTo("for the second");
        Greenlet<Void> killedSender = hub.spawn(() -> channel.put("lost"));
        Greenlet<Void> sender = hub.spawn(() -> channel.put("kept"));
        hub.yieldNow();
        killedSender.kill();
        assertThat(channel.take()).isEqualTo("kept");
        sender.join();
        assertThat(channel.balance()).isZero();
    }

    @Test
    @DisplayName("once both have met, a kill of the sender comes too late: it is delivered at its next wait")
    void killAfterMeeting(Hub hub) {
        Channel<String> channel = new Channel<>();
        List<String> events = new ArrayList<>();
        Greenlet<Void> receiver = hub.spawn(() -> {
            events.add(channel.take());
        });
        hub.yieldNow();
        Greenlet<Void> sender = hub.spawn(() -> {
            channel.put("item");
            events.add("sent");
            hub.sleep(SHORT);
            events.add("not killed");
        });
        hub.spawn(() -> {
            sender.killLater();
            receiver.killLater();
        });
        hub.joinAll(List.of(receiver, sender));
        assertThat(events).containsExactly("item", "sent");
    }

    @Test
    @DisplayName("F-Q-10: main waits for a partner and nobody is left: LoopExit names the channel")
    void nobodyComes() {
        Channel<String> channel = new Channel<>();
        assertThatThrownBy(channel::take).isInstanceOf(LoopExit.class).hasMessageContaining("Channel at 0x");
        assertThatThrownBy(() -> channel.put("item")).isInstanceOf(LoopExit.class);
        assertThat(channel.balance()).isZero();
    }

    @Test
    void shutdownReachesAll(Hub hub) throws Exception {
        Channel<String> channel = new Channel<>();
        List<Greenlet<?>> receivers = List.of(
                hub.spawn(() -> refused(channel::take)), hub.spawn(() -> refused(() -> channel.take(SHORT))));
        hub.yieldNow();
        channel.shutdown();
        hub.joinAllOrThrow(receivers);
        assertThat(channel.isShutdown()).isTrue();
        refused(() -> channel.put("item"));
        refused(() -> channel.tryPut("item"));
        refused(channel::tryTake);
        refused(channel::take);
        Channel<String> other = new Channel<>();
        Greenlet<Void> sender = hub.spawn(() -> refused(() -> other.put("item")));
        hub.yieldNow();
        other.shutdown();
        sender.get();
    }

    private static void refused(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(QueueShutdownException.class).hasMessageContaining("was shut down");
    }

    @Test
    void nullIsRefused() {
        assertThatNullPointerException().isThrownBy(() -> new Channel<String>().put(null)).withMessage("item");
        assertThatNullPointerException().isThrownBy(() -> new Channel<String>().tryPut(null));
    }
}
