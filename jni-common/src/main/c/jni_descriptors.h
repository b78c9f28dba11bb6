/*
 * What dev.jevent.DescriptorCalls asks of the system: what a descriptor is, and what could be done with it now; bytes from and to a
 * socket. None of these waits. For libraries that watch descriptors.
 */
#ifndef JEVENT_JNI_DESCRIPTORS_H
#define JEVENT_JNI_DESCRIPTORS_H

#include "jni_common.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static jclass jevent_buffered_input;
static jclass jevent_file_input;
static jclass jevent_file_output;
static jclass jevent_standard_input; /* what System.in reads from; NULL where that is a plain FileInputStream, as before JDK 25 */
static jclass jevent_standard_output; /* likewise */
static jfieldID jevent_buffered_of; /* FilterInputStream.in */
static jfieldID jevent_input_of;    /* FileInputStream.fd */
static jfieldID jevent_output_of;   /* FileOutputStream.fd */
static jfieldID jevent_number_of;   /* FileDescriptor.fd */

static inline jclass jevent_class(JNIEnv *env, const char *name) {
    jclass found = (*env)->FindClass(env, name);
    return found == NULL ? NULL : (*env)->NewGlobalRef(env, found);
}

/* Null, without an exception, of a class that isn't there. */
static inline jclass jevent_class_if_there(JNIEnv *env, const char *name) {
    jclass found = jevent_class(env, name);
    if (found == NULL) {
        (*env)->ExceptionClear(env);
    }
    return found;
}

/* Once, before the two of streams. -ENOSYS if this JDK hasn't got the fields. */
static inline jint jevent_descriptors_init(JNIEnv *env) {
    jclass filter = (*env)->FindClass(env, "java/io/FilterInputStream");
    jclass descriptor = filter == NULL ? NULL : (*env)->FindClass(env, "java/io/FileDescriptor");
    jevent_buffered_input = descriptor == NULL ? NULL : jevent_class(env, "java/io/BufferedInputStream");
    jevent_file_input = jevent_buffered_input == NULL ? NULL : jevent_class(env, "java/io/FileInputStream");
    jevent_file_output = jevent_file_input == NULL ? NULL : jevent_class(env, "java/io/FileOutputStream");
    jevent_buffered_of = jevent_file_output == NULL ? NULL : (*env)->GetFieldID(env, filter, "in", "Ljava/io/InputStream;");
    jevent_input_of = jevent_buffered_of == NULL
        ? NULL : (*env)->GetFieldID(env, jevent_file_input, "fd", "Ljava/io/FileDescriptor;");
    jevent_output_of = jevent_input_of == NULL
        ? NULL : (*env)->GetFieldID(env, jevent_file_output, "fd", "Ljava/io/FileDescriptor;");
    jevent_number_of = jevent_output_of == NULL ? NULL : (*env)->GetFieldID(env, descriptor, "fd", "I");
    if (jevent_number_of == NULL) {
        (*env)->ExceptionClear(env);
        return -ENOSYS;
    }
    jevent_standard_input = jevent_class_if_there(env, "java/lang/System$In");
    jevent_standard_output = jevent_class_if_there(env, "java/lang/System$Out");
    return 0;
}

static inline int jevent_is_exactly(JNIEnv *env, jobject object, jclass type) {
    return object != NULL && type != NULL && (*env)->IsSameObject(env, (*env)->GetObjectClass(env, object), type);
}

static inline jint jevent_number(JNIEnv *env, jobject stream, jfieldID file_of) {
    jobject file = (*env)->GetObjectField(env, stream, file_of);
    jint number = file == NULL ? -1 : (*env)->GetIntField(env, file, jevent_number_of);
    return number < 0 ? -EBADF : number;
}

/* Of the JDK's own file streams, buffered or not: others may read from elsewhere. -EOPNOTSUPP of those, -EBADF of one that was closed. */
static inline jint jevent_input_descriptor(JNIEnv *env, jobject stream) {
    jobject inner = stream;
    if (jevent_is_exactly(env, inner, jevent_buffered_input)) {
        inner = (*env)->GetObjectField(env, inner, jevent_buffered_of);
    }
    return jevent_is_exactly(env, inner, jevent_file_input) || jevent_is_exactly(env, inner, jevent_standard_input)
        ? jevent_number(env, inner, jevent_input_of) : -EOPNOTSUPP;
}

/* Likewise; of one that is buffered something may not be written yet. */
static inline jint jevent_output_descriptor(JNIEnv *env, jobject stream) {
    return jevent_is_exactly(env, stream, jevent_file_output) || jevent_is_exactly(env, stream, jevent_standard_output)
        ? jevent_number(env, stream, jevent_output_of) : -EOPNOTSUPP;
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

/*
 * Makes the descriptor over, which is open, another opening of what descriptor is, for writing, in non-blocking mode: the mode belongs to
 * the opening, which other processes may share. -ENXIO of a socket, and of a pipe that nobody reads.
 */
static inline jint jevent_reopen_output(int descriptor, int over) {
    char name[128];
#ifdef __linux__
    snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
#else
    /* Elsewhere such a name gives the same opening once more; but a terminal has a name of its own. */
    int error = ttyname_r(descriptor, name, sizeof name);
    if (error != 0) {
        return -error;
    }
#endif
    jint opened = JEVENT_RETRY(open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (opened < 0) {
        return opened;
    }
    jint result = JEVENT_RETRY(dup2(opened, over));
    close(opened);
    return result < 0 ? result : jevent_close_on_exec(over);
}

/* ---- sockets ---- */

/* What dev.jevent.jni.Transferred takes for the end of a stream; 0 is for nothing now. */
#define JEVENT_END INT32_MIN

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* the JVM ignores SIGPIPE */
#endif

static inline jint jevent_transferred(jint result) {
    return result == -EAGAIN || result == -EWOULDBLOCK ? 0 : result;
}

/* Up to length bytes, of which there is at least one. */
static inline jint jevent_receive(int socket, void *into, jint length) {
    jint result = JEVENT_RETRY(recv(socket, into, (size_t) length, MSG_DONTWAIT));
    return result == 0 ? JEVENT_END : jevent_transferred(result);
}

static inline jint jevent_send(int socket, const void *from, jint length) {
    return jevent_transferred(JEVENT_RETRY(send(socket, from, (size_t) length, MSG_DONTWAIT | MSG_NOSIGNAL)));
}

/* The same with a direct buffer. */
static inline jint jevent_receive_buffer(JNIEnv *env, int socket, jobject into, jint position, jint length) {
    return jevent_receive(socket, (char *) (*env)->GetDirectBufferAddress(env, into) + position, length);
}

static inline jint jevent_send_buffer(JNIEnv *env, int socket, jobject from, jint position, jint length) {
    return jevent_send(socket, (char *) (*env)->GetDirectBufferAddress(env, from) + position, length);
}

/* The same with an array in the heap, which is held where it is meanwhile: neither call waits. */
static inline jint jevent_receive_array(JNIEnv *env, int socket, jbyteArray into, jint offset, jint length) {
    jbyte *bytes = (*env)->GetPrimitiveArrayCritical(env, into, NULL);
    if (bytes == NULL) {
        return -ENOMEM;
    }
    jint result = jevent_receive(socket, bytes + offset, length);
    (*env)->ReleasePrimitiveArrayCritical(env, into, bytes, 0);
    return result;
}

static inline jint jevent_send_array(JNIEnv *env, int socket, jbyteArray from, jint offset, jint length) {
    jbyte *bytes = (*env)->GetPrimitiveArrayCritical(env, from, NULL);
    if (bytes == NULL) {
        return -ENOMEM;
    }
    jint result = jevent_send(socket, bytes + offset, length);
    (*env)->ReleasePrimitiveArrayCritical(env, from, bytes, JNI_ABORT);
    return result;
}

#endif
