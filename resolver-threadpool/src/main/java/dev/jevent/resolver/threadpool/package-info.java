/** A resolver that needs nothing: the JDK's own look-ups, which block, on native threads of their own. */
package dev.jevent.resolver.threadpool;
