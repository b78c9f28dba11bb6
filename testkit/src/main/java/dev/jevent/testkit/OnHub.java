package dev.jevent.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Runs a test method, and the {@code @BeforeEach} and {@code @AfterEach} methods around it, on a platform thread of its
 * own that owns a fresh hub; of any kind: {@code @Test}, {@code @ParameterizedTest}, {@code @RepeatedTest}. On a class:
 * for each of its test methods that doesn't say otherwise itself.
 *
 * <p>Test methods may ask for parameters: {@link dev.jevent.Hub}, {@link VirtualClock}, {@link World}, {@link Errors}.
 *
 * <p>Afterwards the hub is audited and closed. The test fails if there is a greenlet that still lives, an active watcher,
 * a timer or a hold more than before, an error that the test didn't {@linkplain Errors#expect expect}, a thread or a
 * descriptor more than before.
 */
@Documented
@Inherited
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HubExtension.class)
public @interface OnHub {
    /**
     * Whether time is {@linkplain VirtualClock virtual}: it stands still while anything runs, and jumps to the next
     * deadline when everybody waits. False: the clock and the loop that the class path and the settings choose.
     */
    boolean virtualTime() default true;

    /** Whether the methods run in a greenlet, as by {@code Jevent.run}, instead of as main of the hub. */
    boolean inGreenlet() default false;

    /** How many seconds of real time the test may take; then it fails with a dump of who waits for what. */
    int limitSeconds() default 30;
}
