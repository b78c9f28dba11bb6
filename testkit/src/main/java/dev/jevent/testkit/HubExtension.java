package dev.jevent.testkit;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** Gives each test method a hub, and audits it afterwards; see {@link OnHub}. */
public final class HubExtension
        implements BeforeEachCallback, AfterEachCallback, InvocationInterceptor, ParameterResolver {
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(HubExtension.class);

    /** Keeps what the first hub of a JVM opens for all that follow from being blamed on the first test. */
    private static final AtomicReference<Object> WARMED_UP = new AtomicReference<>();

    /** What the annotations say. */
    private record Choices(boolean virtualTime, boolean inGreenlet, Duration limit) {
        static Choices of(ExtensionContext context) {
            Method method = context.getRequiredTestMethod();
            Optional<Choices> own = AnnotationSupport.findAnnotation(method, HubTest.class)
                    .map(test -> new Choices(test.virtualTime(), test.inGreenlet(), Duration.ofSeconds(test.limitSeconds())));
            return own.orElseGet(() -> AnnotationSupport.findAnnotation(method, OnHub.class)
                    .or(() -> AnnotationSupport.findAnnotation(context.getRequiredTestClass(), OnHub.class))
                    .map(on -> new Choices(on.virtualTime(), on.inGreenlet(), Duration.ofSeconds(on.limitSeconds())))
                    .orElse(new Choices(true, false, Duration.ofSeconds(30))));
        }
    }

    /** One test's hub, and what it is compared with afterwards. */
    private static final class Session {
        final String name;
        final Choices choices;
        final Errors errors = new Errors();
        final VirtualClock clock;
        final World world;
        final ProcessAudit process;
        final HubThread thread;
        private HubAudit audit;
        private Throwable failure; // of what ran in a greenlet

        Session(ExtensionContext context, Choices choices, boolean simulated) throws Exception {
            this.name = context.getRequiredTestClass().getSimpleName() + "." + context.getRequiredTestMethod().getName();
            this.choices = choices;
            this.clock = choices.virtualTime() && !simulated ? new VirtualClock() : null;
            this.world = simulated ? World.forTest(name) : null;
            this.process = new ProcessAudit();
            this.thread = open();
            thread.run(() -> {
                if (clock != null) {
                    clock.bind(thread.hub());
                }
                if (world != null) {
                    world.bind(thread.hub());
                }
                thread.hub().errorHandler(errors);
                audit = new HubAudit(thread.hub());
                return null;
            }, choices.limit());
        }

        private HubThread open() {
            Settings settings = Settings.process();
            Settings virtual = VirtualClock.settings(settings);
            if (world != null) {
                return HubThread.open(name, world, virtual, world.loops(), choices.limit());
            }
            if (clock != null) {
                return HubThread.open(name, clock, virtual, new VirtualLoopProvider(clock), choices.limit());
            }
            return HubThread.open(name, Environment.system(), settings, null, choices.limit());
        }

        <T> T run(InvocationInterceptor.Invocation<T> invocation) throws Throwable {
            Callable<T> call = () -> proceed(invocation);
            return thread.run(choices.inGreenlet() ? () -> inGreenlet(call) : call, choices.limit());
        }

        private <T> T inGreenlet(Callable<T> call) throws Exception {
            // not thread.hub(): a test may have closed that one
            Greenlet<T> greenlet = new Greenlet<>(Hub.current(), () -> caught(call));
            greenlet.start();
            greenlet.join();
            Throwable thrown = greenlet.exit() != null ? greenlet.exit() : failure;
            failure = null;
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown instanceof Exception exception) {
                throw exception;
            }
            return greenlet.value();
        }

        /** Keeps the failure of a test from being reported as that of a greenlet. */
        private <T> T caught(Callable<T> call) {
            try {
                return call.call();
            } catch (Throwable e) {
                failure = e;
                return null;
            }
        }

        void end() throws Exception {
            Findings findings = new Findings();
            if (thread.isAbandoned()) {
                thread.close(); // when it ends; its test has failed, saying so
                return;
            }
            try {
                thread.run(() -> {
                    try {
                        audit.check(findings); // may throw what an overdue main was to be ended with
                    } finally {
                        closeHubs();
                    }
                    return null;
                }, choices.limit());
            } finally {
                if (world != null) {
                    world.close();
                }
                thread.close();
            }
            errors.audit(findings);
            process.check(findings);
            findings.throwIfAny(name + " left something behind");
        }

        private void closeHubs() {
            close(thread.hub());
            Hub other = Hub.ifExists();
            if (other != null && other.thread() == Thread.currentThread()) {
                close(other);
            }
        }

        private static void close(Hub hub) {
            if (!hub.isClosed()) {
                hub.close();
            }
        }
    }

    private static <T> T proceed(InvocationInterceptor.Invocation<T> invocation) throws Exception {
        try {
            return invocation.proceed();
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static Session session(ExtensionContext context) {
        return context.getStore(NAMESPACE).get(Session.class, Session.class);
    }

    @Override
    public void beforeEach(ExtensionContext context) throws Exception {
        warmUp();
        boolean simulated =
                Arrays.asList(context.getRequiredTestMethod().getParameterTypes()).contains(World.class);
        context.getStore(NAMESPACE).put(Session.class, new Session(context, Choices.of(context), simulated));
    }

    private static void warmUp() throws Exception {
        if (WARMED_UP.compareAndSet(null, Thread.currentThread())) {
            VirtualClock clock = new VirtualClock();
            try (HubThread first = HubThread.open(
                    "warm-up", clock, Settings.process(), new VirtualLoopProvider(clock), Duration.ofSeconds(60))) {
                first.run(() -> {
                    first.hub().spawn(() -> first.hub().sleep(Duration.ofMillis(1))).join();
                    first.hub().close();
                    return null;
                }, Duration.ofSeconds(60));
            }
        }
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        Session session = session(context);
        if (session != null) {
            session.end();
        }
    }

    @Override
    public void interceptBeforeEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        session(context).run(invocation);
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        session(context).run(invocation);
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        session(context).run(invocation);
    }

    @Override
    public void interceptAfterEachMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        session(context).run(invocation);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        if (parameter.getDeclaringExecutable() instanceof Constructor) {
            return false; // the hub is opened after it
        }
        return type == Hub.class || type == VirtualClock.class || type == World.class || type == Errors.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Session session = session(context);
        Class<?> type = parameter.getParameter().getType();
        if (type == Hub.class) {
            return session.thread.hub();
        }
        if (type == Errors.class) {
            return session.errors;
        }
        Object part = type == World.class ? session.world : session.clock;
        if (part == null) {
            throw new ParameterResolutionException(session.name + " has no "
                    + type.getSimpleName() + ": " + (session.world != null
                            ? "a simulated World keeps its own time"
                            : type == World.class ? "only a test method can ask for one" : "virtualTime is false"));
        }
        return part;
    }
}
