/** TLS over any {@link dev.jevent.io.ByteStream}, by any JSSE provider's {@link javax.net.ssl.SSLEngine}. */
package dev.jevent.io.tls;
