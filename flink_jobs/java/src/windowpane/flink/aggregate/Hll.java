package windowpane.flink.aggregate;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code HLL(value STRING) -> BYTES}: a HyperLogLog of the values' UTF-8, as Trino's {@code approx_set(value, 0.008125)} makes it; read it
 * with {@code cast(x as HyperLogLog)}. {@code HLL(sketch BYTES) -> BYTES}: the union of what these sketches count. Nulls are skipped;
 * null if none is left.
 */
public final class Hll extends AggregateFunction<byte[], Distinct> {
    private static final long serialVersionUID = 1L;

    @Override
    public Distinct createAccumulator() {
        return new Distinct();
    }

    @Override
    public byte[] getValue(Distinct distinct) {
        return distinct.toBytes();
    }

    public void accumulate(Distinct distinct, StringData value) {
        if (value != null) {
            distinct.add(Distinct.hash(value.toBytes()));
        }
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
        return Signature.of(
                DataTypes.STRING().bridgedTo(StringData.class), DataTypes.RAW(Distinct.class, Distinct.SERIALIZER));
    }
}
