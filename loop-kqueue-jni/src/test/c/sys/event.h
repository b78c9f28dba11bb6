/*
 * The part of macOS's <sys/event.h> that the loop uses, with its layout and its numbers, for a test build on Linux; the
 * functions are in kqueue_shim.c. The release build for macOS uses Apple's header, and asserts that both agree.
 */
#ifndef JEVENT_TEST_SYS_EVENT_H
#define JEVENT_TEST_SYS_EVENT_H

#include <stdint.h>
#include <time.h>

#define EVFILT_READ (-1)
#define EVFILT_WRITE (-2)
#define EVFILT_VNODE (-4)
#define EVFILT_PROC (-5)
#define EVFILT_SIGNAL (-6)
#define EVFILT_TIMER (-7)
#define EVFILT_USER (-10)

#define EV_ADD 0x0001
#define EV_DELETE 0x0002
#define EV_ENABLE 0x0004
#define EV_DISABLE 0x0008
#define EV_ONESHOT 0x0010
#define EV_CLEAR 0x0020
#define EV_RECEIPT 0x0040
#define EV_ERROR 0x4000
#define EV_EOF 0x8000

#define NOTE_TRIGGER 0x01000000

#define NOTE_DELETE 0x00000001
#define NOTE_WRITE 0x00000002
#define NOTE_EXTEND 0x00000004
#define NOTE_ATTRIB 0x00000008
#define NOTE_LINK 0x00000010
#define NOTE_RENAME 0x00000020

#define NOTE_EXIT 0x80000000

#define NOTE_NSECONDS 0x00000004

#pragma pack(4)
struct kevent {
    uintptr_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    intptr_t data;
    void *udata;
};
#pragma pack()

#define EV_SET(kevp, a, b, c, d, e, f) \
    do { \
        struct kevent *kevp_ = (kevp); \
        kevp_->ident = (a); \
        kevp_->filter = (b); \
        kevp_->flags = (c); \
        kevp_->fflags = (d); \
        kevp_->data = (e); \
        kevp_->udata = (f); \
    } while (0)

int kqueue(void);
int kevent(int kq, const struct kevent *changes, int nchanges, struct kevent *events, int nevents,
           const struct timespec *timeout);

#endif
