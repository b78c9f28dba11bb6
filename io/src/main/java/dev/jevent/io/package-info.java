/**
 * Bytes that come and go while other greenlets run: {@link dev.jevent.io.ByteStream}, and {@link dev.jevent.io.Readiness},
 * which all waits for channels go through.
 */
package dev.jevent.io;
