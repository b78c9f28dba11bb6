package dev.jevent.jni;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ErrnoTest {
    @Test
    void noNumberIsThereTwice() {
        for (Errno errno : Errno.values()) {
            assertThat(Errno.of(errno.number())).isSameAs(errno);
        }
    }

    @Test
    void whatIsNotListedHasNoName() {
        assertThat(Errno.of(0)).isNull();
        assertThat(Errno.of(-1)).isNull();
        assertThat(Errno.of(Integer.MIN_VALUE)).isNull();
        assertThat(Errno.of(4711)).isNull();
        assertThat(Errno.describe(4711)).isEqualTo("errno 4711");
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "asks glibc")
    void namesAndTextsAreThoseOfTheSystem() {
        Probe.need();
        for (Errno errno : Errno.values()) {
            assertThat(Probe.name(errno.number())).isEqualTo(errno.name());
            assertThat(Probe.text(errno.number())).as(errno.name()).isEqualTo(errno.text());
        }
    }

    @Test
    void aResultIsPassedOn() throws Exception {
        assertThat(Errno.check("read", 0)).isZero();
        assertThat(Errno.check("read", 17)).isEqualTo(17);
    }

    @Test
    void anErrorNamesTheCallTheErrnoAndItsText() {
        assertThatThrownBy(() -> Errno.check("epoll_create1", -Errno.EMFILE.number()))
                .isInstanceOfSatisfying(ErrnoException.class, e -> {
                    assertThat(e.call()).isEqualTo("epoll_create1");
                    assertThat(e.errno()).isSameAs(Errno.EMFILE);
                    assertThat(e.number()).isEqualTo(Errno.EMFILE.number());
                })
                .hasMessage("epoll_create1: EMFILE (Too many open files)");
        assertThatThrownBy(() -> Errno.check("ioctl", -4711)).hasMessage("ioctl: errno 4711");
    }

    @Test
    void aNativeMethodReturnsTheNegativeErrno() {
        Probe.need();
        assertThat(Probe.close(-1)).isEqualTo(-Errno.EBADF.number());
        assertThat(Probe.pid()).isEqualTo((int) ProcessHandle.current().pid());
    }
}
