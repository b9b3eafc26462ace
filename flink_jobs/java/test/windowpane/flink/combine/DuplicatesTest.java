package windowpane.flink.combine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.Test;

class DuplicatesTest {
    private static final String PLAN =
            """
            {"event_time": {"field": ["t"], "max_ahead_ms": 1000},
             "fields": [{"path": ["site"], "type": "string"}, {"path": ["id"], "type": "string"}],
             "columns": [{"name": "site", "kind": "string", "field": 0}, {"name": "_key", "kind": "key", "field": 0},
                         {"name": "_id", "kind": "id", "field": 1}]}""";

    private static final String[] COLUMNS = {
        "site", "_event_start", "messages", "partition", "_first_offset", "_last_offset", "_accepted", "_rejected", "_heartbeats",
        "_duplicates", "offset", "event_time", "reason", "field", "payload", "arrived"
    };
    private static final int MESSAGES = 2;
    private static final int FIRST_OFFSET = 4;
    private static final int FIRST_COUNT = 6;
    private static final int OFFSET = 10;
    private static final long WINDOW = 10_000;

    private final Sent sent = new Sent(COLUMNS.length - 1, WINDOW);
    private long offset;

    @Test
    void copiesCountInTheLedgerAlone() throws Exception {
        Combiner combiner = combiner(Long.MIN_VALUE, false);
        put(combiner, 0, 1000, "a", "1", 1000);
        put(combiner, 0, 1500, "a", "1", 90);
        put(combiner, 0, 1500, "a", "2", 1000);
        combiner.endInput();
        assertEquals(List.of(2L, 0L, 0L, 1L), counts());
        assertEquals(2, messages());
        assertEquals(List.of(), sent.rows(OFFSET));
    }

    @Test
    void anotherKeyOrPartitionHasItsOwnIds() throws Exception {
        Combiner combiner = combiner(Long.MIN_VALUE, false);
        put(combiner, 0, 1000, "a", "1", 1000);
        put(combiner, 0, 1000, "b", "1", 1000);
        put(combiner, 1, 1000, "a", "1", 1000);
        combiner.endInput();
        assertEquals(3, messages());
    }

    @Test
    void aRejectedMessageIsNoFirst() throws Exception {
        Combiner combiner = combiner(Long.MIN_VALUE, false);
        put(combiner, 0, 1000, "a", "1", 9000);
        put(combiner, 0, 9000, "a", "1", 9000);
        combiner.endInput();
        assertEquals(List.of(1L, 1L, 0L, 0L), counts());
    }

    @Test
    void whatArrivedBeforeIsOnlyRemembered() throws Exception {
        Combiner combiner = combiner(20_000, true);
        put(combiner, 0, 19_999, "a", "1", 1000);
        put(combiner, 0, 20_000, "a", "1", 1000);
        put(combiner, 0, 20_000, "a", "2", 1000);
        combiner.endInput();
        assertEquals(List.of(1L, 0L, 0L, 1L), counts());
        assertEquals(List.of(1L, 2L), sent.rows(OFFSET).stream().map(row -> row.getLong(OFFSET)).toList());
        assertEquals(1L, sent.rows(FIRST_OFFSET).get(0).getLong(FIRST_OFFSET));
    }

    @Test
    void aPlanWithoutIdsIsRefused() {
        String bare = "{\"event_time\": {\"field\": [\"t\"], \"max_ahead_ms\": 0}, \"fields\": [], \"columns\": []}";
        Reading reading = new Reading(Duration.ofMillis(500), null, null, 0, null);
        String[] columns = List.of(COLUMNS).subList(1, COLUMNS.length).toArray(String[]::new);
        Combiner combiner = new Combiner(bare, null, columns, WINDOW, false, reading, new Remembered(60_000, null));
        assertThrows(IllegalArgumentException.class, () -> sent.opened(combiner));
    }

    private Combiner combiner(long countedFrom, boolean everyMessage) throws Exception {
        Reading reading = new Reading(Duration.ofMillis(500), null, null, countedFrom, null);
        return sent.opened(new Combiner(PLAN, null, COLUMNS, WINDOW, everyMessage, reading, new Remembered(60_000, null)));
    }

    private void put(Combiner combiner, int partition, long arrived, String key, String id, long at) throws Exception {
        combiner.processElement(new StreamRecord<>(GenericRowData.of(
                TimestampData.fromEpochMillis(at),
                StringData.fromString(key),
                StringData.fromString(key),
                StringData.fromString(id),
                null,
                null,
                null,
                partition,
                offset++,
                TimestampData.fromEpochMillis(arrived),
                StringData.fromString("LogAppendTime"))));
    }

    /** What the ledger counts: accepted, rejected, heartbeats, duplicates. */
    private List<Long> counts() {
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < Outcome.COUNT; i++) {
            int place = FIRST_COUNT + i;
            counts.add(sent.rows(FIRST_OFFSET).stream().mapToLong(part -> part.getLong(place)).sum());
        }
        return counts;
    }

    private long messages() {
        return sent.rows(MESSAGES).stream().mapToLong((RowData part) -> part.getLong(MESSAGES)).sum();
    }
}
