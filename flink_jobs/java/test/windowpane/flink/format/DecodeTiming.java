package windowpane.flink.format;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.table.data.RowData;

/** Prints how many messages one thread decodes into rows in a second of CPU time: {@code DecodeTiming plan.json messages.ndjson}. */
public final class DecodeTiming {
    private static final int ROUNDS = 8;
    private static final int MESSAGES = 2_000_000;

    private DecodeTiming() {}

    public static void main(String[] arguments) throws Exception {
        String plan = Files.readString(Path.of(arguments[0]));
        List<String> lines = Files.readAllLines(Path.of(arguments[1]));
        byte[][] messages = lines.stream().map(line -> line.getBytes(StandardCharsets.UTF_8)).toArray(byte[][]::new);
        int columns = Plan.parse(plan).columns().size();
        int[] layout = new int[columns + 4];
        layout[0] = RowDeserializer.EVENT_TIME;
        for (int i = 0; i < columns; i++) {
            layout[i + 1] = i;
        }
        layout[columns + 1] = RowDeserializer.REASON;
        layout[columns + 2] = RowDeserializer.FIELD;
        layout[columns + 3] = RowDeserializer.PAYLOAD;
        RowDeserializer deserializer = new RowDeserializer(plan, layout, null);
        deserializer.open(null);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        for (int round = 0; round < ROUNDS; round++) {
            long accepted = 0;
            long start = threads.getCurrentThreadCpuTime();
            for (int i = 0; i < MESSAGES; i++) {
                RowData row = deserializer.deserialize(messages[i % messages.length]);
                accepted += row.isNullAt(0) ? 0 : 1;
            }
            double seconds = (threads.getCurrentThreadCpuTime() - start) / 1e9;
            System.out.printf(
                    "%,.0f messages/CPU-second, %.0f ns each, %d of %d accepted%n",
                    MESSAGES / seconds, seconds * 1e9 / MESSAGES, accepted, MESSAGES);
        }
    }
}
