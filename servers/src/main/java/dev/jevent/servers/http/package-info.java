/** A strict server for HTTP/1.1 (RFC 9110 and 9112): blocking handlers, a greenlet per connection. */
package dev.jevent.servers.http;
