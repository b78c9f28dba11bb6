package dev.jevent.launcher;

import java.io.PrintWriter;
import java.time.Duration;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far a long job is: a bar on a terminal, a line now and then elsewhere. Told by one greenlet. */
interface Progress {
    void at(long done);

    /** The job is over: the last call. */
    void done(long done);

    /** @param all -1: not known @param err where lines go; a bar goes to the terminal */
    static Progress of(String what, long all, PrintWriter err) {
        var console = System.console();
        return console != null && console.isTerminal() ? new Bar(what, all) : new Lines(what, all, err);
    }

    /** Drawn by a daemon thread of the library's own, which only reads a counter. */
    final class Bar implements Progress {
        private final ProgressBar bar;

        Bar(String what, long all) {
            bar = new ProgressBarBuilder()
                    .setTaskName(what)
                    .setInitialMax(all)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(100)
                    .hideEta()
                    .showSpeed()
                    .clearDisplayOnFinish()
                    .build();
        }

        @Override
        public void at(long done) {
            bar.stepTo(done);
        }

        @Override
        public void done(long done) {
            bar.stepTo(done);
            bar.close();
        }
    }

    final class Lines implements Progress {
        private static final long EVERY = Duration.ofSeconds(1).toNanos();

        private final String what;
        private final long all;
        private final PrintWriter err;
        private long last = System.nanoTime() - EVERY;

        Lines(String what, long all, PrintWriter err) {
            this.what = what;
            this.all = all;
            this.err = err;
        }

        @Override
        public void at(long done) {
            if (System.nanoTime() - last >= EVERY) {
                done(done);
            }
        }

        @Override
        public void done(long done) {
            last = System.nanoTime();
            if (all < 0) {
                err.printf("%s: %,d%n", what, done);
            } else {
                err.printf("%s: %,d of %,d%n", what, done, all);
            }
            err.flush();
        }
    }
}
