package dev.jevent.hub.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.Durations;
import dev.jevent.Guard;
import dev.jevent.Hub;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.Waiter;
import dev.jevent.testkit.tck.ResolverTck;
import java.lang.reflect.Method;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Each rule of {@link ResolverTck} catches a resolver that breaks it. Here, and not beside the kit, because it needs a hub. */
class BrokenResolversTest {
    /** The kit, on whatever is to be tested. */
    static class Kit extends ResolverTck {
        static BiFunction<Hub, Settings, TableResolver> subject = TableResolver::new;

        private TableResolver resolver;

        @Override
        protected Resolver newResolver(Hub hub, Settings settings) {
            resolver = subject.apply(hub, settings);
            return resolver;
        }

        @Override
        protected String knownHost() {
            return "known.example";
        }

        @Override
        protected String silentHost() {
            return "silent.example";
        }

        @Override
        protected void answerSilentHost() {
            resolver.answer();
        }

        @Override
        protected InetAddress addressWithoutName() {
            return InetAddress.ofLiteral("192.0.2.1");
        }

        @Override
        protected List<String> aliasAndTarget() {
            return List.of("alias.example", "known.example");
        }
    }

    /** A resolver that keeps all rules, with a table for answers; for subclasses that break one. */
    static class TableResolver extends Guard implements Resolver {
        final Hub hub;
        final long limit;
        final WaitQueue waiters = new WaitQueue();
        volatile boolean answered;
        volatile boolean closed;
        long lookups;
        long failures;
        int waiting;

        TableResolver(Hub hub, Settings settings) {
            this.hub = hub;
            long nanos = Durations.nanos("timeout", settings.get(Settings.RESOLVER_TIMEOUT));
            limit = nanos == 0 ? -1 : nanos;
        }

        void answer() {
            answered = true;
            wakeAll();
        }

        void wakeAll() {
            enter();
            WaitNode all = waiters.claimAll();
            leave();
            WaitQueue.wakeAll(all, this);
        }

        static boolean isLiteral(String host) {
            return host.contains(":") || host.matches("[0-9.]+");
        }

        void check(String host) {
            if (host.length() > 253 || !host.matches("([a-z0-9-]{1,63}\\.)*[a-z0-9-]{1,63}")) {
                throw new IllegalArgumentException("host: " + host);
            }
        }

        @Override
        public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
            if (isLiteral(host)) {
                return ofFamily(host, family, InetAddress.ofLiteral(host));
            }
            check(host);
            return count(host, () -> {
                if (host.equals("silent.example")) {
                    await(host);
                } else if (!host.equals("known.example") && !host.equals("alias.example")) {
                    throw new UnknownHostException(host + ": no such host");
                }
                return ofFamily(host, family, InetAddress.ofLiteral("10.0.0.1"), InetAddress.ofLiteral("2001:db8::1"));
            });
        }

        interface Question<V> {
            V ask() throws UnknownHostException;
        }

        synchronized void add(int lookup, int failure, int wait) {
            lookups += lookup;
            failures += failure;
            waiting += wait;
        }

        <V> V count(String subject, Question<V> question) throws UnknownHostException {
            if (closed) {
                throw new UnknownHostException(subject + ": closed");
            }
            add(1, 0, 1);
            boolean failed = true;
            try {
                V answer = question.ask();
                failed = false;
                return answer;
            } finally {
                add(0, failed ? 1 : 0, -1);
            }
        }

        void await(String host) throws UnknownHostException {
            Waiter waiter = Waiter.current();
            try (Hub.Hold _ = hub.hold()) {
                enter();
                if (answered || closed) {
                    leave();
                } else if (await(waiters, waiter, this, limit) == Waiter.TIMED_OUT) {
                    throw new UnknownHostException(host + ": no answer");
                }
                if (closed) {
                    throw new UnknownHostException(host + ": closed");
                }
            }
        }

        List<InetAddress> ofFamily(String host, Family family, InetAddress... all) throws UnknownHostException {
            List<InetAddress> wanted = Stream.of(all)
                    .filter(address -> family == Family.ANY || (family == Family.IPV4) == address instanceof Inet4Address)
                    .toList();
            if (wanted.isEmpty()) {
                throw new UnknownHostException(host + ": no " + family);
            }
            return wanted;
        }

        @Override
        public String name(InetAddress address) throws UnknownHostException {
            throw new UnknownHostException(address.getHostAddress() + ": no name");
        }

        @Override
        public String canonicalName(String host) {
            return "known.example";
        }

        @Override
        public int port(String service, String protocol) throws UnknownHostException {
            try {
                return Integer.parseInt(service);
            } catch (NumberFormatException e) {
                throw new UnknownHostException(service + ": no such service");
            }
        }

        @Override
        public List<Entry> records(String name, String type) {
            throw new UnsupportedOperationException("records");
        }

        @Override
        public String name() {
            return "table";
        }

        @Override
        public void close() {
            closed = true;
            wakeAll();
        }

        @Override
        public synchronized Statistics statistics() {
            return new Statistics(lookups, failures, waiting);
        }

        @Override
        public String toString() {
            return "table of names";
        }
    }

    private record Broken(String rule, String how, BiFunction<Hub, Settings, TableResolver> subject) {
        @Override
        public String toString() {
            return rule + ": " + how;
        }
    }

    static Stream<Broken> broken() {
        return Stream.of(
                new Broken("aLiteralIsItsOwnAddress", "asks for it", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
                        return super.addresses(isLiteral(host) ? host.replace(':', '-') + ".example" : host, family);
                    }
                }),
                new Broken("aLiteralHasNoAddressOfAnotherFamily", "gives it nevertheless", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    List<InetAddress> ofFamily(String host, Family family, InetAddress... all) {
                        return List.of(all);
                    }
                }),
                new Broken("whatCanBeNoNameIsRefused", "asks for anything", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    void check(String host) {}
                }),
                new Broken("aKnownHostHasAddresses", "other ones each time", (hub, settings) -> new TableResolver(hub, settings) {
                    private int times;

                    @Override
                    List<InetAddress> ofFamily(String host, Family family, InetAddress... all) {
                        return List.of(InetAddress.ofLiteral("10.0.0." + ++times));
                    }
                }),
                new Broken("aFamilyGivesItsAddressesOnly", "all of them", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    List<InetAddress> ofFamily(String host, Family family, InetAddress... all) {
                        return List.of(all);
                    }
                }),
                new Broken("anUnknownHostIsRefusedByName", "doesn't say which", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    public List<InetAddress> addresses(String host, Family family) throws UnknownHostException {
                        try {
                            return super.addresses(host, family);
                        } catch (UnknownHostException e) {
                            throw new UnknownHostException("no such host");
                        }
                    }
                }),
                new Broken("anAddressWithoutNameIsRefused", "takes the address for its name", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    public String name(InetAddress address) {
                        return address.getHostAddress();
                    }
                }),
                new Broken("theNameAtTheEndOfAliasesIsFound", "stops at the first", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    public String canonicalName(String host) {
                        return host;
                    }
                }),
                new Broken("portsAreNumbersOrServices", "takes what it doesn't know for 0", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    public int port(String service, String protocol) {
                        return service.matches("[0-9]+") ? Integer.parseInt(service) : 0;
                    }
                }),
                new Broken("manyAsksGetTheSameAnswer", "one at a time only", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    <V> V count(String subject, Question<V> question) throws UnknownHostException {
                        if (waiting > 0) {
                            throw new UnknownHostException(subject + ": busy");
                        }
                        add(0, 0, 1);
                        hub.yieldNow();
                        add(0, 0, -1);
                        return super.count(subject, question);
                    }
                }),
                new Broken("aThreadWithoutAHubMayAsk", "greenlets only", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    <V> V count(String subject, Question<V> question) throws UnknownHostException {
                        if (!hub.isCurrent()) {
                            throw new WrongThreadException(subject);
                        }
                        return super.count(subject, question);
                    }
                }),
                new Broken("othersRunWhileOneWaits", "stops the hub", (hub, settings) -> new TableResolver(hub, settings) {
                    private final CountDownLatch latch = new CountDownLatch(1);

                    @Override
                    void await(String host) throws UnknownHostException {
                        long end = System.nanoTime() + Duration.ofMillis(100).toNanos();
                        while (!answered && System.nanoTime() < end) {
                            Thread.onSpinWait(); // nobody else runs
                        }
                        if (!answered) {
                            throw new UnknownHostException(host + ": waited in vain, " + latch);
                        }
                    }
                }),
                new Broken("aKillEndsOneWait", "ends them all", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    void await(String host) throws UnknownHostException {
                        try {
                            super.await(host);
                        } catch (Error killed) {
                            closed = true;
                            wakeAll();
                            throw killed;
                        }
                    }
                }),
                new Broken("aLimitEndsALookUp", "has no limit, and gives up without naming anybody", (hub, settings) ->
                        new TableResolver(hub, settings) {
                            @Override
                            void await(String host) throws UnknownHostException {
                                try {
                                    super.await(host);
                                } catch (UnknownHostException e) {
                                    throw new UnknownHostException("timed out");
                                }
                            }
                        }),
                new Broken("closingFailsThoseWhoWait", "answers them", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    public void close() {
                        answer();
                    }
                }),
                new Broken("countsWhatItDoes", "counts no failures", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    void add(int lookup, int failure, int wait) {
                        super.add(lookup, 0, wait);
                    }
                }),
                new Broken("itsNameIsTheSameEachTime", "shouts", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    public String name() {
                        return super.name().toUpperCase(Locale.ROOT);
                    }
                }),
                new Broken("closesTwiceAndRefusesAfterwards", "goes on", (hub, settings) -> new TableResolver(hub, settings) {
                    @Override
                    public void close() {
                        // goes on
                    }
                }));
    }

    private static TestExecutionSummary run(DiscoverySelector selector) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request().selectors(selector).build(), listener);
        return listener.getSummary();
    }

    private static Set<Method> rules() {
        return Set.copyOf(AnnotationSupport.findAnnotatedMethods(Kit.class, Test.class, HierarchyTraversalMode.TOP_DOWN));
    }

    @ParameterizedTest
    @MethodSource("broken")
    void isCaught(Broken broken) {
        Kit.subject = broken.subject();
        Method rule = rules().stream().filter(each -> each.getName().equals(broken.rule())).findFirst().orElseThrow();
        assertThat(run(DiscoverySelectors.selectMethod(Kit.class, rule)).getTestsFailedCount()).isOne();
    }

    @Test
    void oneThatKeepsAllRulesPasses() {
        Kit.subject = TableResolver::new;
        TestExecutionSummary summary = run(DiscoverySelectors.selectClass(Kit.class));
        assertThat(summary.getFailures()).map(TestExecutionSummary.Failure::getException).isEmpty();
        assertThat(summary.getTestsSucceededCount()).isEqualTo(rules().size());
    }

    @Test
    void everyRuleCatchesOne() {
        Set<String> names = new TreeSet<>();
        rules().forEach(rule -> names.add(rule.getName()));
        assertThat(broken().map(Broken::rule).toList()).containsOnlyOnceElementsOf(names);
    }
}
