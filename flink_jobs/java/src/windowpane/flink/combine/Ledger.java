package windowpane.flink.combine;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.flink.table.data.GenericRowData;

/** Parts of the ledger that are not sent on yet: every message that counts is in one. */
final class Ledger {
    private final RowWriter writer;
    private final long windowLength;
    private final List<LedgerPart> parts = new ArrayList<>();
    private LedgerPart current;
    private long earliestEnd = Long.MAX_VALUE;

    Ledger(RowWriter writer, long windowLength) {
        this.writer = writer;
        this.windowLength = windowLength;
    }

    /** Counts a message; the part that it is in. */
    LedgerPart count(int partition, long offset, long arrived, Outcome outcome) {
        LedgerPart part = part(partition, arrived - Math.floorMod(arrived, windowLength));
        part.count(offset, arrived, outcome);
        return part;
    }

    /** When the first window ends that there is a part of. */
    long earliestEnd() {
        return earliestEnd;
    }

    void sendAll(Consumer<GenericRowData> send) {
        parts.forEach(part -> send.accept(writer.ledger(part)));
        parts.clear();
        current = null;
        earliestEnd = Long.MAX_VALUE;
    }

    private LedgerPart part(int partition, long window) {
        if (current != null && current.partition == partition && current.window == window) {
            return current;
        }
        for (LedgerPart part : parts) {
            if (part.partition == partition && part.window == window) {
                return current = part;
            }
        }
        current = new LedgerPart(partition, window);
        parts.add(current);
        earliestEnd = Math.min(earliestEnd, window + windowLength);
        return current;
    }
}
