package windowpane.flink.events;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.iceberg.flink.source.reader.RowDataConverter;

/** A row of {@code events} (partition, offset, arrived, payload) as the row that its message decodes to, with metadata behind. */
final class EventConverter implements RowDataConverter<RowData> {
    private static final long serialVersionUID = 1L;
    private static final List<String> METADATA = List.of("partition", "offset", "timestamp", "timestamp-type");
    private static final StringData STAMPED = StringData.fromString("LogAppendTime");
    private static final int PAYLOAD = 3;
    private static final int MICROSECONDS = 6;

    private final DeserializationSchema<RowData> decoder;
    private final int[] metadata;
    private final TypeInformation<RowData> producedType;

    private transient boolean isOpen;

    /**
     * @param decoder of payloads; it must know what to make of null
     * @param metadata for each metadata column, its {@link #place}
     */
    EventConverter(DeserializationSchema<RowData> decoder, int[] metadata, TypeInformation<RowData> producedType) {
        this.decoder = decoder;
        this.metadata = metadata;
        this.producedType = producedType;
    }

    /** The place in a row of what a metadata key names. */
    static int place(String key) {
        return METADATA.indexOf(key);
    }

    @Override
    public RowData apply(RowData event) {
        try {
            if (!isOpen) {
                decoder.open(null);
                isOpen = true;
            }
            GenericRowData message = (GenericRowData) decoder.deserialize(event.isNullAt(PAYLOAD) ? null : event.getBinary(PAYLOAD));
            GenericRowData row = new GenericRowData(message.getArity() + metadata.length);
            for (int i = 0; i < message.getArity(); i++) {
                row.setField(i, message.getField(i));
            }
            for (int i = 0; i < metadata.length; i++) {
                row.setField(message.getArity() + i, metadata(event, metadata[i]));
            }
            return row;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("The decoder cannot be opened", e);
        }
    }

    private static Object metadata(RowData event, int place) {
        return switch (place) {
            case 0 -> event.getInt(0);
            case 1 -> event.getLong(1);
            // To milliseconds, as Kafka has it.
            case 2 -> TimestampData.fromEpochMillis(event.getTimestamp(2, MICROSECONDS).getMillisecond());
            default -> STAMPED;
        };
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return producedType;
    }
}
