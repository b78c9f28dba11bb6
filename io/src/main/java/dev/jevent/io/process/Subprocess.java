package dev.jevent.io.process;

import dev.jevent.Durations;
import dev.jevent.Hub;
import dev.jevent.Linkable;
import dev.jevent.Result;
import dev.jevent.WaitNode;
import dev.jevent.WaitQueue;
import dev.jevent.contract.AnyThread;
import dev.jevent.contract.NeverSwitches;
import dev.jevent.contract.Switches;
import dev.jevent.io.ByteInput;
import dev.jevent.io.ByteOutput;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.Charset;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * A program that was started: a {@link Process} whose waits let other greenlets run. It can be waited for together with others,
 * and linked to, as a greenlet can; by any hub. Until it ends, it keeps the hub that started it going. [F-SUB-01]
 *
 * <pre>
 *   RUNNING ── the program ends, or is killed ──▶ ENDED
 * </pre>
 *
 * <p>Signals to one that has ended go nowhere, also when its number belongs to another process by then. [F-SUB-04]
 */
@AnyThread
public final class Subprocess extends Linkable<Subprocess> implements AutoCloseable {
    private static final int RUNNING = -1;

    private final List<String> command;
    private final Charset charset;
    private final Launched launched;
    private final ProcessHandle handle;
    private final Communication communication;
    private final Holds holds;
    private volatile int status = RUNNING;

    Subprocess(List<String> command, Charset charset, Launched launched, Hub hub) {
        this.command = List.copyOf(command);
        this.charset = charset;
        this.launched = launched;
        this.handle = launched.process().toHandle();
        this.communication = new Communication(launched);
        this.holds = new Holds(hub);
    }

    // ---- starting ----

    /** Starts a program with pipes to all three of its streams; {@link Command} has more to choose from. */
    @Switches
    public static Subprocess start(String... words) throws IOException {
        return new Command(words).start();
    }

    /** As {@link Command#run()}. */
    @Switches
    public static Completed run(String... words) throws IOException {
        return new Command(words).run();
    }

    /** As {@link Command#call()}. */
    @Switches
    public static int call(String... words) throws IOException {
        return new Command(words).call();
    }

    /** As {@link Command#checkCall()}. */
    @Switches
    public static void checkCall(String... words) throws IOException {
        new Command(words).checkCall();
    }

    /** As {@link Command#checkOutput()}. */
    @Switches
    public static String checkOutput(String... words) throws IOException {
        return new Command(words).checkOutput();
    }

    /**
     * Starts it on a thread of the pool, since that takes milliseconds. If the wait for that fails, so that nobody would
     * know of the process, there is none.
     */
    static Subprocess start(ProcessBuilder builder, Charset charset) throws IOException {
        Hub hub = Hub.current();
        Launcher launcher = PipeLauncher.of(hub.loop());
        Start start = new Start(launcher == null ? new JdkLauncher() : launcher, builder, charset, hub);
        Result<Subprocess> call = null;
        Subprocess started = null;
        try {
            call = hub.threadPool().spawn(start);
            call.join();
            if (call.exception() != null) {
                throw Start.thrown(call.exception());
            }
            started = call.value();
            return started;
        } finally {
            if (started == null) {
                if (call != null) {
                    call.cancel(false);
                }
                start.abandon();
            }
        }
    }

    /** Has it told when the process has ended. Called on a thread that no hub owns, so that no hub is in the way. */
    void watch() {
        Thread.ofVirtual().name("jevent-process-" + pid()).start(this::awaitExit);
    }

    /** Not {@link Process#onExit}: that would look for the process by its number, which may be another's already. */
    private void awaitExit() {
        boolean interrupted;
        do {
            try {
                ended(launched.process().waitFor());
                interrupted = false;
            } catch (InterruptedException e) {
                interrupted = true; // nobody has a reason to; the end is waited for all the same
            }
        } while (interrupted);
    }

    private void ended(int exitStatus) {
        enter();
        status = exitStatus;
        WaitNode waiting = claimWaiters();
        leave();
        try {
            WaitQueue.wakeAll(waiting, this);
        } finally {
            holds.end(); // behind the wake-ups
        }
    }

    // ---- what it is ----

    /** The program and what it was called with. */
    public List<String> command() {
        return command;
    }

    public long pid() {
        return handle.pid();
    }

    /** What the platform knows of it, its children among that. */
    public ProcessHandle toHandle() {
        return handle;
    }

    /** What it reads; null if that isn't a pipe. */
    public ByteOutput stdin() {
        return launched.stdin();
    }

    /** What it writes; null if that isn't a pipe. A pipe that nobody reads stops a program that writes more than 64 KB or so. */
    public ByteInput stdout() {
        return launched.stdout();
    }

    /** As {@link #stdout()}; null, too, if it was merged into that. */
    public ByteInput stderr() {
        return launched.stderr();
    }

    // ---- its end ----

    @NeverSwitches
    public boolean isAlive() {
        return status == RUNNING;
    }

    /**
     * What the program ended with, 0 to 255, or 128 and the number of the signal that ended it, as {@link Process#exitValue}
     * has it; empty while it runs. [F-SUB-02]
     */
    @NeverSwitches
    public OptionalInt exitStatus() {
        int known = status;
        return known == RUNNING ? OptionalInt.empty() : OptionalInt.of(known);
    }

    /** As {@link Completed#signal()}, with what that says of the platform; empty while it runs. */
    @NeverSwitches
    public OptionalInt signal() {
        int known = status;
        return known == RUNNING ? OptionalInt.empty() : Completed.signal(known);
    }

    /** As {@link #exitStatus()}, but lets others run before, so that a loop that asks until it is over is over. [F-SUB-02] */
    @Switches
    public OptionalInt poll() {
        if (isAlive()) {
            Hub.current().yieldNow();
        }
        return exitStatus();
    }

    /** Waits until it has ended. @return {@link #exitStatus()} */
    @Switches
    public int waitFor() {
        holds.add(Hub.ifExists());
        awaitReady(-1);
        return status;
    }

    /** Waits until it has ended. @return false if {@code timeout} was over before */
    @Switches
    public boolean waitFor(Duration timeout) {
        long nanos = Durations.nanos("timeout", timeout);
        holds.add(Hub.ifExists());
        return awaitReady(nanos);
    }

    @Override
    protected boolean isReady() {
        return status != RUNNING;
    }

    @Override
    public boolean register(WaitNode node) {
        holds.add(Hub.ifExists());
        return super.register(node);
    }

    // ---- communicating ----

    /** As {@link #communicate(byte[], Duration)}, without input and without limit. */
    @Switches
    public Completed communicate() throws IOException {
        return communicate((byte[]) null, null);
    }

    /** As {@link #communicate(byte[], Duration)}, without limit. */
    @Switches
    public Completed communicate(byte[] input) throws IOException {
        return communicate(input, null);
    }

    /** As {@link #communicate(byte[], Duration)}, with text of the charset of the {@link Command}. */
    @Switches
    public Completed communicate(String input, Duration timeout) throws IOException {
        return communicate(input.getBytes(charset), timeout);
    }

    /**
     * Writes {@code input}, reads what the program writes until nobody writes any more, all at once, and waits for its end.
     * That it does not read its input is no error. After a timeout, a kill or an error nothing is lost: called again, without
     * input, it goes on, and returns all. [F-SUB-03]
     *
     * @param input null: none
     * @param timeout null: without limit
     * @throws ProcessTimeoutException if {@code timeout} was over before; the program still runs
     * @throws IllegalArgumentException if there is {@code input}, but no pipe to write it to
     * @throws IllegalStateException if there is {@code input}, but that of a call before is under way
     */
    @Switches
    public Completed communicate(byte[] input, Duration timeout) throws IOException {
        long nanos = timeout == null ? -1 : Durations.nanos("timeout", timeout);
        communication.begin(this, input);
        if (!communication.run(this, nanos)) {
            throw timedOut(timeout);
        }
        return new Completed(command, status, communication.output(), communication.errorOutput(), charset);
    }

    /** After reading on for {@code rest}, or until nobody writes any more. */
    @Switches
    ProcessTimeoutException timedOut(Duration timeout, Duration rest) throws IOException {
        communication.run(this, rest.toNanos());
        return timedOut(timeout);
    }

    private ProcessTimeoutException timedOut(Duration timeout) throws IOException {
        communication.takeRest();
        return new ProcessTimeoutException(command, timeout, communication.output(), communication.errorOutput());
    }

    // ---- signals ----

    /** Asks it to end: {@code TERM}. Nothing if it has ended. */
    @NeverSwitches
    public void terminate() {
        if (isAlive()) {
            handle.destroy();
        }
    }

    /** Ends it: {@code KILL}. Nothing if it has ended. What it wrote before can be read. */
    @NeverSwitches
    public void kill() {
        if (isAlive()) {
            handle.destroyForcibly(); // not Process.destroy, which throws its output away
        }
    }

    /**
     * Sends it any signal. Nothing if it has ended. Other than {@code TERM} and {@code KILL} they are sent by a shell, since the
     * JDK knows no others.
     *
     * @param signal without {@code SIG}: {@code INT}, {@code HUP}, {@code USR1}…
     * @throws IOException if it could not be sent
     */
    @Switches
    public void sendSignal(String signal) throws IOException {
        if (!signal.matches("(?!SIG)[A-Z][A-Z0-9+-]*")) {
            throw new IllegalArgumentException("signal: " + signal + " (expected: a name without SIG, as INT, TERM or HUP)");
        }
        if (signal.equals("TERM")) {
            terminate();
        } else if (signal.equals("KILL")) {
            kill();
        } else if (isAlive()) {
            Completed sent = new Command("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "sh", signal, Long.toString(pid()))
                    .run();
            if (!sent.successful() && isAlive() && launched.process().isAlive()) {
                throw new IOException("cannot send " + signal + " to " + this + ": " + sent.errorText().strip());
            }
        }
    }

    /**
     * Kills the program if it still runs, closes the pipes, and waits for its end: it doesn't outlive this.
     *
     * @throws IOException if an output pipe could not be closed
     */
    @Override
    @Switches
    public void close() throws IOException {
        kill();
        try {
            closePipes();
        } finally {
            waitFor();
        }
    }

    @NeverSwitches
    void closePipes() throws IOException {
        closeInput();
        try {
            close(stdout());
        } finally {
            close(stderr());
        }
    }

    private void closeInput() {
        try {
            close(stdin());
        } catch (IOException e) {
            // What a program that has ended, or will, didn't read is no error: as in communicate().
        }
    }

    private static void close(Closeable pipe) throws IOException {
        if (pipe != null) {
            pipe.close();
        }
    }

    @Override
    public String toString() {
        int known = status;
        return "<Subprocess " + command + ", pid " + pid() + ", "
                + (known == RUNNING ? "running" : Completed.describe(known)) + ">";
    }
}
