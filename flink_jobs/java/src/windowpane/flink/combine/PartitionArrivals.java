package windowpane.flink.combine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.table.data.RowData;

/**
 * When the messages of each partition arrived: a function of the partition's log alone, so that every reading gives the same.
 *
 * <p>It is what the broker stamped, but never further back than the slack behind the latest that it stamped before: a clock that was set
 * back makes no message late. A stamp of a producer moves time on by nothing, however far ahead it is: such a message arrived with the
 * one before it.
 */
final class PartitionArrivals {
    /** Nothing arrived before what is read. Halved, so that the slack can be taken off. */
    private static final long NOTHING = Long.MIN_VALUE / 2;

    private static final long NOT_READ = Long.MIN_VALUE;

    private final Messages row;
    private final long slack;
    private final boolean isEveryPartitionRead;
    private long[] latest = {};

    /** @param before by partition, the latest arrival before what is read; null for any partitions, from their beginnings */
    PartitionArrivals(Messages row, Map<Integer, Long> before, long slack) {
        this.row = row;
        this.slack = slack;
        this.isEveryPartitionRead = before == null;
        if (before != null) {
            before.forEach(this::raise);
        }
    }

    /** {@code 0=1760000000000;1=}, without a number where nothing arrived before. */
    static Map<Integer, Long> parse(String text) {
        Map<Integer, Long> before = new HashMap<>();
        for (String part : text.split(";")) {
            String[] pair = part.split("=", -1);
            before.put(Integer.valueOf(pair[0]), pair[1].isEmpty() ? NOTHING : Long.parseLong(pair[1]));
        }
        return before;
    }

    /** When a message arrived that comes after all those asked for before. */
    long of(RowData message, long stamp) {
        int partition = message.getInt(row.partition());
        long before = before(partition);
        if (stamp <= before) {
            return Math.max(stamp, before - slack);
        }
        if (row.isStampedByBroker(message)) {
            latest[partition] = stamp;
            return stamp;
        }
        if (before == NOTHING) {
            throw new IllegalStateException("Partition " + partition
                    + " begins with messages that the broker did not stamp, so it is not known when they arrived");
        }
        return before;
    }

    private long before(int partition) {
        long before = partition < latest.length ? latest[partition] : NOT_READ;
        if (before != NOT_READ) {
            return before;
        }
        if (!isEveryPartitionRead) {
            throw new IllegalStateException("Partition " + partition + " was added; the keeper starts a job that reads it");
        }
        raise(partition, NOTHING);
        return NOTHING;
    }

    /** Takes up what {@link #read} told of an earlier run. */
    void raise(int partition, long arrived) {
        int known = latest.length;
        if (partition >= known) {
            latest = Arrays.copyOf(latest, partition + 1);
            Arrays.fill(latest, known, partition + 1, NOT_READ);
        }
        latest[partition] = Math.max(latest[partition], arrived);
    }

    /** By partition, the latest arrival. */
    Map<Integer, Long> read() {
        Map<Integer, Long> read = new HashMap<>();
        for (int partition = 0; partition < latest.length; partition++) {
            if (latest[partition] != NOT_READ) {
                read.put(partition, latest[partition]);
            }
        }
        return read;
    }
}
