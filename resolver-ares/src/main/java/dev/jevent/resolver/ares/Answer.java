package dev.jevent.resolver.ares;

/**
 * What a name server answered: its code, and the records of its answer section.
 *
 * @param negativeTtl for how many seconds "there is none" holds [RFC 2308 section 5]; -1: it didn't say
 * @param size bytes of the message
 */
record Answer(int code, Entry[] entries, long negativeTtl, int size) {
    static final int NO_ERROR = 0;
    static final int FORMAT_ERROR = 1;
    static final int SERVER_FAILURE = 2;
    static final int NO_NAME = 3;
    static final int REFUSED = 5;

    private static final String[] CODES = {
        "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED", "YXDOMAIN", "YXRRSET", "NXRRSET", "NOTAUTH", "NOTZONE"
    };

    /**
     * A record of class IN.
     *
     * @param name without a final dot
     * @param ttl seconds, 0 to 2^31 - 1
     * @param data of an address its bytes; of CNAME, NS and PTR a name without a final dot; else a text
     */
    record Entry(String name, int type, long ttl, Object data) {}

    static String codeText(int code) {
        return code < CODES.length ? CODES[code] : "RCODE" + code;
    }
}
