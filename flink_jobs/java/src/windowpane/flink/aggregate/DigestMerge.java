package windowpane.flink.aggregate;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.inference.TypeInference;

/** {@code TDIGEST_MERGE(digest BYTES) -> BYTES}: one digest of all that {@link Digest} made. */
public final class DigestMerge extends AggregateFunction<byte[], Quantiles> {
    private static final long serialVersionUID = 1L;

    @Override
    public Quantiles createAccumulator() {
        return new Quantiles();
    }

    @Override
    public byte[] getValue(Quantiles quantiles) {
        return quantiles.toBytes();
    }

    public void accumulate(Quantiles quantiles, byte[] digest) {
        if (digest != null) {
            quantiles.absorb(Quantiles.digest(digest));
        }
    }

    public void merge(Quantiles quantiles, Iterable<Quantiles> others) {
        others.forEach(quantiles::merge);
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory types) {
        return Signature.of(DataTypes.BYTES(), DataTypes.RAW(Quantiles.class, Quantiles.SERIALIZER));
    }
}
