/** What native modules share: loading a library, or saying why not; what system calls answer. */
module dev.jevent.jni {
    exports dev.jevent.jni;
}
