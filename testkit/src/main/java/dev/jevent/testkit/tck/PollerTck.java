package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.Interest;
import dev.jevent.LoopCapabilities;
import dev.jevent.Pollable;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What each {@link Poller} must do: the rules of its Javadoc, one test each. A backend extends this and says how to make
 * one; rules about what it says it cannot do are skipped.
 *
 * <pre>{@code
 *   class NioPollerTckTest extends PollerTck {
 *       @Override protected Poller newPoller() { return new NioPoller(); }
 *   }
 * }</pre>
 */
public abstract class PollerTck implements PollerWaitRules, PollerSystemRules, PollerDescriptorRules {
    private static final int READ = Interest.READ.mask();
    private static final int WRITE = Interest.WRITE.mask();

    private final List<Device> devices = new ArrayList<>();
    private final ReadyTokens ready = new ReadyTokens();
    private Poller poller;
    private Watchdog watchdog;

    /** A fresh one, for the calling thread. */
    protected abstract Poller newPoller() throws IOException;

    /** Something that it can watch; unless this is overridden, a connection of its {@link Poller#channels()}. */
    protected Device newDevice(Poller poller) throws IOException {
        assumeTrue(poller.capabilities().channels(), "watches no channels, and newDevice() is not overridden");
        return Device.ofChannels(poller.channels());
    }

    /** Real time after which a poll that should return hangs. */
    protected Duration limit() {
        return Duration.ofSeconds(10);
    }

    @BeforeEach
    void open() throws IOException {
        poller = newPoller();
        watchdog = new Watchdog(limit());
    }

    @AfterEach
    void close() throws IOException {
        watchdog.close();
        poller.close();
        for (Device device : devices) {
            device.close();
        }
    }

    private Device device() throws IOException {
        Device device = newDevice(poller);
        devices.add(device);
        return device;
    }

    /** What an edge-triggered poller is given. */
    private int mask(int interest) {
        return edgeTriggered() ? Interest.BOTH : interest;
    }

    private boolean edgeTriggered() {
        return poller.capabilities().edgeTriggered();
    }

    /** Polls until something is reported; fails if nothing is. Returns the union of what was reported for {@code token}. */
    @Override
    public final int awaitReport(long token) throws IOException {
        int mask = 0;
        while (mask == 0) {
            watchdog.check("nothing was reported");
            poll(Long.MAX_VALUE);
            mask = reported(token);
        }
        return mask;
    }

    @Override
    public final Poller poller() {
        return poller;
    }

    @Override
    public final void inTime(String what) {
        watchdog.check(what);
    }

    @Override
    public final int poll(long nanos) throws IOException {
        ready.clear();
        int added = poller.poll(nanos, ready);
        assertEquals(ready.size(), added, "reports that poll() says it added");
        return added;
    }

    @Override
    public final void registerSomethingIdle() throws IOException {
        Device device = device();
        poller.register(device.pollable(), mask(READ), 7);
        reportedSoon(7); // an edge-triggered poller tells of writing once
    }

    /** In the last poll. */
    private int reported(long token) {
        int mask = 0;
        for (int i = 0; i < ready.size(); i++) {
            if (ready.token(i) == token) {
                mask |= ready.ready(i);
            }
        }
        return mask & Interest.BOTH;
    }

    /** What a few polls report for {@code token}, which don't wait. */
    @Override
    public final int reportedSoon(long token) throws IOException {
        int mask = 0;
        for (int i = 0; i < 3; i++) {
            poll(0);
            mask |= reported(token);
        }
        return mask;
    }

    // ---- what it is ----

    @Test
    void saysTheSameEachTime() {
        LoopCapabilities capabilities = poller.capabilities();
        assertEquals(capabilities, poller.capabilities());
        assertSame(poller.channels(), poller.channels());
        assertFalse(capabilities.timerResolution().isNegative());
    }

    // ---- reports ----

    @Test
    void reportsWhatIsReadyAlready() throws IOException {
        Device device = device();
        device.send();
        poller.register(device.pollable(), mask(READ), 7);
        assertEquals(READ, awaitReport(7) & READ);
    }

    @Test
    void reportsWhatBecomesReady() throws Exception {
        Device device = device();
        poller.register(device.pollable(), mask(READ), 7);
        reportedSoon(7);
        Thread sender = Helpers.start(device::send);
        while ((awaitReport(7) & READ) == 0) {
            watchdog.check("readiness for reading was not reported");
        }
        sender.join();
    }

    @Test
    void reportsReadinessForWriting() throws Exception {
        Device device = device();
        device.fill();
        poller.register(device.pollable(), mask(WRITE), 7);
        assertEquals(0, reportedSoon(7) & WRITE, "ready for writing though full");
        Thread reader = Helpers.start(device::empty);
        while ((awaitReport(7) & WRITE) == 0) {
            watchdog.check("readiness for writing was not reported");
        }
        reader.join();
    }

    @Test
    void reportsUnderTheTokenGiven() throws IOException {
        Device one = device();
        Device other = device();
        poller.register(one.pollable(), mask(READ), Long.MIN_VALUE);
        poller.register(other.pollable(), mask(READ), Long.MAX_VALUE);
        other.send();
        while ((awaitReport(Long.MAX_VALUE) & READ) == 0) {
            watchdog.check("readiness for reading was not reported");
        }
        assertEquals(0, reportedSoon(Long.MIN_VALUE) & READ, "the other one is not ready for reading");
    }

    @Test
    void reportsWhatIsOfInterestOnly() throws IOException {
        assumeFalse(edgeTriggered(), "edge-triggered: interested in both always");
        Device device = device();
        poller.register(device.pollable(), READ, 7);
        assertEquals(0, reportedSoon(7), "reported, though not ready for reading");
    }

    @Test
    void reportsReadinessAsLongAsItLasts() throws IOException {
        assumeFalse(edgeTriggered(), "edge-triggered: reports once");
        Device device = device();
        poller.register(device.pollable(), READ, 7);
        device.send();
        for (int i = 0; i < 3; i++) {
            assertEquals(READ, awaitReport(7));
        }
        device.drain();
        assertEquals(0, reportedSoon(7), "reported, though all was read");
    }

    @Test
    void reportsAnEdgeOnce() throws IOException {
        assumeTrue(edgeTriggered(), "level-triggered");
        Device device = device();
        poller.register(device.pollable(), Interest.BOTH, 7);
        device.send();
        while ((awaitReport(7) & READ) == 0) {
            watchdog.check("readiness for reading was not reported");
        }
        reportedSoon(7);
        assertEquals(0, reportedSoon(7) & READ, "an edge was reported again");
        device.send();
        while ((awaitReport(7) & READ) == 0) {
            watchdog.check("a new edge was not reported");
        }
    }

    @Test
    void reportsAHangUpAsReadiness() throws IOException {
        Device device = device();
        poller.register(device.pollable(), mask(READ), 7);
        device.hangUp();
        while ((awaitReport(7) & READ) == 0) {
            watchdog.check("a hang-up was not reported");
        }
    }

    @Test
    void reportsAllThatIsReady() throws IOException {
        int count = 100; // more than a batch
        for (int i = 0; i < count; i++) {
            Device device = device();
            device.send();
            poller.register(device.pollable(), mask(READ), i);
        }
        Set<Long> seen = new HashSet<>();
        while (seen.size() < count) {
            watchdog.check("of " + count + " that are ready only " + seen.size() + " were reported");
            poll(0);
            for (int i = 0; i < ready.size(); i++) {
                if ((ready.ready(i) & READ) != 0) {
                    seen.add(ready.token(i));
                }
            }
        }
    }

    // ---- changes ----

    @Test
    void anotherInterestTakesEffect() throws IOException {
        assumeFalse(edgeTriggered(), "edge-triggered: interested in both always");
        Device device = device();
        poller.register(device.pollable(), READ, 7);
        poller.modify(device.pollable(), WRITE, 7);
        assertEquals(WRITE, awaitReport(7));
        poller.modify(device.pollable(), READ, 7);
        assertEquals(0, reportedSoon(7), "reported for the earlier interest");
    }

    @Test
    void withoutInterestNothingIsReported() throws IOException {
        assumeFalse(edgeTriggered(), "edge-triggered: interested in both always");
        Device device = device();
        device.send();
        poller.register(device.pollable(), READ, 7);
        awaitReport(7);
        poller.modify(device.pollable(), 0, 7);
        assertEquals(0, reportedSoon(7));
        poller.modify(device.pollable(), READ, 7);
        assertEquals(READ, awaitReport(7), "after the interest came back");
    }

    @Test
    void aModificationAsksForWhatIsReadyNow() throws IOException {
        Device device = device();
        poller.register(device.pollable(), mask(READ), 7);
        device.send();
        while ((awaitReport(7) & READ) == 0) {
            watchdog.check("readiness for reading was not reported");
        }
        reportedSoon(7);
        poller.modify(device.pollable(), mask(READ), 7);
        while ((awaitReport(7) & READ) == 0) {
            watchdog.check("not reported again after modify()");
        }
    }

    @Test
    void whatWasRemovedIsNotReported() throws IOException {
        Device device = device();
        poller.register(device.pollable(), mask(READ), 7);
        device.send();
        awaitReport(7);
        poller.remove(device.pollable());
        assertEquals(0, reportedSoon(7));
    }

    @Test
    void whatWasRemovedCanBeRegisteredAgain() throws IOException {
        Device device = device();
        device.send();
        for (int token = 7; token < 10; token++) {
            poller.register(device.pollable(), mask(READ), token);
            while ((awaitReport(token) & READ) == 0) {
                watchdog.check("readiness for reading was not reported");
            }
            poller.remove(device.pollable());
            if (token == 8) {
                poll(0);
            }
        }
    }

    @Test
    void removingWhatIsNotThereDoesNothing() throws IOException {
        Device device = device();
        poller.remove(device.pollable());
        poller.register(device.pollable(), mask(READ), 7);
        poller.remove(device.pollable());
        poller.remove(device.pollable());
    }

    @Test
    void whatIsClosedCanBeRemoved() throws IOException {
        Device device = device();
        poller.register(device.pollable(), mask(READ), 7);
        Pollable pollable = device.pollable();
        device.close();
        poller.remove(pollable);
        poll(0);
        assertEquals(0, reported(7));
    }

    @Test
    void whatWasAnnouncedAndClosedIsNotReported() throws IOException {
        Device device = device();
        poller.register(device.pollable(), mask(READ), 7);
        device.send();
        awaitReport(7);
        poller.closing(device.pollable());
        device.close();
        Device next = device(); // its number may be the same
        poller.register(next.pollable(), mask(READ), 8);
        next.send();
        while ((awaitReport(8) & READ) == 0) {
            watchdog.check("readiness for reading was not reported");
        }
        assertEquals(0, reportedSoon(7));
    }

    @Test
    void whatIsClosedCannotBeRegistered() throws IOException {
        Device device = device();
        Pollable pollable = device.pollable();
        device.close();
        assertThrows(Exception.class, () -> poller.register(pollable, mask(READ), 7));
        poll(0);
        assertEquals(0, ready.size());
    }

    @Test
    void whatItCannotWatchIsRefused() {
        LoopCapabilities capabilities = poller.capabilities();
        assumeFalse(capabilities.channels() && capabilities.descriptors(), "watches channels and descriptors");
        if (!capabilities.descriptors()) {
            assertThrows(Exception.class, () -> poller.register(Pollable.of(0), mask(READ), 7));
        }
        if (!capabilities.channels()) {
            try (Device device = Device.ofChannels(java.nio.channels.spi.SelectorProvider.provider())) {
                assertThrows(Exception.class, () -> poller.register(device.pollable(), mask(READ), 7));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    // ---- its end ----

    @Test
    void closesTwiceAndIsNotWokenAfterwards() throws IOException {
        registerSomethingIdle();
        poller.close();
        poller.close();
        poller.wakeup();
    }

    @Test
    void leavesOpenWhatItWatched() throws IOException {
        Device device = device();
        poller.register(device.pollable(), mask(READ), 7);
        poller.close();
        device.send();
        device.drain();
    }
}
