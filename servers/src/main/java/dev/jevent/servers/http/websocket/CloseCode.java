package dev.jevent.servers.http.websocket;

/** RFC 6455 7.4, and those that were registered since. */
final class CloseCode {
    static final int NORMAL = 1000;
    static final int GOING_AWAY = 1001;
    static final int PROTOCOL_ERROR = 1002;
    static final int NONE = 1005; // never sent: the Close frame had no code
    static final int LOST = 1006; // never sent: there was no Close frame
    static final int NOT_UTF_8 = 1007;
    static final int POLICY = 1008;
    static final int TOO_BIG = 1009;
    static final int SERVER_ERROR = 1011;

    private CloseCode() {}

    /** Whether a Close frame may have it. */
    static boolean isValid(int code) {
        return code >= 1000 && code <= 1014 && code != 1004 && code != NONE && code != LOST || code >= 3000 && code <= 4999;
    }
}
