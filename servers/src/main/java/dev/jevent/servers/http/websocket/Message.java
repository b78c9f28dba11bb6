package dev.jevent.servers.http.websocket;

import java.util.Arrays;

/** What one side of a {@link WebSocket} says to the other. */
public sealed interface Message {
    /** Valid UTF-8 on the wire. */
    record Text(String text) implements Message {}

    /** @param data belongs to who has received it */
    record Binary(byte[] data) implements Message {
        @Override
        public boolean equals(Object other) {
            return other instanceof Binary that && Arrays.equals(data, that.data);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(data);
        }

        @Override
        public String toString() {
            return "Binary[" + data.length + " bytes]";
        }
    }
}
