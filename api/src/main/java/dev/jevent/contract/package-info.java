/** Annotations that say, on a public method, which thread may call it and whether the caller may lose the processor. */
package dev.jevent.contract;
