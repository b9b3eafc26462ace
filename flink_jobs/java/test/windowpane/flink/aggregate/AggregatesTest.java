package windowpane.flink.aggregate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.airlift.slice.Slices;
import io.airlift.stats.TDigest;
import io.airlift.stats.cardinality.HyperLogLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.util.InstantiationUtil;
import org.junit.jupiter.api.Test;

class AggregatesTest {
    private final Random random = new Random(42);

    @Test
    void argMaxTakesTheEarliestOfTies() {
        ArgMax argMax = new ArgMax();
        Peak peak = argMax.createAccumulator();
        assertNull(argMax.getValue(peak));
        argMax.accumulate(peak, time(5), 7L);
        argMax.accumulate(peak, time(3), 7L);
        argMax.accumulate(peak, time(4), 7L);
        argMax.accumulate(peak, time(1), 6L);
        argMax.accumulate(peak, null, 9L);
        argMax.accumulate(peak, time(0), null);
        assertEquals(time(3), argMax.getValue(peak));
    }

    @Test
    void argMaxKnowsTheLeastOfValues() {
        ArgMax argMax = new ArgMax();
        Peak peak = argMax.createAccumulator();
        argMax.accumulate(peak, time(3), Long.MIN_VALUE);
        assertEquals(time(3), argMax.getValue(peak));
    }

    @Test
    void argMaxMergesInAnyOrder() throws IOException {
        ArgMax argMax = new ArgMax();
        for (int round = 0; round < 200; round++) {
            Peak all = argMax.createAccumulator();
            List<Peak> parts = new ArrayList<>();
            for (int p = 0; p < 5; p++) {
                Peak part = argMax.createAccumulator();
                for (int i = random.nextInt(4); i > 0; i--) {
                    TimestampData at = time(random.nextInt(5));
                    long value = random.nextInt(3);
                    argMax.accumulate(part, at, value);
                    argMax.accumulate(all, at, value);
                }
                parts.add(copied(Peak.SERIALIZER, part));
            }
            Collections.shuffle(parts, random);
            Peak merged = argMax.createAccumulator();
            argMax.merge(merged, parts);
            assertEquals(argMax.getValue(all), argMax.getValue(merged));
        }
    }

    @Test
    void digestOfFewValuesIsTheSameInAnyOrder() throws IOException {
        Digest digest = new Digest();
        List<Long> values = new ArrayList<>(random.longs(900, 0, 1_000_000).boxed().toList());
        byte[] first = digest.getValue(quantiles(values));
        Collections.shuffle(values, random);
        Quantiles merged = digest.createAccumulator();
        digest.merge(merged, List.of(
                copied(Quantiles.SERIALIZER, quantiles(values.subList(0, 300))),
                quantiles(values.subList(300, 300)),
                quantiles(values.subList(300, 900))));
        assertArrayEquals(first, digest.getValue(merged));
        assertArrayEquals(first, digest.getValue(copied(Quantiles.SERIALIZER, merged)));
        assertNull(digest.getValue(digest.createAccumulator()));
    }

    @Test
    void digestOfLargeValuesAmongSmallOnesIsTheSameInAnyOrder() throws IOException {
        Digest digest = new Digest();
        List<Long> small = random.longs(50, -1000, 1000).boxed().toList();
        List<Long> large = List.of(Long.MAX_VALUE, Integer.MAX_VALUE + 1L, Integer.MIN_VALUE - 1L, Long.MIN_VALUE);
        List<Long> values = new ArrayList<>(small);
        values.addAll(large);
        byte[] first = digest.getValue(quantiles(values));
        Quantiles merged = digest.createAccumulator();
        digest.merge(merged, List.of(quantiles(small), copied(Quantiles.SERIALIZER, quantiles(large))));
        assertArrayEquals(first, digest.getValue(merged));
        merged = digest.createAccumulator();
        digest.merge(merged, List.of(quantiles(large), copied(Quantiles.SERIALIZER, quantiles(small))));
        assertArrayEquals(first, digest.getValue(copied(Quantiles.SERIALIZER, merged)));
        assertEquals((double) Long.MIN_VALUE, Quantiles.digest(first).valueAt(0));
        assertEquals((double) Long.MAX_VALUE, Quantiles.digest(first).valueAt(1));
    }

    @Test
    void digestsOfFewValuesMergeToTheDigestOfAll() {
        Digest digest = new Digest();
        List<Long> values = random.longs(900, 0, 1_000_000).boxed().toList();
        Quantiles merged = digest.createAccumulator();
        for (int from = 0; from < 900; from += 60) {
            digest.accumulate(merged, quantiles(values.subList(from, from + 60)).toBytes());
        }
        assertArrayEquals(digest.getValue(quantiles(values)), digest.getValue(merged));
    }

    @Test
    void partsMergeToTheDigestOfAll() {
        Digest digest = new Digest();
        List<Long> values = new ArrayList<>(random.longs(800, -1000, 1_000_000).boxed().toList());
        values.addAll(List.of(Long.MAX_VALUE, Long.MIN_VALUE));
        Quantiles merged = digest.createAccumulator();
        for (int from = 0; from < values.size(); from += 100) {
            digest.accumulate(merged, quantiles(values.subList(from, Math.min(from + 100, values.size()))).toPart());
        }
        assertArrayEquals(digest.getValue(quantiles(values)), digest.getValue(merged));
        List<Long> many = random.longs(3000, 0, 1000).boxed().toList();
        assertArrayEquals(quantiles(many).toBytes(), quantiles(many).toPart());
        assertNull(new Quantiles().toPart());
    }

    @Test
    void digestsOfADayStayNearInRank() throws IOException {
        double[] humps = random.doubles(40, 0, 1e6).toArray();
        List<DoubleSupplier> shapes = List.of(
                () -> random.nextDouble() * 1e6,
                () -> Math.exp(6 + 0.65 * random.nextGaussian()) * 10,
                () -> humps[random.nextInt(40)] + random.nextGaussian() * 2000);
        for (DoubleSupplier shape : shapes) {
            for (int perMinute : new int[] {60, 3000}) {
                int minutes = perMinute == 60 ? 1440 : 100;
                long[] all = new long[minutes * perMinute];
                Digest merge = new Digest();
                Quantiles day = merge.createAccumulator();
                for (int minute = 0; minute < minutes; minute++) {
                    Quantiles one = new Quantiles();
                    for (int i = 0; i < perMinute; i++) {
                        one.add(all[minute * perMinute + i] = Math.round(shape.getAsDouble()));
                    }
                    merge.accumulate(day, one.toBytes());
                    day = minute % 100 == 0 ? copied(Quantiles.SERIALIZER, day) : day;
                }
                Arrays.sort(all);
                TDigest digest = Quantiles.digest(merge.getValue(day));
                assertEquals(all.length, digest.getCount());
                for (double q : new double[] {0.01, 0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999}) {
                    assertEquals(q, rank(all, digest.valueAt(q)), 0.01);
                }
            }
        }
    }

    @Test
    void hllCountsAsTrinoDoes() throws IOException {
        Hll hll = new Hll();
        for (int distinct : new int[] {0, 1, 100, 5_000, 200_000}) {
            Distinct evens = hll.createAccumulator();
            Distinct odds = hll.createAccumulator();
            HyperLogLog trino = HyperLogLog.newInstance(16384);
            for (int i = 0; i < distinct; i++) {
                String visitor = "bésucher-" + i;
                hll.accumulate(i % 2 == 0 ? evens : odds, StringData.fromString(visitor));
                hll.accumulate(evens, StringData.fromString(visitor));
                trino.add(Slices.utf8Slice(visitor));
            }
            hll.accumulate(evens, (StringData) null);
            Distinct both = hll.createAccumulator();
            hll.merge(both, List.of(copied(Distinct.SERIALIZER, evens), copied(Distinct.SERIALIZER, odds)));
            byte[] bytes = hll.getValue(both);
            if (distinct == 0) {
                assertNull(bytes);
            } else {
                assertArrayEquals(trino.serialize().getBytes(), bytes);
                long estimate = HyperLogLog.newInstance(Slices.wrappedBuffer(bytes)).cardinality();
                assertEquals(distinct, estimate, distinct * 0.03);
            }
        }
    }

    @Test
    void hllOfHllsIsTheUnion() {
        Hll hll = new Hll();
        Distinct all = hll.createAccumulator();
        Distinct union = hll.createAccumulator();
        for (int part = 0; part < 4; part++) {
            Distinct one = hll.createAccumulator();
            for (int i = 0; i < 3000; i++) {
                StringData value = StringData.fromString("v" + (part * 1500 + i));
                hll.accumulate(one, value);
                hll.accumulate(all, value);
            }
            hll.accumulate(union, hll.getValue(one));
        }
        hll.accumulate(union, (byte[]) null);
        assertArrayEquals(hll.getValue(all), hll.getValue(union));
    }

    @Test
    void mergingLeavesTheOthersAlone() throws IOException {
        Quantiles large = new Quantiles();
        random.longs(5000, 0, 1000).forEach(large::add);
        byte[] before = large.toBytes();
        Quantiles other = new Quantiles();
        random.longs(5000, 0, 1000).forEach(other::add);
        other.merge(large);
        other.toBytes();
        assertArrayEquals(before, large.toBytes());
        assertTrue(copied(Quantiles.SERIALIZER, other) != other);
    }

    private static Quantiles quantiles(List<Long> values) {
        Quantiles quantiles = new Quantiles();
        values.forEach(quantiles::add);
        return quantiles;
    }

    /** The rank of a value that is nearest to its quantile would do; between neighbours any of their ranks is right. */
    private static double rank(long[] sorted, double value) {
        int at = Arrays.binarySearch(sorted, Math.round(value));
        return (at < 0 ? -at - 1 : at) / (double) sorted.length;
    }

    private static <T> T copied(TypeSerializer<T> serializer, T value) throws IOException {
        return InstantiationUtil.deserializeFromByteArray(
                serializer, InstantiationUtil.serializeToByteArray(serializer, serializer.copy(value)));
    }

    private static TimestampData time(long millis) {
        return TimestampData.fromEpochMillis(millis);
    }
}
