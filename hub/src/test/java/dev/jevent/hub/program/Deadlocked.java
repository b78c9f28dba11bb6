package dev.jevent.hub.program;

import dev.jevent.Greenlet;
import dev.jevent.Hub;
import dev.jevent.Linkable;
import java.util.ArrayList;
import java.util.List;

/** As a user would write it, outside of jevent's own packages: three who wait for each other's orders. */
public final class Deadlocked {
    private Deadlocked() {}

    private static final class Order extends Linkable<Order> {
        private final String name;

        Order(String name) {
            this.name = name;
        }

        @Override
        protected boolean isReady() {
            return false;
        }

        void await() {
            awaitReady(-1);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    public static List<Greenlet<?>> spawn(Hub hub) {
        Order order = new Order("the order");
        Order bill = new Order("the bill");
        List<Greenlet<?>> greenlets = new ArrayList<>();
        Greenlet<Void> cook = hub.spawn(() -> cook(order));
        cook.name("cook");
        greenlets.add(cook);
        greenlets.add(hub.spawn(() -> waiter(cook)));
        greenlets.add(hub.spawn(() -> guest(hub, order, bill)));
        return greenlets;
    }

    private static void cook(Order order) {
        order.await();
    }

    private static void waiter(Greenlet<?> cook) {
        cook.join();
    }

    private static void guest(Hub hub, Order order, Order bill) {
        hub.waitAny(List.of(order, bill));
    }
}
