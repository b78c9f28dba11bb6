package dev.jevent.monitor;

/**
 * After a {@link MemoryExceeded}, the process uses less than the limit again. Told once. [F-MOM-04]
 *
 * @param used bytes
 * @param limit bytes
 */
public record MemoryBelow(long used, long limit) implements MonitorEvent {
    @Override
    public String toString() {
        return "[jevent/MemoryBelow] the process uses " + used + " bytes again, not more than the limit of " + limit;
    }
}
