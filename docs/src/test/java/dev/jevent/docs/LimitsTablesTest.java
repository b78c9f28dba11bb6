package dev.jevent.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jevent.servers.http.HttpLimits;
import dev.jevent.servers.http.websocket.WebSocketLimits;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tables of limits have a row for each, with what it is from the start. */
class LimitsTablesTest {
    @Test
    void thoseOfHttpAreTold() throws Exception {
        areTold("docs/guide/http.md", new HttpLimits());
    }

    @Test
    void thoseOfWebSocketsAreTold() throws Exception {
        areTold("docs/guide/websocket.md", new WebSocketLimits());
    }

    private static void areTold(String page, Object limits) throws Exception {
        var rows = Pages.table(Pages.page(page), "");
        var accessors = Arrays.stream(limits.getClass().getDeclaredMethods())
                .filter(it -> Modifier.isPublic(it.getModifiers()) && it.getParameterCount() == 0 && !it.getName().equals("toString"))
                .toList();
        assertThat(accessors).hasSizeGreaterThan(5);
        for (Method accessor : accessors) {
            assertThat(rows).as("rows of %s with %s", page, accessor.getName())
                    .filteredOn(row -> List.of(row.getFirst().split(", ")).contains("`" + accessor.getName() + "`"))
                    .singleElement()
                    .satisfies(row -> assertThat(row.get(1)).as("limit of %s", row.getFirst()).contains(text(accessor.invoke(limits))));
        }
    }

    private static String text(Object limit) {
        return switch (limit) {
            case Duration time -> time.toSeconds() + " s";
            case Number none when none.longValue() == Long.MAX_VALUE || none.longValue() == Integer.MAX_VALUE -> "none";
            case Number bytes when bytes.longValue() % (1 << 20) == 0 -> (bytes.longValue() >> 20) + " MiB";
            case Number bytes when bytes.longValue() % (1 << 10) == 0 -> (bytes.longValue() >> 10) + " KiB";
            default -> limit.toString();
        };
    }
}
