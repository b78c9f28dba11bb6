package dev.jevent.io.patch;

import dev.jevent.io.net.Sockets;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicBoolean;

/** The factories of {@link Socket} and {@link ServerSocket}, which the JDK takes once in a process. */
final class SocketPatch extends Patch {
    /** By this property the JDK's own sockets go through a proxy; ours would go past it. */
    private static final String SOCKS = "socksProxyHost";

    private static final AtomicBoolean INSTALLED = new AtomicBoolean();

    private static volatile boolean on;
    private static volatile String foreign;

    SocketPatch() {
        super("socket", "java.net.Socket and ServerSocket, and what is made of them: JDBC drivers, HttpURLConnection, SSLSocket");
    }

    @Override
    public boolean on() {
        if (!on && obstacle() == null) {
            on = INSTALLED.compareAndSet(false, true) ? install() : foreign == null;
        }
        return on;
    }

    @SuppressWarnings("deprecation") // nothing replaces them
    private static boolean install() {
        try {
            Socket.setSocketImplFactory(Sockets.implFactory(() -> on));
        } catch (IOException e) {
            foreign = "another Socket.setSocketImplFactory came first, and the JDK takes one";
            return false;
        }
        try {
            ServerSocket.setSocketFactory(Sockets.serverImplFactory(() -> on));
        } catch (IOException e) {
            return true; // server sockets are somebody else's, and accept what they always did
        }
        return true;
    }

    @Override
    public boolean off() {
        on = false;
        return true;
    }

    @Override
    public boolean isOn() {
        return on;
    }

    @Override
    public String obstacle() {
        if (foreign != null) {
            return foreign;
        }
        return !on && System.getProperty(SOCKS) != null
                ? "the system property " + SOCKS + " is set, which the JDK heeds in its own sockets only" : null;
    }
}
