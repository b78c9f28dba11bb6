package dev.jevent.hub.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

class HubExtensionTest {
    private static TestExecutionSummary run(Class<?> sample) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(sample))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        return listener.getSummary();
    }

    private static Throwable failure(Class<?> sample) {
        List<TestExecutionSummary.Failure> failures = run(sample).getFailures();
        assertThat(failures).hasSize(1);
        return failures.getFirst().getException();
    }

    @AfterEach
    void endWhatSamplesLeft() throws IOException {
        if (HubExtensionSamples.LeavesAThread.left != null) {
            LockSupport.unpark(HubExtensionSamples.LeavesAThread.left);
            HubExtensionSamples.LeavesAThread.left = null;
        }
        if (HubExtensionSamples.LeavesADescriptor.left != null) {
            HubExtensionSamples.LeavesADescriptor.left.close();
            HubExtensionSamples.LeavesADescriptor.left = null;
        }
        if (HubExtensionSamples.LeavesASelector.left != null) {
            HubExtensionSamples.LeavesASelector.left.close();
            HubExtensionSamples.LeavesASelector.left = null;
        }
    }

    @Test
    void goodTestsPass() {
        for (Class<?> sample : List.of(HubExtensionSamples.Good.class, HubExtensionSamples.AllOnHub.class,
                HubExtensionSamples.ReplacesASelector.class)) {
            TestExecutionSummary summary = run(sample);
            assertThat(summary.getFailures()).map(TestExecutionSummary.Failure::getException).isEmpty();
            assertThat(summary.getTestsSucceededCount()).isPositive();
        }
    }

    static Stream<Arguments> badTests() {
        return Stream.of(
                arguments(HubExtensionSamples.LeavesAGreenlet.class, "live greenlet:", "the end of its sleep"),
                arguments(HubExtensionSamples.LeavesAWatcher.class, "active watchers: 1 (before the test: 0)"),
                arguments(HubExtensionSamples.LeavesATimer.class, "timers: 1 (before the test: 0)"),
                arguments(HubExtensionSamples.LeavesAHold.class, "holds: 1 (before the test: 0)"),
                arguments(HubExtensionSamples.LeavesAThread.class, "thread that still lives", "left behind"),
                arguments(HubExtensionSamples.LeavesADescriptor.class, "open descriptor"),
                arguments(HubExtensionSamples.LeavesASelector.class, "open descriptor", "anon_inode"),
                arguments(HubExtensionSamples.FailsSilently.class, "unexpected error", "nobody looks"),
                arguments(HubExtensionSamples.ExpectsTooMuch.class, "expected error was never reported: java.io.IOException"),
                arguments(HubExtensionSamples.WaitsForNobody.class, "nothing can ever wake it"),
                arguments(HubExtensionSamples.HangsInAJdkCall.class, "has not ended after 1 s", "the hub is stuck"),
                arguments(HubExtensionSamples.HangsOnTheHub.class, "has not ended after 1 s", "main waits for <Greenlet"),
                arguments(HubExtensionSamples.FailsInAGreenlet.class, "as the test's own failure"),
                arguments(HubExtensionSamples.AsksForAClockThatIsNotThere.class, "virtualTime is false"));
    }

    private static Arguments arguments(Class<?> sample, String... texts) {
        return Arguments.of(sample, List.of(texts));
    }

    @ParameterizedTest
    @MethodSource("badTests")
    void badTestsFailSayingWhy(Class<?> sample, List<String> texts) {
        assertThat(failure(sample).getMessage()).contains(texts);
    }
}
