/*
 * What the C sources of all native modules share.
 *
 * The rules for a JNI function of jevent: it returns what the call returned, or -errno; it throws nothing, aborts never,
 * and waits nowhere but where its name says so. Java makes exceptions of it: dev.jevent.jni.Errno.
 */
#ifndef JEVENT_JNI_COMMON_H
#define JEVENT_JNI_COMMON_H

#include <errno.h>
#include <jni.h>
#include <stdint.h>

/* The result of a system call as Java gets it. */
static inline jint jevent_result(long result) {
    return result < 0 ? -errno : (jint) result;
}

/* The same for a call that a signal may interrupt before it did anything: it is made again. */
#define JEVENT_RETRY(call)                          \
    ({                                              \
        long jevent_retried;                        \
        do {                                        \
            jevent_retried = (call);                \
        } while (jevent_retried < 0 && errno == EINTR); \
        jevent_result(jevent_retried);              \
    })

/* Memory that Java allocated outside of its heap, by address. */
#define JEVENT_POINTER(address) ((void *) (intptr_t) (address))

#endif
