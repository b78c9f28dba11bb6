/**
 * What the native modules share: finding and loading a library, or saying why not, and what system calls answer. Depends on
 * nothing.
 */
package dev.jevent.jni;
