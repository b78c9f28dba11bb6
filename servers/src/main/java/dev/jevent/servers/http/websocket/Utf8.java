package dev.jevent.servers.http.websocket;

/**
 * Looks at UTF-8 as it comes, so that what isn't is found with its first wrong byte (RFC 6455 8.1). Strict as RFC 3629: no
 * surrogates, nothing above 10FFFF, nothing longer than need be.
 */
final class Utf8 {
    private int missing; // bytes of the character
    private int least = 0x80; // that the next one may be
    private int most = 0xbf;

    /** Returns false if {@code bytes} cannot be a part of any text here. */
    boolean accepts(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            int b = bytes[i] & 0xff;
            if (missing > 0) {
                if (b < least || b > most) {
                    return false;
                }
                least = 0x80;
                most = 0xbf;
                missing--;
            } else if (b >= 0x80 && !begins(b)) {
                return false;
            }
        }
        return true;
    }

    private boolean begins(int b) {
        if (b < 0xc2 || b > 0xf4) {
            return false;
        }
        missing = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        switch (b) {
            case 0xe0 -> least = 0xa0;
            case 0xed -> most = 0x9f;
            case 0xf0 -> least = 0x90;
            case 0xf4 -> most = 0x8f;
            default -> {}
        }
        return true;
    }

    /** Whether no character is incomplete. */
    boolean isComplete() {
        return missing == 0;
    }

    void reset() {
        missing = 0;
        least = 0x80;
        most = 0xbf;
    }
}
