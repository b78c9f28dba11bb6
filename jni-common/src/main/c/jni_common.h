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

/*
 * Opens a package of a module to another module, as --add-opens does: calls Module.implAddOpens, for which JNI needs no
 * permission. -ENOSYS if this JDK hasn't got it, -EINVAL if it refuses.
 */
static inline jint jevent_open_package(JNIEnv *env, jobject module, jstring package, jobject to) {
    jclass type = (*env)->FindClass(env, "java/lang/Module");
    jmethodID open = type == NULL
        ? NULL : (*env)->GetMethodID(env, type, "implAddOpens", "(Ljava/lang/String;Ljava/lang/Module;)V");
    if (open == NULL) {
        (*env)->ExceptionClear(env);
        return -ENOSYS;
    }
    (*env)->CallVoidMethod(env, module, open, package, to);
    if ((*env)->ExceptionCheck(env)) {
        (*env)->ExceptionClear(env);
        return -EINVAL;
    }
    return 0;
}

#endif
