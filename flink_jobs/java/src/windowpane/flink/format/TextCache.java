package windowpane.flink.format;

import java.util.Arrays;
import org.apache.flink.table.data.binary.BinaryStringData;

/**
 * Dimensions repeat: remembers texts that passed their field's checks together with their encoded form. A full slot is
 * overwritten, so its size is bounded.
 */
final class TextCache {
    private static final int SLOTS = 1 << 13;
    private static final int LONGEST = 64;

    private final char[][] texts = new char[SLOTS][];
    private final BinaryStringData[] encoded = new BinaryStringData[SLOTS];

    /** The encoded text, or null. */
    BinaryStringData get(char[] text, int length) {
        int slot = slot(text, length);
        char[] known = texts[slot];
        return known != null && Arrays.equals(known, 0, known.length, text, 0, length) ? encoded[slot] : null;
    }

    void put(char[] text, int length, BinaryStringData value) {
        if (length <= LONGEST) {
            int slot = slot(text, length);
            texts[slot] = Arrays.copyOf(text, length);
            encoded[slot] = value;
        }
    }

    private static int slot(char[] text, int length) {
        int hash = length;
        for (int i = 0; i < Math.min(length, LONGEST); i++) {
            hash = hash * 31 + text[i];
        }
        return (hash ^ (hash >>> 13)) & (SLOTS - 1);
    }
}
