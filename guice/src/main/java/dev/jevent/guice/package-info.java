/**
 * Hubs and servers for applications that are composed by Guice. Bindings only: nothing here is needed to use jevent, and no other
 * module knows of it.
 *
 * <pre>{@code
 * Injector shop = Guice.createInjector(
 *         new JeventModule(),
 *         new HttpModule(8080, Shop.class),
 *         new HttpModule(8081, Admin.class).named("admin"));
 * shop.getInstance(Servers.class).serveForever();
 * }</pre>
 */
package dev.jevent.guice;
