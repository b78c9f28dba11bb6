package dev.jevent.hub.sim;

import dev.jevent.Callback;
import dev.jevent.Settings;
import dev.jevent.spi.Alarm;
import dev.jevent.spi.Availability;
import dev.jevent.spi.CarrierCallback;
import dev.jevent.spi.Environment;
import dev.jevent.spi.HubLoop;
import dev.jevent.spi.LoopProvider;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Loops that do one thing wrong, before a loop that does everything right. */
final class BrokenLoops {
    private BrokenLoops() {}

    /** What a broken loop does instead. */
    @FunctionalInterface
    private interface Instead {
        Object call(Method method, Object[] arguments) throws Throwable;
    }

    private static Object forward(Object real, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private static <T> T proxy(Class<T> type, Instead instead) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> instead.call(method, arguments)));
    }

    private static UnaryOperator<LoopProvider> loops(Function<HubLoop, Instead> made) {
        return real -> new LoopProvider() {
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
            public HubLoop create(Environment environment, Settings settings) {
                return proxy(HubLoop.class, made.apply(real.create(environment, settings)));
            }
        };
    }

    // ---- alarms ----

    /** What a broken alarm does instead. */
    @FunctionalInterface
    private interface Alarms {
        Alarm instead(Alarm real);
    }

    private static UnaryOperator<LoopProvider> alarms(Alarms alarms) {
        return loops(loop -> (method, arguments) -> {
            Object made = forward(loop, method, arguments);
            return method.getName().equals("alarm") ? alarms.instead((Alarm) made) : made;
        });
    }

    private static Alarm alarm(Alarm real, Instead instead) {
        return proxy(Alarm.class, instead);
    }

    static UnaryOperator<LoopProvider> alarmsGoOffEarly() {
        return alarms(real -> alarm(real, (method, arguments) -> {
            if (method.getName().equals("set")) {
                real.set((long) arguments[0] - 1, (boolean) arguments[1]);
                return null;
            }
            return forward(real, method, arguments);
        }));
    }

    static UnaryOperator<LoopProvider> alarmsCannotBeCancelled() {
        return alarms(real -> alarm(real,
                (method, arguments) -> method.getName().equals("cancel") ? null : forward(real, method, arguments)));
    }

    static UnaryOperator<LoopProvider> cancellingTakesAnotherAlarmAlong() {
        Alarm[] last = new Alarm[1];
        return alarms(real -> alarm(real, (method, arguments) -> {
            if (method.getName().equals("set")) {
                last[0] = real;
            } else if (method.getName().equals("cancel") && real.isSet() && last[0] != null) {
                last[0].cancel();
            }
            return forward(real, method, arguments);
        }));
    }

    // ---- tasks ----

    static UnaryOperator<LoopProvider> lastTaskFirst() {
        return loops(loop -> {
            ArrayDeque<Runnable> tasks = new ArrayDeque<>();
            return (method, arguments) -> {
                if (method.getName().equals("execute")) {
                    tasks.push((Runnable) arguments[0]);
                    loop.execute(() -> tasks.pop().run());
                    return null;
                }
                return forward(loop, method, arguments);
            };
        });
    }

    static UnaryOperator<LoopProvider> callbacksRunTwice() {
        return loops(loop -> (method, arguments) -> {
            if (method.getName().startsWith("runCallback")) {
                Runnable callback = (Runnable) arguments[0];
                Runnable twice = () -> {
                    callback.run();
                    callback.run();
                };
                return forward(loop, method, new Object[] {twice});
            }
            return forward(loop, method, arguments);
        });
    }

    static UnaryOperator<LoopProvider> callbacksCannotBeStopped() {
        return loops(loop -> (method, arguments) -> {
            Object made = forward(loop, method, arguments);
            return made instanceof Callback real
                    ? proxy(Callback.class, (onCallback, none) ->
                            onCallback.getName().equals("stop") ? null : forward(real, onCallback, none))
                    : made;
        });
    }

    /** A post that comes while the loop runs is kept for when somebody posts again. */
    static UnaryOperator<LoopProvider> postsWaitForTheNext() {
        return loops(loop -> {
            List<Runnable> kept = new ArrayList<>();
            return (method, arguments) -> {
                if (method.getName().equals("post") && !(arguments[0] instanceof CarrierCallback)) {
                    kept.add((Runnable) arguments[0]);
                    if (kept.size() == 2) {
                        kept.forEach(loop::post);
                        kept.clear();
                    }
                    return null;
                }
                return forward(loop, method, arguments);
            };
        });
    }

    static UnaryOperator<LoopProvider> postsComeInReverse() {
        return loops(loop -> {
            ArrayDeque<Runnable> posts = new ArrayDeque<>();
            return (method, arguments) -> {
                if (method.getName().equals("runCallbackThreadSafe")) {
                    posts.push((Runnable) arguments[0]);
                    return loop.runCallbackThreadSafe(() -> posts.pop().run());
                }
                return forward(loop, method, arguments);
            };
        });
    }

    /** Says that nothing is left although something is ready. */
    static UnaryOperator<LoopProvider> givesUpTooSoon() {
        return loops(loop -> (method, arguments) -> {
            Object result = forward(loop, method, arguments);
            return method.getName().equals("turn") ? (Object) (loop.statistics().refs() > 0) : result;
        });
    }
}
