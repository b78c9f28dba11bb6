package dev.jevent.servers;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.ThreadPool;
import dev.jevent.monitor.Monitor;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import jdk.jshell.EvalException;
import jdk.jshell.ExpressionSnippet;
import jdk.jshell.JShell;
import jdk.jshell.JShellException;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.VarSnippet;

/**
 * One client of a {@link BackdoorServer}: reads lines, has them compiled and run, prints what comes of it.
 *
 * <p>JShell is called on {@link #compiler}, one call at a time; what it asks to be run is run by {@link SnippetControl}.
 */
final class BackdoorSession {
    private static final Duration PATIENCE = Duration.ofSeconds(30); // for the token
    private static final String PROMPT = "jshell> ";
    private static final String MORE = "   ...> ";
    private static final List<String> IMPORTS = List.of(
            "import module java.base;", "import dev.jevent.*;", "import static dev.jevent.Jevent.*;");
    private static final String HELP = """
            Java, as jshell has it. Several lines are one snippet if the first are incomplete.
              /greenlets   the greenlets of this hub
              /report      who waits where, on all hubs
              /vars        the variables of this session
              /exit        ends the session; so do exit and quit
            Ctrl-C kills what runs, at its next wait.
            """;

    private final BackdoorServer server;
    private final Connection connection;
    private final String banner;
    private final Map<String, BackdoorServer.Variable> variables;
    private final Hub hub;
    private final PrintStream out;
    private final BackdoorInput input;
    private final SnippetControl control;
    private final ThreadPool compiler;
    private JShell shell; // null: not admitted yet

    BackdoorSession(
            BackdoorServer server, Connection connection, String banner, Map<String, BackdoorServer.Variable> variables, Hub hub) {
        this.server = server;
        this.connection = connection;
        this.banner = banner;
        this.variables = variables;
        this.hub = hub;
        this.out = new PrintStream(connection.outputStream(), true, UTF_8);
        this.control = new SnippetControl(hub, out);
        this.input = new BackdoorInput(connection, control::interrupt);
        this.compiler = hub.newThreadPool("backdoor", 1, 1);
    }

    void run() throws Exception {
        Greenlet<Void> reader = hub.spawn(input::read);
        reader.name("input of " + connection);
        try {
            if (isAdmitted()) {
                serve();
            }
        } finally {
            reader.killLater();
            control.interrupt();
            if (shell != null) {
                compiler.trySpawn(() -> {
                    shell.close();
                    return null;
                });
            }
            compiler.close();
        }
    }

    private void serve() throws Exception {
        try (var _ = RoutedOutput.install()) {
            compiler.apply(this::open);
            loop();
        }
    }

    private boolean isAdmitted() throws InterruptedException {
        if (!banner.isEmpty()) {
            out.println(banner);
        }
        out.print("token: ");
        String answer = input.line(PATIENCE);
        if (answer != null && server.admits(answer.strip())) {
            return true;
        }
        out.println("refused");
        return false;
    }

    // ---- on the native thread ----

    private Void open() throws Exception {
        shell = JShell.builder()
                .executionEngine(control.provider(), Map.of())
                .compilerOptions(whatTheProcessHas())
                .build();
        for (String each : IMPORTS) {
            checked(shell.eval(each), each);
        }
        for (Map.Entry<String, BackdoorServer.Variable> variable : variables.entrySet()) {
            String declaration = variable.getValue().type() + " " + variable.getKey() + " = null;";
            if (checked(shell.eval(declaration), declaration)) {
                control.assign(variable.getKey(), variable.getValue().value());
            }
        }
        return null;
    }

    /** Snippets are classes of no module; they see what the modules of the process export. */
    private static String[] whatTheProcessHas() {
        String classes = System.getProperty("java.class.path", "");
        String modules = System.getProperty("jdk.module.path");
        return modules == null
                ? new String[] {"--class-path", classes}
                : new String[] {"--class-path", classes, "--module-path", modules, "--add-modules", "ALL-MODULE-PATH"};
    }

    private boolean checked(List<SnippetEvent> events, String source) {
        for (SnippetEvent event : events) {
            if (event.status() != Snippet.Status.VALID) {
                out.println("not in this session: " + source);
                printDiagnostics(event.snippet());
                return false;
            }
        }
        return true;
    }

    // ---- in the session's greenlet ----

    private void loop() throws Exception {
        out.println(hub + " on JDK " + Runtime.version() + ", /help for help");
        StringBuilder source = new StringBuilder();
        while (true) {
            out.print(source.isEmpty() ? PROMPT : MORE);
            String line = input.line(null);
            if (line == null) {
                return;
            }
            if (line == BackdoorInput.INTERRUPTED) {
                control.interruptSeen();
                source.setLength(0);
                out.println();
            } else if (!source.isEmpty() || !isCommand(line)) {
                source.append(line).append('\n');
                evaluateWhatIsComplete(source);
            } else if (isEnd(line.strip())) {
                return;
            } else {
                command(line.strip());
            }
        }
    }

    private static boolean isCommand(String line) {
        String command = line.strip();
        return command.isEmpty() || isEnd(command) || command.startsWith("/") && !command.startsWith("//") && !command.startsWith("/*");
    }

    private static boolean isEnd(String command) {
        return switch (command) {
            case "/exit", "/quit", "exit", "quit", "exit()", "quit()", "exit();", "quit();" -> true;
            default -> false;
        };
    }

    private void command(String command) throws Exception {
        switch (command) {
            case "" -> {}
            case "/help" -> out.print(HELP);
            case "/greenlets" -> hub.greenlets().forEach(out::println);
            case "/report" -> out.print(compiler.apply(() -> Monitor.get().report())); // there, the hub goes on meanwhile
            case "/vars" -> shell.variables().forEach(variable -> out.println(variable.typeName() + " " + variable.name()));
            default -> out.println(command + ": not a command (expected: /help, /greenlets, /report, /vars, /exit)");
        }
    }

    private void evaluateWhatIsComplete(StringBuilder source) throws Exception {
        while (!source.toString().isBlank()) {
            CompletionInfo info = compiler.apply(() -> shell.sourceCodeAnalysis().analyzeCompletion(source.toString()));
            if (!info.completeness().isComplete() && info.completeness() != SourceCodeAnalysis.Completeness.UNKNOWN) {
                return;
            }
            String snippet = info.source() != null ? info.source() : source.toString();
            String rest = info.source() != null ? info.remaining() : "";
            source.setLength(0);
            List<SnippetEvent> events = compiler.apply(() -> shell.eval(snippet));
            events.forEach(this::print);
            if (events.stream().allMatch(event -> event.status() == Snippet.Status.VALID && event.exception() == null)) {
                source.append(rest);
            }
        }
        source.setLength(0);
    }

    private void print(SnippetEvent event) {
        if (event.causeSnippet() != null) {
            return; // another snippet, that this one has changed
        }
        if (event.status() == Snippet.Status.REJECTED) {
            printDiagnostics(event.snippet());
        } else if (event.exception() != null) {
            print(event.exception());
        } else if (event.value() != null && !event.value().isEmpty()) {
            String name = switch (event.snippet()) {
                case VarSnippet variable -> variable.name() + " ==> ";
                case ExpressionSnippet expression -> expression.name() + " ==> ";
                default -> "";
            };
            out.println(name + event.value());
        }
    }

    private void printDiagnostics(Snippet snippet) {
        shell.diagnostics(snippet).forEach(diagnostic -> out.println("error: " + diagnostic.getMessage(null)));
    }

    private void print(JShellException error) {
        String name = error instanceof EvalException thrown ? thrown.getExceptionClassName() : error.getClass().getName();
        out.println(name + (error.getMessage() == null ? "" : ": " + error.getMessage()));
        for (StackTraceElement element : error.getStackTrace()) {
            if (element.getClassName().startsWith(SnippetControl.FRAMEWORK)) {
                break;
            }
            out.println("      at " + element);
        }
    }
}
