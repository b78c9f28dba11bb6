/** Signals of the operating system, for greenlets. */
package dev.jevent.io.signal;
