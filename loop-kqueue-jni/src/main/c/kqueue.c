/* The native methods of dev.jevent.loop.kqueue.Kqueue: one kevent each. */
#include "dev_jevent_loop_kqueue_Kqueue.h"
#include "jni_channels.h"
#include "jni_descriptors.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/event.h>
#include <time.h>
#include <unistd.h>

#define KQUEUE(name) Java_dev_jevent_loop_kqueue_Kqueue_##name
#define CONSTANT(name) dev_jevent_loop_kqueue_Kqueue_##name

/* Java reads events where macOS and FreeBSD put them, whose structs differ in size only. */
_Static_assert(CONSTANT(READ) == EVFILT_READ && CONSTANT(WRITE) == EVFILT_WRITE, "filters");
_Static_assert(CONSTANT(EOF) == EV_EOF && CONSTANT(ERROR) == EV_ERROR, "flags");
_Static_assert(offsetof(struct kevent, filter) == CONSTANT(FILTER) && sizeof(((struct kevent *) 0)->filter) == 2, "filter");
_Static_assert(offsetof(struct kevent, flags) == CONSTANT(FLAGS) && sizeof(((struct kevent *) 0)->flags) == 2, "flags");
_Static_assert(offsetof(struct kevent, udata) == CONSTANT(DATA) && sizeof(((struct kevent *) 0)->udata) == 8, "data");

#define NANOS_PER_SECOND 1000000000LL

/* ---- channels ---- */

JNIEXPORT jint JNICALL KQUEUE(init)(JNIEnv *env, jclass kqueue) {
    (void) kqueue;
    jint result = jevent_channels_init(env);
    return result < 0 ? result : jevent_descriptors_init(env);
}

JNIEXPORT jint JNICALL KQUEUE(descriptor)(JNIEnv *env, jclass kqueue, jobject channel) {
    (void) kqueue;
    return jevent_channel_descriptor(env, channel);
}

/* ---- memory for events ---- */

JNIEXPORT jlong JNICALL KQUEUE(address)(JNIEnv *env, jclass kqueue, jobject buffer) {
    (void) kqueue;
    return (jlong) (intptr_t) (*env)->GetDirectBufferAddress(env, buffer);
}

JNIEXPORT jint JNICALL KQUEUE(eventSize)(JNIEnv *env, jclass kqueue) {
    (void) env, (void) kqueue;
    return sizeof(struct kevent);
}

/* ---- descriptors ---- */

JNIEXPORT jint JNICALL KQUEUE(create)(JNIEnv *env, jclass type) {
    (void) env, (void) type;
    int queue = kqueue();
    if (queue < 0) {
        return -errno;
    }
    /* A child process doesn't inherit a kqueue. */
    struct kevent change;
    EV_SET(&change, 0, EVFILT_USER, EV_ADD | EV_CLEAR, 0, 0, (void *) (intptr_t) -1);
    if (kevent(queue, &change, 1, NULL, 0, NULL) < 0) {
        int error = errno;
        close(queue);
        return -error;
    }
    return queue;
}

JNIEXPORT jint JNICALL KQUEUE(close)(JNIEnv *env, jclass kqueue, jint descriptor) {
    (void) env, (void) kqueue;
    return jevent_result(close(descriptor));
}

/* ---- registrations ---- */

/* Both filters at once, each with its own receipt. @return 0 if one of them took it; what has but one direction has one filter */
static jint change_both(int queue, int descriptor, uint16_t flags, jlong data) {
    struct kevent changes[2];
    struct kevent receipts[2];
    EV_SET(&changes[0], (uintptr_t) descriptor, EVFILT_READ, flags | EV_RECEIPT, 0, 0, JEVENT_POINTER(data));
    EV_SET(&changes[1], (uintptr_t) descriptor, EVFILT_WRITE, flags | EV_RECEIPT, 0, 0, JEVENT_POINTER(data));
    static const struct timespec at_once = {0, 0};
    int count = kevent(queue, changes, 2, receipts, 2, &at_once);
    if (count < 0) {
        return -errno;
    }
    jint refused = 0;
    for (int i = 0; i < count; i++) {
        if (receipts[i].data == 0) {
            return 0;
        }
        if (refused == 0) {
            refused = -(jint) receipts[i].data;
        }
    }
    return refused;
}

JNIEXPORT jint JNICALL KQUEUE(add)(JNIEnv *env, jclass kqueue, jint queue, jint descriptor, jlong data) {
    (void) env, (void) kqueue;
    return change_both(queue, descriptor, EV_ADD | EV_CLEAR, data);
}

JNIEXPORT jint JNICALL KQUEUE(delete)(JNIEnv *env, jclass kqueue, jint queue, jint descriptor) {
    (void) env, (void) kqueue;
    return change_both(queue, descriptor, EV_DELETE, 0);
}

/* ---- polling ---- */

JNIEXPORT jint JNICALL KQUEUE(poll)(JNIEnv *env, jclass kqueue, jint queue, jlong events, jint most, jlong nanos) {
    (void) env, (void) kqueue;
    struct timespec timeout = {.tv_sec = nanos / NANOS_PER_SECOND, .tv_nsec = nanos % NANOS_PER_SECOND};
    return jevent_result(kevent(queue, NULL, 0, JEVENT_POINTER(events), most, nanos < 0 ? NULL : &timeout));
}

JNIEXPORT jint JNICALL KQUEUE(wake)(JNIEnv *env, jclass kqueue, jint queue) {
    (void) env, (void) kqueue;
    struct kevent change;
    EV_SET(&change, 0, EVFILT_USER, 0, NOTE_TRIGGER, 0, (void *) (intptr_t) -1);
    return jevent_result(kevent(queue, &change, 1, NULL, 0, NULL));
}

/* ---- what DescriptorCalls asks ---- */

JNIEXPORT jint JNICALL KQUEUE(inputDescriptor)(JNIEnv *env, jclass kqueue, jobject stream) {
    (void) kqueue;
    return jevent_input_descriptor(env, stream);
}

JNIEXPORT jint JNICALL KQUEUE(outputDescriptor)(JNIEnv *env, jclass kqueue, jobject stream) {
    (void) kqueue;
    return jevent_output_descriptor(env, stream);
}

JNIEXPORT jint JNICALL KQUEUE(isWatchable)(JNIEnv *env, jclass kqueue, jint descriptor) {
    (void) env, (void) kqueue;
    return jevent_is_watchable(descriptor);
}

JNIEXPORT jint JNICALL KQUEUE(isReadable)(JNIEnv *env, jclass kqueue, jint descriptor) {
    (void) env, (void) kqueue;
    return jevent_is_readable(descriptor);
}

JNIEXPORT jint JNICALL KQUEUE(available)(JNIEnv *env, jclass kqueue, jint descriptor) {
    (void) env, (void) kqueue;
    return jevent_available(descriptor);
}

JNIEXPORT jint JNICALL KQUEUE(closeOnExec)(JNIEnv *env, jclass kqueue, jint descriptor) {
    (void) env, (void) kqueue;
    return jevent_close_on_exec(descriptor);
}

JNIEXPORT jint JNICALL KQUEUE(reopenOutput)(JNIEnv *env, jclass kqueue, jint descriptor, jint over) {
    (void) env, (void) kqueue;
    return jevent_reopen_output(descriptor, over);
}

JNIEXPORT jint JNICALL KQUEUE(receive)(JNIEnv *env, jclass kqueue, jint socket, jobject into, jint position, jint length) {
    (void) kqueue;
    return jevent_receive_buffer(env, socket, into, position, length);
}

JNIEXPORT jint JNICALL KQUEUE(receiveArray)(JNIEnv *env, jclass kqueue, jint socket, jbyteArray into, jint offset, jint length) {
    (void) kqueue;
    return jevent_receive_array(env, socket, into, offset, length);
}

JNIEXPORT jint JNICALL KQUEUE(send)(JNIEnv *env, jclass kqueue, jint socket, jobject from, jint position, jint length) {
    (void) kqueue;
    return jevent_send_buffer(env, socket, from, position, length);
}

JNIEXPORT jint JNICALL KQUEUE(sendArray)(JNIEnv *env, jclass kqueue, jint socket, jbyteArray from, jint offset, jint length) {
    (void) kqueue;
    return jevent_send_array(env, socket, from, offset, length);
}

/* ---- without a flag ---- */

JNIEXPORT jint JNICALL KQUEUE(openPackage)(JNIEnv *env, jclass kqueue, jobject module, jstring package, jobject to) {
    (void) kqueue;
    return jevent_open_package(env, module, package, to);
}
