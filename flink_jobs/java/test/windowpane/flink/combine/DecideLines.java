package windowpane.flink.combine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;

/**
 * Lets another language compare its decisions on a log with a combiner's. A line in is {@code {"horizon", "slack", "counted_from",
 * "before", "messages"}}, times in milliseconds, {@code before} as the source's option has it, each message {@code [partition, offset,
 * stamp, whether by the broker, event time or null, reason or null, key, id]}; a line out has an object for each message that counts:
 * {@code {"partition", "offset", "outcome"}}.
 */
public final class DecideLines {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PLAN =
            """
            {"event_time": {"field": ["t"], "max_ahead_ms": 1000},
             "fields": [{"path": ["key"], "type": "string"}, {"path": ["id"], "type": "string"}],
             "columns": [{"name": "_key", "kind": "key", "field": 0}, {"name": "_id", "kind": "id", "field": 1}]}""";

    private static final String[] COLUMNS = {
        "_event_start", "messages", "partition", "_first_offset", "_last_offset", "_accepted", "_rejected", "_heartbeats",
        "_duplicates", "offset", "event_time", "reason", "field", "payload", "arrived"
    };
    private static final int FIRST_OFFSET = 3;
    private static final int FIRST_COUNT = 5;
    private static final List<String> OUTCOMES = List.of("accepted", "rejected", "heartbeat", "duplicate");
    private static final long WINDOW = 10_000;

    private DecideLines() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(JSON.writeValueAsString(decided(JSON.readTree(line))));
        }
    }

    private static List<ObjectNode> decided(JsonNode request) throws Exception {
        Sent sent = new Sent(COLUMNS.length - 1, WINDOW);
        Reading reading = new Reading(
                Duration.ofMillis(request.get("slack").asLong()),
                request.get("before").asText(null),
                null,
                request.get("counted_from").asLong(),
                null);
        Combiner combiner = sent.opened(
                new Combiner(PLAN, null, COLUMNS, WINDOW, false, reading, new Remembered(request.get("horizon").asLong(), null)));
        for (JsonNode message : request.get("messages")) {
            combiner.processElement(new StreamRecord<>(row(message)));
            // Each message is in a part of the ledger by itself.
            combiner.prepareSnapshotPreBarrier(1);
        }
        combiner.close();
        return sent.rows(FIRST_OFFSET).stream().map(DecideLines::told).toList();
    }

    private static RowData row(JsonNode message) throws IOException {
        return GenericRowData.of(
                message.get(4).isNull() ? null : TimestampData.fromEpochMillis(message.get(4).asLong()),
                StringData.fromString(message.get(6).asText()),
                StringData.fromString(message.get(7).asText()),
                StringData.fromString(message.get(5).asText(null)),
                null,
                null,
                message.get(0).asInt(),
                message.get(1).asLong(),
                TimestampData.fromEpochMillis(message.get(2).asLong()),
                StringData.fromString(message.get(3).asBoolean() ? "LogAppendTime" : "CreateTime"));
    }

    private static ObjectNode told(RowData part) {
        ObjectNode told = JSON.createObjectNode();
        told.put("partition", part.getInt(FIRST_OFFSET - 1)).put("offset", part.getLong(FIRST_OFFSET));
        for (int i = 0; i < OUTCOMES.size(); i++) {
            if (part.getLong(FIRST_COUNT + i) == 1) {
                told.put("outcome", OUTCOMES.get(i));
            }
        }
        return told;
    }
}
