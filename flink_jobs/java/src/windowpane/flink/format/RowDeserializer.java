package windowpane.flink.format;

import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.util.Collector;

/** Each message becomes one row, whatever it is; no message at all (a null value) is a heartbeat, a row of nulls. */
final class RowDeserializer implements DeserializationSchema<RowData> {
    static final int EVENT_TIME = -1;
    static final int REASON = -2;
    static final int FIELD = -3;
    static final int PAYLOAD = -4;

    private static final long serialVersionUID = 1L;

    private final String planText;
    private final int[] layout;
    private final TypeInformation<RowData> producedType;

    private transient MessageDecoder decoder;
    private transient Plan.Kind[] kinds;

    /**
     * @param layout for each column of the row, one of the constants above or the index of a column of the plan
     */
    RowDeserializer(String planText, int[] layout, TypeInformation<RowData> producedType) {
        this.planText = planText;
        this.layout = layout;
        this.producedType = producedType;
    }

    @Override
    public void open(InitializationContext context) {
        Plan plan = Plan.parse(planText);
        decoder = new MessageDecoder(plan);
        kinds = plan.columns().stream().map(Plan.Column::kind).toArray(Plan.Kind[]::new);
    }

    @Override
    public void deserialize(byte[] payload, Collector<RowData> out) {
        out.collect(deserialize(payload));
    }

    @Override
    public RowData deserialize(byte[] payload) {
        GenericRowData row = new GenericRowData(layout.length);
        if (payload == null) {
            return row;
        }
        boolean accepted = decoder.decode(payload);
        for (int i = 0; i < layout.length; i++) {
            int source = layout[i];
            if (source == PAYLOAD) {
                row.setField(i, payload);
            } else if (accepted && source == EVENT_TIME) {
                row.setField(i, TimestampData.fromEpochMillis(decoder.eventTime()));
            } else if (accepted && source >= 0) {
                row.setField(i, value(source));
            } else if (!accepted && source == REASON) {
                row.setField(i, StringData.fromString(decoder.reason()));
            } else if (!accepted && source == FIELD) {
                row.setField(i, StringData.fromString(decoder.field()));
            }
        }
        return row;
    }

    private Object value(int column) {
        return switch (kinds[column]) {
            case MEASURE, COUNTS -> decoder.measure(column);
            case FIELD -> decoder.value(column);
            default -> decoder.text(column);
        };
    }

    @Override
    public boolean isEndOfStream(RowData row) {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return producedType;
    }
}
