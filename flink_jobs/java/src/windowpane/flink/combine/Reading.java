package windowpane.flink.combine;

import java.io.Serializable;
import java.time.Duration;
import java.util.Map;

/**
 * How messages are read.
 *
 * @param slack how far arrivals may step back; null for messages that tell when they arrived as they were counted before
 * @param arrivedBefore see {@link PartitionArrivals#parse}; may be null
 * @param firstOffsets by partition, of messages that come in no certain order: the first that is read; null for others
 * @param countedFrom the first arrival that counts, in milliseconds; what arrived before is only remembered
 * @param fence may be null
 */
record Reading(
        Duration slack, String arrivedBefore, Map<Integer, Long> firstOffsets, long countedFrom, TopicFence fence)
        implements Serializable {
    private static final long serialVersionUID = 1L;
}
