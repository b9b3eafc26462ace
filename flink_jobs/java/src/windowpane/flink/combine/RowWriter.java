package windowpane.flink.combine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import windowpane.flink.format.Plan;

/** Makes the combiner's rows, whose columns may be in any order: each is known by its name. */
final class RowWriter {
    private final Plan plan;
    private final int width;
    private final Map<String, Integer> places = new HashMap<>();
    private final List<PaneColumn> ofPanes = new ArrayList<>();
    private final boolean[] hasQuantiles;

    /** Places of what is told of a single message, and where it stands in the row that was read. */
    private final int[] ofMessages;

    private final int[] inMessages;

    private record PaneColumn(int place, BiFunction<PaneKey, PartialPane, Object> value) {}

    RowWriter(Plan plan, Messages read, String[] columns) {
        this.plan = plan;
        this.width = columns.length;
        for (int i = 0; i < width; i++) {
            places.put(columns[i], i);
        }
        ofMessages = Stream.of("arrived", "partition", "offset", "event_time", "reason", "field", "payload")
                .mapToInt(this::place)
                .toArray();
        inMessages = new int[] {
            read.arrived(), read.partition(), read.offset(), Messages.EVENT_TIME, read.reason(), read.field(), read.payload()
        };
        hasQuantiles = new boolean[plan.columns().size()];
        ofPane("arrived", (key, pane) -> time(pane.arrived));
        ofPane("event_minute", (key, pane) -> time(key.minute));
        ofPane("messages", (key, pane) -> pane.messages);
        int[] dimensions = plan.columnsOf(Plan.Kind.STRING);
        for (int i = 0; i < dimensions.length; i++) {
            int place = i;
            ofPane(name(dimensions[i]), (key, pane) -> key.dimensions[place]);
        }
        for (int column : plan.columnsOf(Plan.Kind.MEASURE)) {
            hasQuantiles[column] = places.containsKey(name(column) + "_digest");
            ofMeasure(column, "_count", measured -> measured.count);
            ofMeasure(column, "_sum", measured -> measured.count == 0 ? null : measured.sum);
            ofMeasure(column, "_min", measured -> measured.count == 0 ? null : measured.min);
            ofMeasure(column, "_max", measured -> measured.count == 0 ? null : measured.peak.value());
            ofMeasure(column, "_max_at", measured -> measured.count == 0 ? null : time(measured.peak.at()));
            if (hasQuantiles[column]) {
                ofMeasure(column, "_digest", measured -> measured.quantiles.toPart());
            }
        }
        for (int column : plan.columnsOf(Plan.Kind.HASH)) {
            ofPane(name(column) + "_distinct", (key, pane) -> pane.distincts[column].toBytes());
        }
    }

    private String name(int column) {
        return plan.columns().get(column).name();
    }

    private void ofPane(String name, BiFunction<PaneKey, PartialPane, Object> value) {
        ofPanes.add(new PaneColumn(place(name), value));
    }

    private void ofMeasure(int column, String suffix, Function<PartialPane.Measured, Object> value) {
        ofPane(name(column) + suffix, (key, pane) -> value.apply(pane.measures[column]));
    }

    private int place(String name) {
        Integer place = places.get(name);
        if (place == null) {
            throw new ValidationException("A table of combined messages needs a column " + name + ".");
        }
        return place;
    }

    /** By column of the plan: whether it is a measure whose quantiles are wanted. */
    boolean[] hasQuantiles() {
        return hasQuantiles;
    }

    GenericRowData pane(PaneKey key, PartialPane pane) {
        GenericRowData made = new GenericRowData(width);
        for (PaneColumn column : ofPanes) {
            made.setField(column.place, column.value.apply(key, pane));
        }
        return made;
    }

    GenericRowData ledger(LedgerPart part) {
        GenericRowData made = new GenericRowData(width);
        made.setField(place("arrived"), time(part.arrived));
        made.setField(place("partition"), part.partition);
        made.setField(place("_first_offset"), part.first);
        made.setField(place("_last_offset"), part.last);
        made.setField(place("_accepted"), part.accepted);
        made.setField(place("_rejected"), part.rejected);
        made.setField(place("_heartbeats"), part.heartbeats);
        return made;
    }

    GenericRowData message(RowData message) {
        GenericRowData made = new GenericRowData(width);
        GenericRowData row = (GenericRowData) message;
        for (int i = 0; i < ofMessages.length; i++) {
            made.setField(ofMessages[i], row.getField(inMessages[i]));
        }
        return made;
    }

    private static TimestampData time(long millis) {
        return TimestampData.fromEpochMillis(millis);
    }
}
