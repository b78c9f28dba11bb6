package dev.jevent.hub;

import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;

/** Where errors go that nobody else gets. Runs in the hub greenlet, since handlers, streams and texts are users' code. */
final class HubErrors {
    private final LoopHub hub;
    private Hub.ErrorHandler handler;
    private PrintStream stream;
    private boolean streamSet;
    private Predicate<? super Throwable> notErrors;
    private Predicate<? super Throwable> systemErrors;
    private long unprinted;

    HubErrors(LoopHub hub) {
        this.hub = hub;
    }

    void handler(Hub.ErrorHandler handler) {
        this.handler = handler;
    }

    void stream(PrintStream stream) {
        this.stream = stream;
        streamSet = true;
    }

    void notErrors(Predicate<? super Throwable> which) {
        notErrors = which;
    }

    void systemErrors(Predicate<? super Throwable> which) {
        systemErrors = which;
    }

    /** Errors that could not even be printed. */
    long unprinted() {
        return unprinted;
    }

    /** Never throws. */
    void report(Object context, Throwable error) {
        if (isSystemError(error)) {
            hub.mainStrand().deliver(error, 0);
        }
        if (isNoError(error)) {
            return;
        }
        Hub.ErrorHandler handler = this.handler;
        if (handler == null) {
            print(context, error);
            return;
        }
        try {
            handler.handle(context, error);
        } catch (Throwable ofHandler) {
            print(context, error);
            print("error handler " + text(handler), ofHandler);
        }
    }

    private boolean isSystemError(Throwable error) {
        return test(
                systemErrors,
                error,
                error instanceof VirtualMachineError
                        && !(error instanceof StackOverflowError)
                        && !(error instanceof OutOfMemoryError));
    }

    private boolean isNoError(Throwable error) {
        return error instanceof GreenletExit || test(notErrors, error, false);
    }

    private boolean test(Predicate<? super Throwable> which, Throwable error, boolean otherwise) {
        if (which == null) {
            return otherwise;
        }
        try {
            return which.test(error);
        } catch (Throwable ofPredicate) {
            print("predicate " + text(which), ofPredicate);
            return otherwise;
        }
    }

    /** What is no error. Any thread. */
    void print(Object event) {
        PrintStream out = streamSet ? stream : System.err;
        if (out != null) {
            out.println(text(event));
        }
    }

    /** The stack, then one line: when, what, failed with what; and an empty one. [F-HUB-15] */
    private void print(Object context, Throwable error) {
        PrintStream out = streamSet ? stream : System.err;
        if (out == null) {
            return;
        }
        try {
            StringWriter text = new StringWriter();
            PrintWriter writer = new PrintWriter(text);
            try {
                error.printStackTrace(writer);
            } catch (Throwable ofError) { // its own getMessage or getCause failed
                writer.println(error.getClass().getName() + " (printing it failed with " + ofError.getClass().getName() + ")");
            }
            writer.println(Instant.now().truncatedTo(ChronoUnit.SECONDS) + " " + text(context) + " failed with "
                    + error.getClass().getSimpleName());
            writer.println();
            writer.flush();
            out.print(text);
            out.flush();
            if (out.checkError()) {
                unprinted++;
            }
        } catch (Throwable ofStream) {
            // A broken stream must not end the hub, and there is nowhere left to say so but statistics.
            unprinted++;
        }
    }

    /** What it says of itself; if it cannot, its class and why. */
    static String text(Object object) {
        try {
            return String.valueOf(object);
        } catch (Throwable ofText) {
            return object.getClass().getName() + " (its toString failed with " + ofText.getClass().getName() + ")";
        }
    }
}
