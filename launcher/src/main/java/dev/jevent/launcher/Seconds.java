package dev.jevent.launcher;

import java.math.BigDecimal;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A duration as options have it: seconds, with a fraction if need be. */
final class Seconds implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
        try {
            Duration duration = Duration.ofNanos(new BigDecimal(text).movePointRight(9).longValueExact());
            if (duration.isPositive()) {
                return duration;
            }
        } catch (NumberFormatException | ArithmeticException e) {
            // said below
        }
        throw new TypeConversionException("\"" + text + "\" (expected: seconds > 0, as 2 or 0.25)");
    }
}
