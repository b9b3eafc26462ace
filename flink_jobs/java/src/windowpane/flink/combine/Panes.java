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

    /** By dimension, whether a message has it of the first message of its visit. */
    private final boolean[] isFirst;

    /** @param visits may be null */
    Panes(Plan plan, RowWriter writer, VisitRules visits) {
        this.writer = writer;
        dimensions = plan.columnsOf(Plan.Kind.STRING);
        measures = plan.columnsOf(Plan.Kind.MEASURE);
        distincts = plan.columnsOf(Plan.Kind.HASH);
        columns = plan.columns().size();
        wanted = writer.wanted();
        probe = new PaneKey(dimensions.length);
        isFirst = new boolean[dimensions.length];
        for (int i = 0; i < isFirst.length; i++) {
            isFirst[i] = visits != null && visits.first().contains(plan.columns().get(dimensions[i]).name());
        }
    }

    int size() {
        return panes.size();
    }

    /**
     * Adds a message of an event time that arrived in a window.
     *
     * @param visit what it makes of its visit; null of a stream without visits
     */
    void add(RowData message, long at, long arrived, long window, VisitStep visit) {
        for (int i = 0; i < dimensions.length; i++) {
            int place = Messages.FIRST_COLUMN + dimensions[i];
            StringData own = message.isNullAt(place) ? null : message.getString(place);
            probe.dimensions[i] = isFirst[i] && visit != null ? visit.after[i] : own;
        }
        PartialPane pane = pane(at, arrived, window);
        pane.messages++;
        addMeasures(pane, message, at);
        if (visit != null) {
            addVisit(visit, arrived, window);
        }
    }

    /** The part of the pane of the probe's dimensions and an event time. */
    private PartialPane pane(long at, long arrived, long window) {
        probe.minute = at - Math.floorMod(at, MINUTE);
        probe.window = window;
        PartialPane pane = panes.get(probe);
        if (pane == null) {
            pane = emptyPane();
            panes.put(probe.kept(), pane);
        }
        pane.arrived = Math.max(pane.arrived, arrived);
        return pane;
    }

    /** Changes the numbers of a visit where it began; with other last values it is taken away there and is here. */
    private void addVisit(VisitStep visit, long arrived, long window) {
        if (visit.moves) {
            System.arraycopy(visit.before, 0, probe.dimensions, 0, probe.dimensions.length);
            pane(visit.start, arrived, window).addVisit(-1, -visit.bouncesBefore, -visit.secondsBefore);
        }
        if (visit.moves || visit.isChanged()) {
            System.arraycopy(visit.after, 0, probe.dimensions, 0, probe.dimensions.length);
            PartialPane pane = pane(visit.start, arrived, window);
            if (visit.moves) {
                pane.addVisit(1, visit.bounces, visit.seconds);
            } else {
                pane.addVisit(visit.begins ? 1 : 0, visit.bounces - visit.bouncesBefore, visit.seconds - visit.secondsBefore);
            }
        }
    }

    private void addMeasures(PartialPane pane, RowData message, long at) {
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
