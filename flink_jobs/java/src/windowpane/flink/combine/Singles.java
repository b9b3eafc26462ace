package windowpane.flink.combine;

import java.util.function.Consumer;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

/** Which messages go on by themselves, at once: rejected ones, accepted ones where there are records, or every one. */
final class Singles {
    private final RowWriter writer;
    private final RecordWriter records;
    private final boolean everyMessage;

    /**
     * @param records null where the stream keeps none
     */
    Singles(RowWriter writer, RecordWriter records, boolean everyMessage) {
        this.writer = writer;
        this.records = records;
        this.everyMessage = everyMessage;
    }

    /** @param visit what becomes of its visit; null of a stream without visits, and of messages that are not accepted */
    void send(RowData message, Outcome outcome, VisitStep visit, Consumer<GenericRowData> send) {
        boolean isRecord = records != null && outcome == Outcome.ACCEPTED;
        if (!isRecord && !everyMessage && outcome != Outcome.REJECTED) {
            return;
        }
        GenericRowData made = writer.message(message);
        if (isRecord) {
            records.fill(message, visit, made);
        }
        send.accept(made);
    }
}
