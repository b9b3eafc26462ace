package windowpane.flink.aggregate;

import java.io.IOException;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** Whole numbers in the order they came, four bytes for each unless one needs eight: a job holds many of these. */
final class Values {
    private static final int FEWEST = 16;

    private int[] narrow;

    /** All of them, once one does not fit into an int; else null. */
    private long[] wide;

    private int count;

    Values() {
        this(new int[FEWEST], null, 0);
    }

    private Values(int[] narrow, long[] wide, int count) {
        this.narrow = narrow;
        this.wide = wide;
        this.count = count;
    }

    int count() {
        return count;
    }

    long get(int i) {
        return wide == null ? narrow[i] : wide[i];
    }

    void add(long value) {
        if (wide == null && (int) value != value) {
            wide = Arrays.stream(narrow).asLongStream().toArray();
            narrow = null;
        }
        if (wide == null) {
            narrow = count < narrow.length ? narrow : Arrays.copyOf(narrow, count * 2);
            narrow[count++] = (int) value;
        } else {
            wide = count < wide.length ? wide : Arrays.copyOf(wide, count * 2);
            wide[count++] = value;
        }
    }

    void clear() {
        count = 0;
    }

    void sort() {
        if (wide == null) {
            Arrays.sort(narrow, 0, count);
        } else {
            Arrays.sort(wide, 0, count);
        }
    }

    Values copy() {
        return new Values(narrow == null ? null : narrow.clone(), wide == null ? null : wide.clone(), count);
    }

    void write(DataOutputView target) throws IOException {
        target.writeInt(count);
        target.writeBoolean(wide != null);
        for (int i = 0; i < count; i++) {
            if (wide == null) {
                target.writeInt(narrow[i]);
            } else {
                target.writeLong(wide[i]);
            }
        }
    }

    static Values read(DataInputView source) throws IOException {
        int count = source.readInt();
        boolean wide = source.readBoolean();
        Values values = new Values(new int[Math.max(FEWEST, count)], null, 0);
        for (int i = 0; i < count; i++) {
            values.add(wide ? source.readLong() : source.readInt());
        }
        return values;
    }
}
