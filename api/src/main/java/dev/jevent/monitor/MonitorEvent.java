package dev.jevent.monitor;

/** What the {@link Monitor} tells its subscribers. */
public sealed interface MonitorEvent permits Stall, MemoryExceeded, MemoryBelow {}
