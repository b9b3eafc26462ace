package windowpane.flink.aggregate;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.inference.TypeInference;

/** {@code HLL_MERGE(sketch BYTES) -> BYTES}: the union of what {@link Hll} made. */
public final class HllMerge extends AggregateFunction<byte[], Distinct> {
    private static final long serialVersionUID = 1L;

    @Override
    public Distinct createAccumulator() {
        return new Distinct();
    }

    @Override
    public byte[] getValue(Distinct distinct) {
        return distinct.toBytes();
    }

    public void accumulate(Distinct distinct, byte[] sketch) {
        if (sketch != null) {
            distinct.merge(Distinct.fromBytes(sketch));
        }
    }

    public void merge(Distinct distinct, Iterable<Distinct> others) {
        others.forEach(distinct::merge);
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory types) {
        return Signature.of(DataTypes.BYTES(), DataTypes.RAW(Distinct.class, Distinct.SERIALIZER));
    }
}
