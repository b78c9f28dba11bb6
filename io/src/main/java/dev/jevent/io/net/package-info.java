/** Sockets: TCP, UDP and UNIX, as the {@code java.nio} channels they are, with the {@code java.net} types as views of them. */
package dev.jevent.io.net;
