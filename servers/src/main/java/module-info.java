/** Servers with a greenlet for each connection, on one hub or on one for each core. */
module dev.jevent.servers {
    requires transitive dev.jevent.io;
    requires jdk.httpserver;
    requires static jdk.jshell; // the backdoor

    exports dev.jevent.servers;
    exports dev.jevent.servers.http;
    exports dev.jevent.servers.http.websocket;

    provides com.sun.net.httpserver.spi.HttpServerProvider with dev.jevent.servers.http.jdk.HubHttpServerProvider;
}
