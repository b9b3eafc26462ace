package windowpane.flink.combine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.function.IntConsumer;

/**
 * Entries of any lengths, each found by 128 bits of a hash: the bytes of all one behind the other, and places of them in a table with
 * open addressing. An entry begins with its hash and the latest arrival of what it is of.
 *
 * <p>When there is no room it is made anew: without what is forgotten or was replaced, and as large as the rest needs.
 */
final class VisitTable {
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    static final int LOW = 8;
    static final int ARRIVED = 16;
    static final int HEAD = 24;

    private static final int LEAST_SLOTS = 16;
    private static final int LEAST_BYTES = 1 << 10;

    /** Slots are full beyond this part, and made anew with that part taken; bytes are made anew with this part used. */
    private static final double FULL = 0.8;

    private static final double ANEW = 0.55;
    private static final double USED_ANEW = 0.75;

    /** Chosen anew by each process, so that nobody can send keys that all want the same slot. */
    private static final long SPREAD = new SecureRandom().nextLong() | 1;

    private final HeapBudget budget;
    private byte[] entries;
    private int used;

    /** One more than the place of an entry; 0 where there is none. */
    private int[] slots;

    private int taken;

    VisitTable(HeapBudget budget) {
        this.budget = budget;
        budget.take(size(LEAST_BYTES, LEAST_SLOTS));
        entries = new byte[LEAST_BYTES];
        slots = new int[LEAST_SLOTS];
    }

    byte[] entries() {
        return entries;
    }

    /** The place of an entry, or -1. */
    int find(long high, long low) {
        return slots[slot(entries, slots, high, low)] - 1;
    }

    /**
     * Keeps an entry, in place of one with its hash; places of all may be others then.
     *
     * @param since what arrived before is forgotten
     */
    void put(byte[] entry, int length, long since) {
        long high = (long) LONG.get(entry, 0);
        long low = (long) LONG.get(entry, LOW);
        if (used + length > entries.length || taken + 1 > FULL * slots.length) {
            makeAnew(since, length);
        }
        int slot = slot(entries, slots, high, low);
        taken += slots[slot] == 0 ? 1 : 0;
        System.arraycopy(entry, 0, entries, used, length);
        slots[slot] = used + 1;
        used += length;
    }

    /** Without what arrived before a time, and with room for an entry more. */
    void makeAnew(long since, int room) {
        long live = 0;
        int count = 0;
        for (int slot : slots) {
            if (isKept(slot, since)) {
                live += length(entries, slot - 1);
                count++;
            }
        }
        int bytes = (int) Math.min(Integer.MAX_VALUE - 16, Math.max(LEAST_BYTES, (long) (live / USED_ANEW) + room));
        int wide = Math.max(LEAST_SLOTS, (int) (count / ANEW) + 2);
        budget.take(size(bytes, wide));
        byte[] kept = new byte[bytes];
        int[] places = new int[wide];
        int at = 0;
        for (int slot : slots) {
            if (isKept(slot, since)) {
                int length = length(entries, slot - 1);
                System.arraycopy(entries, slot - 1, kept, at, length);
                places[slot(kept, places, (long) LONG.get(kept, at), (long) LONG.get(kept, at + LOW))] = at + 1;
                at += length;
            }
        }
        budget.give(bytes());
        entries = kept;
        slots = places;
        used = at;
        taken = count;
    }

    void forEach(IntConsumer place) {
        for (int slot : slots) {
            if (slot != 0) {
                place.accept(slot - 1);
            }
        }
    }

    long bytes() {
        return size(entries.length, slots.length);
    }

    int count() {
        return taken;
    }

    private boolean isKept(int slot, long since) {
        return slot != 0 && (long) LONG.get(entries, slot - 1 + ARRIVED) >= since;
    }

    /** How long an entry is, which its two bytes after the head tell. */
    private static int length(byte[] entries, int at) {
        return (entries[at + HEAD] & 0xFF) | (entries[at + HEAD + 1] & 0xFF) << 8;
    }

    private static int slot(byte[] entries, int[] slots, long high, long low) {
        int at = (int) (((low * SPREAD) >>> 32) * slots.length >>> 32);
        while (slots[at] != 0
                && ((long) LONG.get(entries, slots[at] - 1) != high || (long) LONG.get(entries, slots[at] - 1 + LOW) != low)) {
            at = at + 1 == slots.length ? 0 : at + 1;
        }
        return at;
    }

    private static long size(int bytes, int slots) {
        return bytes + (long) slots * Integer.BYTES;
    }
}
