package windowpane.flink.combine;

import java.util.Arrays;
import org.apache.flink.table.data.StringData;

/**
 * Which pane a message belongs to, of one breakdown: its values of that one's dimensions, the start of the pane's event time, the
 * arrival window. Mutable until it is kept.
 */
final class PaneKey {
    final Breakdown breakdown;
    final StringData[] dimensions;
    long start;
    long window;
    private int hash;

    PaneKey(Breakdown breakdown) {
        this(breakdown, new StringData[breakdown.dimensions().length]);
    }

    private PaneKey(Breakdown breakdown, StringData[] dimensions) {
        this.breakdown = breakdown;
        this.dimensions = dimensions;
    }

    /** Makes it that of an event time and an arrival window, with the values of all dimensions and the hashes of those. */
    void set(StringData[] values, int[] hashes, long at, long window) {
        int[] places = breakdown.dimensions();
        int mixed = 1;
        for (int i = 0; i < places.length; i++) {
            dimensions[i] = values[places[i]];
            mixed = mixed * 31 + hashes[places[i]];
        }
        start = at - Math.floorMod(at, breakdown.grain());
        this.window = window;
        hash = (mixed * 31 + Long.hashCode(start / 60_000)) * 31 + Long.hashCode(window);
    }

    /** One that does not change any more. */
    PaneKey kept() {
        PaneKey kept = new PaneKey(breakdown, dimensions.clone());
        kept.start = start;
        kept.window = window;
        kept.hash = hash;
        return kept;
    }

    /** Keys of different breakdowns are never compared. */
    @Override
    public boolean equals(Object other) {
        return other instanceof PaneKey key
                && key.hash == hash
                && key.start == start
                && key.window == window
                && Arrays.equals(key.dimensions, dimensions);
    }

    @Override
    public int hashCode() {
        return hash;
    }
}
