package windowpane.flink.combine;

import java.util.Arrays;
import org.apache.flink.table.data.StringData;

/** Which pane a message belongs to: its dimensions, the minute of its event time, the arrival window. Mutable until it is kept. */
final class PaneKey {
    final StringData[] dimensions;
    long minute;
    long window;

    PaneKey(int dimensions) {
        this(new StringData[dimensions], 0, 0);
    }

    private PaneKey(StringData[] dimensions, long minute, long window) {
        this.dimensions = dimensions;
        this.minute = minute;
        this.window = window;
    }

    /** One that does not change any more. */
    PaneKey kept() {
        return new PaneKey(dimensions.clone(), minute, window);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PaneKey key
                && key.minute == minute
                && key.window == window
                && Arrays.equals(key.dimensions, dimensions);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (StringData dimension : dimensions) {
            // A string remembers its hash, and the texts of most messages are remembered with theirs; bytes are hashed each time.
            hash = hash * 31 + (dimension == null ? 0 : dimension.toString().hashCode());
        }
        return (hash * 31 + Long.hashCode(minute / 60_000)) * 31 + Long.hashCode(window);
    }
}
