package windowpane.flink.aggregate;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.inference.InputTypeStrategies;
import org.apache.flink.table.types.inference.InputTypeStrategy;
import org.apache.flink.table.types.inference.TypeInference;
import org.apache.flink.table.types.inference.TypeStrategies;

/** The types of an aggregate that makes a sketch, of values or of sketches. Declared, not reflected, to keep off Kryo. */
final class Signature {
    private Signature() {}

    static TypeInference of(DataType value, DataType accumulator) {
        return TypeInference.newBuilder()
                .inputTypeStrategy(InputTypeStrategies.or(one(value), one(DataTypes.BYTES())))
                .accumulatorTypeStrategy(TypeStrategies.explicit(accumulator.notNull()))
                .outputTypeStrategy(TypeStrategies.explicit(DataTypes.BYTES()))
                .build();
    }

    private static InputTypeStrategy one(DataType argument) {
        return InputTypeStrategies.sequence(InputTypeStrategies.explicit(argument));
    }
}
