package windowpane.flink.combine;

import java.security.SecureRandom;

/**
 * The ids seen in one partition, each with the latest arrival of a message with it: as hashes of 128 bits in tables with open
 * addressing, three longs a slot.
 *
 * <p>There are many small tables, each made anew by itself when it is full: without what the horizon has passed, and as large as the rest
 * needs. So nothing pauses for long, and no second copy of all is ever held.
 */
final class SeenIds {
    private static final int TABLES = 64;
    private static final int SLOT = 3;
    private static final int LEAST_SLOTS = 16;

    /** A table is full beyond this part of its slots, and made anew with this part of them taken. */
    private static final double FULL = 0.8;

    private static final double ANEW = 0.55;

    /** Chosen anew by each process, so that nobody can send ids that all want the same slot. */
    private static final long SPREAD = new SecureRandom().nextLong() | 1;

    private final long horizon;
    private final long margin;
    private final HeapBudget budget;
    private final long[][] tables = new long[TABLES][];
    private final int[] taken = new int[TABLES];
    private long latest = Long.MIN_VALUE / 2;

    /** @param margin how much earlier than the latest arrival a later one may be, in milliseconds */
    SeenIds(long horizon, long margin, HeapBudget budget) {
        this.horizon = horizon;
        this.margin = margin;
        this.budget = budget;
    }

    /** Whether the id of a message was seen no longer than the horizon before it arrived; it is seen now. */
    boolean see(long high, long low, long arrived) {
        latest = Math.max(latest, arrived);
        long second = high == 0 && low == 0 ? 1 : low;
        int table = (int) (high >>> 58);
        if (tables[table] == null) {
            tables[table] = made(LEAST_SLOTS);
        }
        long[] slots = tables[table];
        int at = place(slots, high, second);
        if (slots[at] == 0 && slots[at + 1] == 0) {
            put(slots, at, high, second, arrived);
            if (++taken[table] > FULL * (slots.length / SLOT)) {
                makeAnew(table);
            }
            return false;
        }
        boolean isKnown = slots[at + 2] >= arrived - horizon;
        slots[at + 2] = Math.max(slots[at + 2], arrived);
        return isKnown;
    }

    /** Where an id is, or is to be. */
    private static int place(long[] slots, long high, long low) {
        int count = slots.length / SLOT;
        int at = (int) (((low * SPREAD) >>> 32) * count >>> 32) * SLOT;
        while ((slots[at] != high || slots[at + 1] != low) && (slots[at] != 0 || slots[at + 1] != 0)) {
            at += SLOT;
            if (at == slots.length) {
                at = 0;
            }
        }
        return at;
    }

    private static void put(long[] slots, int at, long high, long low, long arrived) {
        slots[at] = high;
        slots[at + 1] = low;
        slots[at + 2] = arrived;
    }

    private void makeAnew(int table) {
        long[] old = tables[table];
        long kept = latest - margin - horizon;
        int count = 0;
        for (int at = 0; at < old.length; at += SLOT) {
            if (isTaken(old, at) && old[at + 2] >= kept) {
                count++;
            }
        }
        long[] slots = made(Math.max(LEAST_SLOTS, (int) (count / ANEW) + 1));
        for (int at = 0; at < old.length; at += SLOT) {
            if (isTaken(old, at) && old[at + 2] >= kept) {
                put(slots, place(slots, old[at], old[at + 1]), old[at], old[at + 1], old[at + 2]);
            }
        }
        tables[table] = slots;
        taken[table] = count;
        budget.give(bytes(old));
    }

    private static boolean isTaken(long[] slots, int at) {
        return slots[at] != 0 || slots[at + 1] != 0;
    }

    private long[] made(int slots) {
        budget.take((long) slots * SLOT * Long.BYTES);
        return new long[slots * SLOT];
    }

    private static long bytes(long[] slots) {
        return (long) slots.length * Long.BYTES;
    }

    /** How many bytes it takes. */
    long bytes() {
        long bytes = 0;
        for (long[] slots : tables) {
            bytes += slots == null ? 0 : bytes(slots);
        }
        return bytes;
    }

    void close() {
        for (int table = 0; table < TABLES; table++) {
            if (tables[table] != null) {
                budget.give(bytes(tables[table]));
                tables[table] = null;
                taken[table] = 0;
            }
        }
    }
}
