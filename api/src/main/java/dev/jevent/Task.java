package dev.jevent;

/** A piece of blocking code without a result, which may throw anything. */
@FunctionalInterface
public interface Task {
    void run() throws Exception;
}
