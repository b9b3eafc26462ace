package windowpane.peers;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/** A window's result so far: messages; then sum, least, greatest and its earliest time of each measure. */
final class Partial {
    private static final int MEASURES = 3;
    private static final int COLUMNS = 1 + 4 * MEASURES;

    static final Serde<Partial> SERDE =
            Serdes.serdeFrom((topic, partial) -> partial.toBytes(), (topic, bytes) -> of(bytes));

    private final long[] columns = new long[COLUMNS];

    Partial add(Health health) {
        boolean first = columns[0]++ == 0;
        add(1, health.cpu(), health.at(), first);
        add(5, health.ram(), health.at(), first);
        add(9, health.disk(), health.at(), first);
        return this;
    }

    private void add(int place, long value, long at, boolean first) {
        columns[place] += value;
        columns[place + 1] = first ? value : Math.min(columns[place + 1], value);
        long greatest = columns[place + 2];
        if (first || value > greatest || value == greatest && at < columns[place + 3]) {
            columns[place + 2] = value;
            columns[place + 3] = at;
        }
    }

    long messages() {
        return columns[0];
    }

    /** The columns, with commas between. */
    String asText() {
        StringBuilder text = new StringBuilder().append(columns[0]);
        for (int place = 1; place < COLUMNS; place++) {
            text.append(',').append(columns[place]);
        }
        return text.toString();
    }

    private byte[] toBytes() {
        ByteBuffer buffer = ByteBuffer.allocate(8 * COLUMNS);
        buffer.asLongBuffer().put(columns);
        return buffer.array();
    }

    private static Partial of(byte[] bytes) {
        Partial partial = new Partial();
        ByteBuffer.wrap(bytes).asLongBuffer().get(partial.columns);
        return partial;
    }
}
