package windowpane.flink.combine;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.flink.core.memory.DataOutputSerializer;

/**
 * What remembering costs: {@code MemoryBench ids rounds} prints, of each round over so many ids of 36 characters and keys of 16, the
 * nanoseconds of the processor to hash one, to see one that is new, to see one again, and to write one into a checkpoint; then the bytes
 * that each takes in memory.
 */
public final class MemoryBench {
    private static final long HORIZON = 3_600_000;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private MemoryBench() {}

    public static void main(String[] arguments) throws IOException {
        int count = Integer.parseInt(arguments[0]);
        byte[] key = "0123456789abcdef".getBytes(StandardCharsets.UTF_8);
        List<byte[]> ids = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ids.add(new UUID(i * 0x9E3779B97F4A7C15L, i).toString().getBytes(StandardCharsets.UTF_8));
        }
        IdHash hash = new IdHash();
        for (int round = 0; round < Integer.parseInt(arguments[1]); round++) {
            SeenIds seen = new SeenIds(HORIZON, 500, new HeapBudget(Long.MAX_VALUE));
            long began = THREADS.getCurrentThreadCpuTime();
            long all = 0;
            for (byte[] id : ids) {
                hash.of(key, id);
                all ^= hash.low();
            }
            long hashed = THREADS.getCurrentThreadCpuTime();
            int known = 0;
            for (int i = 0; i < count; i++) {
                hash.of(key, ids.get(i));
                known += seen.see(hash.high(), hash.low(), 1 + i * HORIZON / count) ? 1 : 0;
            }
            long seenFirst = THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < count; i++) {
                hash.of(key, ids.get(i));
                known += seen.see(hash.high(), hash.low(), HORIZON) ? 1 : 0;
            }
            long seenAgain = THREADS.getCurrentThreadCpuTime();
            DataOutputSerializer written = new DataOutputSerializer(1 << 20);
            for (int i = 0; i < count; i++) {
                written.writeLong(i);
                written.writeLong(all);
                written.writeLong(HORIZON);
            }
            long stored = THREADS.getCurrentThreadCpuTime();
            System.out.printf(
                    "hash %d ns, new %d ns, again %d ns, checkpoint %d ns, %.1f bytes each (%d known, %x)%n",
                    (hashed - began) / count,
                    (seenFirst - hashed) / count,
                    (seenAgain - seenFirst) / count,
                    (stored - seenAgain) / count,
                    (double) seen.bytes() / count,
                    known,
                    all);
        }
    }
}
