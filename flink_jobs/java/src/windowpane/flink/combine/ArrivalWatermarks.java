package windowpane.flink.combine;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.table.data.RowData;

/**
 * What the broker stamped last less a slack, told now and then; one for each partition. No message of it arrives before that (see
 * {@link PartitionArrivals}).
 */
final class ArrivalWatermarks implements WatermarkGenerator<RowData> {
    private final Messages row;
    private final long slack;
    private long latest = Long.MIN_VALUE;

    ArrivalWatermarks(Messages row, Duration slack) {
        this.row = row;
        this.slack = slack.toMillis();
    }

    static WatermarkStrategy<RowData> behindBy(Duration slack, String plan) {
        return WatermarkStrategy.forGenerator(context -> new ArrivalWatermarks(Messages.of(plan), slack));
    }

    @Override
    public void onEvent(RowData message, long stamp, WatermarkOutput output) {
        if (stamp > latest && row.isStampedByBroker(message)) {
            latest = stamp;
        }
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (latest != Long.MIN_VALUE) {
            output.emitWatermark(new Watermark(latest - slack - 1));
        }
    }
}
