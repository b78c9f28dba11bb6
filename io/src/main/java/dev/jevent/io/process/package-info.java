/**
 * Other programs, run cooperatively: {@link dev.jevent.io.process.Command} says what and how,
 * {@link dev.jevent.io.process.Subprocess} is one that was started.
 */
package dev.jevent.io.process;
