package dev.jevent.guice;

import com.google.inject.AbstractModule;
import com.google.inject.Binder;
import com.google.inject.Key;
import com.google.inject.Provider;
import com.google.inject.Singleton;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.name.Names;
import dev.jevent.servers.HubGroup;
import dev.jevent.servers.Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * One server of an application: which handler serves where. {@link Servers} starts and stops it with the others.
 *
 * <p>Binds the server, as a singleton; or, if it runs on {@linkplain #hubs several hubs}, the {@link HubGroup}. Without an annotation, or
 * {@code @Named} as {@link #named} says, which lets an application have several servers of a kind. The handler is injected; on
 * several hubs each gets its own, unless its scope says otherwise.
 *
 * @param <S> the server
 * @param <H> its handler
 * @param <M> the module itself
 */
public abstract sealed class ServerModule<S extends Server, H, M extends ServerModule<S, H, M>> extends AbstractModule
        permits DatagramModule, HttpModule, StreamModule {
    private static final int ALONE = 0;

    private final Class<S> type;
    private final Object where; // a SocketAddress, or the Key of a port or of an address
    private final Class<? extends H> handler;
    private final List<Class<? extends ServerConfiguration<? super S>>> configurationTypes = new ArrayList<>();
    private final List<ServerConfiguration<? super S>> configurations = new ArrayList<>();
    private String name;
    private int hubs = ALONE;

    /** @param where a port, too */
    ServerModule(Class<S> type, Object where, Class<? extends H> handler) {
        this.type = type;
        this.handler = Objects.requireNonNull(handler, "handler");
        this.where = where instanceof Integer port ? new InetSocketAddress(port) : Objects.requireNonNull(where, "where");
    }

    @SuppressWarnings("unchecked")
    private M self() {
        return (M) this;
    }

    // ---- what it is like ----

    /** Binds it as {@code @Named(name)}. */
    public M named(String name) {
        this.name = Objects.requireNonNull(name, "name");
        return self();
    }

    /** Runs equal servers, each on a hub and a thread of its own. */
    public M hubs(int hubs) {
        if (hubs < 1) {
            throw new IllegalArgumentException("hubs: " + hubs + " (expected: > 0)");
        }
        this.hubs = hubs;
        return self();
    }

    /** As {@link #hubs}, one for each processor that this process may use. */
    public M perCore() {
        return hubs(Runtime.getRuntime().availableProcessors());
    }

    /** Before the start, sets what {@code configuration} sets. Of several, each, in order. */
    public M configured(ServerConfiguration<? super S> configuration) {
        configurations.add(Objects.requireNonNull(configuration, "configuration"));
        return self();
    }

    /** As {@link #configured}, by one that is injected. These come before those that are given. */
    public M configuredBy(Class<? extends ServerConfiguration<? super S>> configuration) {
        configurationTypes.add(Objects.requireNonNull(configuration, "configuration"));
        return self();
    }

    // ---- bindings ----

    abstract S newServer(SocketAddress address, H handler);

    @Override
    protected final void configure() {
        Binder binder = binder().withSource(this); // which Guice names in errors
        Provider<SocketAddress> address = address(binder);
        List<Provider<? extends ServerConfiguration<? super S>>> injected = new ArrayList<>();
        for (Class<? extends ServerConfiguration<? super S>> type : configurationTypes) {
            injected.add(binder.getProvider(type));
        }
        Provider<? extends H> handlers = binder.getProvider(handler);
        Provider<S> servers = () -> configured(newServer(address.get(), handlers.get()), injected);
        if (hubs == ALONE) {
            binder.bind(key(type)).toProvider(servers).in(Singleton.class);
            Provider<S> bound = binder.getProvider(key(type));
            serve(binder, () -> new Served.Alone(bound.get()));
        } else {
            binder.bind(key(HubGroup.class)).toProvider(() -> HubGroup.of(hubs, servers::get)).in(Singleton.class);
            Provider<HubGroup> bound = binder.getProvider(key(HubGroup.class));
            serve(binder, () -> new Served.Grouped(bound.get()));
        }
    }

    private static void serve(Binder binder, Provider<Served> served) {
        Multibinder.newSetBinder(binder, Served.class).addBinding().toProvider(served).in(Singleton.class);
    }

    private S configured(S server, List<Provider<? extends ServerConfiguration<? super S>>> injected) {
        try {
            for (Provider<? extends ServerConfiguration<? super S>> configuration : injected) {
                configuration.get().configure(server);
            }
            for (ServerConfiguration<? super S> configuration : configurations) {
                configuration.configure(server);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(server + " cannot be configured: " + e.getMessage(), e);
        }
        return server;
    }

    private Provider<SocketAddress> address(Binder binder) {
        if (where instanceof SocketAddress address) {
            return () -> address;
        }
        Provider<?> bound = binder.getProvider((Key<?>) where);
        return () -> address(bound.get());
    }

    private SocketAddress address(Object bound) {
        return switch (bound) {
            case SocketAddress address -> address;
            case Integer port -> new InetSocketAddress(port);
            case String text -> Server.address(text);
            default -> throw new IllegalArgumentException(
                    where + ": a " + bound.getClass().getName() + " (expected: an Integer, a String or a SocketAddress)");
        };
    }

    private <T> Key<T> key(Class<T> of) {
        return name == null ? Key.get(of) : Key.get(of, Names.named(name));
    }

    /** {@code HttpModule of Shop}. */
    @Override
    public String toString() {
        return getClass().getSimpleName() + " of " + handler.getSimpleName();
    }
}
