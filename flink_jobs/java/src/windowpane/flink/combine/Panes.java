package windowpane.flink.combine;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import windowpane.flink.aggregate.Distinct;
import windowpane.flink.format.Plan;

/** Parts of panes that are not sent on yet: every accepted message is in one. */
final class Panes {
    private static final long MINUTE = 60_000;

    private final RowWriter writer;
    private final int[] dimensions;
    private final int[] measures;
    private final int[] distincts;
    private final List<Set<Measured.Aggregate>> wanted;
    private final int columns;
    private final Map<PaneKey, PartialPane> panes = new HashMap<>();
    private final PaneKey probe;

    Panes(Plan plan, RowWriter writer) {
        this.writer = writer;
        dimensions = plan.columnsOf(Plan.Kind.STRING);
        measures = plan.columnsOf(Plan.Kind.MEASURE);
        distincts = plan.columnsOf(Plan.Kind.HASH);
        columns = plan.columns().size();
        wanted = writer.wanted();
        probe = new PaneKey(dimensions.length);
    }

    int size() {
        return panes.size();
    }

    /** Adds a message of an event time that arrived in a window. */
    void add(RowData message, long at, long arrived, long window) {
        for (int i = 0; i < dimensions.length; i++) {
            int place = Messages.FIRST_COLUMN + dimensions[i];
            probe.dimensions[i] = message.isNullAt(place) ? null : message.getString(place);
        }
        probe.minute = at - Math.floorMod(at, MINUTE);
        probe.window = window;
        PartialPane pane = panes.get(probe);
        if (pane == null) {
            pane = emptyPane();
            panes.put(probe.kept(), pane);
        }
        pane.messages++;
        pane.arrived = Math.max(pane.arrived, arrived);
        for (int column : measures) {
            if (!message.isNullAt(Messages.FIRST_COLUMN + column)) {
                pane.measures[column].add(message.getLong(Messages.FIRST_COLUMN + column), at);
            }
        }
        for (int column : distincts) {
            if (!message.isNullAt(Messages.FIRST_COLUMN + column)) {
                StringData text = message.getString(Messages.FIRST_COLUMN + column);
                pane.distincts[column].add(text.toBytes());
            }
        }
    }

    void sendAll(Consumer<GenericRowData> send) {
        panes.forEach((key, pane) -> send.accept(writer.pane(key, pane)));
        panes.clear();
    }

    private PartialPane emptyPane() {
        PartialPane pane = new PartialPane(columns);
        for (int column : measures) {
            pane.measures[column] = new Measured(wanted.get(column));
        }
        for (int column : distincts) {
            pane.distincts[column] = new Distinct();
        }
        return pane;
    }
}
