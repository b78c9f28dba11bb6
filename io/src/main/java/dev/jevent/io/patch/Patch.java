package dev.jevent.io.patch;

import dev.jevent.contract.AnyThread;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A public hook of the JDK, put in place so that code which knows nothing of jevent waits cooperatively in greenlets. For the
 * whole process, each by itself. Threads without a hub keep what they had: they block.
 *
 * <p>Best turned on before the application's first socket, stream or file: what is open keeps the JDK's manners. Turned off,
 * it leaves its hook in place, for the JDK takes most of them once in a process; what goes through it then waits as the
 * JDK's own would.
 */
@AnyThread
public abstract sealed class Patch
        permits SocketPatch, PollersPatch, StdinPatch, StdoutPatch, FilesPatch, Patch.Fixed {
    /** {@link java.net.Socket} and {@link java.net.ServerSocket}. */
    public static final Patch SOCKET = new SocketPatch();

    /**
     * All sockets, channels, pipes and selectors of the JDK: a greenlet waits for them in its hub's loop, and not with the JDK's pollers,
     * whose threads would hand it over. Nothing else about them changes: a kill closes them, as an interrupt does.
     */
    public static final Patch POLLERS = new PollersPatch();

    /** {@link java.net.DatagramSocket} and {@link java.net.MulticastSocket}. */
    public static final Patch DATAGRAM = new Fixed("datagram", "java.net.DatagramSocket",
            "it lets others run by itself, and with the patch pollers in the hub's loop; behind a factory of ours the JDK holds the "
                    + "socket's monitor while it receives, so that whoever sets its timeout meanwhile waits for the next datagram, and main of the hub for ever. A socket that "
                    + "a kill leaves open is dev.jevent.io.net.UdpSocket");

    /** {@link java.nio.channels.SelectableChannel}s in blocking mode. */
    public static final Patch CHANNELS = new Fixed("channels", "SocketChannel and its kin in blocking mode",
            "they let others run by themselves, and with the patch pollers in the hub's loop; a SelectorProvider of ours would have to "
                    + "replace every Selector, too, since the JDK's refuse channels that aren't its own, and that an interrupt closes a channel is its contract");

    /** {@link System#in}. */
    public static final Patch STDIN = new StdinPatch();

    /** {@link System#out} and {@link System#err}. */
    public static final Patch STDOUT = new StdoutPatch();

    /** {@link java.nio.file.Files} and {@link java.nio.channels.FileChannel}. */
    public static final Patch FILES = new FilesPatch();

    /** {@link java.net.InetAddress}. */
    public static final Patch DNS = new DnsPatch();

    /** {@link Process}. */
    public static final Patch PROCESSES = new Fixed("processes", "streams of a Process",
            "ProcessBuilder has no hook; waitFor and onExit let others run by themselves; for the streams use dev.jevent.io.process");

    private static final List<Patch> ALL = List.of(SOCKET, POLLERS, DATAGRAM, CHANNELS, STDIN, STDOUT, FILES, DNS, PROCESSES);

    private final String name;
    private final String covers;

    Patch(String name, String covers) {
        this.name = name;
        this.covers = covers;
    }

    /** Every patch, also those that cannot be turned on, in the order of the documentation. */
    public static List<Patch> all() {
        return ALL;
    }

    /** @throws IllegalArgumentException if there is none of that name, listing those there are */
    public static Patch named(String name) {
        for (Patch patch : ALL) {
            if (patch.name.equals(name)) {
                return patch;
            }
        }
        throw new IllegalArgumentException("patch: \"" + name + "\" (expected: one of "
                + ALL.stream().map(Patch::name).collect(Collectors.joining(", ")) + ")");
    }

    /** Turns on what can be; those that cannot say why in their {@link #state()}. @return those that are on now */
    public static List<Patch> allOn() {
        List<Patch> on = new ArrayList<>();
        for (Patch patch : ALL) {
            if (patch.on()) {
                on.add(patch);
            }
        }
        return on;
    }

    public final String name() {
        return name;
    }

    /** What becomes cooperative by it. */
    public final String covers() {
        return covers;
    }

    /** Turns it on. Idempotent. @return whether it is on now; if not, {@link #obstacle()} says why */
    public abstract boolean on();

    /** Turns it off. Idempotent. @return whether it is off now; what is on by the class path alone stays on */
    public abstract boolean off();

    public abstract boolean isOn();

    /** Why it cannot be turned on; null if it can, or is. Looks, changes nothing. */
    public abstract String obstacle();

    public final State state() {
        boolean on = isOn();
        return new State(name, on, on ? null : obstacle(), covers);
    }

    /** A snapshot. @param obstacle why it cannot be on; null if it can, or is */
    public record State(String name, boolean on, String obstacle, String covers) {}

    @Override
    public String toString() {
        return "<Patch " + name + (isOn() ? ", on>" : ", off>");
    }

    /** One that nobody can turn on or off. */
    static non-sealed class Fixed extends Patch {
        private final String obstacle;

        Fixed(String name, String covers, String obstacle) {
            super(name, covers);
            this.obstacle = obstacle;
        }

        @Override
        public boolean on() {
            return isOn();
        }

        @Override
        public boolean off() {
            return !isOn();
        }

        @Override
        public boolean isOn() {
            return false;
        }

        @Override
        public String obstacle() {
            return obstacle;
        }
    }
}
