package dev.jevent.io.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.SocketOption;
import java.net.SocketOptions;
import java.net.StandardSocketOptions;
import java.nio.channels.NetworkChannel;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/** The numbered options of {@code java.net} on channels, which have named ones. */
final class JdkOptions {
    /** Has no public constant; channels know it for the sake of their own socket views. */
    private static final String OOBINLINE = "SO_OOBINLINE";

    private static final Map<Integer, SocketOption<?>> NAMES = Map.of(
            SocketOptions.TCP_NODELAY, StandardSocketOptions.TCP_NODELAY,
            SocketOptions.SO_LINGER, StandardSocketOptions.SO_LINGER,
            SocketOptions.SO_SNDBUF, StandardSocketOptions.SO_SNDBUF,
            SocketOptions.SO_RCVBUF, StandardSocketOptions.SO_RCVBUF,
            SocketOptions.SO_KEEPALIVE, StandardSocketOptions.SO_KEEPALIVE,
            SocketOptions.SO_REUSEADDR, StandardSocketOptions.SO_REUSEADDR,
            SocketOptions.SO_REUSEPORT, StandardSocketOptions.SO_REUSEPORT,
            SocketOptions.SO_BROADCAST, StandardSocketOptions.SO_BROADCAST,
            SocketOptions.IP_TOS, StandardSocketOptions.IP_TOS);

    private JdkOptions() {}

    static void set(NetworkChannel channel, int id, Object value) throws SocketException {
        try {
            // "Off" is false in one world and a negative time in the other.
            setAny(channel, option(channel, id), id == SocketOptions.SO_LINGER && Boolean.FALSE.equals(value) ? -1 : value);
        } catch (SocketException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException | IllegalArgumentException | ClassCastException e) {
            throw new SocketException(e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T> void setAny(NetworkChannel channel, SocketOption<T> option, Object value) throws IOException {
        channel.setOption(option, (T) value);
    }

    static Object get(NetworkChannel channel, int id) throws SocketException {
        try {
            if (id == SocketOptions.SO_BINDADDR) {
                InetSocketAddress local = (InetSocketAddress) channel.getLocalAddress();
                return local == null ? new InetSocketAddress(0).getAddress() : local.getAddress();
            }
            Object value = channel.getOption(option(channel, id));
            return id == SocketOptions.SO_LINGER && (Integer) value < 0 ? (Object) Boolean.FALSE : value;
        } catch (SocketException e) {
            throw e;
        } catch (IOException | UnsupportedOperationException e) {
            throw new SocketException(e.getMessage(), e);
        }
    }

    private static SocketOption<?> option(NetworkChannel channel, int id) throws SocketException {
        SocketOption<?> option = NAMES.get(id);
        if (option == null && id == SocketOptions.SO_OOBINLINE) {
            option = channel.supportedOptions().stream().filter(it -> it.name().equals(OOBINLINE)).findFirst().orElse(null);
        }
        if (option == null) {
            throw new SocketException("option: " + id + " (expected: one that this socket has)");
        }
        return option;
    }

    static Set<SocketOption<?>> of(NetworkChannel channel) {
        Set<SocketOption<?>> options = new LinkedHashSet<>(channel.supportedOptions());
        options.removeIf(it -> it.name().equals(OOBINLINE));
        return options;
    }
}
