package dev.jevent.guice;

import com.google.inject.AbstractModule;
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
 * @param <M> the module itself
 */
public abstract sealed class ServerModule<S extends Server, M extends ServerModule<S, M>> extends AbstractModule
        permits DatagramModule, HttpModule, StreamModule {
    private static final int ALONE = 0;

    private final Class<S> type;
    private final Object where; // a SocketAddress, or the Key of a port or of an address
    private final List<Key<? extends ServerConfiguration<? super S>>> configurationKeys = new ArrayList<>();
    private final List<ServerConfiguration<? super S>> configurations = new ArrayList<>();
    private String name;
    private int hubs = ALONE;

    ServerModule(Class<S> type, Object where) {
        this.type = type;
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
        configurationKeys.add(Key.get(configuration));
        return self();
    }

    // ---- bindings ----

    abstract S newServer(SocketAddress address);

    @Override
    protected final void configure() {
        Provider<SocketAddress> address = address();
        List<Provider<? extends ServerConfiguration<? super S>>> injected = new ArrayList<>();
        for (Key<? extends ServerConfiguration<? super S>> key : configurationKeys) {
            injected.add(getProvider(key));
        }
        bindHandler();
        Provider<S> servers = () -> configured(newServer(address.get()), injected);
        if (hubs == ALONE) {
            bind(key(type)).toProvider(servers).in(Singleton.class);
            Provider<S> bound = getProvider(key(type));
            serve(() -> new Served.Alone(bound.get()));
        } else {
            bind(key(HubGroup.class)).toProvider(() -> HubGroup.of(hubs, servers::get)).in(Singleton.class);
            Provider<HubGroup> bound = getProvider(key(HubGroup.class));
            serve(() -> new Served.Grouped(bound.get()));
        }
    }

    /** Asks for what makes handlers, so that what is missing for them is known when the injector is made. */
    abstract void bindHandler();

    private void serve(Provider<Served> served) {
        Multibinder.newSetBinder(binder(), Served.class).addBinding().toProvider(served).in(Singleton.class);
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

    private Provider<SocketAddress> address() {
        if (where instanceof SocketAddress address) {
            return () -> address;
        }
        Provider<?> bound = getProvider((Key<?>) where);
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
}
