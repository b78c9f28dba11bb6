package dev.jevent.hub;

import static dev.jevent.testkit.Switching.assertSwitches;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Hub;
import dev.jevent.Jevent;
import dev.jevent.testkit.HubTest;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;

/** {@link dev.jevent.testkit.Switching}, which wants a hub. */
class SwitchingTest {
    @HubTest(inGreenlet = true)
    @DisplayName("B-UTL-04: code that lets nobody run is told, with the hub")
    void codeWithoutAWaitFails(Hub hub) {
        assertThatThrownBy(() -> assertSwitches(() -> {}))
                .isInstanceOf(AssertionError.class).hasMessageContaining(hub + " ran nothing else while")
                .hasMessageContaining("SwitchingTest lambda");
    }

    @HubTest(inGreenlet = true)
    void codeThatWaitsPasses() throws Exception {
        assertSwitches(Jevent::yieldNow);
        assertSwitches(() -> Jevent.sleep(Duration.ofMillis(1)));
        assertSwitches(() -> Jevent.spawn(() -> 42).get());
    }

    @HubTest
    void mainIsLookedAtToo() throws Exception {
        assertSwitches(() -> Jevent.sleep(Duration.ZERO));
        assertThatThrownBy(() -> assertSwitches(() -> {})).isInstanceOf(AssertionError.class);
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("B-UTL-04: without a switch it may run as long as is allowed")
    void aSpellThatIsAllowedPasses() throws Exception {
        assertSwitches(Duration.ofMinutes(1), () -> {});
    }

    @HubTest(virtualTime = false, inGreenlet = true)
    @DisplayName("B-UTL-04: a spell that is too long is told, with the limit")
    void aSpellThatIsTooLongFails() {
        assertThatThrownBy(() -> assertSwitches(Duration.ofMillis(20), () -> {
                    Jevent.yieldNow();
                    long since = System.nanoTime();
                    while (System.nanoTime() - since < 100_000_000) {
                        Thread.onSpinWait();
                    }
                }))
                .isInstanceOf(AssertionError.class).hasMessageContaining("(expected: at most 20 ms)");
    }

    @HubTest(inGreenlet = true)
    @DisplayName("B-UTL-06: assertions nest; each counts for itself")
    void theyNest() {
        assertThatThrownBy(() -> assertSwitches(() -> {
                    Jevent.yieldNow();
                    assertSwitches(() -> {});
                }))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> assertSwitches(() -> assertSwitches(() -> {}))).isInstanceOf(AssertionError.class);
    }

    @HubTest(inGreenlet = true)
    void whatTheCodeThrowsGoesFirst() {
        IOException thrown = new IOException("planted");
        assertThatThrownBy(() -> assertSwitches(() -> {
                    throw thrown;
                })).isSameAs(thrown);
        assertThat(Hub.current().isClosed()).isFalse();
    }
}
