package windowpane.flink.combine;

import java.util.function.Consumer;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;

/** Which messages go on by themselves, at once: rejected ones, or every one. */
final class Singles {
    private final RowWriter writer;
    private final boolean everyMessage;

    Singles(RowWriter writer, boolean everyMessage) {
        this.writer = writer;
        this.everyMessage = everyMessage;
    }

    void send(RowData message, Outcome outcome, Consumer<GenericRowData> send) {
        if (everyMessage || outcome == Outcome.REJECTED) {
            send.accept(writer.message(message));
        }
    }
}
