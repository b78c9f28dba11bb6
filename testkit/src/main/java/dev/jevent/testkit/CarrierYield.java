package dev.jevent.testkit;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Offers the processor to other threads of the system, also from a virtual thread, which stays mounted: there
 * {@link Thread#yield} would let other greenlets run instead.
 */
final class CarrierYield {
    private static final MethodHandle SCHED_YIELD = find(); // null: there is none, or the JVM would warn of its use

    private CarrierYield() {}

    @SuppressWarnings("restricted") // a call without arguments cannot harm
    private static MethodHandle find() {
        if (!CarrierYield.class.getModule().isNativeAccessEnabled()) {
            return null;
        }
        Linker linker = Linker.nativeLinker();
        return linker.defaultLookup()
                .find("sched_yield")
                .map(function -> linker.downcallHandle(function, FunctionDescriptor.of(ValueLayout.JAVA_INT)))
                .orElse(null);
    }

    static void run() {
        if (!Thread.currentThread().isVirtual()) {
            Thread.yield();
        } else if (SCHED_YIELD != null) {
            try {
                int ignored = (int) SCHED_YIELD.invokeExact();
            } catch (Throwable e) {
                throw new IllegalStateException("sched_yield failed", e);
            }
        } else {
            Thread.onSpinWait();
        }
    }
}
