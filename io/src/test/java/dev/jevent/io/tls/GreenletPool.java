package dev.jevent.io.tls;

import dev.jevent.Hub;
import dev.jevent.ThreadPool;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.Callable;

/** A thread pool whose calls run in greenlets, each after some time, so that all of a test happens in virtual time. */
final class GreenletPool {
    private GreenletPool() {}

    static void use(Hub hub, Duration latency) {
        hub.threadPool((ThreadPool) Proxy.newProxyInstance(GreenletPool.class.getClassLoader(), new Class<?>[] {ThreadPool.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "spawn" -> {
                        hub.sleep(latency);
                        Callable<?> call = (Callable<?>) arguments[0];
                        yield hub.spawn(() -> {
                            hub.sleep(latency);
                            return call.call();
                        });
                    }
                    case "close" -> null;
                    default -> throw new UnsupportedOperationException(method.toString());
                }));
    }
}
