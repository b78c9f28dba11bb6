package dev.jevent.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.jevent.Hub;
import dev.jevent.Jevent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/**
 * Every block of Java in the documentation compiles; runs, unless it is marked {@code no-run}; and prints what the
 * {@code text} block after it, or its comments {@code // prints: }, say it does.
 *
 * <p>A fragment runs as the first greenlet of a hub of its own, a whole program as the main of a thread of its own.
 * A class with a {@code @HubTest} is run by JUnit. What a hub reports on {@code System.err} fails the block, unless it is marked
 * {@code reports}.
 *
 * <p>The blocks of the tutorial are the files of a project: {@code outside/tutorial} builds and runs that.
 */
class DocsCodeTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Pattern OTHER_BLOCK = Pattern.compile("(?ms)^```(?!java\\b)\\w.*?^```$");
    private static final String TUTORIAL = "docs/guide/tutorial.md";

    @TestFactory
    List<DynamicTest> everyBlockDoesWhatItsPageSays() throws Exception {
        var blocks = blocks();
        var compiled = new CompiledBlocks(blocks);
        return blocks.stream().map(block -> DynamicTest.dynamicTest(block.toString(), () -> check(block, compiled))).toList();
    }

    private static List<CodeBlock> blocks() throws Exception {
        var blocks = new ArrayList<CodeBlock>();
        for (var page : Pages.all()) {
            if (!page.equals(Pages.page(TUTORIAL))) {
                blocks.addAll(CodeBlock.of(page));
            }
        }
        return blocks;
    }

    @Test
    void theTutorialIsReplayedByTheBuild() throws Exception {
        assertThat(Files.readString(Pages.page("verify"))).contains("    outside/tutorial ");
        assertThat(Files.readString(Pages.page("outside/tutorial"))).contains("page=$root/" + TUTORIAL);
    }

    @Test
    void theReadmeHasAProgramThatRuns() throws Exception {
        var programs = CodeBlock.of(Pages.page("README.md")).stream().filter(it -> it.isProgram() && it.runs()).toList();
        assertThat(programs).isNotEmpty();
        assertThat(programs.getFirst().expected()).as("the output of its first program").isNotBlank();
    }

    /** But for the declaration of a module, which the projects of {@code outside} have. */
    @Test
    void noJavaHidesInABlockOfAnotherKind() throws Exception {
        var hidden = new ArrayList<String>();
        for (var page : Pages.all()) {
            OTHER_BLOCK.matcher(Files.readString(page)).results().map(MatchResult::group)
                    .filter(it -> it.lines().map(String::strip).anyMatch(line -> line.endsWith(";") && !line.startsWith("requires ")))
                    .forEach(it -> hidden.add(Pages.name(page) + ": " + it));
        }
        assertThat(hidden).isEmpty();
    }

    @Test
    void aBlockThatNamesNothingThatExistsDoesNotCompile() {
        var wrong = new CodeBlock(Pages.page("README.md"), 7, java.util.Set.of(), "spawn(() -> nothing());", null);
        assertThat(new CompiledBlocks(List.of(wrong)).errorsOf(wrong)).contains("line 8").contains("nothing()");
    }

    @Test
    void anEllipsisStandsForAnythingWithinALine() {
        var block = new CodeBlock(Pages.page("README.md"), 1, java.util.Set.of(), "", "at 0x…: done\nend");
        assertThat(block.matches("at 0x12ab: done\nend\n")).isTrue();
        assertThat(block.matches("at 0x12ab: done\nmore\nend\n")).isFalse();
        assertThat(block.matches("at 0x12ab: undone")).isFalse();
    }

    private static void check(CodeBlock block, CompiledBlocks compiled) throws Exception {
        assertThat(block.words()).as("words after ```java in %s", block).isSubsetOf(CodeBlock.WORDS);
        var errors = compiled.errorsOf(block);
        if (errors != null) {
            fail("%s does not compile:%s", block, errors);
        }
        if (!block.runs()) {
            assertThat(block.expected()).as("output of %s, which doesn't run", block).isNull();
        } else if (compiled.anyErrors()) {
            Assumptions.abort("not run, because other blocks do not compile");
        } else {
            var type = compiled.loadClass(block.className());
            if (block.isTest()) {
                test(block, type);
            } else {
                run(block, type);
            }
        }
    }

    private static void test(CodeBlock block, Class<?> type) {
        var summary = new SummaryGeneratingListener();
        LauncherFactory.create().execute(LauncherDiscoveryRequestBuilder.request().selectors(selectClass(type)).build(), summary);
        summary.getSummary().getFailures().forEach(it -> {
            throw new AssertionError(block + ": " + it.getTestIdentifier().getDisplayName(), it.getException());
        });
        assertThat(summary.getSummary().getTestsSucceededCount()).as("tests in %s", block).isPositive();
    }

    private static void run(CodeBlock block, Class<?> type) throws Exception {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var failure = new AtomicReference<Throwable>();
        var thread = new Thread(() -> runOnHub(block, type, failure), "main of " + block);
        thread.setDaemon(true);
        var systemOut = System.out;
        var systemErr = System.err;
        System.setOut(new PrintStream(out, true, UTF_8));
        System.setErr(new PrintStream(err, true, UTF_8));
        boolean ended;
        try {
            thread.start();
            ended = thread.join(LIMIT);
        } finally {
            System.setOut(systemOut);
            System.setErr(systemErr);
        }
        if (!ended) {
            fail("%s has not ended after %s; it printed\n%s\nand its thread is at\n  %s", block, LIMIT, out.toString(UTF_8),
                    Arrays.stream(thread.getStackTrace()).map(String::valueOf).collect(Collectors.joining("\n  ")));
        }
        if (failure.get() != null) {
            throw new AssertionError(block + " failed after printing\n" + out.toString(UTF_8), failure.get());
        }
        if (block.expected() != null && !block.matches(out.toString(UTF_8))) {
            assertThat(out.toString(UTF_8).strip()).as("output of %s", block).isEqualTo(block.expected().strip());
        }
        if (block.reports()) {
            assertThat(err.toString(UTF_8)).as("System.err of %s", block).isNotBlank();
        } else {
            assertThat(err.toString(UTF_8)).as("System.err of %s", block).isBlank();
        }
    }

    private static void runOnHub(CodeBlock block, Class<?> type, AtomicReference<Throwable> failure) {
        try {
            if (block.isProgram()) {
                var main = Arrays.stream(type.getDeclaredMethods()).filter(it -> it.getName().equals("main")).findFirst().orElseThrow();
                main.setAccessible(true);
                var constructor = type.getDeclaredConstructor();
                constructor.setAccessible(true);
                invoke(main, constructor.newInstance(), main.getParameterCount() == 0 ? new Object[0] : new Object[] {new String[0]});
            } else {
                var method = type.getMethod(CodeBlock.METHOD);
                Jevent.<Exception>run(() -> invoke(method, null));
            }
        } catch (Throwable t) {
            failure.set(t);
        } finally {
            close(failure);
        }
    }

    private static void close(AtomicReference<Throwable> failure) {
        try {
            var hub = Hub.ifExists();
            if (hub != null) {
                hub.close();
            }
        } catch (Throwable t) {
            failure.compareAndSet(null, t);
        }
    }

    private static void invoke(java.lang.reflect.Method method, Object target, Object... arguments) throws Exception {
        try {
            method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            switch (e.getCause()) {
                case Exception cause -> throw cause;
                case Error cause -> throw cause;
                default -> throw e;
            }
        }
    }
}
