package windowpane.flink.combine;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

/**
 * Lets another language compare its visits of a log with a combiner's. A line in is {@code {"horizon", "gap", "cut", "slack",
 * "counted_from", "before", "messages"}}, as {@link DecideLines} has them; each message has its site, source, path and whether it counts
 * besides. A line out has an array for each part of a pane: {@code [breakdown, arrival window, start, [dimensions of the breakdown],
 * messages, visits, bounces, seconds]}.
 */
public final class VisitLines {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PLAN =
            """
            {"event_time": {"field": ["t"], "max_ahead_ms": 1000},
             "fields": [{"path": ["key"], "type": "string"}, {"path": ["id"], "type": "string"},
                        {"path": ["site"], "type": "string"}, {"path": ["source"], "type": "string"},
                        {"path": ["path"], "type": "string"}, {"path": ["counts"], "type": "boolean", "required": false}],
             "columns": [{"name": "site", "kind": "string", "field": 2}, {"name": "source", "kind": "string", "field": 3},
                         {"name": "path", "kind": "string", "field": 4}, {"name": "exit", "kind": "string", "field": 4},
                         {"name": "_key", "kind": "key", "field": 0}, {"name": "_id", "kind": "id", "field": 1},
                         {"name": "_counts", "kind": "counts", "field": 5}]}""";

    private static final String BREAKDOWNS =
            """
            [{"name": "all", "by": ["site", "source", "path", "exit"], "grain_ms": 60000},
             {"name": "sites", "by": ["site"], "grain_ms": 60000}, {"name": "exits", "by": ["site", "exit"], "grain_ms": 3600000}]""";

    private static final String[] COLUMNS = {
        "site", "source", "path", "exit", "_event_start", "messages", "visits", "bounces", "visit_seconds", "partition",
        "_first_offset", "_last_offset", "_accepted", "_rejected", "_heartbeats", "_duplicates", "offset", "event_time", "reason",
        "field", "payload", "breakdown", "arrived"
    };
    private static final int DIMENSIONS = 4;
    private static final int MINUTE = 4;
    private static final int MESSAGES = 5;
    private static final int NUMBERS = 4;
    private static final int ARRIVED = COLUMNS.length - 1;
    private static final long WINDOW = 10_000;

    /** Parts are sent on after so many messages. */
    private static final int TOGETHER = 7;

    private VisitLines() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            List<ArrayNode> parts = new ArrayList<>();
            for (RowData row : parts(JSON.readTree(line))) {
                parts.add(told(row));
            }
            out.println(JSON.writeValueAsString(parts));
        }
    }

    private static List<RowData> parts(JsonNode request) throws Exception {
        Sent sent = new Sent(ARRIVED, WINDOW);
        Reading reading = new Reading(
                Duration.ofMillis(request.get("slack").asLong()),
                request.get("before").asText(null),
                null,
                request.get("counted_from").asLong(),
                null);
        VisitRules rules = new VisitRules(
                request.get("gap").asLong(), request.get("cut").asLong(), List.of("source"), List.of("exit"));
        Remembered remembered = new Remembered(request.get("horizon").asLong(), rules);
        Combiner combiner = sent.opened(new Combiner(PLAN, BREAKDOWNS, COLUMNS, WINDOW, false, reading, remembered));
        int together = 0;
        for (JsonNode message : request.get("messages")) {
            combiner.processElement(new StreamRecord<>(row(message)));
            if (++together % TOGETHER == 0) {
                combiner.prepareSnapshotPreBarrier(1);
            }
        }
        combiner.endInput();
        combiner.close();
        return sent.rows(MESSAGES);
    }

    private static RowData row(JsonNode message) {
        JsonNode counts = message.get(11);
        return GenericRowData.of(
                message.get(4).isNull() ? null : TimestampData.fromEpochMillis(message.get(4).asLong()),
                text(message, 8),
                text(message, 9),
                text(message, 10),
                text(message, 10),
                text(message, 6),
                text(message, 7),
                counts.isNull() ? null : counts.asBoolean() ? 1L : 0L,
                StringData.fromString(message.get(5).asText(null)),
                null,
                null,
                message.get(0).asInt(),
                message.get(1).asLong(),
                TimestampData.fromEpochMillis(message.get(2).asLong()),
                StringData.fromString(message.get(3).asBoolean() ? "LogAppendTime" : "CreateTime"));
    }

    private static StringData text(JsonNode message, int place) {
        return StringData.fromString(message.get(place).asText());
    }

    private static ArrayNode told(RowData part) {
        long arrived = part.getTimestamp(ARRIVED, 3).getMillisecond();
        ArrayNode told = JSON.createArrayNode()
                .add(part.getString(ARRIVED - 1).toString())
                .add(arrived - Math.floorMod(arrived, WINDOW))
                .add(part.getTimestamp(MINUTE, 3).getMillisecond());
        ArrayNode dimensions = told.addArray();
        for (int i = 0; i < DIMENSIONS; i++) {
            if (!part.isNullAt(i)) {
                dimensions.add(part.getString(i).toString());
            }
        }
        for (int i = 0; i < NUMBERS; i++) {
            told.add(part.getLong(MESSAGES + i));
        }
        return told;
    }
}
