package windowpane.flink.combine;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.table.data.StringData;

/** Texts that are remembered many times, each kept once under a small number. */
final class Texts {
    /** What a text takes beyond its characters, which are kept as bytes and as a string: map, number, objects. */
    private static final int OVERHEAD = 200;

    private static final int LEAST = 1 << 10;

    private final HeapBudget budget;
    /** By string: one remembers its hash. */
    private final Map<String, Integer> numbers = new HashMap<>();
    private StringData[] texts = new StringData[LEAST];
    private int used;
    private final BitSet free = new BitSet();
    private long bytes;

    Texts(HeapBudget budget) {
        this.budget = budget;
    }

    /** The number of a text, which has one from now on until it is swept away. */
    int number(StringData text) {
        Integer known = numbers.get(text.toString());
        if (known != null) {
            return known;
        }
        long taken = bytes(text);
        budget.take(taken);
        bytes += taken;
        int number = free.isEmpty() ? used++ : free.nextSetBit(0);
        free.clear(number);
        if (number == texts.length) {
            texts = Arrays.copyOf(texts, texts.length * 2);
        }
        texts[number] = text;
        numbers.put(text.toString(), number);
        return number;
    }

    StringData text(int number) {
        return texts[number];
    }

    int size() {
        return numbers.size();
    }

    /** Forgets all texts but those of some numbers. */
    void keep(BitSet kept) {
        for (int number = 0; number < used; number++) {
            StringData text = texts[number];
            if (text != null && !kept.get(number)) {
                numbers.remove(text.toString());
                texts[number] = null;
                free.set(number);
                budget.give(bytes(text));
                bytes -= bytes(text);
            }
        }
    }

    long bytes() {
        return bytes;
    }

    void close() {
        keep(new BitSet());
    }

    private static long bytes(StringData text) {
        return OVERHEAD + 2L * text.toString().length();
    }
}
