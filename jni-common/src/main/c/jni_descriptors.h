/*
 * What dev.jevent.spi.DescriptorCalls asks of the system: what a descriptor is, and what could be done with it now. None of these waits.
 * For libraries that watch descriptors.
 */
#ifndef JEVENT_JNI_DESCRIPTORS_H
#define JEVENT_JNI_DESCRIPTORS_H

#include "jni_common.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

static jclass jevent_buffered_input;
static jclass jevent_file_input;
static jclass jevent_standard_input; /* what System.in reads from: NULL where that is a plain FileInputStream, before JDK 25 */
static jfieldID jevent_buffered_of; /* FilterInputStream.in */
static jfieldID jevent_file_of;     /* FileInputStream.fd */
static jfieldID jevent_number_of;   /* FileDescriptor.fd */

static inline jclass jevent_class(JNIEnv *env, const char *name) {
    jclass found = (*env)->FindClass(env, name);
    return found == NULL ? NULL : (*env)->NewGlobalRef(env, found);
}

/* Once, before jevent_stream_descriptor. -ENOSYS if this JDK hasn't got the fields. */
static inline jint jevent_descriptors_init(JNIEnv *env) {
    jclass filter = (*env)->FindClass(env, "java/io/FilterInputStream");
    jclass descriptor = filter == NULL ? NULL : (*env)->FindClass(env, "java/io/FileDescriptor");
    jevent_buffered_input = descriptor == NULL ? NULL : jevent_class(env, "java/io/BufferedInputStream");
    jevent_file_input = jevent_buffered_input == NULL ? NULL : jevent_class(env, "java/io/FileInputStream");
    jevent_buffered_of = jevent_file_input == NULL ? NULL : (*env)->GetFieldID(env, filter, "in", "Ljava/io/InputStream;");
    jevent_file_of = jevent_buffered_of == NULL
        ? NULL : (*env)->GetFieldID(env, jevent_file_input, "fd", "Ljava/io/FileDescriptor;");
    jevent_number_of = jevent_file_of == NULL ? NULL : (*env)->GetFieldID(env, descriptor, "fd", "I");
    if (jevent_number_of == NULL) {
        (*env)->ExceptionClear(env);
        return -ENOSYS;
    }
    jevent_standard_input = jevent_class(env, "java/lang/System$In");
    if (jevent_standard_input == NULL) {
        (*env)->ExceptionClear(env);
    }
    return 0;
}

static inline int jevent_is_exactly(JNIEnv *env, jobject object, jclass type) {
    return object != NULL && (*env)->IsSameObject(env, (*env)->GetObjectClass(env, object), type);
}

/* Of the JDK's own file streams, buffered or not: others may read from elsewhere. -EOPNOTSUPP of those, -EBADF of one that was closed. */
static inline jint jevent_stream_descriptor(JNIEnv *env, jobject stream) {
    jobject inner = stream;
    if (jevent_is_exactly(env, inner, jevent_buffered_input)) {
        inner = (*env)->GetObjectField(env, inner, jevent_buffered_of);
    }
    if (!jevent_is_exactly(env, inner, jevent_file_input)
        && (jevent_standard_input == NULL || !jevent_is_exactly(env, inner, jevent_standard_input))) {
        return -EOPNOTSUPP;
    }
    jobject file = (*env)->GetObjectField(env, inner, jevent_file_of);
    jint number = file == NULL ? -1 : (*env)->GetIntField(env, file, jevent_number_of);
    return number < 0 ? -EBADF : number;
}

/* 1 if it is a pipe, a socket or a terminal; 0 if not: a file, a disk, /dev/null. */
static inline jint jevent_is_watchable(int descriptor) {
    struct stat found;
    if (fstat(descriptor, &found) < 0) {
        return -errno;
    }
    return S_ISFIFO(found.st_mode) || S_ISSOCK(found.st_mode) || (S_ISCHR(found.st_mode) && isatty(descriptor));
}

/* 1 if a read would not wait: there is something, or the end, or an error. */
static inline jint jevent_is_readable(int descriptor) {
    struct pollfd asked = {.fd = descriptor, .events = POLLIN};
    return JEVENT_RETRY(poll(&asked, 1, 0));
}

/* How many bytes a read would find. */
static inline jint jevent_available(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) < 0 ? -errno : count;
}

static inline jint jevent_close_on_exec(int descriptor) {
    return jevent_result(fcntl(descriptor, F_SETFD, FD_CLOEXEC));
}

#endif
