/**
 * What greenlets wait for and share: events and results, semaphores and mutexes, queues and channels, groups and pools,
 * values of their own; and limits on the time they spend waiting.
 *
 * <p>All of it works between hubs and with threads that have none, but for {@link dev.jevent.sync.Timeout}, which belongs to
 * the greenlet that started it.
 */
package dev.jevent.sync;
