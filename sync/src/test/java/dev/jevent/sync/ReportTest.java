package dev.jevent.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.monitor.Monitor;
import dev.jevent.testkit.HubTest;

/** Pools, queues and channels in the monitor's report: nobody has to say that they are there. */
class ReportTest {
    @HubTest
    void poolsAreThereWhileTheyHaveMembersAndQueuesWhileSomebodyWaits(Hub hub) {
        Pool pool = new Pool(3);
        FifoQueue<String> queue = new FifoQueue<>();
        for (int i = 0; i < 3; i++) {
            pool.spawn(() -> queue.take());
        }
        Greenlet<?> waiting = hub.spawn(() -> pool.awaitAvailable());
        hub.yieldNow();
        assertThat(Monitor.get().report())
                .containsOnlyOnce("  " + pool + ": maxSize=3, members=3, queued=0, waiting=0, shutdown=false\n")
                .containsOnlyOnce("  " + queue + ": size=0, ").contains("takers=3", "3 × ReportTest lambda waits for " + queue, "waits for " + pool);
        pool.kill();
        waiting.join();
        assertThat(Monitor.get().report()).doesNotContain("members=", "takers=");
    }

    @HubTest(virtualTime = false)
    void whatMainWaitsForIsThere(Hub hub) throws Exception {
        FifoQueue<String> queue = new FifoQueue<>();
        hub.spawn(() -> queue.put(Monitor.get().report()));
        assertThat(queue.take()).contains("  <FifoQueue at ", ": size=0, ", "takers=1, putters=0").contains("<main of " + hub + "> waits for <FifoQueue");
    }

    @HubTest
    void channelsAreThereWhileSomebodyWaits(Hub hub) {
        Channel<String> channel = new Channel<>();
        Greenlet<?> receiver = hub.spawn(() -> channel.take());
        hub.yieldNow();
        assertThat(channel.statistics()).isEqualTo(new Channel.Statistics(0, 1, false));
        assertThat(Monitor.get().report()).contains("  " + channel + ": senders=0, receivers=1, shutdown=false\n");
        channel.put("an item");
        receiver.join();
        assertThat(channel.statistics()).isEqualTo(new Channel.Statistics(0, 0, false));
    }
}
