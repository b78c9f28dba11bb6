package dev.jevent.loop;

import dev.jevent.Pollable;
import dev.jevent.Settings;
import dev.jevent.spi.Environment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;

/** What a loop under test sees: a clock that only polls and the test move, near its wrap, and a scripted poller. */
final class World implements Environment {
    static final long START = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    long nanos = START;
    IntUnaryOperator chooser; // simulated if not null
    Consumer<String> interposer = where -> {};
    final ScriptedPoller poller;
    final List<String> log = new ArrayList<>();

    private World(boolean edgeTriggered) {
        poller = new ScriptedPoller(this, edgeTriggered);
    }

    static World levelTriggered() {
        return new World(false);
    }

    static World edgeTriggered() {
        return new World(true);
    }

    /** A loop of this world and the calling thread. */
    PollingLoop loop() {
        return loop(Settings.process());
    }

    PollingLoop loop(Settings settings) {
        return new PollingLoop("scripted", poller, this, settings);
    }

    /** A callback that writes {@code line} into the log. */
    Runnable says(String line) {
        return () -> log.add(line);
    }

    void pass(Duration time) {
        nanos += time.toNanos();
    }

    long sinceStart() {
        return nanos - START;
    }

    static Pollable descriptor(int number) {
        return Pollable.of(number);
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public boolean simulated() {
        return chooser != null;
    }

    @Override
    public int choose(int count) {
        return chooser.applyAsInt(count);
    }

    @Override
    public void interpose(String where) {
        interposer.accept(where);
    }
}
