package dev.jevent.servers.http.websocket;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Utf8Test {
    private static final int ROUNDS = 200_000;
    private static final int[] EDGES = {0, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff};

    @Test
    void agreesWithTheDecoderOfTheJdkHoweverTheTextIsCut() {
        Random random = new Random(5);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] bytes = new byte[random.nextInt(1, 7)];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) EDGES[random.nextInt(EDGES.length)];
            }
            int cut = random.nextInt(bytes.length + 1);
            Utf8 utf8 = new Utf8();
            boolean valid = utf8.accepts(bytes, 0, cut) && utf8.accepts(bytes, cut, bytes.length) && utf8.isComplete();
            assertThat(valid).as("%s", java.util.HexFormat.of().formatHex(bytes)).isEqualTo(isText(bytes));
        }
    }

    private static boolean isText(byte[] bytes) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    @Test
    void takesEveryCharacterThereIs() {
        Utf8 utf8 = new Utf8();
        for (int c = 0; c <= Character.MAX_CODE_POINT; c++) {
            if (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE) {
                byte[] bytes = Character.toString(c).getBytes(UTF_8);
                assertThat(utf8.accepts(bytes, 0, bytes.length) && utf8.isComplete()).isTrue();
            }
        }
    }
}
