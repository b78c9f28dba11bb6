package dev.jevent.docs;

import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Types and members that pages name, as users see them. */
final class Names {
    static final List<String> OURS = List.of(
            "dev.jevent", "dev.jevent.monitor", "dev.jevent.spi", "dev.jevent.sync", "dev.jevent.io", "dev.jevent.io.net",
            "dev.jevent.io.tls", "dev.jevent.io.file", "dev.jevent.io.process", "dev.jevent.io.signal", "dev.jevent.io.patch",
            "dev.jevent.servers", "dev.jevent.servers.http", "dev.jevent.servers.http.websocket", "dev.jevent.guice", "dev.jevent.loop",
            "dev.jevent.testkit", "dev.jevent.testkit.tck");

    static final List<String> PACKAGES = Stream.concat(OURS.stream(), Stream.of(
            "java.io", "java.lang", "java.net", "java.nio.channels", "java.util", "java.time", "javax.net.ssl", "java.util.concurrent",
            "java.util.concurrent.locks", "java.util.function")).toList();

    private Names() {}

    /** Whether a public type of that name has that member; null: any. */
    static boolean exists(String type, String member) {
        return candidates(PACKAGES, type).anyMatch(it -> member == null || has(it, member));
    }

    /** Whether {@code type} is one of ours, and there is no such member of it, nor of one of the JDK's. */
    static boolean isWrong(String type, String member) {
        return candidates(OURS, type).findAny().isPresent() && !exists(type, member);
    }

    private static Stream<Class<?>> candidates(List<String> packages, String type) {
        return packages.stream().<Class<?>>mapMulti((name, found) -> {
            try {
                var there = Class.forName(name + "." + type.replace('.', '$'), false, Names.class.getClassLoader());
                if (Modifier.isPublic(there.getModifiers())) {
                    found.accept(there);
                }
            } catch (ClassNotFoundException e) {
                // not in this package
            }
        });
    }

    private static boolean has(Class<?> type, String member) {
        var inherited = Stream.<Member>concat(Arrays.stream(type.getMethods()), Arrays.stream(type.getFields()));
        var overridden = Arrays.stream(type.getDeclaredMethods()).filter(it -> Modifier.isProtected(it.getModifiers()));
        var inside = Arrays.stream(type.getClasses()).map(Class::getSimpleName);
        return Stream.concat(Stream.concat(inherited, overridden).map(Member::getName), inside).anyMatch(member::equals);
    }
}
