package ai.flightmind.model.tokenizer;

import java.util.Arrays;

/**
 * How a byte-level vocabulary spells bytes as text (Radford et al., GPT-2, 2019): a byte that is a visible character of
 * Latin-1 is that character, and the others follow in order from U+0100 on. A space is {@code Ġ}, a line feed {@code Ċ}.
 */
public final class ByteAlphabet {
    private static final int BYTES = 256;
    private static final char FIRST_STAND_IN = 0x100;
    private static final char[] CHARACTERS = new char[BYTES];
    private static final int[] BYTE_OF;

    static {
        char standIn = FIRST_STAND_IN;
        for (int i = 0; i < BYTES; i++) {
            CHARACTERS[i] = isVisible(i) ? (char) i : standIn++;
        }
        BYTE_OF = new int[standIn];
        Arrays.fill(BYTE_OF, -1);
        for (int i = 0; i < BYTES; i++) {
            BYTE_OF[CHARACTERS[i]] = i;
        }
    }

    private ByteAlphabet() {}

    private static boolean isVisible(int latin1) {
        int softHyphen = 0xAD;
        return (latin1 >= '!' && latin1 <= '~') || (latin1 >= 0xA1 && latin1 != softHyphen);
    }

    /** The character that spells a byte. */
    public static char character(byte value) {
        return CHARACTERS[value & 0xFF];
    }

    /** All 256 characters in the order of Unicode. */
    public static char[] sorted() {
        char[] sorted = CHARACTERS.clone();
        Arrays.sort(sorted);
        return sorted;
    }

    /** The byte that a character spells, 0 to 255; -1 if it spells none. */
    public static int byteOf(char character) {
        return character < BYTE_OF.length ? BYTE_OF[character] : -1;
    }
}
