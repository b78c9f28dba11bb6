package dev.jevent.testkit;

import dev.jevent.Hub;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What was reported to a hub's error handler during a test, and what the test expects there. Any other error fails the
 * test; so does an expected one that never came. Used on the hub's thread.
 */
public final class Errors implements Hub.ErrorHandler {
    /** @param context what failed, as the hub named it */
    public record Reported(Object context, Throwable error) {
        @Override
        public String toString() {
            return error + " in " + context;
        }
    }

    private record Expectation(String text, Predicate<? super Throwable> matches) {}

    private final List<Reported> reported = new ArrayList<>();
    private final List<Reported> unexpected = new ArrayList<>();
    private final List<Expectation> open = new ArrayList<>();
    private boolean any;

    Errors() {}

    /** One error of {@code type}, or of a subclass, will be reported, or has been reported already. */
    public void expect(Class<? extends Throwable> type) {
        expect(type.getName(), type::isInstance);
    }

    /** As {@link #expect(Class)}, {@code count} times. */
    public void expect(Class<? extends Throwable> type, int count) {
        for (int i = 0; i < count; i++) {
            expect(type);
        }
    }

    /** @param text names it in the message if it doesn't come */
    public void expect(String text, Predicate<? super Throwable> matches) {
        for (Reported error : unexpected) {
            if (matches.test(error.error())) {
                unexpected.remove(error);
                return;
            }
        }
        open.add(new Expectation(text, matches));
    }

    /** Whatever is reported is looked at by the test itself, with {@link #reported()}. */
    public void expectAny() {
        any = true;
    }

    /** Everything that was reported so far, in order. */
    public List<Reported> reported() {
        return List.copyOf(reported);
    }

    @Override
    public void handle(Object context, Throwable error) {
        Reported now = new Reported(context, error);
        reported.add(now);
        for (Expectation expectation : open) {
            if (expectation.matches().test(error)) {
                open.remove(expectation);
                return;
            }
        }
        unexpected.add(now);
    }

    /** Adds one finding for each error too many and each too few. */
    void audit(Findings findings) {
        if (!any) {
            for (Reported error : unexpected) {
                findings.add("unexpected error: " + error, error.error());
            }
        }
        for (Expectation expectation : open) {
            findings.add("expected error was never reported: " + expectation.text());
        }
    }
}
