package dev.jevent.launcher;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Settings;
import dev.jevent.hub.HubAddressResolverProvider;
import dev.jevent.io.patch.Patch;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** What {@code python -m gevent.monkey} is to Python. */
@Command(
        name = "run",
        description = {
            "Runs an application as java would, in a greenlet: its main is the first of a hub, and so is every virtual thread "
                    + "that comes of it.",
            "Arguments, output and exit status are the application's own, System.exit included."
        },
        customSynopsis = {
            "jevent run [OPTIONS] -cp CLASSPATH MAINCLASS [ARG…]",
            "       jevent run [OPTIONS] -jar APP.jar [ARG…]"
        },
        exitCodeList = {"0:its main returned", "1:its main threw something, or wasn't found", "2:the command line is wrong"})
final class RunCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @ParentCommand
    private Main main;

    @Option(
            names = "--patch",
            paramLabel = "LIST",
            defaultValue = "all",
            description = "What of the JDK becomes cooperative: all that can, none, or names separated by commas: socket,stdin,… "
                    + "(default: ${DEFAULT-VALUE}). files is not in all: it needs an option of java's, which the script jevent gives it")
    private String patch;

    @Option(
            names = {"-cp", "-classpath", "--class-path"},
            paramLabel = "CLASSPATH",
            description = "Where its classes are, as java has it (default: CLASSPATH, else the working directory)")
    private String classPath;

    @Option(names = "-jar", description = "The next argument is a jar whose manifest names the main class")
    private boolean jar;

    @Parameters(paramLabel = "MAINCLASS or APP.jar, and ARG", arity = "1..*", description = "The application and its arguments")
    private List<String> words;

    @Override
    public Integer call() throws Exception {
        main.setProperties(); // other hubs than this one follow the options, too
        Settings settings = main.settings(spec.commandLine());
        HubAddressResolverProvider.isInstalled(); // the JDK looks for it at the first look-up, where the application's loader may hide it
        patch();
        String what = words.getFirst();
        Application application = jar ? Application.ofJar(what) : Application.ofClassPath(classPath(), what);
        for (String line : application.unheeded()) {
            spec.commandLine().getErr().println("jevent run: only java itself can heed \"" + line + "\" in the manifest of " + what
                    + "; give it to java as an option (in JDK_JAVA_OPTIONS)");
        }
        spec.commandLine().getErr().flush();
        new Run(settings, application, words.subList(1, words.size())).call();
        return 0;
    }

    private String classPath() {
        if (classPath != null) {
            return classPath;
        }
        String variable = System.getenv("CLASSPATH");
        return variable != null ? variable : ".";
    }

    private void patch() throws Failure {
        if (patch.equals("none")) {
            return;
        }
        List<Patch> wanted = new ArrayList<>();
        try {
            for (String name : Settings.LOOP.parse(patch)) {
                if (name.equals("all")) {
                    Patch.allOn();
                } else {
                    wanted.add(Patch.named(name));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage() + ", all, none", e);
        }
        for (Patch one : wanted) {
            if (!one.on()) {
                throw new Failure("--patch " + one.name() + ": not possible: " + one.obstacle(), null);
            }
        }
    }

    /**
     * The application on its hub.
     *
     * <p>The hub's thread is a daemon and turns until the process ends: as in the JDK, virtual threads neither keep the
     * process alive nor end with main. The thread that called waits for the first greenlet alone and returns, or throws
     * what that failed with; then the JVM waits for what threads it has to wait for.
     */
    private static final class Run {
        private final Settings settings;
        private final Application application;
        private final List<String> arguments;
        private volatile Throwable thrown;
        private volatile ThreadGroup group;

        Run(Settings settings, Application application, List<String> arguments) {
            this.settings = settings;
            this.application = application;
            this.arguments = arguments;
        }

        void call() throws Exception {
            var opened = new java.util.concurrent.CompletableFuture<Greenlet<Void>>();
            Thread thread = new Thread(() -> turn(opened), "jevent-hub");
            thread.setDaemon(true);
            thread.start();
            Greenlet<Void> first;
            try {
                first = opened.join();
            } catch (java.util.concurrent.CompletionException e) {
                throw e.getCause() instanceof Exception cause ? cause : e;
            }
            first.thread().join();
            new Thread(this::awaitHeirs, "jevent-heirs").start(); // no daemon, so that the JVM waits for it
            if (thrown != null) {
                throw new ApplicationFailed(thrown);
            }
        }

        private void turn(java.util.concurrent.CompletableFuture<Greenlet<Void>> opened) {
            Hub hub;
            try {
                hub = Hubs.open(settings);
            } catch (Throwable e) {
                opened.completeExceptionally(e);
                return;
            }
            hub.errorHandler(Run::report);
            Hub.Hold untilTheEnd = hub.hold();
            try {
                Greenlet<Void> first = hub.spawn(this::main);
                first.thread().setName("main");
                opened.complete(first);
                hub.join();
            } finally {
                untilTheEnd.close();
            }
        }

        private void main() {
            group = Thread.currentThread().getThreadGroup();
            try {
                application.run(arguments);
            } catch (Throwable e) {
                thrown = e; // the thread that waits throws it, as the one that called main would have
            }
        }

        /**
         * A thread that main makes with a plain {@code new Thread} is no daemon where main isn't; here it is, for it inherits that
         * of a virtual thread. So the process would end before it. They are known by their group, and by the name that
         * nobody gave them.
         */
        private void awaitHeirs() {
            try {
                for (Thread heir = heir(); heir != null; heir = heir()) {
                    heir.join();
                }
            } catch (InterruptedException e) {
                // somebody wants the process to end without them
            }
        }

        private Thread heir() {
            Thread[] threads = new Thread[group.activeCount() + 16];
            int count = group.enumerate(threads);
            for (int i = 0; i < count; i++) {
                if (threads[i].isDaemon() && threads[i].getName().matches("Thread-\\d+")) {
                    return threads[i];
                }
            }
            return null;
        }

        /** Of the application's own virtual threads, as the JDK would have it. */
        private static void report(Object context, Throwable error) {
            Thread thread = context instanceof Greenlet<?> greenlet ? greenlet.thread() : Thread.currentThread();
            Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
            if (handler != null) {
                handler.uncaughtException(thread, error);
            } else {
                System.err.print("Exception in thread \"" + thread.getName() + "\" ");
                error.printStackTrace();
            }
        }
    }
}
