package dev.jevent.testkit.tck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.jevent.Interest;
import dev.jevent.Pollable;
import dev.jevent.Watcher;
import java.io.IOException;
import java.nio.channels.spi.SelectorProvider;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Rules about watchers of readiness. */
interface IoRules extends LoopRules {
    int READ = Interest.READ.mask();
    int WRITE = Interest.WRITE.mask();

    /** @param counter of calls; the second, if there is one, takes the mask that was ready */
    private Watcher.Io watch(Device device, int interest, int[] counter) {
        Watcher.Io io = loop().io(device.pollable(), interest);
        io.start(() -> {
            counter[0]++;
            if (counter.length > 1) {
                counter[1] = io.ready();
            }
        });
        return io;
    }

    @Test
    default void readinessForReadingIsSeen() throws Exception {
        realLoop();
        Device device = device();
        int[] fired = new int[2];
        Watcher.Io io = watch(device, READ, fired);
        iterate(3);
        assertEquals(0, fired[0], "fired though nothing came");
        Thread sender = Helpers.start(device::send);
        runUntil("readiness for reading", () -> fired[0] > 0);
        assertEquals(READ, fired[1], "what is ready");
        sender.join();
        io.close();
    }

    @Test
    default void readinessForWritingIsSeen() throws Exception {
        realLoop();
        Device device = device();
        device.fill();
        int[] fired = new int[2];
        Watcher.Io io = watch(device, WRITE, fired);
        iterate(3);
        assertEquals(0, fired[0], "fired though full");
        Thread reader = Helpers.start(device::empty);
        runUntil("readiness for writing", () -> fired[0] > 0);
        assertEquals(WRITE, fired[1], "what is ready");
        reader.join();
        io.close();
    }

    @Test
    @DisplayName("F-WAT-04: a watcher fires as long as readiness lasts")
    default void readinessIsSeenAsLongAsItLasts() throws IOException {
        realLoop();
        Device device = device();
        int[] fired = new int[1];
        Watcher.Io io = watch(device, READ, fired);
        device.send();
        runUntil("readiness, three times", () -> fired[0] >= 3);
        device.drain();
        iterate(2); // what was reported before
        fired[0] = 0;
        iterate(5);
        assertEquals(0, fired[0], "fired after all was read");
        device.send();
        runUntil("readiness again", () -> fired[0] > 0);
        io.close();
    }

    @Test
    @DisplayName("B-WAT-15: several watchers of one pollable each get their directions")
    default void severalWatchersOfOnePollable() throws IOException {
        realLoop();
        Device device = device();
        int[] reads = new int[1];
        int[] writes = new int[1];
        int[] both = new int[2];
        Watcher.Io reader = watch(device, READ, reads);
        Watcher.Io writer = watch(device, WRITE, writes);
        Watcher.Io either = watch(device, Interest.BOTH, both);
        runUntil("readiness for writing", () -> writes[0] > 0 && both[0] > 0);
        assertEquals(0, reads[0], "fired for reading though nothing came");
        assertEquals(WRITE, both[1], "what is ready");
        writer.close();
        either.close();
        int before = writes[0];
        device.send();
        runUntil("readiness for reading", () -> reads[0] > 0);
        assertEquals(before, writes[0], "fired after it was closed");
        reader.stop();
        int last = reads[0];
        iterate(3);
        assertEquals(last, reads[0], "fired after it was stopped");
        reader.start(() -> reads[0]++);
        runUntil("readiness after another start", () -> reads[0] > last);
        reader.close();
        assertEquals(0, loop().statistics().active());
    }

    @Test
    default void theInterestOfAnIdleOneMayChange() throws IOException {
        realLoop();
        Device device = device();
        int[] fired = new int[1];
        Watcher.Io io = loop().io(device.pollable(), READ);
        io.start(() -> fired[0]++);
        assertThrows(IllegalStateException.class, () -> io.interest(WRITE));
        assertEquals(READ, io.interest());
        io.stop();
        io.interest(WRITE);
        assertEquals(WRITE, io.interest());
        io.start(() -> fired[0]++);
        runUntil("readiness for writing", () -> fired[0] > 0);
        io.close();
    }

    @Test
    @DisplayName("B-WAT-07: an interest in nothing, or in what isn't known, is refused")
    default void badInterestsAreRefused() throws IOException {
        Device device = device();
        for (int bad : new int[] {0, 4, 7, -1}) {
            assertThrows(IllegalArgumentException.class, () -> loop().io(device.pollable(), bad));
        }
        Watcher.Io io = loop().io(device.pollable(), READ);
        assertThrows(IllegalArgumentException.class, () -> io.interest(0));
        assertEquals(device.pollable(), io.pollable());
        io.close();
    }

    @Test
    default void oneStoppedByAnotherOfTheSameIterationIsNotCalled() throws IOException {
        realLoop();
        Device one = device();
        Device other = device();
        int[] calls = new int[1];
        Watcher.Io[] watchers = new Watcher.Io[2];
        for (int i = 0; i < 2; i++) {
            int number = i;
            watchers[i] = loop().io((i == 0 ? one : other).pollable(), READ);
            watchers[i].start(() -> {
                calls[0]++;
                watchers[number].stop();
                watchers[1 - number].stop();
            });
        }
        one.send();
        other.send();
        runUntil("one of both", () -> calls[0] > 0);
        iterate(3);
        assertEquals(1, calls[0], "calls, though each stops the other");
        watchers[0].close();
        watchers[1].close();
    }

    @Test
    @DisplayName("O-WAT-01: a watcher whose callback fails is stopped, and the others go on")
    default void aFailingOneIsStopped() throws IOException {
        realLoop();
        Device device = device();
        RuntimeException failure = new IllegalStateException("expected");
        int[] calls = new int[1];
        int[] others = new int[1];
        Watcher.Io failing = loop().io(device.pollable(), READ);
        failing.start(() -> {
            calls[0]++;
            throw failure;
        });
        Watcher.Io other = watch(device, READ, others);
        device.send();
        runUntil("readiness, three times", () -> others[0] >= 3);
        assertEquals(1, calls[0], "calls of the one that fails");
        assertFalse(failing.active());
        assertEquals(List.of(failure), host().failures);
        failing.close();
        other.close();
    }

    @Test
    @DisplayName("F-LOOP-17: who watches what is about to be closed is called; closing() says whether anybody did")
    default void closingCallsThoseWhoWatch() throws IOException {
        realLoop();
        Device device = device();
        int[] fired = new int[1];
        Watcher.Io io = watch(device, READ, fired);
        Pollable pollable = device.pollable();
        assertTrue(loop().closing(pollable));
        device.close();
        iterate(2);
        assertEquals(1, fired[0]);
        io.close();
        assertFalse(loop().closing(pollable));
    }

    @Test
    default void closingWhatNobodyWatchesSaysSo() throws IOException {
        Device device = device();
        assertFalse(loop().closing(device.pollable()));
        Watcher.Io io = loop().io(device.pollable(), READ);
        assertFalse(loop().closing(device.pollable()), "an idle watcher doesn't count");
        io.close();
    }

    @Test
    @DisplayName("B-SEL-07: one that checks for it is called when its channel is closed and the loop isn't told; the others aren't")
    default void oneThatChecksSeesACloseWithoutAWord() throws IOException {
        realLoop();
        Device device = device();
        assumeTrue(device.pollable() instanceof Pollable.OfChannel, "only channels say whether they are closed");
        Device other = device();
        int[] fired = new int[1];
        int[] others = new int[1];
        Watcher.Io io = loop().io(device.pollable(), READ);
        io.checksClosed(true);
        io.start(() -> fired[0]++);
        Watcher.Io bystander = loop().io(other.pollable(), READ);
        bystander.checksClosed(true);
        bystander.start(() -> others[0]++);
        assertThrows(IllegalStateException.class, () -> io.checksClosed(false));
        iterate(2);
        assertEquals(0, fired[0], "fired though it is open");
        io.stop();
        io.start(() -> fired[0]++);
        device.close();
        runUntil("the call of who watches what was closed", () -> fired[0] > 0);
        assertEquals(0, others[0], "calls of who watches another");
        io.close();
        bystander.close();
        iterate();
        assertEquals(0, loop().statistics().registrations());
    }

    @Test
    @DisplayName("B-WAT-06: a new owner of the same descriptor sees no event of the earlier one")
    default void theNextOwnerSeesNoEventOfTheEarlierOne() throws IOException {
        realLoop();
        for (int round = 0; round < 20; round++) {
            Device earlier = device();
            int[] ofEarlier = new int[1];
            Watcher.Io old = watch(earlier, READ, ofEarlier);
            earlier.send();
            iterate();
            loop().closing(earlier.pollable());
            old.close();
            earlier.close();
            Device later = device(); // likely with the same numbers
            int[] ofLater = new int[1];
            Watcher.Io fresh = watch(later, READ, ofLater);
            iterate(3);
            assertEquals(0, ofLater[0], "events of the earlier owner");
            later.send();
            runUntil("readiness of the later owner", () -> ofLater[0] > 0);
            loop().closing(later.pollable());
            fresh.close();
            later.close();
        }
    }

    @Test
    default void whatItCannotWatchIsRefused() throws IOException {
        loop();
        assumeFalse(capabilities().channels() && capabilities().descriptors(), "watches channels and descriptors");
        if (!capabilities().descriptors()) {
            assertThrows(UnsupportedOperationException.class, () -> loop().io(Pollable.of(0), READ));
        }
        if (!capabilities().channels()) {
            try (Device device = Device.ofChannels(SelectorProvider.provider())) {
                assertThrows(UnsupportedOperationException.class, () -> loop().io(device.pollable(), READ));
            }
        }
    }

    @Test
    default void theEndOfAStreamIsReadiness() throws IOException {
        realLoop();
        Device device = device();
        int[] fired = new int[1];
        Watcher.Io io = watch(device, READ, fired);
        device.hangUp();
        runUntil("readiness, three times", () -> fired[0] >= 3); // it lasts for ever
        io.close();
    }

    @Test
    default void closedWatchersLeaveNoRegistration() throws IOException {
        realLoop();
        int before = loop().statistics().registrations();
        List<Watcher.Io> watchers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Device device = device();
            int[] fired = new int[1];
            watchers.add(watch(device, READ, fired));
            device.send();
            runUntil("readiness", () -> fired[0] > 0);
        }
        assertEquals(before + 5, loop().statistics().registrations());
        for (Watcher.Io io : watchers) {
            io.close();
        }
        iterate();
        assertEquals(before, loop().statistics().registrations());
    }
}
