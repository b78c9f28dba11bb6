/*
 * The descriptor of a channel of the JDK: sun.nio.ch.SelChImpl.getFDVal(), of which JNI needs no permission. For libraries
 * that watch channels.
 */
#ifndef JEVENT_JNI_CHANNELS_H
#define JEVENT_JNI_CHANNELS_H

#include "jni_common.h"

static jclass jevent_selectable;
static jmethodID jevent_descriptor_of;

/* Once, before the other. -ENOSYS if this JDK hasn't got it. */
static inline jint jevent_channels_init(JNIEnv *env) {
    jclass found = (*env)->FindClass(env, "sun/nio/ch/SelChImpl");
    jmethodID method = found == NULL ? NULL : (*env)->GetMethodID(env, found, "getFDVal", "()I");
    if (method == NULL) {
        (*env)->ExceptionClear(env);
        return -ENOSYS;
    }
    jevent_selectable = (*env)->NewGlobalRef(env, found);
    jevent_descriptor_of = method;
    return jevent_selectable == NULL ? -ENOMEM : 0;
}

/* Also after the channel was closed. -EOPNOTSUPP of one that isn't the JDK's. */
static inline jint jevent_channel_descriptor(JNIEnv *env, jobject channel) {
    if (!(*env)->IsInstanceOf(env, channel, jevent_selectable)) {
        return -EOPNOTSUPP;
    }
    jint descriptor = (*env)->CallIntMethod(env, channel, jevent_descriptor_of);
    if ((*env)->ExceptionCheck(env)) {
        (*env)->ExceptionClear(env);
        return -EBADF;
    }
    return descriptor;
}

#endif
