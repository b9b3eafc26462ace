package windowpane.parsers;

import com.alibaba.fastjson2.JSONReader;
import com.alibaba.fastjson2.util.Fnv;

/** fastjson2's streaming reader, whose keys are compared by their hashes. */
final class WithFastjson2 implements MessageParser {
    private static final long NAME = Fnv.hashCode64("serviceName");
    private static final long TIME = Fnv.hashCode64("Timestamp");
    private static final long CPU = Fnv.hashCode64("CPU");
    private static final long RAM = Fnv.hashCode64("RAM");
    private static final long DISK = Fnv.hashCode64("Disk");
    private static final long TOTAL = Fnv.hashCode64("Total");
    private static final long FREE = Fnv.hashCode64("Free");

    private double total;
    private double free;

    @Override
    public void read(byte[] message, Totals totals) {
        try (JSONReader reader = JSONReader.of(message)) {
            int name = 0;
            long time = 0;
            double cpu = 0;
            double ramTotal = 0;
            double ramFree = 0;
            double diskTotal = 0;
            double diskFree = 0;
            reader.nextIfObjectStart();
            while (!reader.nextIfObjectEnd()) {
                long key = reader.readFieldNameHashCode();
                if (key == NAME) {
                    name = reader.readString().length();
                } else if (key == TIME) {
                    time = reader.readInt64Value();
                } else if (key == CPU) {
                    cpu = reader.readDoubleValue();
                } else if (key == RAM) {
                    pair(reader);
                    ramTotal = total;
                    ramFree = free;
                } else if (key == DISK) {
                    pair(reader);
                    diskTotal = total;
                    diskFree = free;
                } else {
                    reader.skipValue();
                }
            }
            totals.add(name, time, cpu, ramTotal, ramFree, diskTotal, diskFree);
        }
    }

    private void pair(JSONReader reader) {
        reader.nextIfObjectStart();
        while (!reader.nextIfObjectEnd()) {
            long key = reader.readFieldNameHashCode();
            if (key == TOTAL) {
                total = reader.readDoubleValue();
            } else if (key == FREE) {
                free = reader.readDoubleValue();
            } else {
                reader.skipValue();
            }
        }
    }
}
