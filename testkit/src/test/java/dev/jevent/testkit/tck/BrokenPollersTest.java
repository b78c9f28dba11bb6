package dev.jevent.testkit.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.DescriptorCalls;
import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.spi.SelectorProvider;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule of {@link PollerTck} catches a poller that breaks it. */
class BrokenPollersTest {
    /** The kit, on whatever is to be tested. */
    static class Kit extends PollerTck {
        static final Duration SHORT = Duration.ofMillis(300); // for one that is known to hang
        static final Duration LONG = Duration.ofSeconds(10);

        static Supplier<Poller> subject = SelectorPoller::new;
        static Duration limit = LONG;

        @Override
        protected Poller newPoller() {
            return subject.get();
        }

        @Override
        protected Duration limit() {
            return limit;
        }
    }

    private record Broken(String rule, String how, Supplier<Poller> poller) {
        @Override
        public String toString() {
            return rule + ": " + how;
        }
    }

    private static final int READ = Interest.READ.mask();

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken("saysTheSameEachTime", "other capabilities each time", () -> new SelectorPoller() {
                    private int times;

                    @Override
                    public LoopCapabilities capabilities() {
                        return new LoopCapabilities(true, false, false, Duration.ofMillis(++times));
                    }
                }),
                new Broken("reportsWhatIsReadyAlready", "takes what is there at registration for seen", () -> new SelectorPoller() {
                    private final Set<Object> old = Collections.newSetFromMap(new IdentityHashMap<>());

                    @Override
                    public void register(Pollable what, int interest, long token) throws IOException {
                        super.register(what, interest, token);
                        selector.selectNow();
                        selector.selectedKeys().forEach(key -> old.add(key.channel()));
                        selector.selectedKeys().clear();
                    }

                    @Override
                    void report(SelectionKey key, ReadyTokens into) {
                        into.add((Long) key.attachment(), old.contains(key.channel()) ? 0 : mask(key));
                    }
                }),
                new Broken("reportsWhatBecomesReady", "knows no reading", () -> new SelectorPoller() {
                    @Override
                    void report(SelectionKey key, ReadyTokens into) {
                        into.add((Long) key.attachment(), mask(key) & ~READ);
                    }
                }),
                new Broken("reportsReadinessForWriting", "knows no writing", () -> new SelectorPoller() {
                    @Override
                    void report(SelectionKey key, ReadyTokens into) {
                        into.add((Long) key.attachment(), mask(key) & READ);
                    }
                }),
                new Broken("reportsUnderTheTokenGiven", "tokens of 32 bits", () -> new SelectorPoller() {
                    @Override
                    void report(SelectionKey key, ReadyTokens into) {
                        into.add(((Long) key.attachment()).intValue(), mask(key));
                    }
                }),
                new Broken("reportsWhatIsOfInterestOnly", "always both directions", () -> new SelectorPoller() {
                    @Override
                    public void register(Pollable what, int interest, long token) throws IOException {
                        super.register(what, Interest.BOTH, token);
                    }
                }),
                new Broken("reportsReadinessAsLongAsItLasts", "says level and is edge-triggered", () -> new SelectorPoller() {
                    @Override
                    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
                        int count = super.poll(timeoutNanos, into);
                        for (SelectionKey key : selector.keys()) {
                            if (count > 0 && key.isValid() && key.isReadable()) {
                                key.interestOps(0);
                            }
                        }
                        return count;
                    }
                }),
                new Broken("reportsAnEdgeOnce", "says edge and is level-triggered", () -> new SelectorPoller() {
                    @Override
                    public LoopCapabilities capabilities() {
                        return new LoopCapabilities(true, false, true, Duration.ofMillis(1));
                    }
                }),
                new Broken("reportsAHangUpAsReadiness", "forgets who hung up", () -> new SelectorPoller() {
                    @Override
                    void report(SelectionKey key, ReadyTokens into) {
                        java.nio.channels.SocketChannel channel = (java.nio.channels.SocketChannel) key.channel();
                        try {
                            into.add((Long) key.attachment(), channel.socket().getInputStream().available() == 0 ? 0 : mask(key));
                        } catch (IOException | java.nio.channels.IllegalBlockingModeException e) {
                            into.add((Long) key.attachment(), 0);
                        }
                    }
                }),
                new Broken("reportsAllThatIsReady", "only the first 64", () -> new SelectorPoller() {
                    private int registered;

                    @Override
                    public void register(Pollable what, int interest, long token) throws IOException {
                        super.register(what, registered++ < 64 ? interest : 0, token);
                    }
                }),
                new Broken("anotherInterestTakesEffect", "adds to the interest", () -> new SelectorPoller() {
                    @Override
                    public void modify(Pollable what, int interest, long token) throws IOException {
                        SelectionKey key = keys.get(channel(what));
                        int before = key.interestOps();
                        super.modify(what, interest, token);
                        key.interestOpsOr(before);
                    }
                }),
                new Broken("withoutInterestNothingIsReported", "takes none for all", () -> new SelectorPoller() {
                    @Override
                    public void modify(Pollable what, int interest, long token) throws IOException {
                        super.modify(what, interest == 0 ? Interest.BOTH : interest, token);
                    }
                }),
                new Broken("aModificationAsksForWhatIsReadyNow", "a change makes it deaf", () -> new SelectorPoller() {
                    @Override
                    public void modify(Pollable what, int interest, long token) {
                        keys.get(channel(what)).interestOps(0);
                    }
                }),
                new Broken("whatWasRemovedIsNotReported", "goes on with what was removed", () -> new SelectorPoller() {
                    @Override
                    public void remove(Pollable what) {}
                }),
                new Broken("whatWasRemovedCanBeRegisteredAgain", "trips over its cancelled key", () -> new SelectorPoller() {
                    @Override
                    public void register(Pollable what, int interest, long token) throws IOException {
                        channel(what).register(selector, SelectionKey.OP_READ, token);
                    }

                    @Override
                    public void remove(Pollable what) {
                        channel(what).keyFor(selector).cancel();
                    }
                }),
                new Broken("removingWhatIsNotThereDoesNothing", "fails if it isn't there", () -> new SelectorPoller() {
                    @Override
                    public void remove(Pollable what) {
                        keys.remove(channel(what)).cancel();
                    }
                }),
                new Broken("whatIsClosedCanBeRemoved", "fails if it is closed", () -> new SelectorPoller() {
                    @Override
                    public void remove(Pollable what) {
                        SelectionKey key = keys.remove(channel(what));
                        if (!key.isValid()) {
                            throw new CancelledKeyException();
                        }
                        key.cancel();
                    }
                }),
                new Broken("whatWasAnnouncedAndClosedIsNotReported", "goes on with what is closing", () -> new SelectorPoller() {
                    private boolean closing;

                    @Override
                    public void closing(Pollable what) {
                        closing = true;
                        super.closing(what);
                    }

                    @Override
                    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
                        super.poll(timeoutNanos, into);
                        if (closing) {
                            into.add(7, READ);
                        }
                        return into.size();
                    }
                }),
                new Broken("whatIsClosedCannotBeRegistered", "takes what is closed", () -> new SelectorPoller() {
                    @Override
                    public void register(Pollable what, int interest, long token) throws IOException {
                        if (channel(what).isOpen()) {
                            super.register(what, interest, token);
                        }
                    }
                }),
                new Broken("whatItCannotWatchIsRefused", "takes descriptors and does nothing", () -> new SelectorPoller() {
                    @Override
                    public void register(Pollable what, int interest, long token) throws IOException {
                        if (what instanceof Pollable.OfChannel) {
                            super.register(what, interest, token);
                        }
                    }
                }),
                new Broken("doesNotWaitIfToldSo", "takes 0 for ever", () -> new SelectorPoller() {
                    @Override
                    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
                        return super.poll(timeoutNanos == 0 ? Long.MAX_VALUE : timeoutNanos, into);
                    }
                }),
                new Broken("waitsNotLessThanItsTimeWithoutAReason", "rounds down", () -> new SelectorPoller() {
                    @Override
                    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
                        return super.poll(timeoutNanos / 1_000_000 * 1_000_000, into);
                    }
                }),
                new Broken("aWakeUpEndsThePollInProgress", "is deaf while it waits", DeafWhilePolling::new),
                new Broken("aWakeUpEndsThePollInProgressWithSomethingToWatch", "is deaf while it waits", DeafWhilePolling::new),
                new Broken("aWakeUpBeforeThePollEndsTheNext", "a wake-up counts during a poll only", () -> new SelectorPoller() {
                    private volatile boolean polling;

                    @Override
                    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
                        polling = true;
                        try {
                            return super.poll(timeoutNanos, into);
                        } finally {
                            polling = false;
                        }
                    }

                    @Override
                    public void wakeup() {
                        if (polling) {
                            super.wakeup();
                        }
                    }
                }),
                new Broken("severalWakeUpsAreAsOne", "counts wake-ups", () -> new SelectorPoller() {
                    private int wakeups;

                    @Override
                    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
                        return super.poll(wakeups-- > 0 ? 0 : timeoutNanos, into);
                    }

                    @Override
                    public void wakeup() {
                        wakeups++;
                        super.wakeup();
                    }
                }),
                new Broken("anInterruptedThreadDoesNotWaitAndStaysInterrupted", "takes the interrupt", () -> new SelectorPoller() {
                    @Override
                    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
                        int count = super.poll(timeoutNanos, into);
                        Thread.interrupted();
                        return count;
                    }
                }),
                new Broken("closesTwiceAndIsNotWokenAfterwards", "cannot be woken once closed", () -> new SelectorPoller() {
                    @Override
                    public void wakeup() {
                        if (!selector.isOpen()) {
                            throw new java.nio.channels.ClosedSelectorException();
                        }
                        super.wakeup();
                    }
                }),
                new Broken("leavesOpenWhatItWatched", "closes all with itself", () -> new SelectorPoller() {
                    @Override
                    public void close() {
                        for (SelectableChannel channel : keys.keySet()) {
                            try {
                                channel.close();
                            } catch (IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        }
                        super.close();
                    }
                }),
                new Broken("theEndOfAProcessIsReported", "says it watches, and doesn't", () -> new SelectorPoller() {
                    @Override
                    public boolean watchProcess(long pid, long token) {
                        return true;
                    }
                }),
                new Broken("aChangeOfAFileIsReported", "says it watches, and doesn't", () -> new SelectorPoller() {
                    @Override
                    public boolean watchFile(Path path, long token) {
                        return true;
                    }
                }),
                new Broken("whatWasForgottenIsNotReported", "forgets nothing", () -> new SelectorPoller() {
                    private long watched;

                    @Override
                    public boolean watchFile(Path path, long token) {
                        watched = token;
                        return true;
                    }

                    @Override
                    public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
                        super.poll(timeoutNanos, into);
                        into.add(watched, READ);
                        return into.size();
                    }
                }),
                new Broken("knowsTheDescriptorsOfChannelsAndFileStreamsOnly", "makes numbers up", Clueless::new),
                new Broken("knowsWhatMakesAReaderWait", "takes all for watchable", Clueless::new),
                new Broken("knowsWhatAReadWouldFind", "always something", Clueless::new),
                new Broken("opensOnceMoreWhatItCan", "says so, and doesn't", Clueless::new),
                new Broken("movesTheBytesOfAConnection", "has none", Clueless::new),
                new Broken("sendsAsMuchAsGoesWithoutAWait", "takes all", Clueless::new),
                new Broken("tellsTheEndOfAConnectionFromItsFailure", "says the end of each", Clueless::new));
    }

    private static final class Clueless extends SelectorPoller implements DescriptorCalls {
        @Override
        public DescriptorCalls descriptorCalls() {
            return this;
        }

        @Override
        public int descriptor(SelectableChannel channel) {
            return 7;
        }

        @Override
        public int descriptor(InputStream stream) {
            return 7;
        }

        @Override
        public int descriptor(OutputStream stream) {
            return 7;
        }

        @Override
        public boolean isWatchable(int descriptor) {
            return true;
        }

        @Override
        public boolean isReadable(int descriptor) {
            return true;
        }

        @Override
        public int available(int descriptor) {
            return 1;
        }

        @Override
        public void closeOnExec(int descriptor) {}

        @Override
        public boolean reopenOutput(int descriptor, int over) {
            return true;
        }

        @Override
        public int receive(int socket, ByteBuffer into) {
            return -1;
        }

        @Override
        public int send(int socket, ByteBuffer from) {
            return from.remaining();
        }
    }

    private static final class DeafWhilePolling extends SelectorPoller {
        private volatile boolean polling;

        @Override
        public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
            polling = true;
            try {
                return super.poll(timeoutNanos, into);
            } finally {
                polling = false;
            }
        }

        @Override
        public void wakeup() {
            if (!polling) {
                super.wakeup();
            }
        }

        @Override
        public SelectorProvider channels() {
            return super.channels();
        }
    }

    @ParameterizedTest
    @MethodSource("broken")
    void isCaught(Broken broken) {
        Kit.subject = broken.poller();
        Kit.limit = Kit.SHORT;
        TckRuns.Outcome outcome = TckRuns.run(Kit.class, broken.rule());
        assertThat(outcome.failed()).as(broken.toString()).hasSize(1);
    }

    @Test
    void oneThatKeepsAllRulesPasses() {
        Kit.subject = SelectorPoller::new;
        Kit.limit = Kit.LONG;
        TckRuns.Outcome outcome = TckRuns.runAll(Kit.class);
        assertThat(outcome.failed()).isEmpty();
        assertThat(outcome.skipped()).containsExactlyInAnyOrder("reportsAnEdgeOnce", "theEndOfAProcessIsReported",
                "aChangeOfAFileIsReported", "whatWasForgottenIsNotReported", "knowsTheDescriptorsOfChannelsAndFileStreamsOnly",
                "knowsWhatMakesAReaderWait", "knowsWhatAReadWouldFind", "opensOnceMoreWhatItCan",
                "movesTheBytesOfAConnection", "sendsAsMuchAsGoesWithoutAWait", "tellsTheEndOfAConnectionFromItsFailure");
        assertThat(outcome.passed()).hasSize(TckRuns.rules(Kit.class).size() - 11);
    }

    @Test
    void everyRuleCatchesOne() {
        assertThat(broken().map(Broken::rule).toList()).containsOnlyOnceElementsOf(TckRuns.rules(Kit.class));
    }
}
