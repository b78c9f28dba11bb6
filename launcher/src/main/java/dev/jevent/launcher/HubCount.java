package dev.jevent.launcher;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A number of hubs as options have it: a number, or {@code cores}. */
final class HubCount implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String text) {
        if (text.equals("cores")) {
            return Runtime.getRuntime().availableProcessors();
        }
        try {
            int hubs = Integer.parseInt(text);
            if (hubs > 0) {
                return hubs;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new TypeConversionException("\"" + text + "\" (expected: a number > 0, or cores)");
    }
}
