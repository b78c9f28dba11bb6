/** The loop {@code nio}: a {@link java.nio.channels.Selector} behind {@link dev.jevent.loop.Poller}; runs anywhere. */
package dev.jevent.loop.nio;
