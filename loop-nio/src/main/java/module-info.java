/** The loop on {@code java.nio.channels.Selector}, which runs anywhere. */
module dev.jevent.loop.nio {
    requires dev.jevent.loop;

    provides dev.jevent.spi.LoopProvider with dev.jevent.loop.nio.NioLoopProvider;
}
