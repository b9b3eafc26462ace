package windowpane.flink.aggregate;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.inference.TypeInference;

/**
 * {@code TDIGEST(value BIGINT) -> BYTES}: a T-digest of the values as doubles; read it with Trino's {@code cast(x as tdigest)}.
 * {@code TDIGEST(digest BYTES) -> BYTES}: one digest of all that these digests hold. Nulls are skipped; null if none is left.
 */
public final class Digest extends AggregateFunction<byte[], Quantiles> {
    private static final long serialVersionUID = 1L;

    @Override
    public Quantiles createAccumulator() {
        return new Quantiles();
    }

    @Override
    public byte[] getValue(Quantiles quantiles) {
        return quantiles.toBytes();
    }

    public void accumulate(Quantiles quantiles, Long value) {
        if (value != null) {
            quantiles.add(value);
        }
    }

    public void accumulate(Quantiles quantiles, byte[] digest) {
        if (digest != null) {
            quantiles.absorb(digest);
        }
    }

    public void merge(Quantiles quantiles, Iterable<Quantiles> others) {
        others.forEach(quantiles::merge);
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory types) {
        return Signature.of(DataTypes.BIGINT(), DataTypes.RAW(Quantiles.class, Quantiles.SERIALIZER));
    }
}
