package dev.jevent.launcher;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.MathContext;

/** How {@code --json} is written: maps and lists, indented, keys in the order they were put. */
final class Json {
    private static final JSON WRITER = JSON.std
            .with(JSON.Feature.PRETTY_PRINT_OUTPUT)
            .with(JSON.Feature.WRITE_NULL_PROPERTIES);

    private Json() {}

    static String text(Object value) {
        try {
            return WRITER.asString(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // of a string in memory
        }
    }

    /** A measured number with the four digits that mean something. */
    static BigDecimal rounded(double value) {
        BigDecimal exact = BigDecimal.valueOf(value);
        BigDecimal rounded = exact.round(new MathContext(4));
        return rounded.scale() < 0 ? exact.setScale(0, java.math.RoundingMode.HALF_UP) : rounded;
    }
}
