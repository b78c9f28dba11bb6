#define _GNU_SOURCE
#include "jni_common.h"

#include <string.h>
#include <unistd.h>

JNIEXPORT jint JNICALL Java_dev_jevent_jni_Probe_close(JNIEnv *env, jclass probe, jint descriptor) {
    (void) env, (void) probe;
    return jevent_result(close(descriptor));
}

JNIEXPORT jint JNICALL Java_dev_jevent_jni_Probe_pid(JNIEnv *env, jclass probe) {
    (void) env, (void) probe;
    return JEVENT_RETRY(getpid());
}

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 32)
JNIEXPORT jstring JNICALL Java_dev_jevent_jni_Probe_name(JNIEnv *env, jclass probe, jint number) {
    (void) probe;
    const char *name = strerrorname_np(number);
    return name == NULL ? NULL : (*env)->NewStringUTF(env, name);
}

JNIEXPORT jstring JNICALL Java_dev_jevent_jni_Probe_text(JNIEnv *env, jclass probe, jint number) {
    (void) probe;
    const char *text = strerrordesc_np(number);
    return text == NULL ? NULL : (*env)->NewStringUTF(env, text);
}
#endif
