/**
 * A loop for any poller: {@link dev.jevent.loop.PollingLoop} has the iteration, timers, callbacks and watchers;
 * {@link dev.jevent.loop.Poller} is all that a backend writes, and {@link dev.jevent.loop.ReadyTokens} what it fills.
 */
package dev.jevent.loop;
