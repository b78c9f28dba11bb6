/** For tests of greenlet code, loops and resolvers: a JUnit extension, virtual time, TCKs. */
module dev.jevent.testkit {
    requires transitive dev.jevent.loop;
    requires transitive org.junit.jupiter.api;

    exports dev.jevent.testkit;
    exports dev.jevent.testkit.tck;
    opens dev.jevent.testkit to org.junit.platform.commons;
    opens dev.jevent.testkit.tck to org.junit.platform.commons;

    uses dev.jevent.spi.HubFactory;
}
