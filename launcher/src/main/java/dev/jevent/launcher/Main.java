package dev.jevent.launcher;

import dev.jevent.ProviderException;
import dev.jevent.Settings;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line: {@code jevent COMMAND}. */
@Command(
        name = "jevent",
        description = "Plain blocking Java on greenlets, thousands of them on one thread.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
        usageHelpAutoWidth = true,
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {"0:everything worked", "1:something did not", "2:the command line is wrong"})
public final class Main implements Runnable {
    /** Each command is a class of its own, loaded only when it is called or listed. */
    private static final Map<String, Supplier<Object>> COMMANDS = commands();

    private static Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("run", RunCommand::new);
        commands.put("demo", DemoCommand::new);
        commands.put("resolve", ResolveCommand::new);
        commands.put("fetch", FetchCommand::new);
        commands.put("serve", ServeCommand::new);
        commands.put("echo", EchoCommand::new);
        commands.put("doctor", DoctorCommand::new);
        commands.put("bench", BenchCommand::new);
        return commands;
    }

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--loop",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Loop to use, or several by preference: nio,… (default: JEVENT_LOOP, else the best one here)")
    private String loop;

    @Option(
            names = "--resolver",
            paramLabel = "NAME",
            scope = ScopeType.INHERIT,
            description = "Resolver to use, likewise: ares, threadpool,… (default: JEVENT_RESOLVER, else the best one here)")
    private String resolver;

    private Main() {}

    /** @throws Throwable what the main of an application that was run has thrown: then the JVM does as it always does */
    public static void main(String[] args) throws Throwable {
        Throwable[] thrown = new Throwable[1];
        CommandLine line = commandLine(args);
        CommandLine.IExecutionExceptionHandler failed = line.getExecutionExceptionHandler();
        line.setExecutionExceptionHandler((problem, of, parsed) -> {
            if (problem instanceof ApplicationFailed ended) {
                thrown[0] = ended.getCause();
                return 0;
            }
            return failed.handleExecutionException(problem, of, parsed);
        });
        int status = line.execute(args);
        if (thrown[0] != null) {
            throw thrown[0];
        }
        if (status != 0) { // with 0 the JVM ends by itself: no command leaves a thread behind
            System.exit(status);
        }
    }

    /** @param args decide which commands are made: the one that is called, or all in order to list them */
    static CommandLine commandLine(String... args) {
        CommandLine line = new CommandLine(new Main());
        Supplier<Object> called = args.length == 0 ? null : COMMANDS.get(args[0]);
        if (called != null) {
            line.addSubcommand(args[0], called.get());
        } else {
            COMMANDS.forEach((name, command) -> line.addSubcommand(name, command.get()));
            line.addSubcommand("help", new HelpCommand());
        }
        if (line.getSubcommands().get("run") instanceof CommandLine run) {
            run.setStopAtPositional(true); // what follows is the application's own
        }
        return line.setParameterExceptionHandler(Main::misused).setExecutionExceptionHandler(Main::failed);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command?");
    }

    private static int misused(ParameterException problem, String[] args) {
        CommandLine line = problem.getCommandLine();
        PrintWriter err = line.getErr();
        err.println(line.getColorScheme().errorText(line.getCommandSpec().qualifiedName() + ": " + problem.getMessage()));
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(problem, err)) {
            err.println("Try: " + line.getCommandSpec().qualifiedName() + " --help");
        }
        err.flush();
        return line.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int failed(Exception problem, CommandLine line, CommandLine.ParseResult parsed) {
        PrintWriter err = line.getErr();
        if (problem instanceof ProviderException || problem instanceof Failure) {
            err.println(line.getColorScheme().errorText(problem.getMessage()));
        } else {
            err.println(line.getColorScheme().errorText(
                    line.getCommandSpec().qualifiedName() + ": a defect of jevent, please report it:"));
            problem.printStackTrace(err);
        }
        err.flush();
        return line.getCommandSpec().exitCodeOnExecutionException();
    }

    /**
     * The process' settings with the options on top.
     *
     * @throws ParameterException if an option, a system property or an environment variable has no legal value
     */
    Settings settings(CommandLine caller) {
        try {
            Settings settings = Settings.process();
            if (loop != null) {
                settings = settings.with(Settings.LOOP, names("--loop", loop));
            }
            if (resolver != null) {
                settings = settings.with(Settings.RESOLVER, names("--resolver", resolver));
            }
            for (Settings.Key<?> key : Settings.keys()) {
                settings.get(key);
            }
            return settings;
        } catch (IllegalArgumentException e) {
            throw new ParameterException(caller, e.getMessage(), e);
        }
    }

    /** Gives the options to hubs that are made without them. Before anybody asks for the process' settings. */
    void setProperties() {
        if (loop != null) {
            System.setProperty(Settings.LOOP.property(), loop);
        }
        if (resolver != null) {
            System.setProperty(Settings.RESOLVER.property(), resolver);
        }
    }

    private static List<String> names(String option, String text) {
        List<String> names = Settings.LOOP.parse(text);
        if (names.isEmpty()) {
            throw new IllegalArgumentException(option + ": \"" + text + "\" (expected: names separated by commas)");
        }
        return names;
    }

    /** The option that set {@code key}, or null. */
    String optionFor(Settings.Key<?> key) {
        if (key == Settings.LOOP && loop != null) {
            return "--loop";
        }
        return key == Settings.RESOLVER && resolver != null ? "--resolver" : null;
    }

    static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version != null ? version : "(not packaged)";
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"jevent " + version() + " on JDK " + Runtime.version()};
        }
    }
}
