package windowpane.flink.combine;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import windowpane.flink.format.Plan;

/**
 * The rows that messages are read into: the event time, the plan's columns, why the message was rejected and where, its bytes; then
 * partition, offset, arrival and whose clock that was read from.
 */
final class Messages {
    /** Keys of the metadata that is read with a message, in this order. */
    static final List<String> METADATA = List.of("partition", "offset", "timestamp", "timestamp-type");

    private static final String BY_BROKER = "LogAppendTime";

    static final int EVENT_TIME = 0;
    static final int FIRST_COLUMN = 1;

    private final Plan plan;
    private final int reason;

    Messages(Plan plan) {
        this.plan = plan;
        this.reason = FIRST_COLUMN + plan.columns().size();
    }

    static Messages of(String plan) {
        return new Messages(Plan.parse(plan));
    }

    List<Column> physicalColumns() {
        List<Column> columns = new ArrayList<>();
        columns.add(Column.physical("event_time", DataTypes.TIMESTAMP_LTZ(3)));
        for (int i = 0; i < plan.columns().size(); i++) {
            columns.add(Column.physical(plan.columns().get(i).name(), dataType(plan.typeOf(i))));
        }
        columns.add(Column.physical("reason", DataTypes.STRING()));
        columns.add(Column.physical("field", DataTypes.STRING()));
        columns.add(Column.physical("payload", DataTypes.BYTES()));
        return columns;
    }

    private static DataType dataType(Plan.Type type) {
        return switch (type) {
            case STRING -> DataTypes.STRING();
            case NUMBER -> DataTypes.DOUBLE();
            case INTEGER -> DataTypes.BIGINT();
            case BOOLEAN -> DataTypes.BOOLEAN();
            case TIME -> DataTypes.TIMESTAMP_LTZ(3);
        };
    }

    /** The type of a row with its metadata. */
    DataType rowType() {
        List<DataTypes.Field> fields = new ArrayList<>();
        physicalColumns().forEach(column -> fields.add(DataTypes.FIELD(column.getName(), column.getDataType())));
        fields.add(DataTypes.FIELD("partition", DataTypes.INT().notNull()));
        fields.add(DataTypes.FIELD("offset", DataTypes.BIGINT().notNull()));
        fields.add(DataTypes.FIELD("arrived", DataTypes.TIMESTAMP_LTZ(3).notNull()));
        fields.add(DataTypes.FIELD("stamped", DataTypes.STRING().notNull()));
        return DataTypes.ROW(fields).notNull().bridgedTo(RowData.class);
    }

    int reason() {
        return reason;
    }

    int field() {
        return reason + 1;
    }

    int payload() {
        return reason + 2;
    }

    int partition() {
        return reason + 3;
    }

    int offset() {
        return reason + 4;
    }

    int arrived() {
        return reason + 5;
    }

    /** Whether the broker stamped the message when it came, not its producer. */
    boolean isStampedByBroker(RowData message) {
        return BY_BROKER.equals(message.getString(reason + 6).toString());
    }
}
