package dev.jevent.testkit;

import java.util.ArrayList;
import java.util.List;

/** What an audit found wrong; thrown as one error. */
final class Findings {
    private final List<String> texts = new ArrayList<>();
    private final List<Throwable> causes = new ArrayList<>();

    void add(String text) {
        texts.add(text);
    }

    void add(String text, Throwable cause) {
        texts.add(text);
        causes.add(cause);
    }

    boolean isEmpty() {
        return texts.isEmpty();
    }

    void throwIfAny(String subject) {
        if (texts.isEmpty()) {
            return;
        }
        AssertionError error = new AssertionError(subject + ":\n  " + String.join("\n  ", texts));
        causes.forEach(error::addSuppressed);
        throw error;
    }
}
