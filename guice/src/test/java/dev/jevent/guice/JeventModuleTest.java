package dev.jevent.guice;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Inject;
import com.google.inject.Injector;
import com.google.inject.Provider;
import dev.jevent.Hub;
import dev.jevent.Loop;
import dev.jevent.Resolver;
import dev.jevent.Settings;
import dev.jevent.ThreadPool;
import dev.jevent.testkit.HubTest;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class JeventModuleTest {
    /** As an application's own would be. */
    private static final class Parts {
        @Inject Hub hub;
        @Inject Loop loop;
        @Inject Resolver resolver;
        @Inject ThreadPool threadPool;
        @Inject Settings settings;
        @Inject Provider<Hub> hubs;
    }

    @HubTest
    void whatIsInjectedBelongsToTheHubOfWhoAsks(Hub hub) {
        Parts parts = Guice.createInjector(new JeventModule()).getInstance(Parts.class);
        assertThat(parts.hub).isSameAs(hub);
        assertThat(parts.loop).isSameAs(hub.loop());
        assertThat(parts.resolver).isSameAs(hub.resolver());
        assertThat(parts.threadPool).isSameAs(hub.threadPool());
        assertThat(parts.settings).isSameAs(Settings.process());
    }

    @Test
    void eachThreadHasItsOwnHub() throws Exception {
        Injector injector = Guice.createInjector(new JeventModule());
        Hub first = hubOfANewThread(injector);
        Hub second = hubOfANewThread(injector);
        assertThat(first).isNotSameAs(second);
    }

    @Test
    void hubsThatAreMadeHereHaveTheSettingsOfTheModule() throws Exception {
        Settings settings = Settings.process().with(Settings.LOOP, List.of("nio")).with(Settings.THREADPOOL_SIZE, 3);
        Injector injector = Guice.createInjector(new JeventModule(settings));
        var size = new CompletableFuture<Integer>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try (Hub hub = injector.getInstance(Hub.class)) {
                size.complete(hub.threadPool().maxSize());
            } catch (Throwable e) {
                size.completeExceptionally(e);
            }
        });
        thread.join();
        assertThat(size.join()).isEqualTo(3);
    }

    @Test
    void eachPartOfAnApplicationMayInstallIt() {
        assertThat(Guice.createInjector(new JeventModule(), new JeventModule()).getInstance(Settings.class)).isSameAs(Settings.process());
    }

    private static Hub hubOfANewThread(Injector injector) throws InterruptedException {
        var seen = new CompletableFuture<Hub>();
        Thread thread = Thread.ofPlatform().start(() -> {
            try (Hub hub = injector.getInstance(Hub.class)) {
                assertThat(injector.getInstance(Parts.class).hubs.get()).isSameAs(hub).isSameAs(Hub.current());
                seen.complete(hub);
            } catch (Throwable e) {
                seen.completeExceptionally(e);
            }
        });
        thread.join();
        return seen.join();
    }
}
