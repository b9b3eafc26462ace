package windowpane.flink.combine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.Test;

class RecordsTest {
    private static final String PLAN =
            """
            {"event_time": {"field": ["t"], "max_ahead_ms": 1000},
             "fields": [{"path": ["site"], "type": "string"}, {"path": ["n"], "type": "integer", "required": false}],
             "columns": [{"name": "site", "kind": "string", "field": 0}, {"name": "_key", "kind": "key", "field": 0},
                         {"name": "_id", "kind": "id", "field": 0}, {"name": "_field_site", "kind": "field", "field": 0},
                         {"name": "_field_n", "kind": "field", "field": 1}]}""";

    private static final String[] COLUMNS = {
        "_field_site", "_field_n", "_record", "offset", "payload", "reason", "event_time", "field", "site", "_event_start", "messages",
        "partition", "_first_offset", "_last_offset", "_accepted", "_rejected", "_heartbeats", "_duplicates", "arrived"
    };
    private static final int N = 1;
    private static final int RECORD = 2;
    private static final int OFFSET = 3;
    private static final int PAYLOAD = 4;
    private static final long WINDOW = 10_000;

    private final Sent sent = new Sent(COLUMNS.length - 1, WINDOW);

    @Test
    void acceptedMessagesAloneHaveRecords() throws Exception {
        Combiner combiner = read(false);
        assertEquals(List.of(0L, 4L), offsets(sent.rows(RECORD)));
        assertEquals(List.of(0L, 2L, 3L, 4L), offsets(sent.rows(OFFSET)));
        RowData record = sent.rows(RECORD).get(0);
        assertEquals("a", record.getString(0).toString());
        assertEquals(7, record.getLong(N));
        assertTrue(record.isNullAt(PAYLOAD));
        assertTrue(sent.rows(RECORD).get(1).isNullAt(N));
        combiner.endInput();
    }

    @Test
    void whereEveryMessageIsKeptItsBytesAreToo() throws Exception {
        read(true);
        assertEquals(List.of(0L, 4L), offsets(sent.rows(RECORD)));
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L), offsets(sent.rows(PAYLOAD)));
    }

    @Test
    void recordsSayWhenTheirVisitBegan() throws Exception {
        List<String> columns = new ArrayList<>(List.of(COLUMNS));
        columns.add(0, RecordWriter.VISIT_START);
        Sent visiting = new Sent(COLUMNS.length, WINDOW);
        VisitRules rules = new VisitRules(60_000, 3_600_000, List.of(), List.of());
        Combiner combiner = visiting.opened(new Combiner(
                PLAN,
                null,
                columns.toArray(String[]::new),
                WINDOW,
                false,
                new Reading(null, null, null, Long.MIN_VALUE, null),
                new Remembered(0, rules)));
        put(combiner, 0, 1000L, "a", 7L);
        put(combiner, 1, 1500L, "a", 7L);
        put(combiner, 2, 500L, "b", 7L);
        put(combiner, 3, null, null, null);
        assertEquals(
                List.of(1000L, 1000L, 500L),
                visiting.rows(RECORD + 1).stream().map(row -> row.getTimestamp(0, 3).getMillisecond()).toList());
        assertTrue(visiting.rows(OFFSET + 1).get(3).isNullAt(0));
    }

    /** An accepted message, a copy of it, one that is too far ahead, one that was rejected, and another accepted one. */
    private Combiner read(boolean everyMessage) throws Exception {
        Combiner combiner = sent.opened(new Combiner(
                PLAN,
                null,
                COLUMNS,
                WINDOW,
                everyMessage,
                new Reading(null, null, null, Long.MIN_VALUE, null),
                new Remembered(Duration.ofHours(1).toMillis(), null)));
        put(combiner, 0, 1000L, "a", 7L);
        put(combiner, 1, 1000L, "a", 7L);
        put(combiner, 2, 90_000L, "b", 7L);
        put(combiner, 3, null, null, null);
        put(combiner, 4, 1000L, "c", null);
        return combiner;
    }

    private static void put(Combiner combiner, long offset, Long at, String site, Long n) {
        GenericRowData row = new GenericRowData(Messages.FIRST_COLUMN + 12);
        StringData text = StringData.fromString(site);
        StringData reason = at == null ? StringData.fromString("is missing") : null;
        TimestampData time = at == null ? null : TimestampData.fromEpochMillis(at);
        Object[] values = {
            time, text, text, text, text, n, reason, reason, "{}".getBytes(StandardCharsets.UTF_8), 0, offset,
            TimestampData.fromEpochMillis(1500), StringData.fromString("LogAppendTime")
        };
        for (int i = 0; i < values.length; i++) {
            row.setField(i, values[i]);
        }
        combiner.processElement(new StreamRecord<>(row));
    }

    private static List<Long> offsets(List<RowData> rows) {
        return rows.stream().map(row -> row.getLong(OFFSET)).toList();
    }
}
