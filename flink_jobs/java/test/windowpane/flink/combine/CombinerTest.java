package windowpane.flink.combine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.airlift.slice.Slices;
import io.airlift.stats.cardinality.HyperLogLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.Test;
import windowpane.flink.aggregate.Digest;
import windowpane.flink.aggregate.Quantiles;

class CombinerTest {
    private static final String PLAN =
            """
            {"event_time": {"field": ["t"], "max_ahead_ms": 1000},
             "fields": [{"path": ["site"], "type": "string"}, {"path": ["ms"], "type": "number", "required": false},
                        {"path": ["who"], "type": "string", "required": false}],
             "columns": [{"name": "site", "kind": "string", "field": 0},
                         {"name": "ms", "kind": "measure", "expression": [{"field": 1}], "scale": 0},
                         {"name": "who", "kind": "hash", "field": 2}]}""";

    private static final String[] COLUMNS = {
        "site", "_event_start", "messages", "ms_count", "ms_sum", "ms_min", "ms_max", "ms_max_at", "ms_digest", "who_distinct",
        "partition", "_first_offset", "_last_offset", "_accepted", "_rejected", "_heartbeats", "offset", "event_time", "reason",
        "field", "payload", "arrived", "ms_min_at", "_duplicates"
    };
    private static final int MESSAGES = 2;
    private static final int PARTITION = 10;
    private static final int FIRST = 11;
    private static final int OFFSET = 16;
    private static final int ARRIVED = 21;
    private static final int MIN_AT = 22;
    private static final long WINDOW = 10_000;
    private static final Duration SLACK = Duration.ofMillis(500);

    private final Random random = new Random(7);
    private final Sent sent = new Sent(ARRIVED, WINDOW);

    @Test
    void partsOfAnyCutAddUp() throws Exception {
        Combiner combiner = combiner(false);
        Map<List<Object>, Expected> expected = new HashMap<>();
        long arrived = 0;
        long watermark = Long.MIN_VALUE;
        for (int offset = 0; offset < 20_000; offset++) {
            arrived += random.nextInt(20);
            String site = "s" + random.nextInt(3);
            long at = arrived - random.nextInt(100_000) + 1000;
            Long value = random.nextInt(5) == 0 ? null : (long) random.nextInt(50);
            String who = random.nextInt(5) == 0 ? null : "v" + random.nextInt(30);
            combiner.processElement(new StreamRecord<>(message(offset, arrived, site, at, value, who, null)));
            expected.computeIfAbsent(List.of(site, Math.floorDiv(at, 60_000), arrived / WINDOW), key -> new Expected())
                    .add(value, at, who);
            switch (random.nextInt(500)) {
                case 0 -> {
                    watermark = arrived - random.nextInt(2000);
                    combiner.processWatermark(new Watermark(watermark));
                    sent.closed(watermark);
                }
                case 1 -> combiner.prepareSnapshotPreBarrier(1);
                default -> {}
            }
        }
        combiner.endInput();
        Map<List<Object>, Expected> found = new HashMap<>();
        Digest digest = new Digest();
        for (RowData row : sent.rows(MESSAGES)) {
            List<Object> key = List.of(
                    row.getString(0).toString(),
                    Math.floorDiv(row.getTimestamp(1, 3).getMillisecond(), 60_000),
                    row.getTimestamp(ARRIVED, 3).getMillisecond() / WINDOW);
            found.computeIfAbsent(key, k -> new Expected()).add(row, digest);
        }
        assertEquals(expected.keySet(), found.keySet());
        expected.forEach((key, all) -> all.check(found.get(key)));
        long next = 0;
        long accepted = 0;
        for (RowData row : sent.rows(FIRST)) {
            assertEquals(3, row.getInt(PARTITION));
            assertEquals(next, row.getLong(FIRST));
            next = row.getLong(FIRST + 1) + 1;
            accepted += row.getLong(FIRST + 2);
        }
        assertEquals(20_000, next);
        assertEquals(20_000, accepted);
        assertTrue(sent.rows(MESSAGES).size() < 4000);
        assertEquals(List.of(), sent.rows(OFFSET));
    }

    @Test
    void onlyRejectedMessagesAreSentOn() throws Exception {
        Combiner combiner = combiner(false);
        combiner.processElement(new StreamRecord<>(message(0, 5000, "a", 6000L, 1L, null, null)));
        combiner.processElement(new StreamRecord<>(message(1, 5000, "a", 6001L, 1L, null, null)));
        combiner.processElement(new StreamRecord<>(message(2, 5000, null, null, null, null, "not valid JSON")));
        combiner.processElement(new StreamRecord<>(message(3, 5000, null, null, null, null, null)));
        assertEquals(List.of(1L, 2L), sent.rows(OFFSET).stream().map(row -> row.getLong(OFFSET)).toList());
        assertEquals(6001, sent.rows(OFFSET).get(0).getTimestamp(OFFSET + 1, 3).getMillisecond());
        assertEquals("not valid JSON", sent.rows(OFFSET).get(1).getString(OFFSET + 2).toString());
        combiner.endInput();
        RowData part = sent.rows(FIRST).get(0);
        assertEquals(List.of(0L, 3L, 1L, 2L, 1L), List.of(
                part.getLong(FIRST), part.getLong(FIRST + 1), part.getLong(FIRST + 2), part.getLong(FIRST + 3), part.getLong(FIRST + 4)));
        assertEquals(1, sent.rows(MESSAGES).size());
    }

    @Test
    void everyMessageIsSentWhereAsked() throws Exception {
        Combiner combiner = combiner(true);
        combiner.processElement(new StreamRecord<>(message(0, 5000, "a", 6000L, 1L, null, null)));
        combiner.processElement(new StreamRecord<>(message(1, 5000, null, null, null, null, null)));
        assertEquals(List.of(0L, 1L), sent.rows(OFFSET).stream().map(row -> row.getLong(OFFSET)).toList());
    }

    @Test
    void messagesOfAClockSetBackAreCountedAtTheLatestArrival() throws Exception {
        Combiner combiner = combiner(true);
        combiner.processElement(new StreamRecord<>(message(0, 61_000, "a", 6000L, 1L, null, null)));
        combiner.processElement(new StreamRecord<>(message(1, 1000, "a", 6000L, 1L, null, null)));
        combiner.processElement(new StreamRecord<>(message(2, 1000, null, null, null, null, "not valid JSON")));
        combiner.endInput();
        assertEquals(1, sent.rows(FIRST).size());
        assertEquals(1, sent.rows(MESSAGES).size());
        assertEquals(
                List.of(61_000L, 60_500L, 60_500L),
                sent.rows(OFFSET).stream().map(row -> row.getTimestamp(ARRIVED, 3).getMillisecond()).toList());
    }

    private Combiner combiner(boolean everyMessage) throws Exception {
        Combiner combiner = new Combiner(PLAN, null, COLUMNS, WINDOW, everyMessage, new Reading(SLACK, null, null, Long.MIN_VALUE, null), Remembered.NOTHING);
        return sent.opened(combiner);
    }

    private static RowData message(
            long offset, long arrived, String site, Long at, Long value, String who, String reason) {
        return GenericRowData.of(
                at == null ? null : TimestampData.fromEpochMillis(at),
                StringData.fromString(site),
                value,
                StringData.fromString(who),
                StringData.fromString(reason),
                null,
                reason == null ? null : new byte[] {1},
                3,
                offset,
                TimestampData.fromEpochMillis(arrived),
                StringData.fromString("LogAppendTime"));
    }

    /** The aggregates of one pane, of messages or of parts. */
    private static final class Expected {
        private final Quantiles quantiles = new Quantiles();
        private final HyperLogLog who = HyperLogLog.newInstance(16_384);
        private long messages;
        private long count;
        private long sum;
        private long min = Long.MAX_VALUE;
        private long max = Long.MIN_VALUE;
        private long maxAt;
        private long minAt;

        void add(Long value, long at, String visitor) {
            messages++;
            if (visitor != null) {
                who.add(Slices.utf8Slice(visitor));
            }
            if (value != null) {
                quantiles.add(value);
                offer(value, at);
                offerLow(value, at);
                count++;
                sum += value;
            }
        }

        void add(RowData part, Digest digest) {
            messages += part.getLong(MESSAGES);
            count += part.getLong(3);
            if (!part.isNullAt(9)) {
                who.mergeWith(HyperLogLog.newInstance(Slices.wrappedBuffer(part.getBinary(9))));
            }
            if (!part.isNullAt(4)) {
                sum += part.getLong(4);
                offerLow(part.getLong(5), part.getTimestamp(MIN_AT, 3).getMillisecond());
                offer(part.getLong(6), part.getTimestamp(7, 3).getMillisecond());
                digest.accumulate(quantiles, part.getBinary(8));
            }
        }

        private void offer(long value, long at) {
            if (value > max || value == max && at < maxAt) {
                max = value;
                maxAt = at;
            }
        }

        private void offerLow(long value, long at) {
            if (value < min || value == min && at < minAt) {
                min = value;
                minAt = at;
            }
        }

        void check(Expected other) {
            assertEquals(
                    List.of(messages, count, sum, min, minAt, max, maxAt),
                    List.of(other.messages, other.count, other.sum, other.min, other.minAt, other.max, other.maxAt));
            assertEquals(who.cardinality(), other.who.cardinality());
            assertArrayEquals(new Digest().getValue(quantiles), new Digest().getValue(other.quantiles));
        }
    }
}
