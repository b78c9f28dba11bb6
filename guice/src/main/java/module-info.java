/** Hubs and servers for applications that are composed by Guice. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"}) // Guice has no more than a name
module dev.jevent.guice {
    requires transitive com.google.guice;
    requires dev.jevent.hub;
    requires transitive dev.jevent.servers;

    exports dev.jevent.guice;
    opens dev.jevent.guice to com.google.guice;
}
