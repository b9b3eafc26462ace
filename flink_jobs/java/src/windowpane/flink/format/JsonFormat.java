package windowpane.flink.format;

import java.util.List;
import java.util.Objects;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;

/** Maps a table's physical columns, by name and in any order or selection, to what a plan produces. */
final class JsonFormat implements DecodingFormat<DeserializationSchema<RowData>> {
    private final String planText;
    private final Plan plan;

    JsonFormat(String planText) {
        this.planText = planText;
        this.plan = Plan.parse(planText);
    }

    @Override
    public DeserializationSchema<RowData> createRuntimeDecoder(DynamicTableSource.Context context, DataType physicalType) {
        RowType row = (RowType) physicalType.getLogicalType();
        int[] layout = new int[row.getFieldCount()];
        for (int i = 0; i < layout.length; i++) {
            layout[i] = source(row.getFieldNames().get(i), row.getTypeAt(i).getTypeRoot());
        }
        return new RowDeserializer(planText, layout, context.createTypeInformation(physicalType));
    }

    private int source(String name, LogicalTypeRoot type) {
        return switch (name) {
            case "event_time" -> typed(name, type, LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE, RowDeserializer.EVENT_TIME);
            case "reason" -> typed(name, type, LogicalTypeRoot.VARCHAR, RowDeserializer.REASON);
            case "field" -> typed(name, type, LogicalTypeRoot.VARCHAR, RowDeserializer.FIELD);
            case "payload" -> typed(name, type, LogicalTypeRoot.VARBINARY, RowDeserializer.PAYLOAD);
            default -> {
                List<Plan.Column> columns = plan.columns();
                for (int i = 0; i < columns.size(); i++) {
                    if (columns.get(i).name().equals(name)) {
                        yield typed(name, type, rootOf(plan.typeOf(i)), i);
                    }
                }
                throw new ValidationException("The plan of format windowpane-json has no column " + name + ".");
            }
        };
    }

    private static LogicalTypeRoot rootOf(Plan.Type type) {
        return switch (type) {
            case STRING -> LogicalTypeRoot.VARCHAR;
            case NUMBER -> LogicalTypeRoot.DOUBLE;
            case INTEGER -> LogicalTypeRoot.BIGINT;
            case BOOLEAN -> LogicalTypeRoot.BOOLEAN;
            case TIME -> LogicalTypeRoot.TIMESTAMP_WITH_LOCAL_TIME_ZONE;
        };
    }

    private static int typed(String name, LogicalTypeRoot actual, LogicalTypeRoot expected, int source) {
        if (actual != expected) {
            throw new ValidationException("Column " + name + " must be of type " + expected + ", not " + actual + ".");
        }
        return source;
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonFormat format && format.planText.equals(planText);
    }

    @Override
    public int hashCode() {
        return Objects.hash(planText);
    }
}
