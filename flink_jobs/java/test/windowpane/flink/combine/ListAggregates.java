package windowpane.flink.combine;

import windowpane.flink.format.Plan;

/** Tells Python what there is for each measure, once the columns of its table (the second argument) are known to be filled. */
final class ListAggregates {
    private ListAggregates() {}

    public static void main(String[] arguments) {
        Plan plan = Plan.parse(arguments[0]);
        new RowWriter(plan, new Messages(plan), arguments[1].split(","), false);
        for (Measured.Aggregate aggregate : Measured.Aggregate.values()) {
            System.out.println(aggregate.column("m"));
        }
    }
}
