/** Servers: whoever comes in at an address gets a greenlet of its own, which is tracked until it ends. */
package dev.jevent.servers;
