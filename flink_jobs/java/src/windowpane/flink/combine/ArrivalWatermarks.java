package windowpane.flink.combine;

import java.time.Duration;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.table.data.RowData;

/** The latest arrival less a slack, told now and then; the timestamp of a record is its arrival. */
final class ArrivalWatermarks implements WatermarkGenerator<RowData> {
    private final long slack;
    private long latest = Long.MIN_VALUE;

    private ArrivalWatermarks(Duration slack) {
        this.slack = slack.toMillis();
    }

    static WatermarkStrategy<RowData> behindBy(Duration slack) {
        return WatermarkStrategy.forGenerator(context -> new ArrivalWatermarks(slack));
    }

    @Override
    public void onEvent(RowData message, long arrived, WatermarkOutput output) {
        latest = Math.max(latest, arrived);
    }

    @Override
    public void onPeriodicEmit(WatermarkOutput output) {
        if (latest != Long.MIN_VALUE) {
            output.emitWatermark(new Watermark(latest - slack));
        }
    }
}
