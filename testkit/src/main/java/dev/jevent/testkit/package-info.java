/**
 * For tests of what runs on greenlets: {@link dev.jevent.testkit.HubTest} gives a test a hub of its own and audits it
 * afterwards; {@link dev.jevent.testkit.VirtualClock} makes its time virtual; {@link dev.jevent.testkit.Schedules} runs a
 * scenario in thousands of orders, each replayable from its seed.
 *
 * <p>{@code docs/contributing/testing.md} says how to use them.
 */
package dev.jevent.testkit;
