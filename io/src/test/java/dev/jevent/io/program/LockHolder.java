package dev.jevent.io.program;

import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Holds the lock of a file until its input ends. */
public final class LockHolder {
    private LockHolder() {}

    public static void main(String[] args) throws Exception {
        try (FileChannel file = FileChannel.open(Path.of(args[0]), StandardOpenOption.WRITE); FileLock lock = file.lock()) {
            System.out.println("locked " + lock.isValid());
            while (System.in.read() >= 0) {
                // until the end
            }
        }
    }
}
