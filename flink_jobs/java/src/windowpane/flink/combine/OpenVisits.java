package windowpane.flink.combine;

import java.util.BitSet;
import org.apache.flink.table.data.StringData;

/**
 * The visits of one partition that a message may yet go on with: of each key and round (see {@link VisitRules}) the newest.
 *
 * <p>A message goes on with it if it arrived no longer than {@link VisitRules#known} after one of its messages, and happened no longer
 * than the gap after the newest of them, or before; else it begins another one, in its place. So a visit is a function of the messages
 * of its key and round alone, and there is none of before a round.
 *
 * <p>An entry has, after hash, arrival and its own length: three times from the beginning of the period (of the first message, of the
 * newest one, and of the newest that counts, with how many count: none, one, more), the numbers of the last values, and in
 * as few bytes as they need those of the other dimensions.
 */
final class OpenVisits {
    private static final int TABLES = 64;
    private static final int START = VisitTable.HEAD + 2;
    private static final int NEWEST = START + 4;
    private static final int END = NEWEST + 4;
    private static final int LAST = END + 4;

    /** Times within a period take fewer bits. */
    private static final int TIME_BITS = 28;

    private static final int TIME = (1 << TIME_BITS) - 1;
    private static final int MANY = 2;
    private static final int VARINT_BYTES = 5;
    private static final int LEAST_TEXTS = 1 << 12;

    private final VisitRules rules;
    private final long margin;
    private final HeapBudget budget;
    private final boolean[] isLast;
    private final Texts texts;
    private final VisitTable[] tables = new VisitTable[TABLES];
    private final byte[] made;
    private final int lasts;
    private long latest = Long.MIN_VALUE / 2;
    private int sweepBeyond = LEAST_TEXTS;

    /**
     * @param isLast by dimension, whether its value is the newest message's
     * @param margin how much earlier than the latest arrival a later one may be, in milliseconds
     */
    OpenVisits(VisitRules rules, boolean[] isLast, long margin, HeapBudget budget) {
        this.rules = rules;
        this.isLast = isLast;
        this.margin = margin;
        this.budget = budget;
        this.texts = new Texts(budget);
        int count = 0;
        for (boolean each : isLast) {
            count += each ? 1 : 0;
        }
        lasts = count;
        made = new byte[LAST + 4 * lasts + VARINT_BYTES * (isLast.length - lasts)];
    }

    /**
     * Takes a message into its visit.
     *
     * @param high with low, a hash of its key, period and round
     * @param counts whether it ends a bounce, and may move the visit's end
     * @param values its dimensions
     * @param step is filled with what becomes of the visit
     */
    void take(long high, long low, long at, long arrived, boolean counts, StringData[] values, VisitStep step) {
        latest = Math.max(latest, arrived);
        long period = rules.period(at) * rules.cut();
        int time = (int) (at - period);
        int number = (int) (high >>> 58);
        if (tables[number] == null) {
            tables[number] = new VisitTable(budget);
        }
        VisitTable table = tables[number];
        int place = table.find(high, low);
        if (place >= 0 && goesOn(table.entries(), place, time, arrived)) {
            goOn(table.entries(), place, time, arrived, counts, values, step);
            step.start = period + (int) VisitTable.INT.get(table.entries(), place + START);
        } else {
            int length = begin(high, low, time, arrived, counts, values);
            table.put(made, length, latest - margin - rules.known());
            began(at, values, step);
            if (texts.size() > sweepBeyond) {
                sweep();
            }
        }
    }

    private boolean goesOn(byte[] entries, int place, int time, long arrived) {
        return arrived - (long) VisitTable.LONG.get(entries, place + VisitTable.ARRIVED) <= rules.known()
                && time - (int) VisitTable.INT.get(entries, place + NEWEST) <= rules.gap();
    }

    private void goOn(byte[] entries, int place, int time, long arrived, boolean counts, StringData[] values, VisitStep step) {
        long known = (long) VisitTable.LONG.get(entries, place + VisitTable.ARRIVED);
        VisitTable.LONG.set(entries, place + VisitTable.ARRIVED, Math.max(known, arrived));
        int newest = (int) VisitTable.INT.get(entries, place + NEWEST);
        VisitTable.INT.set(entries, place + NEWEST, Math.max(newest, time));
        int start = (int) VisitTable.INT.get(entries, place + START);
        int packed = (int) VisitTable.INT.get(entries, place + END);
        int end = packed & TIME;
        int counted = packed >>> TIME_BITS;
        tell(entries, place, step);
        step.begins = false;
        step.moves = false;
        step.bounces = step.bouncesBefore = counted < MANY ? 1 : 0;
        step.seconds = step.secondsBefore = seconds(start, end);
        if (!counts) {
            return;
        }
        counted = Math.min(MANY, counted + 1);
        step.bounces = counted < MANY ? 1 : 0;
        if (time >= end) {
            end = time;
            step.seconds = seconds(start, end);
            move(entries, place, values, step);
        }
        VisitTable.INT.set(entries, place + END, counted << TIME_BITS | end);
    }

    private static long seconds(int start, int end) {
        return (end - start) / 1000;
    }

    /** What the visit's dimensions are until now. */
    private void tell(byte[] entries, int place, VisitStep step) {
        int last = place + LAST;
        int at = last + 4 * lasts;
        for (int i = 0; i < isLast.length; i++) {
            int number;
            if (isLast[i]) {
                number = (int) VisitTable.INT.get(entries, last);
                last += 4;
            } else {
                number = entries[at] & 0x7F;
                for (int shift = 7; entries[at++] < 0; shift += 7) {
                    number |= (entries[at] & 0x7F) << shift;
                }
            }
            step.before[i] = step.after[i] = texts.text(number);
        }
    }

    private void move(byte[] entries, int place, StringData[] values, VisitStep step) {
        int last = place + LAST;
        for (int i = 0; i < isLast.length; i++) {
            if (isLast[i]) {
                if (!values[i].equals(step.before[i])) {
                    step.moves = true;
                    step.after[i] = values[i];
                    VisitTable.INT.set(entries, last, texts.number(values[i]));
                }
                last += 4;
            }
        }
    }

    /** Makes the entry of a visit that begins; its length. */
    private int begin(long high, long low, int time, long arrived, boolean counts, StringData[] values) {
        VisitTable.LONG.set(made, 0, high);
        VisitTable.LONG.set(made, VisitTable.LOW, low);
        VisitTable.LONG.set(made, VisitTable.ARRIVED, arrived);
        VisitTable.INT.set(made, START, time);
        VisitTable.INT.set(made, NEWEST, time);
        VisitTable.INT.set(made, END, (counts ? 1 : 0) << TIME_BITS | time);
        int last = LAST;
        int at = LAST + 4 * lasts;
        for (int i = 0; i < isLast.length; i++) {
            int number = texts.number(values[i]);
            if (isLast[i]) {
                VisitTable.INT.set(made, last, number);
                last += 4;
            } else {
                for (; number > 0x7F; number >>>= 7) {
                    made[at++] = (byte) (number | 0x80);
                }
                made[at++] = (byte) number;
            }
        }
        made[VisitTable.HEAD] = (byte) at;
        made[VisitTable.HEAD + 1] = (byte) (at >>> 8);
        return at;
    }

    private static void began(long at, StringData[] values, VisitStep step) {
        System.arraycopy(values, 0, step.before, 0, values.length);
        System.arraycopy(values, 0, step.after, 0, values.length);
        step.start = at;
        step.begins = true;
        step.moves = false;
        step.bouncesBefore = 0;
        step.bounces = 1;
        step.secondsBefore = 0;
        step.seconds = 0;
    }

    /** Forgets the texts of visits that are forgotten; no more often than their number doubles. */
    private void sweep() {
        BitSet kept = new BitSet();
        for (VisitTable table : tables) {
            if (table != null) {
                table.makeAnew(latest - margin - rules.known(), 0);
                table.forEach(place -> mark(table.entries(), place, kept));
            }
        }
        texts.keep(kept);
        sweepBeyond = Math.max(LEAST_TEXTS, 2 * texts.size());
    }

    private void mark(byte[] entries, int place, BitSet kept) {
        for (int i = 0; i < lasts; i++) {
            kept.set((int) VisitTable.INT.get(entries, place + LAST + 4 * i));
        }
        int at = place + LAST + 4 * lasts;
        for (int i = lasts; i < isLast.length; i++) {
            int number = entries[at] & 0x7F;
            for (int shift = 7; entries[at++] < 0; shift += 7) {
                number |= (entries[at] & 0x7F) << shift;
            }
            kept.set(number);
        }
    }

    /** How many bytes it takes. */
    long bytes() {
        long bytes = texts.bytes();
        for (VisitTable table : tables) {
            bytes += table == null ? 0 : table.bytes();
        }
        return bytes;
    }

    void close() {
        for (int number = 0; number < TABLES; number++) {
            if (tables[number] != null) {
                budget.give(tables[number].bytes());
                tables[number] = null;
            }
        }
        texts.close();
    }
}
