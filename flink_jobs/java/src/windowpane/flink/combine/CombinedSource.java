package windowpane.flink.combine;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.source.DataStreamScanProvider;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.connector.source.ScanTableSource;
import org.apache.flink.table.connector.source.SourceProvider;
import org.apache.flink.table.connector.source.abilities.SupportsReadingMetadata;
import org.apache.flink.table.connector.source.abilities.SupportsSourceWatermark;
import org.apache.flink.table.connector.source.abilities.SupportsWatermarkPushDown;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.DataType;

/** Another source and, chained to it, the combiner. Watermarks are those of arrivals. */
final class CombinedSource implements ScanTableSource, SupportsSourceWatermark {
    private final ScanTableSource source;
    private final Messages messages;
    private final String plan;
    private final Combiner combiner;
    private final DataType row;
    private final Duration slack;
    private final boolean isOneTask;

    /**
     * @param slack how far watermarks stay behind; null for a source that tells its own
     * @param isOneTask whether one task reads all, for each partition's messages must come together
     */
    CombinedSource(
            ScanTableSource source,
            Messages messages,
            String plan,
            Combiner combiner,
            DataType row,
            Duration slack,
            boolean isOneTask) {
        this.source = source;
        this.messages = messages;
        this.plan = plan;
        this.combiner = combiner;
        this.row = row;
        this.slack = slack;
        this.isOneTask = isOneTask;
    }

    @Override
    public ScanRuntimeProvider getScanRuntimeProvider(ScanContext context) {
        DataType read = messages.rowType();
        ((SupportsReadingMetadata) source).applyReadableMetadata(Messages.METADATA, read);
        if (slack != null) {
            ((SupportsWatermarkPushDown) source).applyWatermark(ArrivalWatermarks.behindBy(slack, plan));
        }
        ScanRuntimeProvider provider = source.getScanRuntimeProvider(context);
        TypeInformation<RowData> readType = context.createTypeInformation(read);
        TypeInformation<RowData> combinedType = context.createTypeInformation(row);
        return new DataStreamScanProvider() {
            @Override
            public DataStream<RowData> produceDataStream(ProviderContext ids, StreamExecutionEnvironment environment) {
                SingleOutputStreamOperator<RowData> combined =
                        stream(provider, ids, environment, readType).transform("combine", combinedType, combiner);
                ids.generateUid("combine").ifPresent(combined::uid);
                if (isOneTask) {
                    combined.setParallelism(1);
                }
                return combined;
            }

            @Override
            public boolean isBounded() {
                return provider.isBounded();
            }
        };
    }

    private DataStream<RowData> stream(
            ScanRuntimeProvider provider,
            ProviderContext ids,
            StreamExecutionEnvironment environment,
            TypeInformation<RowData> type) {
        if (provider instanceof DataStreamScanProvider streaming) {
            return streaming.produceDataStream(ids, environment);
        }
        if (provider instanceof SourceProvider sourcing) {
            SingleOutputStreamOperator<RowData> read =
                    environment.fromSource(sourcing.createSource(), WatermarkStrategy.noWatermarks(), "messages", type);
            ids.generateUid("messages").ifPresent(read::uid);
            if (isOneTask) {
                read.setParallelism(1);
            }
            return read;
        }
        throw new ValidationException("A source of messages must be a stream, not " + provider.getClass().getName() + ".");
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
        return new CombinedSource((ScanTableSource) source.copy(), messages, plan, combiner, row, slack, isOneTask);
    }

    @Override
    public String asSummaryString() {
        return "combined " + source.asSummaryString();
    }
}
