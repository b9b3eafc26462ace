package windowpane.flink.combine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.Test;
import windowpane.flink.format.Plan;

/** Every accepted message is in one pane of each breakdown, which is of that one's dimensions and grain alone. */
class BreakdownsTest {
    private static final String PLAN =
            """
            {"event_time": {"field": ["t"], "max_ahead_ms": 1000},
             "fields": [{"path": ["site"], "type": "string"}, {"path": ["path"], "type": "string"}, {"path": ["ms"], "type": "number"}],
             "columns": [{"name": "site", "kind": "string", "field": 0}, {"name": "path", "kind": "string", "field": 1},
                         {"name": "ms", "kind": "measure", "expression": [{"field": 2}], "scale": 0}]}""";

    private static final String BREAKDOWNS =
            """
            [{"name": "pages", "by": ["site", "path"], "grain_ms": 60000}, {"name": "paths", "by": ["path"], "grain_ms": 3600000},
             {"name": "all", "by": [], "grain_ms": 86400000}]""";

    private static final String[] COLUMNS = {
        "breakdown", "site", "path", "_event_start", "messages", "ms_sum", "partition", "_first_offset", "_last_offset", "_accepted",
        "_rejected", "_heartbeats", "_duplicates", "offset", "event_time", "reason", "field", "payload", "arrived"
    };
    private static final int MESSAGES = 4;
    private static final int SUM = 5;
    private static final long WINDOW = 10_000;
    private static final Map<String, Long> GRAINS = Map.of("pages", 60_000L, "paths", 3_600_000L, "all", 86_400_000L);

    private final Random random = new Random(11);
    private final Sent sent = new Sent(COLUMNS.length - 1, WINDOW);

    @Test
    void panesOfEachBreakdownAddUp() throws Exception {
        Reading reading = new Reading(Duration.ofMillis(500), null, null, Long.MIN_VALUE, null);
        Combiner combiner = sent.opened(new Combiner(PLAN, BREAKDOWNS, COLUMNS, WINDOW, false, reading, Remembered.NOTHING));
        Map<List<Object>, List<Long>> expected = new HashMap<>();
        for (int offset = 0; offset < 5_000; offset++) {
            long arrived = 100_000_000 + offset * 10L;
            long at = arrived - random.nextInt(90_000_000);
            String site = "s" + random.nextInt(3);
            String path = "/" + random.nextInt(4);
            long value = random.nextInt(50);
            combiner.processElement(new StreamRecord<>(message(offset, arrived, site, path, at, value)));
            GRAINS.forEach((name, grain) -> add(expected, name, site, path, at - at % grain, arrived, 1, value));
            if (random.nextInt(700) == 0) {
                combiner.prepareSnapshotPreBarrier(1);
            }
        }
        combiner.endInput();
        Map<List<Object>, List<Long>> found = new HashMap<>();
        for (RowData row : sent.rows(MESSAGES)) {
            String name = row.getString(0).toString();
            assertEquals(!name.equals("pages"), row.isNullAt(1));
            assertEquals(name.equals("all"), row.isNullAt(2));
            String site = row.isNullAt(1) ? "" : row.getString(1).toString();
            String path = row.isNullAt(2) ? "" : row.getString(2).toString();
            long arrived = row.getTimestamp(COLUMNS.length - 1, 3).getMillisecond();
            add(found, name, site, path, row.getTimestamp(3, 3).getMillisecond(), arrived, row.getLong(MESSAGES), row.getLong(SUM));
        }
        assertEquals(expected, found);
    }

    @Test
    void paneOfOtherValuesAndAnotherTimeIsOfEachBreakdown() {
        Plan plan = Plan.parse(PLAN);
        RowWriter writer = new RowWriter(plan, new Messages(plan), COLUMNS, false);
        Panes panes = new Panes(plan, Breakdown.parse(BREAKDOWNS, plan), writer, null);
        StringData[] values = {StringData.fromString("a"), StringData.fromString("/")};
        PartialPane[] first = panes.of(values, 61_000, 5, 0).clone();
        values[0] = StringData.fromString("b");
        PartialPane[] second = panes.of(values, 59_000, 7, 0);
        assertEquals(List.of(false, true, true), List.of(first[0] == second[0], first[1] == second[1], first[2] == second[2]));
        assertEquals(List.of(5L, 7L, 7L, 4), List.of(first[0].arrived, first[1].arrived, second[2].arrived, panes.size()));
    }

    @Test
    void breakdownsAreOfKnownDimensions() {
        Plan plan = Plan.parse(PLAN);
        assertEquals("site_path", Breakdown.parse(null, plan).get(0).name().toString());
        for (String wrong : List.of("[{\"name\": \"a\", \"by\": [\"b\"], \"grain_ms\": 1}]", "[{\"by\": []}]", "[")) {
            assertThrows(IllegalArgumentException.class, () -> Breakdown.parse(wrong, plan));
        }
    }

    private static void add(
            Map<List<Object>, List<Long>> panes,
            String name,
            String site,
            String path,
            long start,
            long arrived,
            long messages,
            long sum) {
        List<Object> key = List.of(
                name, name.equals("pages") ? site : "", name.equals("all") ? "" : path, start, arrived / WINDOW);
        panes.merge(key, List.of(messages, sum), (one, other) -> List.of(one.get(0) + other.get(0), one.get(1) + other.get(1)));
    }

    private static RowData message(long offset, long arrived, String site, String path, long at, long value) {
        return GenericRowData.of(
                TimestampData.fromEpochMillis(at),
                StringData.fromString(site),
                StringData.fromString(path),
                value,
                null,
                null,
                null,
                3,
                offset,
                TimestampData.fromEpochMillis(arrived),
                StringData.fromString("LogAppendTime"));
    }
}
