package windowpane.flink.combine;

import java.util.Arrays;
import org.apache.flink.table.data.RowData;
import windowpane.flink.format.Plan;

/**
 * What is remembered between the messages of a partition: a function of what was read of its log within the horizon of arrival, so that
 * a job that has read so much before what counts decides as one that was never interrupted.
 *
 * <p>It is in no state of Flink's: whoever begins to read begins that much earlier.
 */
final class Memory {
    private final SeenIds.Budget budget;
    private final long horizon;
    private final long margin;
    private final int partition;
    private final int key;
    private final int id;
    private final IdHash hash = new IdHash();
    private SeenIds[] seen = {};

    /**
     * @param horizon in milliseconds of arrival
     * @param slack how far arrivals may step back, in milliseconds
     */
    Memory(Plan plan, long horizon, long slack, SeenIds.Budget budget) {
        this.budget = budget;
        this.horizon = horizon;
        this.margin = slack;
        this.partition = new Messages(plan).partition();
        this.key = Messages.FIRST_COLUMN + only(plan, Plan.Kind.KEY);
        this.id = Messages.FIRST_COLUMN + only(plan, Plan.Kind.ID);
    }

    private static int only(Plan plan, Plan.Kind kind) {
        int[] columns = plan.columnsOf(kind);
        if (columns.length != 1) {
            throw new IllegalArgumentException("The plan must have one column of the kind " + kind + " to find duplicates.");
        }
        return columns[0];
    }

    /** Whether a message, not a rejected one, is a copy of one that came before; it is remembered either way. */
    boolean isCopy(RowData message, long arrived) {
        hash.of(message.getString(key).toBytes(), message.getString(id).toBytes());
        return ids(message.getInt(partition)).see(hash.high(), hash.low(), arrived);
    }

    private SeenIds ids(int partition) {
        if (partition >= seen.length) {
            seen = Arrays.copyOf(seen, partition + 1);
        }
        if (seen[partition] == null) {
            seen[partition] = new SeenIds(horizon, margin, budget);
        }
        return seen[partition];
    }

    void close() {
        for (SeenIds ids : seen) {
            if (ids != null) {
                ids.close();
            }
        }
        seen = new SeenIds[] {};
    }
}
