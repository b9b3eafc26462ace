package windowpane.flink.combine;

import windowpane.flink.aggregate.Distinct;

/** The aggregates of some messages of one pane. */
final class PartialPane {
    long messages;

    /** How the numbers of visits change that begin in it. */
    long visits;

    long bounces;
    long visitSeconds;

    /** The latest arrival among them. */
    long arrived;

    /** By column of the plan; null where that is not a measure. */
    final Measured[] measures;

    /** By column of the plan; null where that is not counted distinctly. */
    final Distinct[] distincts;

    void addVisit(long more, long moreBounces, long moreSeconds) {
        visits += more;
        bounces += moreBounces;
        visitSeconds += moreSeconds;
    }

    PartialPane(int columns) {
        measures = new Measured[columns];
        distincts = new Distinct[columns];
    }
}
