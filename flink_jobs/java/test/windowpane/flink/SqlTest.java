package windowpane.flink;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.airlift.slice.Slices;
import io.airlift.stats.cardinality.HyperLogLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Format and aggregates as Flink's planner uses them: from files, in a window with a local and a global phase. */
@Tag("engine")
class SqlTest {
    private static final String PLAN =
            """
            {"stream": "pages", "event_time": {"field": ["t"], "max_ahead_ms": 1},
             "fields": [{"path": ["site"], "type": "string", "max_length": 9},
                        {"path": ["ms"], "type": "number", "min": 0, "required": false},
                        {"path": ["who"], "type": "string", "required": false}],
             "columns": [{"name": "site", "kind": "string", "field": 0},
                         {"name": "ms", "kind": "measure", "expression": [{"field": 1}], "scale": 1},
                         {"name": "who", "kind": "hash", "field": 2}]}""";

    @TempDir Path folder;
    private TableEnvironment tables;

    @BeforeEach
    void makeTables() {
        tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        tables.getConfig().set("parallelism.default", "2");
        tables.getConfig().set("pipeline.object-reuse", "true");
        tables.getConfig().set("table.optimizer.agg-phase-strategy", "TWO_PHASE");
        tables.executeSql("create temporary system function arg_max as 'windowpane.flink.aggregate.ArgMax'");
        tables.executeSql("create temporary system function tdigest as 'windowpane.flink.aggregate.Digest'");
        tables.executeSql("create temporary system function hll as 'windowpane.flink.aggregate.Hll'");
    }

    @Test
    void aggregatesInWindows() throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 6000; i++) {
            lines.append("{\"site\":\"s%d\",\"t\":%d,\"ms\":%d.5,\"who\":\"v%d\"}\n".formatted(i % 3, i * 10, i % 500, i % 90));
        }
        source(lines.toString(), "event_time timestamp_ltz(3), site string, ms bigint, who string",
                ", watermark for event_time as event_time");
        String minutes =
                """
                select site, window_time as until, count(*) as n, sum(ms) as s, max(ms) as top, arg_max(event_time, ms) as top_at,
                  min(ms) as low, arg_max(event_time, -ms) as low_at, tdigest(ms) as d, hll(who) as h
                from table(tumble(table messages, descriptor(event_time), interval '10' second))
                group by site, window_start, window_end, window_time""";
        assertTrue(tables.explainSql(minutes).contains("LocalWindowAggregate"));
        tables.executeSql("create temporary view minutes as " + minutes);
        List<Row> days = rows(
                """
                select site, sum(n), sum(s), max(top), arg_max(top_at, top), tdigest(d), hll(h), arg_max(low_at, -low)
                from table(tumble(table minutes, descriptor(until), interval '1' hour))
                group by site, window_start, window_end""");
        days.sort(Comparator.comparing(row -> (String) row.getField(0)));
        assertEquals(3, days.size());
        for (int site = 0; site < 3; site++) {
            Row day = days.get(site);
            long sum = 0;
            long top = 0;
            long topAt = 0;
            long low = Long.MAX_VALUE;
            long lowAt = 0;
            for (int i = site; i < 6000; i += 3) {
                long stored = i % 500 * 10 + 5;
                sum += stored;
                if (stored > top) {
                    top = stored;
                    topAt = i * 10;
                }
                if (stored < low) {
                    low = stored;
                    lowAt = i * 10;
                }
            }
            assertEquals(Row.of("s" + site, 2000L, sum, top, Instant.ofEpochMilli(topAt)), Row.project(day, new int[] {0, 1, 2, 3, 4}));
            assertEquals(Instant.ofEpochMilli(lowAt), day.getField(7));
            assertEquals(30, HyperLogLog.newInstance(Slices.wrappedBuffer((byte[]) day.getField(6))).cardinality());
            assertTrue(((byte[]) day.getField(5)).length > 100);
        }
    }

    @Test
    void tellsWhyMessagesAreRejected() throws Exception {
        source("{\"site\": \"a\", \"t\": 1}\nnonsense\n{\"t\": 1, \"site\": \"0123456789\"}\n",
                "payload bytes, who string, ms bigint, field string, reason string, event_time timestamp_ltz(3)", "");
        List<String> seen = new ArrayList<>();
        for (Row row : rows("select * from messages")) {
            String payload = new String((byte[]) row.getField(0), StandardCharsets.UTF_8);
            seen.add(payload + " " + row.getField(1) + " " + row.getField(2) + " " + row.getField(3) + " " + row.getField(4) + " " + row.getField(5));
        }
        seen.sort(null);
        assertEquals(
                List.of(
                        "nonsense null null null not valid JSON null",
                        "{\"site\": \"a\", \"t\": 1} null null null null 1970-01-01T00:00:00.001Z",
                        "{\"t\": 1, \"site\": \"0123456789\"} null null site too long null"),
                seen);
    }

    @Test
    void refusesColumnsThatThePlanLacks() throws Exception {
        source("", "nobody string", "");
        Exception unknown = assertThrows(ValidationException.class, () -> tables.explainSql("select * from messages"));
        assertTrue(unknown.getMessage().contains("no column nobody"), unknown.getMessage());
        tables.executeSql("drop table messages");
        source("", "ms string", "");
        Exception mistyped = assertThrows(ValidationException.class, () -> tables.explainSql("select * from messages"));
        assertTrue(mistyped.getMessage().contains("ms must be of type BIGINT"), mistyped.getMessage());
    }

    private void source(String lines, String columns, String watermark) throws Exception {
        Files.writeString(folder.resolve("messages"), lines);
        tables.executeSql(
                "create table messages (%s%s) with ('connector' = 'filesystem', 'path' = '%s', 'format' = 'windowpane-json', 'windowpane-json.plan' = '%s')"
                        .formatted(columns, watermark, folder.toUri(), PLAN));
    }

    private List<Row> rows(String query) throws Exception {
        List<Row> rows = new ArrayList<>();
        try (CloseableIterator<Row> results = tables.executeSql(query).collect()) {
            results.forEachRemaining(rows::add);
        }
        return rows;
    }
}
