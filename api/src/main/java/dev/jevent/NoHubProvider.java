package dev.jevent;

/** Stands in when the class path has no hub, so that each use says what is missing instead of failing to load. */
final class NoHubProvider extends HubProvider {
    private final Throwable cause;

    NoHubProvider(Throwable cause) {
        this.cause = cause;
    }

    private ProviderException missing() {
        return new ProviderException(
                "[jevent/NoHub] No hub can run here: "
                        + (cause == null
                                ? "the class path has no dev.jevent.HubProvider"
                                : "its provider failed: " + cause.getMessage())
                        + ". Add the module jevent-hub, a loop (jevent-loop-nio) and a resolver (jevent-resolver-threadpool).",
                cause);
    }

    @Override
    public Hub current() {
        throw missing();
    }

    @Override
    public Hub ifExists() {
        throw missing();
    }

    @Override
    public Strand currentStrand() {
        throw missing();
    }

    @Override
    public Strand currentStrandIfExists() {
        throw missing();
    }

    @Override
    public Waiter waiter() {
        throw missing();
    }

    @Override
    protected Strand newStrand(Hub hub, Greenlet<?> greenlet) {
        throw missing();
    }

    @Override
    protected int ident(Greenlet<?> greenlet) {
        throw missing();
    }
}
