package dev.jevent.hub;

import dev.jevent.Settings;
import dev.jevent.spi.LoopProvider;
import dev.jevent.spi.ResolverProvider;

/**
 * Whether a hub could run here with some settings, and with what. Nothing is opened to find out.
 *
 * @param canSchedule whether virtual threads can be given to a hub
 * @param scheduling how greenlets are scheduled here, or why they cannot be
 */
public record Diagnosis(
        boolean canSchedule, String scheduling, ProviderChoice<LoopProvider> loop, ProviderChoice<ResolverProvider> resolver) {

    public static Diagnosis of(Settings settings) {
        CarrierBridge bridge = CarrierBridge.get();
        return new Diagnosis(
                bridge.available(), bridge.explanation(),
                ProviderChooser.explainLoop(settings), ProviderChooser.explainResolver(settings));
    }
}
