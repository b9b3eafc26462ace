package windowpane.flink.aggregate;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;

/** The types of an aggregate that makes a sketch. They are declared, not reflected, to keep accumulators off Kryo. */
final class Signature {
    private Signature() {}

    static TypeInference of(DataType argument, DataType accumulator) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(InputTypeStrategies.sequence(InputTypeStrategies.explicit(argument)))
                .accumulatorTypeStrategy(TypeStrategies.explicit(accumulator.notNull()))
                .outputTypeStrategy(TypeStrategies.explicit(DataTypes.BYTES()))
                .build();
    }
}
