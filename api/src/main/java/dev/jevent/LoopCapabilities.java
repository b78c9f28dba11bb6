package dev.jevent;

import java.time.Duration;

/**
 * What a loop can do; the rest is refused with an error that says so.
 *
 * @param channels watches {@code java.nio} channels
 * @param descriptors watches descriptors of the operating system
 * @param edgeTriggered readiness is reported once when it begins, not as long as it lasts; the loop hides the difference
 *     from watchers
 * @param timerResolution how late a timer may fire for lack of a finer clock
 */
public record LoopCapabilities(boolean channels, boolean descriptors, boolean edgeTriggered, Duration timerResolution) {}
