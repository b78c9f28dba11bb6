package dev.jevent.jni;

import org.junit.jupiter.api.Assumptions;

/** The library of the tests, and as a program: what loading it says in a JVM of its own. */
final class Probe {
    static final String NAME = "jevent_probe";

    private static NativeLibrary library;

    private Probe() {}

    /** Closes a descriptor of the system. */
    static native int close(int descriptor);

    static native int pid();

    /** As the C library names an errno; null if it has none. */
    static native String name(int number);

    static native String text(int number);

    /** Loads it; skips a test where it cannot be built. */
    static synchronized void need() {
        if (library == null) {
            library = NativeLibrary.load(Probe.class, NAME);
        }
        Assumptions.assumeTrue(library.isLoaded() || !library.reason().startsWith("built without native code"), library::reason);
        if (!library.isLoaded()) {
            throw new AssertionError(library.reason());
        }
    }

    public static void main(String[] arguments) {
        NativeLibrary library = NativeLibrary.load(Probe.class, NAME);
        System.out.println(library.isLoaded() ? "loaded, pid " + (pid() == ProcessHandle.current().pid()) : library.reason());
    }
}
