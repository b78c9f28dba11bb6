/** What authors of loops, resolvers and hubs implement; users don't need it. */
package dev.jevent.spi;
