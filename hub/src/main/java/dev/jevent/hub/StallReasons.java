package dev.jevent.hub;

import dev.jevent.monitor.Stall.Reason;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Tells from a stack what keeps a greenlet on its thread. */
final class StallReasons {
    /** Of a stack: so many frames may lie between the native call and the class that tells what it is for. */
    private static final int NEAR = 6;

    private static final Set<String> FILES = Set.of(
            "java.io.FileInputStream", "java.io.FileOutputStream", "java.io.RandomAccessFile", "java.io.UnixFileSystem",
            "java.io.WinNTFileSystem", "java.io.FileCleanable", "java.io.FileDescriptor", "sun.nio.ch.FileDispatcherImpl",
            "sun.nio.ch.UnixFileDispatcherImpl", "sun.nio.ch.FileChannelImpl", "sun.nio.fs.UnixNativeDispatcher",
            "sun.nio.fs.WindowsNativeDispatcher", "java.nio.MappedMemoryUtils");

    private static final long SAMPLE_NANOS = 5_000_000;

    /** On a busy machine a thread that computes may not get the processor for several of them. */
    private static final int SAMPLES = 12;

    private StallReasons() {}

    /** @param carrier whose stack it is, or who carries the virtual thread whose stack it is */
    static Reason of(StackTraceElement[] stack, Thread carrier) {
        for (StackTraceElement frame : stack) {
            if (frame.getMethodName().equals("<clinit>")) {
                return Reason.CLASS_INITIALISATION;
            }
        }
        if (carrier.getState() == Thread.State.BLOCKED) {
            return Reason.PINNED_PARK; // a monitor that another thread holds
        }
        if (stack.length == 0 || !stack[0].isNativeMethod()) {
            return withoutNativeFrame(carrier);
        }
        for (int i = 0; i < stack.length && i < NEAR; i++) {
            if (FILES.contains(stack[i].getClassName())) {
                return Reason.FILE_IO;
            }
        }
        String called = stack[0].getClassName() + "." + stack[0].getMethodName();
        return switch (called) {
            case "jdk.internal.misc.Unsafe.park", "java.lang.Object.wait0" -> Reason.PINNED_PARK;
            default -> Reason.NATIVE_CALL;
        };
    }

    /**
     * A call through java.lang.foreign shows no frame of its own, and who waits for a class that another thread initialises stands at
     * the frame that needs it.
     */
    private static Reason withoutNativeFrame(Thread carrier) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        ThreadInfo info = threads.getThreadInfo(carrier.threadId());
        if (info != null && info.isInNative()) {
            return Reason.NATIVE_CALL;
        }
        return computes(threads, carrier) ? Reason.CPU : Reason.CLASS_INITIALISATION;
    }

    /** Where the JVM cannot tell, it does. */
    private static boolean computes(ThreadMXBean threads, Thread thread) {
        if (!threads.isThreadCpuTimeSupported() || !threads.isThreadCpuTimeEnabled()) {
            return true;
        }
        long before = threads.getThreadCpuTime(thread.threadId());
        boolean computes = false;
        for (int i = 0; i < SAMPLES && !computes; i++) {
            LockSupport.parkNanos(SAMPLE_NANOS);
            computes = threads.getThreadCpuTime(thread.threadId()) > before;
        }
        return computes;
    }
}
