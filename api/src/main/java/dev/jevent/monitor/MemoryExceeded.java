package dev.jevent.monitor;

/**
 * The process uses more memory than the limit. Told when it goes beyond, and again only when it has grown since. [F-MOM-04]
 *
 * @param used bytes
 * @param limit bytes
 */
public record MemoryExceeded(long used, long limit) implements MonitorEvent {
    @Override
    public String toString() {
        return "[jevent/MemoryExceeded] the process uses " + used + " bytes, more than the limit of " + limit;
    }
}
