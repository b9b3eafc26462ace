package windowpane.flink.format;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.apache.flink.table.data.binary.BinaryStringData;

/**
 * Texts of which none may be in a field, whatever the case of ASCII letters. All are sought at once (Aho and Corasick), one look into a
 * table for each byte, so no text takes longer than its length, and nothing has to be remembered of texts that were seen.
 */
final class Exclusion {
    private static final int FOUND = -1;

    /** Byte → its place in a row of the table; 0 for all that no text has. */
    private final int[] places = new int[256];

    /** State, which is where its row begins, plus place → the next state, or FOUND. */
    private final int[] next;

    Exclusion(List<String> texts) {
        byte[][] folded = texts.stream().map(Exclusion::folded).toArray(byte[][]::new);
        int width = 1;
        int bytes = 0;
        for (byte[] text : folded) {
            bytes += text.length;
            for (byte b : text) {
                if (places[b & 0xff] == 0) {
                    places[b & 0xff] = width++;
                }
            }
        }
        for (int upper = 'A'; upper <= 'Z'; upper++) {
            places[upper] = places[upper + ('a' - 'A')];
        }
        int[] table = new int[(bytes + 1) * width];
        boolean[] found = new boolean[bytes + 1];
        int states = 1;
        for (byte[] text : folded) {
            int state = 0;
            for (byte b : text) {
                int at = state + places[b & 0xff];
                if (table[at] == 0) {
                    table[at] = width * states++;
                }
                state = table[at];
            }
            found[state / width] = true;
        }
        this.next = completed(Arrays.copyOf(table, states * width), width, found);
    }

    /** Whether one of the texts is in it; an empty text is in all. */
    boolean contains(BinaryStringData text) {
        if (next[0] == FOUND) {
            return true;
        }
        // What a decoder makes lies in one array.
        byte[] bytes = text.getSegments()[0].getArray();
        int end = text.getOffset() + text.getSizeInBytes();
        int state = 0;
        for (int i = text.getOffset(); i < end; i++) {
            state = next[state + places[bytes[i] & 0xff]];
            if (state == FOUND) {
                return true;
            }
        }
        return false;
    }

    /** The table in which a byte with which no text goes on leads to what goes on from the longest end of what was read. */
    private static int[] completed(int[] table, int width, boolean[] found) {
        int[] shorter = new int[table.length / width];
        Queue<Integer> states = new ArrayDeque<>(List.of(0));
        while (!states.isEmpty()) {
            int state = states.remove();
            int end = shorter[state / width];
            for (int place = 1; place < width; place++) {
                int longer = table[state + place];
                int other = state == 0 ? 0 : table[end + place];
                if (longer == 0) {
                    table[state + place] = other;
                } else {
                    shorter[longer / width] = other;
                    found[longer / width] |= found[other / width];
                    states.add(longer);
                }
            }
        }
        for (int i = 0; i < table.length; i++) {
            // Place 0 leads back to the beginning, which is an end only if a text is empty.
            table[i] = found[table[i] / width] ? FOUND : table[i];
        }
        return table;
    }

    private static byte[] folded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] += bytes[i] >= 'A' && bytes[i] <= 'Z' ? 'a' - 'A' : 0;
        }
        return bytes;
    }
}
