/**
 * What users program against, and what strangers may implement.
 *
 * <ul>
 *   <li>{@link dev.jevent.Jevent} is the small vocabulary; {@link dev.jevent.Hub} decides who runs next on its thread;
 *       {@link dev.jevent.Greenlet} is a call that runs there beside others.
 *   <li>{@link dev.jevent.Loop}, {@link dev.jevent.Watcher} and {@link dev.jevent.Callback} are the event loop below.
 *   <li>{@link dev.jevent.Resolver} and {@link dev.jevent.ThreadPool} belong to a hub.
 *   <li>{@link dev.jevent.Waiter}, {@link dev.jevent.WaitQueue}, {@link dev.jevent.Guard} and {@link dev.jevent.Linkable} are
 *       what primitives are written with.
 * </ul>
 */
package dev.jevent;
