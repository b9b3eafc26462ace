package windowpane.flink.combine;

import java.util.Arrays;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import windowpane.flink.format.Plan;

/**
 * What is remembered between the messages of a partition: a function of what was read of its log within the horizon of arrival, so that
 * a job that has read so much before what counts decides as one that was never interrupted.
 *
 * <p>It is in no state of Flink's: whoever begins to read begins that much earlier.
 */
final class Memory {
    private static final int NONE = -1;

    private final HeapBudget budget;
    private final Remembered remembered;
    private final long margin;
    private final int partition;
    private final int key;
    private final int id;
    private final int counts;
    private final int[] dimensions;
    private final boolean[] isLast;
    private final IdHash hash = new IdHash();
    private final byte[] round = new byte[2 * Long.BYTES];
    private final VisitStep step;
    private final StringData[] values;
    private SeenIds[] seen = {};
    private OpenVisits[] visits = {};

    /** @param slack how far arrivals may step back, in milliseconds */
    Memory(Plan plan, Remembered remembered, long slack, HeapBudget budget) {
        this.budget = budget;
        this.remembered = remembered;
        this.margin = slack;
        this.partition = new Messages(plan).partition();
        this.key = only(plan, Plan.Kind.KEY, true);
        this.id = only(plan, Plan.Kind.ID, remembered.ids() > 0);
        this.counts = only(plan, Plan.Kind.COUNTS, false);
        this.dimensions = plan.columnsOf(Plan.Kind.STRING);
        this.isLast = new boolean[dimensions.length];
        for (int i = 0; i < isLast.length; i++) {
            String name = plan.columns().get(dimensions[i]).name();
            isLast[i] = remembered.visits() != null && remembered.visits().last().contains(name);
        }
        this.values = new StringData[dimensions.length];
        this.step = new VisitStep(dimensions.length);
    }

    private static int only(Plan plan, Plan.Kind kind, boolean required) {
        int[] columns = plan.columnsOf(kind);
        if (columns.length > 1 || columns.length == 0 && required) {
            throw new IllegalArgumentException("The plan must have one column of the kind " + kind + " for what is remembered.");
        }
        return columns.length == 0 ? NONE : Messages.FIRST_COLUMN + columns[0];
    }

    /** Whether a message, not a rejected one, is a copy of one that came before; it is remembered either way. */
    boolean isCopy(RowData message, long arrived) {
        if (remembered.ids() == 0) {
            return false;
        }
        hash.of(message.getString(key).toBytes(), message.getString(id).toBytes());
        return ids(message.getInt(partition)).see(hash.high(), hash.low(), arrived);
    }

    /** What an accepted message makes of its visit, until the next message; null of a stream without visits. */
    VisitStep visit(RowData message, long at, long arrived) {
        VisitRules rules = remembered.visits();
        if (rules == null) {
            return null;
        }
        VisitTable.LONG.set(round, 0, rules.period(at));
        VisitTable.LONG.set(round, Long.BYTES, rules.round(at, arrived));
        hash.of(message.getString(key).toBytes(), round);
        for (int i = 0; i < values.length; i++) {
            values[i] = message.getString(Messages.FIRST_COLUMN + dimensions[i]);
        }
        boolean counted = counts == NONE || message.isNullAt(counts) || message.getLong(counts) != 0;
        visits(message.getInt(partition)).take(hash.high(), hash.low(), at, arrived, counted, values, step);
        return step;
    }

    private SeenIds ids(int partition) {
        if (partition >= seen.length) {
            seen = Arrays.copyOf(seen, partition + 1);
        }
        if (seen[partition] == null) {
            seen[partition] = new SeenIds(remembered.ids(), margin, budget);
        }
        return seen[partition];
    }

    private OpenVisits visits(int partition) {
        if (partition >= visits.length) {
            visits = Arrays.copyOf(visits, partition + 1);
        }
        if (visits[partition] == null) {
            visits[partition] = new OpenVisits(remembered.visits(), isLast, margin, budget);
        }
        return visits[partition];
    }

    void close() {
        for (SeenIds ids : seen) {
            if (ids != null) {
                ids.close();
            }
        }
        for (OpenVisits open : visits) {
            if (open != null) {
                open.close();
            }
        }
        seen = new SeenIds[] {};
        visits = new OpenVisits[] {};
    }
}
