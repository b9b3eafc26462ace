package windowpane.flink.aggregate;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.DataTypeFactory;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.functions.AggregateFunction;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;

/**
 * {@code ARG_MAX(at TIMESTAMP_LTZ(3), value BIGINT) -> TIMESTAMP_LTZ(3)}: when the value was at its largest; of several times the
 * earliest. A pair with a null is skipped; null if none is left. Merging panes is ARG_MAX(m_max_at, m_max).
 */
public final class ArgMax extends AggregateFunction<TimestampData, Peak> {
    private static final long serialVersionUID = 1L;

    @Override
    public Peak createAccumulator() {
        return new Peak();
    }

    @Override
    public TimestampData getValue(Peak peak) {
        return peak.isEmpty() ? null : TimestampData.fromEpochMillis(peak.at);
    }

    public void accumulate(Peak peak, TimestampData at, Long value) {
        if (at != null && value != null) {
            peak.offer(at.getMillisecond(), value);
        }
    }

    public void merge(Peak peak, Iterable<Peak> others) {
        for (Peak other : others) {
            if (!other.isEmpty()) {
                peak.offer(other.at, other.value);
            }
        }
    }

    @Override
    public TypeInference getTypeInference(DataTypeFactory types) {
        DataType time = DataTypes.TIMESTAMP_LTZ(3).bridgedTo(TimestampData.class);
        return TypeInference.newBuilder()
                .inputTypeStrategy(
                        InputTypeStrategies.sequence(
                                InputTypeStrategies.explicit(time), InputTypeStrategies.explicit(DataTypes.BIGINT())))
                .accumulatorTypeStrategy(
                        TypeStrategies.explicit(DataTypes.RAW(Peak.class, Peak.SERIALIZER).notNull()))
                .outputTypeStrategy(TypeStrategies.explicit(time))
                .build();
    }
}
