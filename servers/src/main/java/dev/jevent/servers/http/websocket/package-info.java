/** WebSocket (RFC 6455) for the HTTP server: messages as they come, in plain blocking code. */
package dev.jevent.servers.http.websocket;
