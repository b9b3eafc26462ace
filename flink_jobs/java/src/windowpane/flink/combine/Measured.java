package windowpane.flink.combine;

import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import org.apache.flink.table.data.TimestampData;
import windowpane.flink.aggregate.Peak;
import windowpane.flink.aggregate.Quantiles;

/**
 * The aggregates of one measure in a part of a pane. This is the one place of a measure's aggregate in the JVM part: what it keeps,
 * how a value is added and what is sent on. {@code streams/aggregates.py} has the other, which says how the parts are merged.
 */
final class Measured {
    /** A column of panes, and what a part has in it where there was any value. */
    enum Aggregate {
        COUNT(measured -> measured.count),
        SUM(measured -> measured.sum),
        MIN(measured -> measured.min),
        MIN_AT(measured -> TimestampData.fromEpochMillis(measured.low.at())),
        MAX(measured -> measured.peak.value()),
        MAX_AT(measured -> TimestampData.fromEpochMillis(measured.peak.at())),
        DIGEST(measured -> measured.quantiles.toPart());

        private final Function<Measured, Object> part;

        Aggregate(Function<Measured, Object> part) {
            this.part = part;
        }

        /** The name of a measure's column. */
        String column(String measure) {
            return measure + "_" + name().toLowerCase(Locale.ROOT);
        }

        Object part(Measured measured) {
            return measured.count == 0 && this != COUNT ? null : part.apply(measured);
        }
    }

    private final Peak peak = new Peak();

    /** The peak of the negated values. */
    private final Peak low;

    private final Quantiles quantiles;
    private long count;
    private long sum;
    private long min = Long.MAX_VALUE;

    /** What costs more than the rest is kept only where it is wanted, else null. */
    Measured(Set<Aggregate> wanted) {
        low = wanted.contains(Aggregate.MIN_AT) ? new Peak() : null;
        quantiles = wanted.contains(Aggregate.DIGEST) ? new Quantiles() : null;
    }

    /** Called for each value of each message: no call in here may be of more than one class. */
    void add(long value, long at) {
        count++;
        sum += value;
        min = Math.min(min, value);
        peak.offer(at, value);
        if (low != null) {
            low.offer(at, -value);
        }
        if (quantiles != null) {
            quantiles.add(value);
        }
    }
}
