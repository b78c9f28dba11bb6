/** Cooperative sockets, TLS, files, processes and signals, and patches for unmodified JDK code. */
module dev.jevent.io {
    requires transitive dev.jevent.sync;

    exports dev.jevent.io;
    exports dev.jevent.io.file;
    exports dev.jevent.io.net;
    exports dev.jevent.io.patch;
    exports dev.jevent.io.process;
    exports dev.jevent.io.signal;
    exports dev.jevent.io.tls;

    uses java.net.spi.InetAddressResolverProvider;
}
