/** A resolver that asks name servers itself: c-ares on the hub's loop, whichever it is. */
package dev.jevent.resolver.ares;
