package dev.jevent.testkit.tck;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs rules of a kit against a subject that a static field of the kit's subclass holds. */
final class TckRuns {
    private TckRuns() {}

    /** What became of each rule that was run. */
    record Outcome(List<String> passed, List<String> failed, List<String> skipped) {}

    /** The names of all rules of a kit. */
    static Set<String> rules(Class<?> kit) {
        Set<String> names = new TreeSet<>();
        for (Method method : AnnotationSupport.findAnnotatedMethods(kit, Test.class, HierarchyTraversalMode.TOP_DOWN)) {
            names.add(method.getName());
        }
        return names;
    }

    static Outcome run(Class<?> kit, String rule) {
        return run(LauncherDiscoveryRequestBuilder.request().selectors(DiscoverySelectors.selectMethod(kit, rule)).build());
    }

    static Outcome runAll(Class<?> kit) {
        return run(LauncherDiscoveryRequestBuilder.request().selectors(DiscoverySelectors.selectClass(kit)).build());
    }

    private static Outcome run(LauncherDiscoveryRequest request) {
        Outcome outcome = new Outcome(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                    String name = test.getDisplayName().replaceAll("\\(.*", "");
                    switch (result.getStatus()) {
                        case SUCCESSFUL -> outcome.passed().add(name);
                        case FAILED -> outcome.failed().add(name + ": " + result.getThrowable().map(Throwable::getMessage));
                        case ABORTED -> outcome.skipped().add(name);
                    }
                }
            }
        });
        return outcome;
    }
}
