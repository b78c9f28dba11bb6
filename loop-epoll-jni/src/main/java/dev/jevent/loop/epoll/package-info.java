/** The loop {@code epoll-jni}: Linux's epoll behind {@link dev.jevent.loop.Poller}, through JNI. */
package dev.jevent.loop.epoll;
