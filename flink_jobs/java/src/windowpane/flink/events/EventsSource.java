package windowpane.flink.events;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsSourceWatermark;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.flink.TableLoader;
import org.apache.iceberg.flink.source.IcebergSource;

/**
 * What arrived in a range, out of the table that keeps every message once.
 *
 * <p>Whole files are read, so there may be rows outside the range. They are read in the order of their first arrivals, which are also the
 * watermarks: no row is late, and windows close while later files are still to be read.
 */
final class EventsSource implements ScanTableSource, SupportsReadingMetadata, SupportsSourceWatermark {
    private static final String ARRIVED = "arrived";

    /** What is read of a row, in this order. */
    private static final ResolvedSchema READ = ResolvedSchema.of(
            Column.physical("partition", DataTypes.INT().notNull()),
            Column.physical("offset", DataTypes.BIGINT().notNull()),
            Column.physical(ARRIVED, DataTypes.TIMESTAMP_LTZ(6).notNull()),
            Column.physical("payload", DataTypes.BYTES()));

    private final TableLoader table;
    private final DecodingFormat<DeserializationSchema<RowData>> format;
    private final DataType physicalType;
    private final long from;
    private final long until;

    private List<String> metadata = List.of();
    private DataType producedType;

    EventsSource(
            TableLoader table,
            DecodingFormat<DeserializationSchema<RowData>> format,
            DataType physicalType,
            long from,
            long until) {
        this.table = table;
        this.format = format;
        this.physicalType = physicalType;
        this.producedType = physicalType;
        this.from = from;
        this.until = until;
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        EventConverter converter = new EventConverter(
                format.createRuntimeDecoder(context, physicalType),
                metadata.stream().mapToInt(EventConverter::place).toArray(),
                context.createTypeInformation(producedType));
        return SourceProvider.of(IcebergSource.forOutputType(converter)
                .tableLoader(table.clone())
                .project(READ)
                .filters(List.of(
                        Expressions.greaterThanOrEqual(ARRIVED, from * 1000), Expressions.lessThan(ARRIVED, until * 1000)))
                .watermarkColumn(ARRIVED)
                .build());
    }

    @Override
    public Map<String, DataType> listReadableMetadata() {
        Map<String, DataType> readable = new LinkedHashMap<>();
        readable.put("partition", DataTypes.INT().notNull());
        readable.put("offset", DataTypes.BIGINT().notNull());
        readable.put("timestamp", DataTypes.TIMESTAMP_LTZ(3).notNull());
        readable.put("timestamp-type", DataTypes.STRING().notNull());
        return readable;
    }

    @Override
    public void applyReadableMetadata(List<String> keys, DataType producedDataType) {
        metadata = keys;
        producedType = producedDataType;
    }

    @Override
    public void applySourceWatermark() {
        // It always tells them.
    }

    @Override
    public ChangelogMode getChangelogMode() {
        return ChangelogMode.insertOnly();
    }

    @Override
    public DynamicTableSource copy() {
        EventsSource copy = new EventsSource(table, format, physicalType, from, until);
        copy.metadata = metadata;
        copy.producedType = producedType;
        return copy;
    }

    @Override
    public String asSummaryString() {
        return "events";
    }
}
