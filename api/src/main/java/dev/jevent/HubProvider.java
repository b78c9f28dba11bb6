package dev.jevent;

import dev.jevent.contract.AnyThread;
import java.util.Iterator;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/** Finds the hub of whoever asks. The one service that {@code Hub.current()} looks up; the module {@code hub} has it. */
@AnyThread
public abstract class HubProvider {
    protected HubProvider() {}

    /** @throws ProviderException if the module {@code hub} is not on the class path */
    public static HubProvider get() {
        return Holder.PROVIDER;
    }

    private static final class Holder {
        static final HubProvider PROVIDER = load();

        private static HubProvider load() {
            try {
                Iterator<HubProvider> found =
                        ServiceLoader.load(HubProvider.class, HubProvider.class.getClassLoader()).iterator();
                return found.hasNext() ? found.next() : new NoHubProvider(null);
            } catch (ServiceConfigurationError e) {
                return new NoHubProvider(e);
            }
        }
    }

    public abstract Hub current();

    public abstract Hub ifExists();

    /** Of the running greenlet or of main; makes a hub if need be. */
    public abstract Strand currentStrand();

    /** Null where no strand runs. */
    public abstract Strand currentStrandIfExists();

    /** See {@link Waiter#current()}. */
    public abstract Waiter waiter();

    /** The stack for a new greenlet of {@code hub}. */
    protected abstract Strand newStrand(Hub hub, Greenlet<?> greenlet);

    /** Hands out the lowest free small number of the greenlet's hub. */
    protected abstract int ident(Greenlet<?> greenlet);
}
