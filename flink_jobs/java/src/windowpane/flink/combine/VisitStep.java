package windowpane.flink.combine;

import org.apache.flink.table.data.StringData;

/** A visit as it was before one of its messages, and as it is with it. Filled anew for each message. */
final class VisitStep {
    /** The dimensions of its first message, but of those that are its last ones the values of before, and of now. */
    final StringData[] before;

    final StringData[] after;

    /** The event time of its first message. */
    long start;

    /** Whether this message is the first: then there was nothing before. */
    boolean begins;

    /** Whether its last values are others now. */
    boolean moves;

    long bouncesBefore;
    long bounces;
    long secondsBefore;
    long seconds;

    /** Whether anything of it is other than it was. */
    boolean isChanged() {
        return begins || moves || bounces != bouncesBefore || seconds != secondsBefore;
    }

    VisitStep(int dimensions) {
        before = new StringData[dimensions];
        after = new StringData[dimensions];
    }
}
