package windowpane.flink.aggregate;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.SimpleTypeSerializerSnapshot;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.TypeSerializerSnapshot;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** The largest value so far and the earliest time it had. */
public final class Peak {
    static final TypeSerializer<Peak> SERIALIZER = new Serializer();

    /** Marks a peak of nothing: no time is this early. */
    private static final long NEVER = Long.MAX_VALUE;

    long at = NEVER;
    long value = Long.MIN_VALUE;

    /** The earliest time of the largest value, in milliseconds since 1970. */
    public long at() {
        return at;
    }

    public long value() {
        return value;
    }

    boolean isEmpty() {
        return at == NEVER;
    }

    public void offer(long otherAt, long otherValue) {
        if (otherValue > value || (otherValue == value && otherAt < at)) {
            at = otherAt;
            value = otherValue;
        }
    }

    /** Sixteen bytes: time, value. */
    public static final class Serializer extends AccumulatorSerializer<Peak> {
        private static final long serialVersionUID = 1L;

        @Override
        public Peak createInstance() {
            return new Peak();
        }

        @Override
        public Peak copy(Peak from) {
            Peak peak = new Peak();
            peak.at = from.at;
            peak.value = from.value;
            return peak;
        }

        @Override
        public void serialize(Peak peak, DataOutputView target) throws IOException {
            target.writeLong(peak.at);
            target.writeLong(peak.value);
        }

        @Override
        public Peak deserialize(DataInputView source) throws IOException {
            Peak peak = new Peak();
            peak.at = source.readLong();
            peak.value = source.readLong();
            return peak;
        }

        @Override
        public TypeSerializerSnapshot<Peak> snapshotConfiguration() {
            return new Snapshot();
        }
    }

    /** Version of the serialised form. */
    public static final class Snapshot extends SimpleTypeSerializerSnapshot<Peak> {
        public Snapshot() {
            super(Serializer::new);
        }
    }
}
