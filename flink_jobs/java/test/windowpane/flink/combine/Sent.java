package windowpane.flink.combine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.runtime.event.WatermarkEvent;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.Output;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.LatencyMarker;
import org.apache.flink.streaming.runtime.streamrecord.RecordAttributes;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.table.data.RowData;
import org.apache.flink.util.OutputTag;

/** Keeps what a combiner sends, and sees that no part of a closed window comes after the watermark that closed it. */
final class Sent implements Output<StreamRecord<RowData>> {
    private final List<RowData> rows = new ArrayList<>();
    private final int arrived;
    private final long window;
    private long closed = Long.MIN_VALUE;

    /** @param arrived the place of the arrival in the rows */
    Sent(int arrived, long window) {
        this.arrived = arrived;
        this.window = window;
    }

    /** A combiner that sends to here. */
    Combiner opened(Combiner combiner) throws Exception {
        Field output = AbstractStreamOperator.class.getDeclaredField("output");
        output.setAccessible(true);
        output.set(combiner, this);
        combiner.open();
        return combiner;
    }

    void closed(long watermark) {
        closed = watermark;
    }

    /** The rows that have a value at a place. */
    List<RowData> rows(int marked) {
        return rows.stream().filter(row -> !row.isNullAt(marked)).toList();
    }

    void clear() {
        rows.clear();
    }

    @Override
    public void collect(StreamRecord<RowData> sent) {
        long at = sent.getValue().getTimestamp(arrived, 3).getMillisecond();
        assertTrue(at - Math.floorMod(at, window) + window - 1 > closed);
        rows.add(sent.getValue());
    }

    @Override
    public void emitWatermark(Watermark mark) {}

    @Override
    public void emitWatermarkStatus(WatermarkStatus status) {}

    @Override
    public <X> void collect(OutputTag<X> tag, StreamRecord<X> sent) {}

    @Override
    public void emitLatencyMarker(LatencyMarker marker) {}

    @Override
    public void emitRecordAttributes(RecordAttributes attributes) {}

    @Override
    public void emitWatermark(WatermarkEvent mark) {}

    @Override
    public void close() {}
}
