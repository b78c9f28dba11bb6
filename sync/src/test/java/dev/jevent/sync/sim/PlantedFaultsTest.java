package dev.jevent.sync.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.testkit.Schedules;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The seeded scenarios find what they are there to find: each broken primitive fails within so many seeds, and the same
 * written right doesn't.
 */
class PlantedFaultsTest {
    /** So many seeds find each fault; most take a handful. */
    private static final int SEEDS = 5_000;

    private record Fault(String name, Schedules.Scenario scenario) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Fault fault(String name, Schedules.Scenario scenario) {
        return new Fault(name, scenario);
    }

    static Stream<Fault> faults() {
        return Stream.of(
                fault("semaphore forgets the next when the woken one is killed",
                        SemaphoreScenarios.firstComeFirstServed(BrokenPermits.ForgetsTheNextWhenTheWokenIsKilled::new)),
                fault("semaphore hands its permit to one who was killed",
                        SemaphoreScenarios.permitsAreConserved(BrokenPermits.HandsOverToTheDead::new)),
                fault("semaphore loses the permit of one who is killed",
                        SemaphoreScenarios.permitsAreConserved(BrokenPermits.LosesThePermitOnKill::new)),
                fault("semaphore gets a permit from one who gave up",
                        SemaphoreScenarios.permitsAreConserved(BrokenPermits.ReleasesOnTimeout::new)),
                fault("semaphore sends one woken in vain to the end of the queue",
                        SemaphoreScenarios.bargingStarvesNobody(BrokenPermits.LosesItsPlace::new)),
                fault("semaphore serves the last first",
                        SemaphoreScenarios.firstComeFirstServed(BrokenPermits.ServesTheLast::new)),
                fault("semaphore looks before it waits, and not again", world -> SemaphoreScenarios.foreignReleases(
                        permits -> new BrokenPermits.LooksBeforeItWaits(permits, world)).run(world)),
                fault("event forgets those who waited when it is cleared at once",
                        EventScenarios.setThenClearWakesAll(BrokenFlags.ForgetsSetThenClear::new)),
                fault("event wakes the first only",
                        EventScenarios.setThenClearWakesAll(BrokenFlags.WakesOne::new)),
                fault("event leaves one whose time was over in its queue",
                        EventScenarios.setsAndTimeouts(BrokenFlags.LeavesTimedOutWaitersBehind::new)),
                fault("event gives up a nanosecond early",
                        EventScenarios.setsAndTimeouts(BrokenFlags.GivesUpEarly::new)),
                fault("event doesn't tell a wait for several that it is ready",
                        EventScenarios.waitsForSeveral(BrokenFlags.ForgetsToSayThatItIsReady::new)),
                fault("queue has one line for those who put and those who take",
                        QueueScenarios.nobodyIsForgotten(BrokenBoxes.OneQueueForAll::new)),
                fault("queue drops the item of a taker who gave up",
                        QueueScenarios.nothingIsLostOrDoubled(BrokenBoxes.DropsTheItemOfOneWhoGaveUp::new)),
                fault("queue gets fuller than it may",
                        QueueScenarios.nothingIsLostOrDoubled(BrokenBoxes.GetsTooFull::new)),
                fault("queue returns with nothing when another was faster",
                        QueueScenarios.nobodyIsForgotten(BrokenBoxes.ReturnsWithNothing::new)),
                fault("queue wakes nobody unless it was empty",
                        QueueScenarios.nobodyIsForgotten(BrokenBoxes.WakesOnlyWhenItWasEmpty::new)),
                fault("queue keeps the item of a putter who was killed",
                        QueueScenarios.nothingIsLostOrDoubled(BrokenBoxes.PutsThoughKilled::new)),
                fault("queue gives the newest",
                        QueueScenarios.itemsComeInOrder(BrokenBoxes.GivesTheNewest::new, QueueScenarios.Order.FIFO)),
                fault("channel wakes the sender first",
                        ChannelScenarios.receiverGoesFirst(BrokenChannels.WakesTheSenderFirst::new)),
                fault("channel keeps what was withdrawn",
                        ChannelScenarios.bothMeetOrNeither(BrokenChannels.KeepsWithdrawnOffers::new)),
                fault("channel loses the item of a receiver who is killed",
                        ChannelScenarios.bothMeetOrNeither(BrokenChannels.LosesTheItemOfAKilledReceiver::new)),
                fault("lock is given to one who left",
                        MutexScenarios.oneOwnerAtATime(BrokenLocks.GivesTheLockToOneWhoLeft::new)),
                fault("lock forgets how often it was locked",
                        MutexScenarios.oneOwnerAtATime(BrokenLocks.ForgetsHowOften::new)),
                fault("condition doesn't lock again when its waiter is killed",
                        MutexScenarios.signalsAreNotLost(BrokenLocks.DoesNotLockAgainWhenKilled::new)),
                fault("condition gives a signal to one who left",
                        MutexScenarios.signalsAreNotLost(BrokenLocks.SignalsOneWhoLeft::new)),
                fault("result is set twice",
                        CellScenarios.setOnceForAll(BrokenCells.SetTwice::new)),
                fault("result wakes too few",
                        CellScenarios.setOnceForAll(BrokenCells.WakesTooFew::new)),
                fault("pool loses the slot of a member that failed",
                        PoolScenarios.slotsAreConserved(BrokenSlots.LosesTheSlotOfAFailure::new)),
                fault("pool loses the slot of a member that never began",
                        PoolScenarios.slotsAreConserved(BrokenSlots.LosesTheSlotOfOneThatNeverBegan::new)),
                fault("pool is joined before all have ended",
                        PoolScenarios.slotsAreConserved(BrokenSlots.JoinReturnsEarly::new)),
                fault("pool has more members than slots",
                        PoolScenarios.slotsAreConserved(BrokenSlots.HasTooManyMembers::new)),
                fault("timeout strikes after its scope",
                        TimeoutScenarios.oneOutcomeEach(new BrokenLimits.StrikesAfterTheScope())),
                fault("timeout on its way is not taken back",
                        TimeoutScenarios.oneOutcomeEach(new BrokenLimits.DoesNotTakeBack())),
                fault("inner timeout takes the outer one for its own",
                        TimeoutScenarios.oneOutcomeEach(new BrokenLimits.TakesTheOuterForItsOwn())),
                fault("timeout is over a nanosecond early",
                        TimeoutScenarios.oneOutcomeEach(new BrokenLimits.IsOverTooEarly())));
    }

    private static Schedules schedules(Fault fault) {
        return Schedules.of(fault.scenario()).tolerate(PoolScenarios.Failure.class).count(SEEDS);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void isFound(Fault fault) {
        Optional<Schedules.Failure> found = schedules(fault).firstFailure();
        assertThat(found).as(fault.name()).isPresent();
        System.out.println("found at seed " + (found.get().number() + 1) + ": " + fault);
    }

    static Stream<Fault> written() {
        return Stream.of(
                fault("semaphore: permits", SemaphoreScenarios.permitsAreConserved(BrokenPermits::new)),
                fault("semaphore: order", SemaphoreScenarios.firstComeFirstServed(BrokenPermits::new)),
                fault("semaphore: other threads", SemaphoreScenarios.foreignReleases(BrokenPermits::new)),
                fault("event: set then clear", EventScenarios.setThenClearWakesAll(BrokenFlags::new)),
                fault("event: timeouts", EventScenarios.setsAndTimeouts(BrokenFlags::new)),
                fault("event: several", EventScenarios.waitsForSeveral(BrokenFlags::new)),
                fault("queue: items", QueueScenarios.nothingIsLostOrDoubled(BrokenBoxes::new)),
                fault("queue: waiters", QueueScenarios.nobodyIsForgotten(BrokenBoxes::new)),
                fault("queue: order", QueueScenarios.itemsComeInOrder(BrokenBoxes::new, QueueScenarios.Order.FIFO)),
                fault("channel: order", ChannelScenarios.receiverGoesFirst(BrokenChannels::new)),
                fault("channel: items", ChannelScenarios.bothMeetOrNeither(BrokenChannels::new)),
                fault("lock: owner", MutexScenarios.oneOwnerAtATime(BrokenLocks::new)),
                fault("condition: signals", MutexScenarios.signalsAreNotLost(BrokenLocks::new)),
                fault("condition: buffer", MutexScenarios.boundedBuffer(BrokenLocks::new)),
                fault("result", CellScenarios.setOnceForAll(BrokenCells::new)),
                fault("pool", PoolScenarios.slotsAreConserved(BrokenSlots::new)),
                fault("timeout", TimeoutScenarios.oneOutcomeEach(new BrokenLimits())));
    }

    @ParameterizedTest
    @MethodSource("written")
    void writtenRightIsNot(Fault right) {
        schedules(right).run();
    }
}
