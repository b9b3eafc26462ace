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

/** Parts of panes that are not sent on yet: every accepted message is in one of each breakdown. */
final class Panes {
    private final RowWriter writer;
    private final int[] dimensions;
    private final int[] measures;
    private final int[] distincts;
    private final List<Set<Measured.Aggregate>> wanted;
    private final int columns;

    /** By breakdown: its parts, the key that they are looked up by, and the part that was found last. */
    private final List<Map<PaneKey, PartialPane>> panes;

    private final PaneKey[] probes;
    private final PartialPane[] found;

    /** Of the message that is added: the values of all dimensions and their hashes. */
    private final StringData[] values;

    private final int[] hashes;

    /** By dimension, whether a message has it of the first message of its visit. */
    private final boolean[] isFirst;

    /** By breakdown, whether a visit may move in it: it has a dimension of the newest message. */
    private final boolean[] hasLast;

    private int size;

    /** @param visits null for a stream without */
    Panes(Plan plan, List<Breakdown> breakdowns, RowWriter writer, VisitRules visits) {
        this.writer = writer;
        dimensions = plan.columnsOf(Plan.Kind.STRING);
        measures = plan.columnsOf(Plan.Kind.MEASURE);
        distincts = plan.columnsOf(Plan.Kind.HASH);
        columns = plan.columns().size();
        wanted = writer.wanted();
        panes = breakdowns.stream().<Map<PaneKey, PartialPane>>map(each -> new HashMap<>()).toList();
        probes = breakdowns.stream().map(PaneKey::new).toArray(PaneKey[]::new);
        found = new PartialPane[probes.length];
        values = new StringData[dimensions.length];
        hashes = new int[dimensions.length];
        isFirst = new boolean[dimensions.length];
        for (int i = 0; i < isFirst.length; i++) {
            isFirst[i] = visits != null && visits.first().contains(plan.columns().get(dimensions[i]).name());
        }
        hasLast = new boolean[probes.length];
        for (int i = 0; i < probes.length; i++) {
            for (int place : breakdowns.get(i).dimensions()) {
                hasLast[i] |= visits != null && visits.last().contains(plan.columns().get(dimensions[place]).name());
            }
        }
    }

    /** How many there are, of all breakdowns. */
    int size() {
        return size;
    }

    /**
     * Adds a message of an event time that arrived in a window.
     *
     * @param visit what becomes of its visit; null of a stream without visits
     */
    void add(RowData message, long at, long arrived, long window, VisitStep visit) {
        for (int i = 0; i < dimensions.length; i++) {
            int place = Messages.FIRST_COLUMN + dimensions[i];
            values[i] = isFirst[i] ? visit.after[i] : message.isNullAt(place) ? null : message.getString(place);
        }
        PartialPane[] all = of(values, at, arrived, window);
        for (PartialPane pane : all) {
            pane.messages++;
        }
        for (int column : measures) {
            if (!message.isNullAt(Messages.FIRST_COLUMN + column)) {
                long value = message.getLong(Messages.FIRST_COLUMN + column);
                for (PartialPane pane : all) {
                    pane.measures[column].add(value, at);
                }
            }
        }
        for (int column : distincts) {
            if (!message.isNullAt(Messages.FIRST_COLUMN + column)) {
                long hash = Distinct.hash(message.getString(Messages.FIRST_COLUMN + column).toBytes());
                for (PartialPane pane : all) {
                    pane.distincts[column].add(hash);
                }
            }
        }
        if (visit != null && visit.isChanged()) {
            addVisit(visit, arrived, window);
        }
    }

    /** Changes a visit's numbers where it began: with other last values it is no more where it was, and is elsewhere. */
    private void addVisit(VisitStep visit, long arrived, long window) {
        long bounces = visit.bounces - visit.bouncesBefore;
        long seconds = visit.seconds - visit.secondsBefore;
        hash(visit.after);
        for (int i = 0; i < probes.length; i++) {
            if (visit.moves && hasLast[i]) {
                pane(i, visit.after, visit.start, arrived, window).addVisit(1, visit.bounces, visit.seconds);
            } else if (visit.begins || bounces != 0 || seconds != 0) {
                pane(i, visit.after, visit.start, arrived, window).addVisit(visit.begins ? 1 : 0, bounces, seconds);
            }
        }
        if (visit.moves) {
            hash(visit.before);
            for (int i = 0; i < probes.length; i++) {
                if (hasLast[i]) {
                    PartialPane left = pane(i, visit.before, visit.start, arrived, window);
                    left.addVisit(-1, -visit.bouncesBefore, -visit.secondsBefore);
                }
            }
        }
    }

    /**
     * The pane of each breakdown, in their order, that is of an event time, of values of all dimensions (in the plan's order) and of
     * the arrival window, in which something arrived then; those that are not there yet are made. The array is the same for every call.
     */
    PartialPane[] of(StringData[] values, long at, long arrived, long window) {
        hash(values);
        for (int i = 0; i < probes.length; i++) {
            found[i] = pane(i, values, at, arrived, window);
        }
        return found;
    }

    private void hash(StringData[] values) {
        for (int i = 0; i < values.length; i++) {
            // A string remembers its hash, and the texts of most messages are remembered with theirs; bytes are hashed each time.
            hashes[i] = values[i] == null ? 0 : values[i].toString().hashCode();
        }
    }

    /** The pane of one breakdown, of values whose hashes are known. */
    private PartialPane pane(int breakdown, StringData[] values, long at, long arrived, long window) {
        PaneKey probe = probes[breakdown];
        probe.set(values, hashes, at, window);
        PartialPane pane = panes.get(breakdown).get(probe);
        if (pane == null) {
            pane = emptyPane();
            panes.get(breakdown).put(probe.kept(), pane);
            size++;
        }
        pane.arrived = Math.max(pane.arrived, arrived);
        return pane;
    }

    void sendAll(Consumer<GenericRowData> send) {
        for (Map<PaneKey, PartialPane> each : panes) {
            each.forEach((key, pane) -> send.accept(writer.pane(key, pane)));
            each.clear();
        }
        size = 0;
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
