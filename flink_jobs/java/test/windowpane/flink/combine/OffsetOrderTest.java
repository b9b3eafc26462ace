package windowpane.flink.combine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.Test;
import windowpane.flink.format.Plan;

class OffsetOrderTest {
    private static final String PLAN =
            "{\"event_time\": {\"field\": [\"t\"], \"max_ahead_ms\": 0}, \"fields\": [], \"columns\": []}";
    private static final Messages ROW = new Messages(Plan.parse(PLAN));
    private static final int SLACK = 500;
    private static final int COUNT = 5000;

    private final Map<Integer, List<Long>> sent = new HashMap<>();
    private long passed = Long.MIN_VALUE;

    @Test
    void packedFilesComeInTheOrderOfOffsets() {
        for (int seed = 0; seed < 20; seed++) {
            check(seed, 100 + 300 * seed, Map.of(0, 7L, 1, 0L));
        }
    }

    @Test
    void whatIsMissingIsNotWaitedForBeyondTheWatermark() {
        OffsetOrder order = new OffsetOrder(ROW, Map.of(0, 0L), SLACK);
        order.offer(message(0, 1, 1000), this::send);
        order.offer(message(0, 3, 1400), this::send);
        assertEquals(Map.of(), sent);
        assertEquals(999, order.pass(1499, this::send));
        assertEquals(Map.of(), sent);
        assertEquals(1000, order.pass(1500, this::send));
        assertEquals(Map.of(0, List.of(1L)), sent);
        assertEquals(Long.MAX_VALUE, order.pass(Long.MAX_VALUE, this::send));
        assertEquals(Map.of(0, List.of(1L, 3L)), sent);
    }

    @Test
    void nothingBeforeTheFirstOffsetIsSent() {
        OffsetOrder order = new OffsetOrder(ROW, Map.of(0, 2L), SLACK);
        for (int offset = 0; offset < 4; offset++) {
            order.offer(message(0, offset, 1000), this::send);
            order.offer(message(1, offset, 1000), this::send);
        }
        assertEquals(Map.of(0, List.of(2L, 3L)), sent);
    }

    /** Messages of two partitions in files of so many, each sorted by arrival, read in the order of their first arrivals. */
    private void check(int seed, int inFile, Map<Integer, Long> firsts) {
        sent.clear();
        passed = Long.MIN_VALUE;
        Random random = new Random(seed);
        List<RowData> all = new ArrayList<>();
        long latest = 1_000_000;
        for (long offset = 0; offset < COUNT; offset++) {
            for (int partition = 0; partition < 2; partition++) {
                latest += random.nextInt(100);
                all.add(message(partition, offset, latest - random.nextInt(SLACK + 1)));
            }
        }
        Collections.shuffle(all, random);
        Comparator<RowData> byArrival = Comparator.comparingLong(OffsetOrderTest::arrived);
        all.sort(byArrival);
        OffsetOrder order = new OffsetOrder(ROW, firsts, SLACK);
        for (int from = 0; from < all.size(); from += inFile) {
            passed = order.pass(arrived(all.get(from)) - 1, this::send);
            all.subList(from, Math.min(all.size(), from + inFile)).forEach(message -> order.offer(message, this::send));
        }
        passed = order.pass(Long.MAX_VALUE, this::send);
        firsts.forEach((partition, first) -> {
            List<Long> expected = new ArrayList<>();
            for (long offset = first; offset < COUNT; offset++) {
                expected.add(offset);
            }
            assertEquals(expected, sent.get(partition));
        });
    }

    private void send(RowData message) {
        assertTrue(arrived(message) > passed);
        sent.computeIfAbsent(message.getInt(ROW.partition()), partition -> new ArrayList<>())
                .add(message.getLong(ROW.offset()));
    }

    private static long arrived(RowData message) {
        return message.getTimestamp(ROW.arrived(), 3).getMillisecond();
    }

    private static RowData message(int partition, long offset, long arrived) {
        return GenericRowData.of(null, null, null, null, partition, offset, TimestampData.fromEpochMillis(arrived), null);
    }
}
