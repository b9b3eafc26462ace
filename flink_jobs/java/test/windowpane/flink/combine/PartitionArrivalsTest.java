package windowpane.flink.combine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.junit.jupiter.api.Test;

class PartitionArrivalsTest {
    private static final Messages ROW = Messages.of(
            """
            {"event_time": {"field": ["t"], "max_ahead_ms": 1000}, "fields": [{"path": ["site"], "type": "string"}],
             "columns": [{"name": "site", "kind": "string", "field": 0}]}""");
    private static final long SLACK = 500;

    /** One message in a log. */
    private record Logged(long stamp, boolean byBroker) {}

    private final Random random = new Random(3);

    @Test
    void brokersTimeIsTakenAsItIs() {
        assertEquals(List.of(1000L, 3000L, 2600L, 2500L, 3001L), arrivals(reading(""), 1000, 3000, 2600, 2499, 3001));
    }

    @Test
    void aProducersStampMovesNothing() {
        PartitionArrivals arrivals = reading("");
        assertEquals(1000, arrivals.of(message(new Logged(1000, true)), 1000));
        assertEquals(1000, arrivals.of(message(new Logged(3_001_000, false)), 3_001_000));
        assertEquals(500, arrivals.of(message(new Logged(1, false)), 1));
        assertEquals(1100, arrivals.of(message(new Logged(1100, true)), 1100));
    }

    @Test
    void nothingIsKnownOfAProducersStampAtTheBeginning() {
        Exception refused = assertThrows(
                IllegalStateException.class, () -> reading("").of(message(new Logged(5, false)), 5));
        assertTrue(refused.getMessage().contains("did not stamp"));
    }

    /** Whatever stamps there are, from whatever time a job begins to read: what arrived after it is told as ever, the rest as before. */
    @Test
    void readingAgainGivesTheSame() {
        for (int run = 0; run < 300; run++) {
            List<Logged> log = log();
            List<Long> all = arrivals(reading(""), log);
            long start = random.nextLong(150_000);
            int from = 0;
            while (from < log.size() && log.get(from).stamp < start) {
                from++;
            }
            List<Long> again = arrivals(reading(Long.toString(start - 1)), log.subList(from, log.size()));
            for (int i = 0; i < log.size(); i++) {
                long told = i < from ? Long.MIN_VALUE : again.get(i - from);
                assertTrue(all.get(i) < start ? told < start : told == all.get(i));
            }
        }
    }

    @Test
    void noMessageIsLate() {
        for (int run = 0; run < 100; run++) {
            PartitionArrivals arrivals = reading("");
            ArrivalWatermarks watermarks = new ArrivalWatermarks(ROW, Duration.ofMillis(SLACK));
            Told told = new Told();
            for (Logged logged : log()) {
                RowData message = message(logged);
                assertTrue(arrivals.of(message, logged.stamp) > told.newest);
                watermarks.onEvent(message, logged.stamp, told);
                watermarks.onPeriodicEmit(told);
            }
        }
    }

    @Test
    void anEarlierRunIsTakenUp() {
        PartitionArrivals before = reading("");
        arrivals(before, 9000);
        PartitionArrivals after = reading("");
        before.read().forEach(after::raise);
        assertEquals(List.of(8500L), arrivals(after, 1));
    }

    @Test
    void onlyListedPartitionsAreRead() {
        PartitionArrivals arrivals = new PartitionArrivals(ROW, PartitionArrivals.parse("0=;2=7"), SLACK);
        Exception refused =
                assertThrows(IllegalStateException.class, () -> arrivals.of(message(new Logged(5, true)), 5));
        assertTrue(refused.getMessage().contains("Partition 1 was added"));
        assertEquals(Map.of(0, PartitionArrivals.parse("0=").get(0), 2, 7L), arrivals.read());
    }

    /** A clock that goes on, steps ahead and back; among its stamps those of producers, after the first. */
    private List<Logged> log() {
        List<Logged> log = new ArrayList<>();
        long clock = 10_000;
        for (int i = 0; i < 60; i++) {
            clock += random.nextInt(12) == 0 ? random.nextInt(40_000) - 20_000 : random.nextInt(900);
            boolean byBroker = i == 0 || random.nextInt(10) != 0;
            log.add(new Logged(byBroker ? clock : random.nextInt(200_000), byBroker));
        }
        return log;
    }

    private static PartitionArrivals reading(String before) {
        return new PartitionArrivals(ROW, PartitionArrivals.parse("1=" + before), SLACK);
    }

    private static List<Long> arrivals(PartitionArrivals arrivals, List<Logged> log) {
        return log.stream().map(logged -> arrivals.of(message(logged), logged.stamp)).toList();
    }

    private static List<Long> arrivals(PartitionArrivals arrivals, long... stamps) {
        List<Logged> log = new ArrayList<>();
        for (long stamp : stamps) {
            log.add(new Logged(stamp, true));
        }
        return arrivals(arrivals, log);
    }

    private static RowData message(Logged logged) {
        GenericRowData message = new GenericRowData(9);
        message.setField(ROW.partition(), 1);
        message.setField(ROW.arrived(), TimestampData.fromEpochMillis(logged.stamp));
        message.setField(ROW.arrived() + 1, StringData.fromString(logged.byBroker ? "LogAppendTime" : "CreateTime"));
        return message;
    }

    private static final class Told implements WatermarkOutput {
        private long newest = Long.MIN_VALUE;

        @Override
        public void emitWatermark(Watermark mark) {
            newest = Math.max(newest, mark.getTimestamp());
        }

        @Override
        public void markIdle() {}

        @Override
        public void markActive() {}
    }
}
