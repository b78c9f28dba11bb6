package dev.jevent.io.patch;

import dev.jevent.spi.SocketWaits;

/** The JDK's pollers, replaced by the module hub for greenlets; and by the JDK's own behind it for everybody else. */
final class PollersPatch extends Patch {
    PollersPatch() {
        super("pollers", "waits of java.net and java.nio.channels, in blocking mode or in a Selector, in the hub's loop");
    }

    private static final class Found {
        static final SocketWaits WAITS = SocketWaits.find().orElse(null);
    }

    @Override
    public boolean on() {
        return Found.WAITS != null && Found.WAITS.on();
    }

    @Override
    public boolean off() {
        if (Found.WAITS != null) {
            Found.WAITS.off();
        }
        return true;
    }

    @Override
    public boolean isOn() {
        return Found.WAITS != null && Found.WAITS.isOn();
    }

    @Override
    public String obstacle() {
        return Found.WAITS != null ? Found.WAITS.obstacle() : "jevent-hub is not on the class path";
    }
}
