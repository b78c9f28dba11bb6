package dev.jevent.resolver.ares;

import dev.jevent.Durations;
import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.ThreadPool;
import dev.jevent.spi.HostNames;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.Services;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks name servers itself, by {@link AresChannel}. A look-up is plain code of whoever makes it: it reads the hosts file, asks
 * questions and waits for their answers. A question that others ask at the same time is asked once; who no longer waits for
 * it, because of a kill or a time limit, leaves it to the others and to the cache.
 */
final class AresResolver extends Guard implements Resolver {
    private static final long SMALL_FILE = 1 << 16;

    private final Hub hub;
    private final Settings settings;
    private final Duration timeout;
    private final Names names;
    private final WatchedFile hosts;
    private final WatchedFile resolvConf;
    private final AddressOrder order = new AddressOrder(new AddressOrder.SystemSources());
    private volatile HostsFile hostsFile; // null: not read yet
    private final ThreadPool files; // reads what is too long for the hub's thread
    private final List<AresChannel> channels = new ArrayList<>(1); // those that are open; of the hub's thread
    private volatile AresChannel channel; // the last of them

    // inside the guard
    private final Map<Question.Key, Question> inProgress = new HashMap<>();
    private final AnswerCache cache;
    private long lookups;
    private long failures;
    private int waiting;
    private long reused;
    private boolean closed;

    /** Called on the hub's thread. @param from which files are read instead of the system's */
    AresResolver(Hub hub, Settings settings, Files from) {
        this.hub = hub;
        this.settings = settings;
        timeout = settings.get(Settings.RESOLVER_TIMEOUT);
        hosts = new WatchedFile(from.hosts);
        resolvConf = new WatchedFile(from.resolvConf);
        resolvConf.changed(); // it is read now
        cache = new AnswerCache(
                settings.get(Settings.ARES_CACHE) ? settings.get(Settings.ARES_CACHE_SIZE) : 0, System::nanoTime);
        channel = newChannel();
        files = hub.newThreadPool("jevent-resolver", 1, settings.get(Settings.RESOLVER_QUEUE));
        names = new Names(this);
    }

    /** Where the system has its configuration. */
    record Files(Path hosts, Path resolvConf) {
        static final Files SYSTEM = new Files(Path.of("/etc/hosts"), Path.of("/etc/resolv.conf"));
    }

    private AresChannel newChannel() {
        AresChannel made = new AresChannel((HubLoop) hub.loop(), Configuration.of(settings, resolvConf.path.toString()),
                settings.get(Settings.ARES_IN_FLIGHT), settings.get(Settings.ARES_PORT_QUERIES), this::isWanted, this::settled);
        channels.removeIf(AresChannel::isClosed);
        channels.add(made);
        return made;
    }

    // ---- what users call ----

    @Override
    public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
        InetAddress literal = HostNames.literal(host);
        if (literal != null) {
            boolean four = literal instanceof Inet4Address;
            if (family == (four ? Family.IPV6 : Family.IPV4)) {
                throw new UnknownHostException(host + ": is no " + family + " address");
            }
            return List.of(literal);
        }
        String name = HostNames.ascii(host);
        boolean four = family != Family.IPV6;
        boolean six = family == Family.IPV6 || family == Family.ANY && !Boolean.getBoolean("java.net.preferIPv4Stack");
        return lookUp(name, until -> order.sort(names.addresses(name, four, six, until)));
    }

    @Override
    public String name(InetAddress address) throws UnknownHostException {
        return lookUp(address.getHostAddress(), until -> names.name(address, until));
    }

    @Override
    public String canonicalName(String host) throws UnknownHostException {
        InetAddress literal = HostNames.literal(host);
        if (literal != null) {
            return literal.getHostAddress();
        }
        String name = HostNames.ascii(host);
        return lookUp(name, until -> names.canonicalName(name, until));
    }

    @Override
    public List<Entry> records(String name, String type) throws UnknownHostException {
        int number = RecordTypes.number(type);
        String asked = name.equals(".") ? "" : HostNames.ascii(name);
        return lookUp(name, until -> names.records(asked, number, until));
    }

    @Override
    public int port(String service, String protocol) throws UnknownHostException {
        if (!Services.isSystemKnown()) {
            blocking(service, Services::system);
        }
        return Services.system().port(service, protocol);
    }

    /** What blocks for longer than a hub should is done on a native thread. */
    private <T> T blocking(String subject, java.util.concurrent.Callable<T> call) throws UnknownHostException {
        try {
            return files.apply(call);
        } catch (UnknownHostException e) {
            throw e;
        } catch (Exception e) {
            UnknownHostException unknown = new UnknownHostException(subject + ": " + e);
            unknown.initCause(e);
            throw unknown;
        }
    }

    // ---- look-ups ----

    /** A look-up. @param <T> what it finds */
    private interface LookUp<T> {
        /** @param until when its time is over, in nanoseconds; {@link Long#MAX_VALUE}: never */
        T run(long until) throws UnknownHostException;
    }

    private <T> T lookUp(String subject, LookUp<T> lookUp) throws UnknownHostException {
        enter();
        if (closed) {
            leave();
            throw new UnknownHostException(subject + ": the resolver is closed");
        }
        lookups++;
        waiting++;
        leave();
        boolean failed = true;
        try {
            long nanos = Durations.nanos(Settings.RESOLVER_TIMEOUT.property(), timeout);
            T found = lookUp.run(nanos == 0 || nanos == Long.MAX_VALUE ? Long.MAX_VALUE : System.nanoTime() + nanos);
            failed = false;
            return found;
        } catch (NoAnswer e) {
            throw e.about(subject);
        } finally {
            enter();
            waiting--;
            failures += failed ? 1 : 0;
            leave();
        }
    }

    /** The hosts file as it is, or was some seconds ago. */
    HostsFile hosts(String subject) throws UnknownHostException {
        boolean changed = hosts.changed();
        HostsFile known = hostsFile;
        if (changed || known == null) {
            return hosts.size() <= SMALL_FILE
                    ? readHosts(subject)
                    : blocking(subject, () -> hostsFile == known ? readHosts(subject) : hostsFile);
        }
        return known;
    }

    private HostsFile readHosts(String subject) throws UnknownHostException {
        try {
            return hostsFile = HostsFile.read(hosts.path);
        } catch (java.io.IOException | java.io.UncheckedIOException e) {
            throw new UnknownHostException(subject + ": cannot read " + hosts.path + ": " + e);
        }
    }

    /** For tests: files that have just changed are noticed. */
    void lookAtFilesNow() {
        hosts.lookNow();
        resolvConf.lookNow();
    }

    Configuration.InForce configuration() {
        return channel.configuration();
    }

    /** Has a question asked, unless the answer is known or on its way. Doesn't wait; {@link #leave} must follow. */
    Question ask(String name, int type) {
        Question.Key key = Question.Key.of(name, type);
        enter();
        Question question;
        try {
            if (closed) {
                return new Question(key, null, Failure.closed());
            }
            AnswerCache.Known known = cache.get(key);
            if (known != null) {
                reused++;
                return new Question(key, known.answer(), known.failure());
            }
            question = inProgress.get(key);
            if (question != null) {
                question.users++;
                return question;
            }
            question = new Question(key);
            question.users = 1;
            inProgress.put(key, question);
        } finally {
            leave();
        }
        start(question);
        return question;
    }

    /** The caller doesn't want to know any more, or knows. @param question null: none */
    void leave(Question question) {
        if (question != null) {
            enter();
            question.users--;
            leave();
        }
    }

    /** Forgets a question that hasn't been sent if nobody wants to know any more. */
    private boolean isWanted(Question question) {
        enter();
        boolean wanted = question.users > 0;
        if (!wanted) {
            inProgress.remove(question.key, question);
        }
        leave();
        return wanted;
    }

    private void start(Question question) {
        if (hub.isCurrent()) {
            send(question);
            return;
        }
        try {
            hub.loop().runCallbackThreadSafe((dev.jevent.spi.CarrierCallback) () -> send(question));
        } catch (IllegalStateException e) { // its loop is closed
            settled(question, null, Failure.closed());
        }
    }

    /** On the hub's thread. */
    private void send(Question question) {
        AresChannel current = channel;
        if (resolvConf.changed()) {
            try {
                channel = newChannel();
                current.retire();
                current = channel;
            } catch (IllegalStateException e) {
                // What it says now is no use: what it said before still counts.
            }
        }
        if (current.isClosed()) {
            settled(question, null, Failure.closed());
        } else {
            current.ask(question);
        }
    }

    /** @throws UnknownHostException if {@code until} comes first */
    void await(Question question, long until, String subject) throws UnknownHostException {
        if (question.ready()) {
            return;
        }
        long left = until == Long.MAX_VALUE ? -1 : Math.max(0, until - System.nanoTime());
        Hub caller = Hub.ifExists();
        Hub.Hold own = hub.hold();
        Hub.Hold callers = caller == null || caller == hub ? own : caller.hold();
        try {
            if (!question.await(left)) {
                throw new UnknownHostException(subject + ": no answer within " + Durations.text(timeout));
            }
        } finally {
            own.close();
            if (callers != own) {
                callers.close();
            }
        }
    }

    private void settled(Question question, Answer answer, Failure failure) {
        enter();
        try {
            if (inProgress.remove(question.key, question)) {
                if (answer != null) {
                    cache.put(question.key, answer);
                } else {
                    cache.put(question.key, failure);
                }
            }
        } finally {
            leave();
        }
        question.settle(answer, failure);
    }

    // ---- the rest ----

    @Override
    public String name() {
        return "ares";
    }

    @Override
    public void close() {
        List<Question> left;
        enter();
        try {
            closed = true;
            left = new ArrayList<>(inProgress.values());
            inProgress.clear();
        } finally {
            leave();
        }
        for (Question question : left) {
            question.settle(null, Failure.closed());
        }
        files.close();
        if (hub.isCurrent()) {
            closeChannels();
            return;
        }
        try {
            hub.loop().runCallbackThreadSafe((dev.jevent.spi.CarrierCallback) this::closeChannels);
        } catch (IllegalStateException e) { // the loop is closed, and nobody uses them any more
            closeChannels();
        }
    }

    private void closeChannels() {
        channels.forEach(AresChannel::close);
    }

    @Override
    public Statistics statistics() {
        enter();
        Statistics snapshot = new Statistics(lookups, failures, waiting, cache.size(), reused);
        leave();
        return snapshot;
    }

    @Override
    public String toString() {
        return "<resolver ares of " + hub.name() + " asking " + String.join(", ", configuration().servers()) + ">";
    }
}
