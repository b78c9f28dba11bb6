package dev.jevent.servers;

import dev.jevent.Greenlet;
import dev.jevent.GreenletExit;
import dev.jevent.Hub;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** Runs snippets of one session in greenlets of its hub. Called on the session's native thread, which waits for them. */
final class SnippetControl extends DirectExecutionControl {
    /** Below its frames nothing is the snippet's. */
    static final String FRAMEWORK = "jdk.internal.reflect.";

    private final Hub hub;
    private final PrintStream out;
    private final AtomicInteger interrupts = new AtomicInteger(); // that the session hasn't come to
    private volatile Greenlet<?> running;
    private String lastClass; // of the snippet that ran last

    SnippetControl(Hub hub, PrintStream out) {
        super(new Loader(Thread.currentThread().getContextClassLoader()));
        this.hub = hub;
        this.out = out;
    }

    ExecutionControlProvider provider() {
        return new ExecutionControlProvider() {
            @Override
            public String name() {
                return "greenlets";
            }

            @Override
            public ExecutionControl generate(ExecutionEnv environment, Map<String, String> parameters) {
                return SnippetControl.this;
            }
        };
    }

    @Override
    public String invoke(String className, String methodName)
            throws RunException, InternalException, EngineTerminationException {
        lastClass = className;
        return super.invoke(className, methodName);
    }

    @Override
    protected String invoke(Method method) throws Exception {
        Call call = new Call(hub, () -> super.invoke(method));
        running = call;
        call.start();
        if (interrupts.get() > 0) {
            call.killLater(); // it belongs to what was interrupted
        }
        try {
            return call.outcome.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof InvocationTargetException thrown ? thrown : new InvocationTargetException(e.getCause());
        } finally {
            running = null;
        }
    }

    /** Gives the variable that the last snippet has declared its value. */
    void assign(String name, Object value) throws ReflectiveOperationException {
        Field field = findClass(lastClass).getDeclaredField(name);
        field.setAccessible(true);
        field.set(null, value);
    }

    /** Kills what runs, at its next wait, and what is begun before {@link #interruptSeen()}. Any thread. */
    void interrupt() {
        interrupts.incrementAndGet();
        Greenlet<?> now = running;
        if (now != null) {
            now.killLater();
        }
    }

    void interruptSeen() {
        interrupts.decrementAndGet();
    }

    private interface Body {
        String run() throws Exception;
    }

    /** A snippet's greenlet. Its errors are the session's. */
    private final class Call extends Greenlet<Void> {
        private final Body body;
        private final CompletableFuture<String> outcome = new CompletableFuture<>();

        Call(Hub hub, Body body) {
            super(hub);
            this.body = body;
            rawLink(_ -> outcome.completeExceptionally(new GreenletExit())); // if it was killed before it began
        }

        @Override
        protected Void run() {
            RoutedOutput.routeTo(out);
            try {
                outcome.complete(body.run());
            } catch (Throwable e) {
                outcome.completeExceptionally(e);
            } finally {
                RoutedOutput.routeTo(null);
            }
            return null;
        }

        @Override
        public String toString() {
            return "<snippet of the backdoor at " + Integer.toHexString(System.identityHashCode(this)) + ">";
        }
    }

    /** The classes of one session. */
    private static final class Loader extends ClassLoader implements LoaderDelegate {
        private final Map<String, byte[]> code = new ConcurrentHashMap<>();

        Loader(ClassLoader parent) {
            super(parent);
        }

        @Override
        public void load(ExecutionControl.ClassBytecodes[] classes) throws ExecutionControl.ClassInstallException {
            boolean[] loaded = new boolean[classes.length];
            for (ExecutionControl.ClassBytecodes each : classes) {
                code.put(each.name(), each.bytecodes());
            }
            for (int i = 0; i < classes.length; i++) {
                try {
                    loadClass(classes[i].name());
                    loaded[i] = true;
                } catch (ClassNotFoundException | LinkageError e) {
                    throw new ExecutionControl.ClassInstallException(e.toString(), loaded);
                }
            }
        }

        @Override
        public Class<?> findClass(String name) throws ClassNotFoundException {
            synchronized (getClassLoadingLock(name)) {
                Class<?> known = findLoadedClass(name);
                if (known != null) {
                    return known;
                }
                byte[] bytes = code.remove(name);
                if (bytes == null) {
                    throw new ClassNotFoundException(name);
                }
                return defineClass(name, bytes, 0, bytes.length);
            }
        }

        @Override
        public void classesRedefined(ExecutionControl.ClassBytecodes[] classes) {
            // Nothing is redefined: JShell gives changed classes new names.
        }

        @Override
        public void addToClasspath(String path) throws ExecutionControl.InternalException {
            throw new ExecutionControl.InternalException("the class path is that of the process");
        }
    }
}
