/** Makes JDK code that knows nothing of jevent let other greenlets run while it waits. */
package dev.jevent.io.patch;
