/* The native methods of dev.jevent.loop.epoll.Epoll: one system call each. */
#define _GNU_SOURCE
#include "dev_jevent_loop_epoll_Epoll.h"
#include "jni_channels.h"
#include "jni_descriptors.h"

#include <limits.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_epoll_pwait2
#define SYS_epoll_pwait2 441 /* on every architecture */
#endif

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#define EPOLL(name) Java_dev_jevent_loop_epoll_Epoll_##name
#define CONSTANT(name) dev_jevent_loop_epoll_Epoll_##name

_Static_assert(CONSTANT(IN) == EPOLLIN && CONSTANT(OUT) == EPOLLOUT && CONSTANT(ERR) == EPOLLERR
    && CONSTANT(HUP) == EPOLLHUP && CONSTANT(RDHUP) == EPOLLRDHUP, "events");
_Static_assert((unsigned) CONSTANT(ET) == (unsigned) EPOLLET, "edge-triggered");
_Static_assert(CONSTANT(ADD) == EPOLL_CTL_ADD && CONSTANT(DEL) == EPOLL_CTL_DEL && CONSTANT(MOD) == EPOLL_CTL_MOD, "operations");
_Static_assert(offsetof(struct epoll_event, events) == 0, "where the events are");

#define NANOS_PER_SECOND 1000000000LL

static struct timespec timespec_of(jlong nanos) {
    return (struct timespec) {.tv_sec = nanos / NANOS_PER_SECOND, .tv_nsec = nanos % NANOS_PER_SECOND};
}

/* ---- channels ---- */

JNIEXPORT jint JNICALL EPOLL(init)(JNIEnv *env, jclass epoll) {
    (void) epoll;
    jint result = jevent_channels_init(env);
    return result < 0 ? result : jevent_descriptors_init(env);
}

JNIEXPORT jint JNICALL EPOLL(descriptor)(JNIEnv *env, jclass epoll, jobject channel) {
    (void) epoll;
    return jevent_channel_descriptor(env, channel);
}

/* ---- memory for events ---- */

JNIEXPORT jlong JNICALL EPOLL(address)(JNIEnv *env, jclass epoll, jobject buffer) {
    (void) epoll;
    return (jlong) (intptr_t) (*env)->GetDirectBufferAddress(env, buffer);
}

JNIEXPORT jint JNICALL EPOLL(eventSize)(JNIEnv *env, jclass epoll) {
    (void) env, (void) epoll;
    return sizeof(struct epoll_event);
}

JNIEXPORT jint JNICALL EPOLL(dataOffset)(JNIEnv *env, jclass epoll) {
    (void) env, (void) epoll;
    return offsetof(struct epoll_event, data);
}

/* ---- descriptors ---- */

JNIEXPORT jint JNICALL EPOLL(create)(JNIEnv *env, jclass epoll) {
    (void) env, (void) epoll;
    return jevent_result(epoll_create1(EPOLL_CLOEXEC));
}

JNIEXPORT jint JNICALL EPOLL(eventDescriptor)(JNIEnv *env, jclass epoll) {
    (void) env, (void) epoll;
    return jevent_result(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
}

JNIEXPORT jint JNICALL EPOLL(timerDescriptor)(JNIEnv *env, jclass epoll) {
    (void) env, (void) epoll;
    return jevent_result(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
}

JNIEXPORT jint JNICALL EPOLL(close)(JNIEnv *env, jclass epoll, jint descriptor) {
    (void) env, (void) epoll;
    return jevent_result(close(descriptor));
}

/* ---- polling ---- */

JNIEXPORT jint JNICALL EPOLL(control)(JNIEnv *env, jclass epoll, jint set, jint operation, jint descriptor, jint events, jlong data) {
    (void) env, (void) epoll;
    struct epoll_event event = {.events = (uint32_t) events, .data.u64 = (uint64_t) data};
    return jevent_result(epoll_ctl(set, operation, descriptor, &event));
}

JNIEXPORT jint JNICALL EPOLL(poll)(JNIEnv *env, jclass epoll, jint set, jlong events, jint most) {
    (void) env, (void) epoll;
    return jevent_result(epoll_wait(set, JEVENT_POINTER(events), most, 0));
}

JNIEXPORT jint JNICALL EPOLL(await)(JNIEnv *env, jclass epoll, jint set, jlong events, jint most) {
    (void) env, (void) epoll;
    return jevent_result(epoll_wait(set, JEVENT_POINTER(events), most, -1));
}

JNIEXPORT jint JNICALL EPOLL(awaitNanos)(JNIEnv *env, jclass epoll, jint set, jlong events, jint most, jlong nanos) {
    (void) env, (void) epoll;
    struct timespec timeout = timespec_of(nanos);
    return jevent_result(syscall(SYS_epoll_pwait2, set, JEVENT_POINTER(events), most, &timeout, NULL, (size_t) 0));
}

JNIEXPORT jint JNICALL EPOLL(setTimer)(JNIEnv *env, jclass epoll, jint timer, jlong nanos) {
    (void) env, (void) epoll;
    struct itimerspec setting = {.it_value = timespec_of(nanos)};
    return jevent_result(timerfd_settime(timer, 0, &setting, NULL));
}

JNIEXPORT jint JNICALL EPOLL(wake)(JNIEnv *env, jclass epoll, jint descriptor) {
    (void) env, (void) epoll;
    uint64_t one = 1;
    return jevent_result(write(descriptor, &one, sizeof one));
}

/* ---- processes ---- */

JNIEXPORT jint JNICALL EPOLL(processDescriptor)(JNIEnv *env, jclass epoll, jint pid) {
    (void) env, (void) epoll;
    return jevent_result(syscall(SYS_pidfd_open, pid, 0)); /* is closed on exec */
}

/* ---- files ---- */

_Static_assert(CONSTANT(IN_EVENTS) == (IN_ATTRIB | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MODIFY | IN_MOVED_FROM | IN_MOVED_TO),
    "events of a directory");
_Static_assert(CONSTANT(IN_Q_OVERFLOW) == IN_Q_OVERFLOW && CONSTANT(IN_IGNORED) == IN_IGNORED, "events of inotify itself");
_Static_assert(offsetof(struct inotify_event, mask) == 4 && offsetof(struct inotify_event, len) == 12
    && offsetof(struct inotify_event, name) == CONSTANT(IN_HEADER), "layout of an event");

JNIEXPORT jint JNICALL EPOLL(fileEvents)(JNIEnv *env, jclass epoll) {
    (void) env, (void) epoll;
    return jevent_result(inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
}

JNIEXPORT jint JNICALL EPOLL(watchDirectory)(JNIEnv *env, jclass epoll, jint descriptor, jbyteArray path) {
    (void) epoll;
    char name[PATH_MAX];
    jsize length = (*env)->GetArrayLength(env, path);
    if (length >= PATH_MAX) {
        return -ENAMETOOLONG;
    }
    (*env)->GetByteArrayRegion(env, path, 0, length, (jbyte *) name);
    name[length] = 0;
    return jevent_result(inotify_add_watch(descriptor, name, CONSTANT(IN_EVENTS) | IN_ONLYDIR));
}

JNIEXPORT jint JNICALL EPOLL(unwatchDirectory)(JNIEnv *env, jclass epoll, jint descriptor, jint watch) {
    (void) env, (void) epoll;
    return jevent_result(inotify_rm_watch(descriptor, watch));
}

JNIEXPORT jint JNICALL EPOLL(read)(JNIEnv *env, jclass epoll, jint descriptor, jlong memory, jint length) {
    (void) env, (void) epoll;
    return jevent_result(read(descriptor, JEVENT_POINTER(memory), (size_t) length));
}

/* ---- what DescriptorCalls asks ---- */

JNIEXPORT jint JNICALL EPOLL(inputDescriptor)(JNIEnv *env, jclass epoll, jobject stream) {
    (void) epoll;
    return jevent_input_descriptor(env, stream);
}

JNIEXPORT jint JNICALL EPOLL(outputDescriptor)(JNIEnv *env, jclass epoll, jobject stream) {
    (void) epoll;
    return jevent_output_descriptor(env, stream);
}

JNIEXPORT jint JNICALL EPOLL(isWatchable)(JNIEnv *env, jclass epoll, jint descriptor) {
    (void) env, (void) epoll;
    return jevent_is_watchable(descriptor);
}

JNIEXPORT jint JNICALL EPOLL(isReadable)(JNIEnv *env, jclass epoll, jint descriptor) {
    (void) env, (void) epoll;
    return jevent_is_readable(descriptor);
}

JNIEXPORT jint JNICALL EPOLL(available)(JNIEnv *env, jclass epoll, jint descriptor) {
    (void) env, (void) epoll;
    return jevent_available(descriptor);
}

JNIEXPORT jint JNICALL EPOLL(closeOnExec)(JNIEnv *env, jclass epoll, jint descriptor) {
    (void) env, (void) epoll;
    return jevent_close_on_exec(descriptor);
}

JNIEXPORT jint JNICALL EPOLL(reopenOutput)(JNIEnv *env, jclass epoll, jint descriptor, jint over) {
    (void) env, (void) epoll;
    return jevent_reopen_output(descriptor, over);
}

JNIEXPORT jint JNICALL EPOLL(receive)(JNIEnv *env, jclass epoll, jint socket, jobject into, jint position, jint length) {
    (void) epoll;
    return jevent_receive_buffer(env, socket, into, position, length);
}

JNIEXPORT jint JNICALL EPOLL(receiveArray)(JNIEnv *env, jclass epoll, jint socket, jbyteArray into, jint offset, jint length) {
    (void) epoll;
    return jevent_receive_array(env, socket, into, offset, length);
}

JNIEXPORT jint JNICALL EPOLL(send)(JNIEnv *env, jclass epoll, jint socket, jobject from, jint position, jint length) {
    (void) epoll;
    return jevent_send_buffer(env, socket, from, position, length);
}

JNIEXPORT jint JNICALL EPOLL(sendArray)(JNIEnv *env, jclass epoll, jint socket, jbyteArray from, jint offset, jint length) {
    (void) epoll;
    return jevent_send_array(env, socket, from, offset, length);
}

/* ---- without a flag ---- */

JNIEXPORT jint JNICALL EPOLL(openPackage)(JNIEnv *env, jclass epoll, jobject module, jstring package, jobject to) {
    (void) epoll;
    return jevent_open_package(env, module, package, to);
}
