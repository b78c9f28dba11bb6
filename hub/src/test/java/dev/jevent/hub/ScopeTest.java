package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Task;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import dev.jevent.testkit.OnHub;
import dev.jevent.testkit.VirtualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScopeTest {
    private static final Duration SHORT = Duration.ofMillis(10);

    @HubTest
    @DisplayName("B-CTX-01: a scope that does nothing ends when its greenlet has")
    void aScopeThatDoesNothingEndsWithItsGreenlet(Hub hub, VirtualClock clock) {
        Greenlet<Void> greenlet = hub.spawn(() -> hub.sleep(SHORT));
        String result = Greenlet.scoped(greenlet, helper -> "result");
        assertThat(result).isEqualTo("result");
        assertThat(greenlet.dead()).isTrue();
        assertThat(greenlet.successful()).isTrue();
        assertThat(clock.elapsed()).isEqualTo(SHORT);
    }

    @HubTest
    @DisplayName("B-CTX-02: a failure that the scope takes from get() escapes no further")
    void aFailureThatTheScopeTakesEscapesNoFurther(Hub hub, Errors errors) {
        errors.expect(IOException.class);
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            throw new IOException("helper failed");
        });
        Throwable taken = Greenlet.scoped(greenlet, helper -> {
            try {
                return helper.get();
            } catch (ExecutionException | InterruptedException e) {
                return e.getCause();
            }
        }) instanceof Throwable cause ? cause : null;
        assertThat(taken).hasMessage("helper failed");
        assertThat(greenlet.dead()).isTrue();
    }

    @HubTest
    @DisplayName("B-CTX-04: when the wait at the end of a scope fails, that escapes and the greenlet was killed")
    void whenTheWaitAtTheEndFailsTheGreenletIsKilled(Hub hub) {
        Greenlet<Void> greenlet = hub.spawn(() -> hub.sleep(Duration.ofSeconds(10)));
        IllegalStateException failure = new IllegalStateException("thrown into the one who waits");
        hub.errorHandler((context, error) -> {});
        hub.spawnLater(SHORT, (Task) () -> hub.main().killLater(failure));
        assertThatThrownBy(() -> Greenlet.scoped(greenlet, helper -> null)).isSameAs(failure);
        assertThat(greenlet.dead()).isTrue();
        assertThat(greenlet.exception()).isSameAs(failure);
    }

    @OnHub
    @ParameterizedTest(name = "begun: {0}")
    @ValueSource(booleans = {false, true})
    @DisplayName("B-CTX-05: an error of the scope escapes, and the greenlet was killed with it")
    void anErrorOfTheScopeKillsTheGreenletWithIt(boolean begun, Hub hub, VirtualClock clock, Errors errors) {
        errors.expect(IOException.class);
        List<String> log = new ArrayList<>();
        Greenlet<Void> greenlet = hub.spawn((Task) () -> {
            log.add("began");
            hub.sleep(Duration.ofSeconds(10));
            log.add("not reached");
        });
        if (begun) {
            hub.yieldNow();
        }
        IOException failure = new IOException("of the scope");
        assertThatThrownBy(() -> Greenlet.scoped(greenlet, helper -> {
            throw failure;
        })).isSameAs(failure);
        assertThatThrownBy(greenlet::get).isInstanceOf(ExecutionException.class).cause().isSameAs(failure);
        assertThat(log).isEqualTo(begun ? List.of("began") : List.of());
        assertThat(clock.elapsed()).isZero();
    }
}
