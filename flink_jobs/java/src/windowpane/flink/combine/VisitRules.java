package windowpane.flink.combine;

import java.io.Serializable;
import java.util.List;

/**
 * What a visit is.
 *
 * @param gap messages of one visit are no further apart in event time, in milliseconds
 * @param cut visits end at the multiples of this in event time, in milliseconds
 * @param first names of dimensions whose value is, for every message of a visit, that of its first
 * @param last names of dimensions whose value is, for a visit, that of its newest counting message
 */
record VisitRules(long gap, long cut, List<String> first, List<String> last) implements Serializable {
    private static final long serialVersionUID = 1L;

    private static final long HOUR = 3_600_000;

    /** How long a visit is known after a message of it arrived; how long after a cut its messages are told from late ones. */
    long known() {
        return gap + HOUR;
    }

    /** Between which two cuts an event time lies. */
    long period(long at) {
        return Math.floorDiv(at, cut);
    }

    /** The same for messages that come in time; of late ones, between which two cuts they are known to have arrived. */
    long round(long at, long arrived) {
        return Math.max(period(at), Math.floorDiv(arrived - known(), cut));
    }
}
