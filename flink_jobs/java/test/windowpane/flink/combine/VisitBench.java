package windowpane.flink.combine;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.flink.table.data.StringData;

/**
 * What remembering visits costs: {@code VisitBench visitors rounds} prints, of each round over so many visitors with keys of 32
 * characters and sixteen dimensions, the nanoseconds of the processor to hash a key and choose values, to begin a visit, to go on with it, and to go on
 * elsewhere; then the bytes that each takes: as counted, and of the heap.
 */
public final class VisitBench {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int[] DISTINCT = {100_000, 200, 200, 12, 300, 8, 60, 150, 800, 25, 12, 4, 7, 40, 20, 100_000};
    private static final long HOUR = 3_600_000;
    private static final int EXIT = 2;

    private VisitBench() {}

    public static void main(String[] arguments) {
        int visitors = Integer.parseInt(arguments[0]);
        StringData[][] texts = new StringData[DISTINCT.length][];
        for (int i = 0; i < DISTINCT.length; i++) {
            texts[i] = new StringData[DISTINCT[i]];
            for (int j = 0; j < DISTINCT[i]; j++) {
                texts[i][j] = StringData.fromString((i == 1 || i == EXIT ? "/articles/about/" : "value") + i + "-" + j);
                texts[i][j].toString();
            }
        }
        VisitRules rules = new VisitRules(HOUR / 2, 24 * HOUR, List.of(), List.of());
        boolean[] isLast = new boolean[DISTINCT.length];
        isLast[EXIT] = true;
        for (int round = 0; round < Integer.parseInt(arguments[1]); round++) {
            OpenVisits open = new OpenVisits(rules, isLast, 500, new HeapBudget(Long.MAX_VALUE));
            StringData[] values = new StringData[DISTINCT.length];
            VisitStep step = new VisitStep(DISTINCT.length);
            long heap = used();
            long[] nanoseconds = new long[4];
            long sum = 0;
            for (int pass = 0; pass < nanoseconds.length; pass++) {
                IdHash hash = new IdHash();
                byte[] period = new byte[16];
                long picked = 0;
                long began = THREADS.getCurrentThreadCpuTime();
                for (int i = 0; i < visitors; i++) {
                    hash.of(key(i), period);
                    sum += hash.low();
                    long at = HOUR + (long) pass * 60_000 + i % 1000;
                    long chosen = i * 0x9E3779B97F4A7C15L;
                    for (int d = 0; d < values.length; d++) {
                        chosen = chosen * 6364136223846793005L + 1442695040888963407L;
                        // Most are of few values.
                        double share = (chosen >>> 11) * 0x1.0p-53;
                        values[d] = texts[d][(int) (share * share * share * texts[d].length)];
                    }
                    if (pass == 0) {
                        sum += values[pass].hashCode() & 1;
                        continue;
                    }
                    if (pass == 3) {
                        values[EXIT] = texts[EXIT][i % texts[EXIT].length];
                    }
                    open.take(hash.high(), hash.low(), at, at, true, values, step);
                    picked += step.seconds;
                }
                nanoseconds[pass] = (THREADS.getCurrentThreadCpuTime() - began) / visitors;
                sum += picked;
            }
            System.out.printf(
                    "key, hash and values %d ns; and with these: begin %d ns, go on %d ns, elsewhere %d ns; %.1f bytes each, %.1f of the heap (%x)%n",
                    nanoseconds[0],
                    nanoseconds[1],
                    nanoseconds[2],
                    nanoseconds[3],
                    (double) open.bytes() / visitors,
                    (double) (used() - heap) / visitors,
                    sum);
            open.close();
        }
    }

    private static byte[] key(int visitor) {
        String hex = Long.toHexString(visitor * 0x9E3779B97F4A7C15L | 1L << 63);
        return (hex + hex).getBytes(StandardCharsets.UTF_8);
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
