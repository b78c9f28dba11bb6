/** The loop {@code kqueue-jni}: macOS's kqueue behind {@link dev.jevent.loop.Poller}, through JNI. */
package dev.jevent.loop.kqueue;
