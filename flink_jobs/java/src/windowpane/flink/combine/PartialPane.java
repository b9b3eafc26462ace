package windowpane.flink.combine;

import windowpane.flink.aggregate.Distinct;
import windowpane.flink.aggregate.Peak;
import windowpane.flink.aggregate.Quantiles;

/** The aggregates of some messages of one pane. */
final class PartialPane {
    long messages;

    /** The latest arrival among them. */
    long arrived;

    /** By column of the plan; null where that is not a measure. */
    final Measured[] measures;

    /** By column of the plan; null where that is not counted distinctly. */
    final Distinct[] distincts;

    PartialPane(int columns) {
        measures = new Measured[columns];
        distincts = new Distinct[columns];
    }

    /** The aggregates of one measure. */
    static final class Measured {
        final Peak peak = new Peak();

        /** Null unless quantiles are wanted. */
        final Quantiles quantiles;

        long count;
        long sum;
        long min = Long.MAX_VALUE;

        Measured(boolean withQuantiles) {
            quantiles = withQuantiles ? new Quantiles() : null;
        }

        void add(long value, long at) {
            count++;
            sum += value;
            min = Math.min(min, value);
            peak.offer(at, value);
            if (quantiles != null) {
                quantiles.add(value);
            }
        }
    }
}
