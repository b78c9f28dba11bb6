package dev.jevent.hub.sim;

import dev.jevent.Pollable;
import dev.jevent.loop.Poller;
import dev.jevent.loop.ReadyTokens;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Pollers that do one thing wrong. */
final class BrokenPollers {
    private BrokenPollers() {}

    /** A wake-up counts only during a poll: one that comes between the last look and the poll is lost. */
    static final class ForgetsEarlyWakeups extends ForwardingPoller {
        private volatile boolean polling;

        ForgetsEarlyWakeups(Poller real) {
            super(real);
        }

        @Override
        public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
            polling = true;
            try {
                return super.poll(timeoutNanos, into);
            } finally {
                polling = false;
            }
        }

        @Override
        public void wakeup() {
            if (polling) {
                super.wakeup();
            }
        }
    }

    /** One wake-up in four gets lost. */
    static final class DropsWakeups extends ForwardingPoller {
        private int count;

        DropsWakeups(Poller real) {
            super(real);
        }

        @Override
        public void wakeup() {
            if (++count % 4 != 0) {
                super.wakeup();
            }
        }
    }

    /** One report in four gets lost. */
    static final class DropsReports extends ForwardingPoller {
        private int count;

        DropsReports(Poller real) {
            super(real);
        }

        @Override
        public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
            int ready = super.poll(timeoutNanos, into);
            if (ready > 0 && ++count % 4 == 0) {
                into.clear();
                return 0;
            }
            return ready;
        }
    }

    /** Knows a descriptor by its number only: an event of an earlier owner is given to the present one. */
    static final class TakesANumberForAnIdentity extends ForwardingPoller {
        private final Map<Pollable, Long> latest = new HashMap<>();
        private final Map<Long, Pollable> owners = new HashMap<>();
        private final ReadyTokens reported = new ReadyTokens();

        TakesANumberForAnIdentity(Poller real) {
            super(real);
        }

        @Override
        public void register(Pollable what, int interest, long token) throws IOException {
            latest.put(what, token);
            owners.put(token, what);
            super.register(what, interest, token);
        }

        @Override
        public void modify(Pollable what, int interest, long token) throws IOException {
            latest.put(what, token);
            owners.put(token, what);
            super.modify(what, interest, token);
        }

        @Override
        public int poll(long timeoutNanos, ReadyTokens into) throws IOException {
            reported.clear();
            int count = super.poll(timeoutNanos, reported);
            for (int i = 0; i < count; i++) {
                into.add(latest.get(owners.get(reported.token(i))), reported.ready(i));
            }
            return count;
        }
    }

    /** Edge-triggered, and says nothing of what is ready already when an interest is given again. */
    static final class DoesNotReportAgain extends ForwardingPoller {
        DoesNotReportAgain(Poller real) {
            super(real);
        }

        @Override
        public void modify(Pollable what, int interest, long token) {
            // the interest of an edge-triggered registration is always both
        }
    }

    /** A change of interest takes effect when that of another descriptor changes. */
    static final class IsLateToTakeChanges extends ForwardingPoller {
        private Pollable what;
        private int interest;
        private long token;

        IsLateToTakeChanges(Poller real) {
            super(real);
        }

        @Override
        public void modify(Pollable what, int interest, long token) throws IOException {
            if (this.what != null && this.what != what) {
                super.modify(this.what, this.interest, this.token);
            }
            this.what = what;
            this.interest = interest;
            this.token = token;
        }

        @Override
        public void remove(Pollable what) {
            if (what.equals(this.what)) {
                this.what = null;
            }
            super.remove(what);
        }
    }
}
