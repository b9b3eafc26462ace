package windowpane.flink.combine;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import windowpane.flink.format.MessageDecoder;
import windowpane.flink.format.Plan;

/**
 * What reading back costs beyond Kafka: {@code ReadBackBench messages rounds [breakdowns]} prints, of each round over so many
 * messages, the nanoseconds of the processor to decode and only remember one, and to decode, remember and count one: of ids, of
 * visits, of both; in panes of the breakdowns that JSON lists, if it does (see {@link Breakdown}).
 */
public final class ReadBackBench {
    private static final long HORIZON = 3_600_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final String PLAN =
            """
            {"event_time": {"field": ["t"], "max_ahead_ms": 1000},
             "fields": [{"path": ["site"], "type": "string"}, {"path": ["path"], "type": "string"},
                        {"path": ["ms"], "type": "number", "required": false}, {"path": ["visitor"], "type": "string"},
                        {"path": ["id"], "type": "string"}],
             "columns": [{"name": "site", "kind": "string", "field": 0}, {"name": "path", "kind": "string", "field": 1},
                         {"name": "ms", "kind": "measure", "expression": [{"field": 2}], "scale": 0},
                         {"name": "visitors", "kind": "hash", "field": 3},
                         {"name": "_key", "kind": "key", "field": 3}, {"name": "_id", "kind": "id", "field": 4}]}""";

    private static final String[] COLUMNS = {
        "site", "path", "_event_start", "messages", "ms_count", "ms_sum", "ms_min", "ms_max", "ms_max_at", "visitors_distinct",
        "partition", "_first_offset", "_last_offset", "_accepted", "_rejected", "_heartbeats", "_duplicates", "offset", "event_time",
        "reason", "field", "payload", "arrived"
    };
    private static final long WINDOW = 10_000;
    private static final VisitRules VISITS = new VisitRules(HORIZON / 2, 24 * HORIZON, List.of("site"), List.of("path"));

    private ReadBackBench() {}

    public static void main(String[] arguments) throws Exception {
        int count = Integer.parseInt(arguments[0]);
        List<byte[]> messages = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            String message = String.format(
                    "{\"site\":\"site-%d.example\",\"path\":\"/articles/%d\",\"t\":%d,\"ms\":%d.5,\"visitor\":\"%016x\",\"id\":\"%s\"}",
                    i % 50, i % 20, 1_000_000 + i % 60_000, i % 900, i * 0x9E3779B97F4A7C15L, new UUID(i, i * 31L));
            messages.add(message.getBytes(StandardCharsets.UTF_8));
        }
        String breakdowns = arguments.length > 2 ? arguments[2] : null;
        for (int round = 0; round < Integer.parseInt(arguments[1]); round++) {
            for (Remembered remembered : List.of(new Remembered(HORIZON, null), new Remembered(0, VISITS), new Remembered(HORIZON, VISITS))) {
                long read = nanoseconds(messages, breakdowns, Long.MAX_VALUE, remembered);
                long counted = nanoseconds(messages, breakdowns, Long.MIN_VALUE, remembered);
                System.out.printf("%s: remember %d ns, count %d ns%n", remembered, read / count, counted / count);
            }
        }
    }

    private static long nanoseconds(List<byte[]> messages, String breakdowns, long countedFrom, Remembered remembered) throws Exception {
        Plan plan = Plan.parse(PLAN);
        MessageDecoder decoder = new MessageDecoder(plan);
        Sent sent = new Sent(COLUMNS.length - 1, WINDOW);
        Reading reading = new Reading(Duration.ofMillis(500), null, null, countedFrom, null);
        Combiner combiner = sent.opened(new Combiner(PLAN, breakdowns, COLUMNS, WINDOW, false, reading, remembered));
        StringData stamped = StringData.fromString("LogAppendTime");
        long began = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < messages.size(); i++) {
            if (!decoder.decode(messages.get(i))) {
                throw new IllegalStateException(decoder.reason());
            }
            GenericRowData row = GenericRowData.of(
                    TimestampData.fromEpochMillis(decoder.eventTime()),
                    decoder.text(0),
                    decoder.text(1),
                    decoder.measure(2),
                    decoder.text(3),
                    decoder.text(4),
                    decoder.text(5),
                    null,
                    null,
                    messages.get(i),
                    0,
                    (long) i,
                    TimestampData.fromEpochMillis(1_760_000_000_000L + i * HORIZON / messages.size()),
                    stamped);
            combiner.processElement(new StreamRecord<>(row));
            if (i % 100_000 == 0) {
                combiner.prepareSnapshotPreBarrier(1);
                sent.clear();
            }
        }
        long nanoseconds = THREADS.getCurrentThreadCpuTime() - began;
        combiner.close();
        return nanoseconds;
    }
}
