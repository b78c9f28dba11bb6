package dev.jevent.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;

/** A {@link Test} that runs {@link OnHub on a hub} of its own, with the same choices. */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Test
@OnHub
public @interface HubTest {
    /** As {@link OnHub#virtualTime()}. */
    boolean virtualTime() default true;

    /** As {@link OnHub#inGreenlet()}. */
    boolean inGreenlet() default false;

    /** As {@link OnHub#limitSeconds()}. */
    int limitSeconds() default 30;
}
