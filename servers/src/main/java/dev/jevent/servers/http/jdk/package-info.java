/** The JDK's {@code com.sun.net.httpserver} on hubs: programs written for that find it by themselves. */
package dev.jevent.servers.http.jdk;
