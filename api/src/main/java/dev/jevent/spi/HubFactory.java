package dev.jevent.spi;

import dev.jevent.Hub;
import dev.jevent.Settings;

/** Opens hubs that are not the default one; a service of the module {@code hub}, for testkits and launchers. */
public interface HubFactory {
    /**
     * Opens a hub for the calling platform thread.
     *
     * @param loop null: as the settings choose
     * @throws IllegalStateException if the thread has a hub that is open
     */
    Hub open(Environment environment, Settings settings, LoopProvider loop);
}
