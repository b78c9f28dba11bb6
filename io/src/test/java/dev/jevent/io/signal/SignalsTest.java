package dev.jevent.io.signal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Waitable;
import dev.jevent.io.process.Command;
import dev.jevent.io.process.Subprocess;
import dev.jevent.io.program.EndsByInterrupt;
import dev.jevent.io.program.Programs;
import dev.jevent.sync.AsyncResult;
import dev.jevent.sync.Event;
import dev.jevent.testkit.Errors;
import dev.jevent.testkit.HubTest;
import java.io.BufferedReader;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;

class SignalsTest {
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final int TIMES = 1_000;

    private static void raise(String signal) throws Exception {
        Subprocess.checkCall("/bin/sh", "-c", "kill -s \"$1\" \"$2\"", "sh", signal, "" + ProcessHandle.current().pid());
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SIG-01: no handler, no such signal, or one that the JVM keeps is an error, and nothing is subscribed")
    void badSubscriptionsAreRefused(Hub hub) {
        int active = hub.statistics().loop().active();
        assertThatThrownBy(() -> Signals.handle("USR2", null)).isInstanceOf(NullPointerException.class).hasMessage("handler");
        assertThatThrownBy(() -> Signals.event(null)).isInstanceOf(NullPointerException.class).hasMessage("signal");
        assertThatIllegalArgumentException().isThrownBy(() -> Signals.event("NOSUCH")).withMessageContaining("NOSUCH");
        assertThatIllegalArgumentException().isThrownBy(() -> Signals.handle("SEGV", () -> {})).withMessageContaining("SEGV");
        assertThatIllegalArgumentException().isThrownBy(() -> Signals.handle("KILL", () -> {}));
        assertThat(hub.statistics().loop().active()).isEqualTo(active);
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-TOP-16: a signal is an event that greenlets wait for, alone and together with others")
    void isAnEvent(Hub hub) throws Exception {
        List<Long> told = new ArrayList<>();
        try (SignalEvent event = Signals.event("USR2")) {
            assertThat(event.await(MOMENT)).isFalse();
            Greenlet<Long> waiter = hub.spawn(() -> {
                event.await();
                return event.count();
            });
            event.rawLink(it -> told.add(it.count()));
            raise("USR2");
            assertThat(hub.waitAny(List.<Waitable>of(new Event(), event))).isSameAs(event);
            assertThat(waiter.get()).isEqualTo(1);
            assertThat(told).containsExactly(1L);
            assertThat(event.isSet()).isTrue();
            event.clear();
            assertThat(event.await(MOMENT)).isFalse();
            raise("USR2");
            event.await();
            assertThat(event.count()).isEqualTo(2);
            assertThat(event).hasToString("<SignalEvent USR2, set, 0 waiting>");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("an open event keeps the hub going, so that its main can wait for nothing else")
    void eventKeepsTheHubGoing(Hub hub) throws Exception {
        try (SignalEvent event = Signals.event("USR2")) {
            assertThat(event.ref()).isTrue();
            try (Subprocess shell = Subprocess.start(
                    "/bin/sh", "-c", "read line; kill -s USR2 " + ProcessHandle.current().pid())) {
                shell.stdin().write("go\n", UTF_8);
                shell.waitFor();
            }
            event.await();
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SIG-03: a handler runs in a greenlet of its own and may wait; its error is reported, and the next signal is handled")
    void handlerIsAGreenlet(Hub hub, Errors errors) throws Exception {
        errors.expect(IllegalStateException.class, 2);
        List<Greenlet<?>> handlers = new ArrayList<>();
        AsyncResult<String> second = new AsyncResult<>();
        try (Signals.Subscription subscription = Signals.handle("USR2", () -> {
            handlers.add(Greenlet.current());
            hub.sleep(MOMENT);
            if (handlers.size() == 2) {
                second.set("handled");
            }
            throw new IllegalStateException("of the handler");
        })) {
            assertThat(subscription.ref()).isFalse();
            assertThat(subscription.signal()).isEqualTo("USR2");
            raise("USR2");
            while (handlers.isEmpty() || !handlers.getFirst().dead()) {
                hub.sleep(MOMENT);
            }
            assertThat(handlers.getFirst()).isNotSameAs(hub.main());
            assertThat(handlers.getFirst().exception()).isInstanceOf(IllegalStateException.class);
            subscription.ref(true); // or main would wait for nobody
            raise("USR2");
            assertThat(second.get()).isEqualTo("handled");
            hub.joinAll(handlers);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("B-SIG-03: the end of a child is told once to whoever waits, whatever handler of CHLD there is")
    void childSignalIsOneAsAnyOther(Hub hub) throws Exception {
        int[] handled = {0};
        try (Signals.Subscription subscription = Signals.handle("CHLD", () -> handled[0]++);
                Subprocess child = Subprocess.start("/bin/sh", "-c", "exit 3")) {
            assertThat(child.waitFor()).isEqualTo(3);
            while (handled[0] == 0) {
                hub.sleep(MOMENT);
            }
            assertThat(subscription.signal()).isEqualTo("CHLD");
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("with the last subscriber that is closed, the handler of before is back")
    void handlerOfBeforeIsBack(Hub hub) throws Exception {
        Class<?> signal = Class.forName("sun.misc.Signal"); // by name: javac warns of any other use
        Class<?> handler = Class.forName("sun.misc.SignalHandler");
        AtomicInteger before = new AtomicInteger();
        Object ours = Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {handler}, (proxy, method, arguments) -> before.incrementAndGet());
        Method handle = signal.getMethod("handle", signal, handler);
        Object usr2 = signal.getConstructor(String.class).newInstance("USR2");
        Object standard = handle.invoke(null, usr2, ours);
        try {
            try (SignalEvent first = Signals.event("USR2"); SignalEvent second = Signals.event("USR2")) {
                raise("USR2");
                first.await();
                second.await();
                assertThat(before).hasValue(0);
            }
            raise("USR2");
            while (before.get() == 0) {
                hub.sleep(MOMENT);
            }
        } finally {
            handle.invoke(null, usr2, standard);
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("several subscribers are all told, each until it is closed")
    void severalSubscribers(Hub hub) throws Exception {
        List<String> told = new ArrayList<>();
        try (SignalEvent outer = Signals.event("USR2")) {
            Signals.Subscription inner = Signals.handle("USR2", () -> told.add("inner"));
            raise("USR2");
            outer.await();
            while (told.isEmpty()) {
                hub.sleep(MOMENT);
            }
            inner.close();
            inner.close();
            assertThat(inner).asString().endsWith("for signal USR2, closed>");
            outer.clear();
            raise("USR2");
            outer.await();
            hub.sleep(MOMENT);
            assertThat(told).containsExactly("inner");
        }
    }

    private static Command shell(String script, Object... arguments) {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", script, "sh", "" + ProcessHandle.current().pid()));
        for (Object each : arguments) {
            words.add(each.toString());
        }
        return new Command(words);
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("R7: signals that are each sent after the last was told are all told")
    void oneAfterTheOtherNoneIsLost(Hub hub) throws Exception {
        String script = "i=0; while [ $i -lt $2 ]; do i=$((i+1)); kill -s USR2 $1; read line; done";
        try (SignalEvent event = Signals.event("USR2"); Subprocess sender = shell(script, TIMES).start()) {
            for (int i = 1; i <= TIMES; i++) {
                event.await(); // for ever, if one is lost
                event.clear();
                assertThat(event.count()).isEqualTo(i);
                sender.stdin().write("told\n", UTF_8);
            }
            assertThat(sender.waitFor()).isZero();
        }
    }

    /** What is known of one signal of a burst. */
    private static final class Burst implements AutoCloseable {
        final String signal;
        final Path file;
        final Signals.Subscription subscription;
        int calls;
        String last = "";

        Burst(String signal, Path folder) {
            this.signal = signal;
            file = folder.resolve(signal);
            subscription = Signals.handle(signal, () -> {
                calls++;
                last = Files.readString(file).strip();
            });
            subscription.ref(true);
        }

        @Override
        public void close() {
            subscription.close();
        }
    }

    @HubTest(virtualTime = false, limitSeconds = 60)
    @DisplayName("R7: of a burst of several signals the last of each is told, whatever the system makes one of")
    void burst(Hub hub, @TempDir Path folder) throws Exception {
        // The number is written before the signal is sent: whoever is told of the last one finds the last number.
        String script = "i=0; while [ $i -lt $2 ]; do i=$((i+1)); echo $i > \"$3/$4\"; kill -s $4 $1; done";
        List<Burst> bursts = new ArrayList<>();
        List<Subprocess> senders = new ArrayList<>();
        try {
            for (String signal : List.of("USR2", "URG", "WINCH", "CONT")) {
                bursts.add(new Burst(signal, folder));
                senders.add(shell(script, TIMES, folder, signal).start());
            }
            for (Subprocess each : senders) {
                assertThat(each.waitFor()).isZero();
            }
            for (Burst each : bursts) {
                while (!each.last.equals("" + TIMES)) {
                    hub.sleep(MOMENT); // for ever, if the last one is lost
                }
                assertThat(each.calls).as(each.signal).isBetween(1, TIMES);
            }
        } finally {
            bursts.forEach(Burst::close);
            for (Subprocess each : senders) {
                each.close();
            }
        }
    }

    @HubTest(virtualTime = false)
    @DisplayName("F-SIG-03: Ctrl-C reaches main where it sleeps, if one says so")
    void interruptReachesMain() throws Exception {
        try (Subprocess program = Programs.of(EndsByInterrupt.class).redirectErrorStream(true).start();
                BufferedReader lines = program.stdout().reader(UTF_8)) {
            assertThat(lines.readLine()).isEqualTo("ready for INT");
            program.sendSignal("INT");
            assertThat(lines.readLine()).isEqualTo("interrupted");
            assertThat(program.waitFor()).isEqualTo(3);
        }
    }
}
