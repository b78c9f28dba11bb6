package dev.jevent.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.jevent.Hub;
import dev.jevent.ProviderException;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.spi.Availability;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import dev.jevent.spi.ResolverProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The choice, and the very words of each refusal: {@code src/test/resources/errors} has one file for each. */
class ProviderChooserTest {
    /** A provider of this test. */
    private static class Fake implements LoopProvider {
        private final String name;
        private final int rank;
        private final Availability availability;
        int asked;

        Fake(String name, int rank, Availability availability) {
            this.name = name;
            this.rank = rank;
            this.availability = availability;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public int rank() {
            return rank;
        }

        @Override
        public Availability availability() {
            asked++;
            return availability;
        }

        @Override
        public HubLoop create(Environment environment, Settings settings) {
            return null;
        }
    }

    private final Fake nio = new Fake("nio", 0, Availability.yes());
    private final Fake epoll = new Fake("epoll-jni", 100, Availability.yes());
    private final Fake noEpoll = new Fake("epoll-jni", 100, Availability.no("no library for linux-aarch64 in loop-epoll-jni-1.0.jar"));
    private final Fake noKqueue = new Fake("kqueue-jni", 100, Availability.no("needs macOS or BSD, this is Linux"));

    private static ProviderChoice<LoopProvider> choice(List<LoopProvider> providers, String... wanted) {
        return ProviderChoice.of(ProviderKind.LOOP, ProviderCandidate.of(ProviderKind.LOOP, providers), List.of(wanted));
    }

    private static void assertRefused(String golden, ProviderChoice<?> choice) {
        assertMessage(golden, catchThrowableOfType(ProviderException.class, () -> ProviderChooser.chosen(choice)));
    }

    private static void assertMessage(String golden, ProviderException refusal) {
        assertThat(refusal.getMessage()).isEqualTo(golden(golden));
    }

    private static String golden(String name) {
        try (var file = ProviderChooserTest.class.getResourceAsStream("/errors/" + name + ".txt")) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8).stripTrailing();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- what is chosen ----

    @Test
    @DisplayName("F-DNS-01, F-CFG-04: without a setting, the available one of the highest rank")
    void theHighestRankThatIsAvailableIsChosen() {
        assertThat(choice(List.of(nio, epoll)).provider()).isSameAs(epoll);
        assertThat(choice(List.of(nio, noEpoll, noKqueue)).provider()).isSameAs(nio);
    }

    @Test
    void equalRanksAreChosenByName() {
        Fake aaa = new Fake("aaa", 100, Availability.yes());
        assertThat(choice(List.of(epoll, aaa)).provider()).isSameAs(aaa);
        assertThat(choice(List.of(aaa, epoll)).provider()).isSameAs(aaa);
    }

    @Test
    void thoseOfLowerRankAreNotAskedWhetherTheyAreAvailable() {
        choice(List.of(nio, epoll));
        assertThat(nio.asked).isZero();
        assertThat(epoll.asked).isEqualTo(1);
    }

    @Test
    @DisplayName("B-DNS-13: of a list of names, the first that is there and available")
    void aSettingNamesThemInOrderOfPreference() {
        assertThat(choice(List.of(nio, epoll), "nio").provider()).isSameAs(nio);
        assertThat(choice(List.of(nio, epoll), "NIO").provider()).isSameAs(nio);
        assertThat(choice(List.of(nio, epoll), "uring", "nio", "epoll-jni").provider()).isSameAs(nio);
        assertThat(choice(List.of(nio, noEpoll), "epoll-jni", "nio").provider()).isSameAs(nio);
    }

    @Test
    void everyCandidateIsExplained() {
        Fake twin = new Fake("nio", 5, Availability.yes());
        ProviderChoice<LoopProvider> choice = choice(List.of(nio, twin, noEpoll), "uring", "nio");
        assertThat(choice.candidates()).containsExactly(
                new ProviderChoice.Candidate("uring", 0, null, false, false, "not on the class path"),
                new ProviderChoice.Candidate("epoll-jni", 100, Fake.class.getName(), false, false,
                        "unavailable: no library for linux-aarch64 in loop-epoll-jni-1.0.jar"),
                new ProviderChoice.Candidate("nio", 5, Fake.class.getName(), false, false,
                        "unavailable: " + Fake.class.getName() + " has the same name and comes first"),
                new ProviderChoice.Candidate("nio", 0, Fake.class.getName(), true, true, "chosen: jevent.loop=uring,nio names it"));
        assertThat(choice(List.of(nio, epoll)).toString()).isEqualTo("""
                event loop
                  epoll-jni  chosen: of those that are available, rank 100 is the highest
                  nio        available, rank 0""");
    }

    // ---- what goes wrong ----

    @Test
    void anEmptyClassPathIsRefused() {
        assertRefused("no-loop-none", choice(List.of()));
    }

    @Test
    @DisplayName("B-CFG-06: a name that nothing has, or a path, is refused with what there is")
    void aMisspelledNameIsRefusedWithASuggestion() {
        assertRefused("no-loop-misspelled", choice(List.of(nio, epoll), "epol-jni"));
        assertRefused("no-loop-path", choice(List.of(nio, epoll), "lib/loop.so"));
    }

    @Test
    @DisplayName("B-CFG-06: so is a name on an empty class path")
    void aNameOnAnEmptyClassPathIsRefused() {
        assertRefused("no-loop-named-none", choice(List.of(), "nio"));
    }

    @Test
    void aNamedLoopThatIsUnavailableIsRefused() {
        assertRefused("no-loop-named-unavailable", choice(List.of(nio, noEpoll), "epoll-jni"));
    }

    @Test
    void unavailableLoopsAreRefusedWithTheirReasons() {
        assertRefused("no-loop-all-unavailable", choice(List.of(noEpoll, noKqueue)));
        assertRefused("no-loop-nothing-else",
                choice(List.of(noEpoll, new Fake("nio", 0, Availability.no("the JDK has no java.nio.channels.Selector")))));
    }

    @Test
    void resolversAreRefusedInTheirOwnWords() {
        assertRefused("no-resolver-none", ProviderChoice.of(ProviderKind.RESOLVER, List.of(), List.of()));
    }

    @Test
    void aBrokenProviderIsACandidateAndNotTheEnd() {
        Fake throwsName = new Fake(null, 0, null) {
            @Override
            public String name() {
                throw new IllegalStateException("which?");
            }
        };
        Fake throwsRank = new Fake("ranked", 0, null) {
            @Override
            public int rank() {
                throw new IllegalStateException("how high?");
            }
        };
        Fake throwsAvailability = new Fake("native", 9, null) {
            @Override
            public Availability availability() {
                throw new UnsatisfiedLinkError("libnative.so");
            }
        };
        List<LoopProvider> broken = List.of(
                throwsName, new Fake(null, 0, null), new Fake(" ", 0, null), throwsRank, throwsAvailability,
                new Fake("mute", 8, null));
        assertThat(choice(broken).provider()).isNull();
        assertThat(choice(broken).candidates()).extracting(ProviderChoice.Candidate::verdict).containsExactlyInAnyOrder(
                "unavailable: name() threw java.lang.IllegalStateException: which?",
                "unavailable: name() returned null",
                "unavailable: name() returned \" \"",
                "unavailable: rank() threw java.lang.IllegalStateException: how high?",
                "unavailable: availability() threw java.lang.UnsatisfiedLinkError: libnative.so",
                "unavailable: availability() returned null");
    }

    @Test
    void aServiceFileWithBrokenEntriesStillGivesTheGoodOnes(@TempDir Path directory) throws Exception {
        Path services = Files.createDirectories(directory.resolve("META-INF/services"));
        Files.writeString(services.resolve(LoopProvider.class.getName()), """
                dev.jevent.hub.NoSuchLoop
                dev.jevent.hub.ProviderChooserTest$ThrowsInConstructor
                dev.jevent.hub.Eventually
                dev.jevent.hub.ProviderChooserTest$Good
                """);
        ClassLoader loader = new ClassLoader(getClass().getClassLoader()) {
            @Override
            public java.util.Enumeration<java.net.URL> getResources(String name) throws IOException {
                // only this test's file, not those of the class path
                return java.util.Collections.enumeration(List.of(directory.resolve(name).toUri().toURL()));
            }
        };
        List<ProviderCandidate<LoopProvider>> found = ProviderCandidate.load(ProviderKind.LOOP, loader);
        ProviderChoice<LoopProvider> choice = ProviderChoice.of(ProviderKind.LOOP, found, List.of());
        assertThat(choice.provider()).isInstanceOf(Good.class);
        assertThat(choice.toString()).isEqualTo("""
                event loop
                  good                                                    chosen: of those that are available, rank 1 is the highest
                  dev.jevent.hub.Eventually                               unavailable: dev.jevent.hub.Eventually not a subtype
                  dev.jevent.hub.NoSuchLoop                               unavailable: Provider dev.jevent.hub.NoSuchLoop not found
                  dev.jevent.hub.ProviderChooserTest$ThrowsInConstructor  unavailable: Provider dev.jevent.hub.ProviderChooserTest$ThrowsInConstructor could not be instantiated: java.lang.IllegalStateException: not today""");
    }

    /** In this test's service file. */
    public static final class Good extends Fake {
        /** For ServiceLoader. */
        public Good() {
            super("good", 1, Availability.yes());
        }
    }

    /** In this test's service file. */
    public static final class ThrowsInConstructor extends Fake {
        /** For ServiceLoader. */
        public ThrowsInConstructor() {
            super("never", 1, Availability.yes());
            throw new IllegalStateException("not today");
        }
    }

    @Test
    void anUnreadableServiceFileDoesNotHang() {
        ClassLoader loader = new ClassLoader(getClass().getClassLoader()) {
            @Override
            public java.util.Enumeration<java.net.URL> getResources(String name) throws IOException {
                throw new IOException("disk");
            }
        };
        List<ProviderCandidate<LoopProvider>> found = ProviderCandidate.load(ProviderKind.LOOP, loader);
        assertThat(ProviderChoice.of(ProviderKind.LOOP, found, List.of()).provider()).isNull();
        assertThat(found.getFirst().reason()).contains("disk");
    }

    @Test
    void aLoopThatCannotBeStartedIsToldWithTheAlternatives() {
        UncheckedIOException cause = new UncheckedIOException(new IOException("Too many open files"));
        ProviderChoice<LoopProvider> choice = choice(List.of(nio, epoll));
        ProviderException failure = choice.failure("epoll-jni", cause);
        assertMessage("loop-failed", failure);
        assertThat(failure).hasCause(cause);
    }

    @Test
    void creatingWrapsWhatAProviderThrows() {
        LoopProvider broken = new Fake("broken", 0, Availability.yes()) {
            @Override
            public HubLoop create(Environment environment, Settings settings) {
                throw new IllegalStateException("boom");
            }
        };
        assertThat(catchThrowable(() -> ProviderChooser.create(broken, Environment.system(), Settings.process())))
                .isInstanceOf(ProviderException.class)
                .hasMessageStartingWith("[jevent/LoopFailed] The event loop broken cannot be started: java.lang.IllegalStateException: boom")
                .hasRootCauseMessage("boom");
        assertThat(catchThrowable(() -> ProviderChooser.create(nio, Environment.system(), Settings.process())))
                .isInstanceOf(ProviderException.class)
                .hasMessageContaining("create() returned null");
        assertThat(catchThrowable(() -> ProviderChooser.create(new BrokenResolver(), (Hub) null, Settings.process())))
                .isInstanceOf(ProviderException.class)
                .hasMessageStartingWith("[jevent/ResolverFailed] The resolver broken cannot be started:");
    }

    private static final class BrokenResolver implements ResolverProvider {
        @Override
        public String name() {
            return "broken";
        }

        @Override
        public Availability availability() {
            return Availability.yes();
        }

        @Override
        public int rank() {
            return 0;
        }

        @Override
        public Resolver create(Hub hub, Settings settings) {
            throw new NoClassDefFoundError("x/Y");
        }
    }

    @Test
    void aProviderExceptionOfAProviderIsPassedOn() {
        ProviderException own = new ProviderException("[jevent/Other] says it all");
        LoopProvider refusing = new Fake("refusing", 0, Availability.yes()) {
            @Override
            public HubLoop create(Environment environment, Settings settings) {
                throw own;
            }
        };
        assertThat(catchThrowable(() -> ProviderChooser.create(refusing, Environment.system(), Settings.process()))).isSameAs(own);
    }

    @Test
    void theClassPathOfTheseTestsHasALoop() {
        assertThat(ProviderChooser.loop(Settings.process())).isSameAs(ProviderChooser.loop(Settings.process()));
        assertThat(catchThrowable(() -> ProviderChooser.loop(Settings.process().with(Settings.LOOP, List.of("noi")))))
                .hasMessageContaining("did you mean nio?");
    }
}
