package windowpane.flink.combine;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.apache.flink.table.data.RowData;

/**
 * Gives the messages of each partition on in the order of their offsets, of a source that gives all from a first one on, each once and
 * nearly in that order. What comes too early waits for what is missing.
 */
final class OffsetOrder {
    private final Messages row;
    private final long slack;
    private final Map<Integer, Waiting> partitions = new HashMap<>();

    private static final class Waiting {
        private final PriorityQueue<RowData> messages;
        private long next;

        Waiting(long first, Comparator<RowData> byOffset) {
            next = first;
            messages = new PriorityQueue<>(byOffset);
        }
    }

    /**
     * @param firsts by partition, the first offset; what is before it, or of another partition, is left out
     * @param slack how far arrivals may step back, in milliseconds
     */
    OffsetOrder(Messages row, Map<Integer, Long> firsts, long slack) {
        this.row = row;
        this.slack = slack;
        Comparator<RowData> byOffset = Comparator.comparingLong(message -> message.getLong(row.offset()));
        firsts.forEach((partition, first) -> partitions.put(partition, new Waiting(first, byOffset)));
    }

    void offer(RowData message, Consumer<RowData> send) {
        Waiting waiting = partitions.get(message.getInt(row.partition()));
        if (waiting == null || message.getLong(row.offset()) < waiting.next) {
            return;
        }
        waiting.messages.add(message);
        while (!waiting.messages.isEmpty() && waiting.messages.peek().getLong(row.offset()) == waiting.next) {
            sendNext(waiting, send);
        }
    }

    /**
     * Waits no longer for what cannot come: it would have arrived before.
     *
     * @param watermark no message that is yet to come arrived by then
     * @return the watermark of what is yet to be sent
     */
    long pass(long watermark, Consumer<RowData> send) {
        long passed = watermark == Long.MAX_VALUE ? watermark : watermark - slack;
        for (Waiting waiting : partitions.values()) {
            long last = Long.MIN_VALUE;
            for (RowData message : waiting.messages) {
                // Messages of lower offsets arrived by so much later at most.
                if (message.getTimestamp(row.arrived(), 3).getMillisecond() <= passed) {
                    last = Math.max(last, message.getLong(row.offset()));
                }
            }
            while (!waiting.messages.isEmpty() && waiting.messages.peek().getLong(row.offset()) <= last) {
                sendNext(waiting, send);
            }
        }
        return passed;
    }

    private void sendNext(Waiting waiting, Consumer<RowData> send) {
        RowData message = waiting.messages.remove();
        waiting.next = message.getLong(row.offset()) + 1;
        send.accept(message);
    }
}
