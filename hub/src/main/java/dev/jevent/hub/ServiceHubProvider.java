package dev.jevent.hub;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.HubDestroyed;
import dev.jevent.HubProvider;
import dev.jevent.Settings;
import dev.jevent.Strand;
import dev.jevent.Waiter;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubFactory;
import dev.jevent.spi.LoopProvider;

/** The service entry behind {@link Hub#current()}: no container needed. */
public final class ServiceHubProvider extends HubProvider {
    /** For ServiceLoader. */
    public ServiceHubProvider() {}

    /** The service entry for hubs with an environment or loop of their own. */
    public static final class Factory implements HubFactory {
        /** For ServiceLoader. */
        public Factory() {}

        @Override
        public Hub open(Environment environment, Settings settings, LoopProvider loop) {
            CarrierBridge.protectPollers();
            return LoopHub.open(environment, settings, loop);
        }
    }

    @Override
    public Hub current() {
        LoopHub hub = find(Thread.currentThread());
        return hub != null ? hub : open();
    }

    @Override
    public Hub ifExists() {
        return find(Thread.currentThread());
    }

    private static LoopHub open() {
        Thread thread = Thread.currentThread();
        if (thread.isVirtual()) {
            throw new WrongThreadException(thread + " is a virtual thread that no hub schedules, so it cannot own one:"
                    + " call Jevent.run, or spawn, on a platform thread");
        }
        CarrierBridge.protectPollers(); // before LoopHub is even loaded; not earlier: who only looks for a hub starts no thread
        return LoopHub.open(Environment.system(), Settings.process(), null);
    }

    private static LoopHub find(Thread thread) {
        if (thread.getUncaughtExceptionHandler() instanceof HubStrand strand) {
            return strand.hub;
        }
        return thread.isVirtual() ? HubRegistry.ofCarrier() : HubRegistry.ofThread(thread);
    }

    @Override
    public Strand currentStrand() {
        HubStrand strand = findStrand();
        return strand != null ? strand : open().mainStrand();
    }

    @Override
    public Strand currentStrandIfExists() {
        return findStrand();
    }

    @Override
    public Waiter waiter() {
        HubStrand strand = findStrand();
        if (strand == null) {
            return new ThreadWaiter();
        }
        if (strand.hub.isClosed()) {
            throw new HubDestroyed(strand.hub + " was closed; " + strand + " can wait for nothing any more");
        }
        return strand.waiter();
    }

    private static HubStrand findStrand() {
        Thread thread = Thread.currentThread();
        if (thread.getUncaughtExceptionHandler() instanceof HubStrand strand) {
            return strand;
        }
        if (!thread.isVirtual()) {
            LoopHub hub = HubRegistry.ofThread(thread);
            return hub == null ? null : hub.mainStrand();
        }
        LoopHub hub = HubRegistry.ofCarrier();
        return hub == null ? null : hub.strandOf(thread);
    }

    @Override
    protected Strand newStrand(Hub hub, Greenlet<?> greenlet) {
        return ((LoopHub) hub).newStrand(greenlet);
    }

    @Override
    protected int ident(Greenlet<?> greenlet) {
        IdentRegistry idents = ((LoopHub) greenlet.hub()).idents();
        int ident = idents.next();
        if (greenlet.dead()) {
            idents.free(ident); // nobody else will
        }
        return ident;
    }
}
