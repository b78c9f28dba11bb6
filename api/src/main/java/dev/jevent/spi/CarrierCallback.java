package dev.jevent.spi;

/**
 * A callback that a loop runs on the hub's thread itself instead of in the hub greenlet. It must not park, take a lock,
 * print or call foreign code: whoever held that lock might be a greenlet of this hub, and never run again.
 */
public interface CarrierCallback extends Runnable {}
