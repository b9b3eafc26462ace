package windowpane.flink.combine;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.ToLongFunction;
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
    private final List<Set<Measured.Aggregate>> wanted = new ArrayList<>();
    private final Set<String> unfilled;
    private final int[] ofLedger;

    /** Places of the dimensions, in the plan's order; a pane fills those of its breakdown. */
    private final List<Integer> ofDimensions = new ArrayList<>();

    /** Places of what is told of a single message, and where it stands in the row that was read. */
    private final int[] ofMessages;

    private final int[] inMessages;

    private record PaneColumn(int place, BiFunction<PaneKey, PartialPane, Object> value) {}

    private final RecordWriter records;

    RowWriter(Plan plan, Messages read, String[] columns, boolean everyMessage) {
        this.plan = plan;
        this.width = columns.length;
        for (int i = 0; i < width; i++) {
            places.put(columns[i], i);
        }
        unfilled = new TreeSet<>(places.keySet());
        ofLedger = Stream.of(
                        "arrived",
                        "partition",
                        "_first_offset",
                        "_last_offset",
                        "_accepted",
                        "_rejected",
                        "_heartbeats",
                        "_duplicates")
                .mapToInt(this::place)
                .toArray();
        ofMessages = Stream.of("arrived", "partition", "offset", "event_time", "reason", "field", "payload")
                .mapToInt(this::place)
                .toArray();
        inMessages = new int[] {
            read.arrived(), read.partition(), read.offset(), Messages.EVENT_TIME, read.reason(), read.field(), read.payload()
        };
        plan.columns().forEach(column -> wanted.add(EnumSet.noneOf(Measured.Aggregate.class)));
        ofPane("arrived", (key, pane) -> time(pane.arrived));
        ofPane("_event_start", (key, pane) -> time(key.start));
        ofPane("messages", (key, pane) -> pane.messages);
        ofVisits("visits", pane -> pane.visits);
        ofVisits("bounces", pane -> pane.bounces);
        ofVisits("visit_seconds", pane -> pane.visitSeconds);
        if (places.containsKey("breakdown")) {
            ofPane("breakdown", (key, pane) -> key.breakdown.name());
        }
        int[] dimensions = plan.columnsOf(Plan.Kind.STRING);
        for (int column : dimensions) {
            ofDimensions.add(place(name(column)));
        }
        for (int column : plan.columnsOf(Plan.Kind.MEASURE)) {
            for (Measured.Aggregate aggregate : Measured.Aggregate.values()) {
                String name = aggregate.column(name(column));
                if (places.containsKey(name)) {
                    wanted.get(column).add(aggregate);
                    ofPane(name, (key, pane) -> aggregate.part(pane.measures[column]));
                }
            }
        }
        for (int column : plan.columnsOf(Plan.Kind.HASH)) {
            ofPane(name(column) + "_distinct", (key, pane) -> pane.distincts[column].toBytes());
        }
        records = RecordWriter.of(plan, this::place, places.containsKey(RecordWriter.VISIT_START), everyMessage);
        if (!unfilled.isEmpty()) {
            throw new ValidationException("Nothing fills the columns " + unfilled + " of a table of combined messages.");
        }
    }

    private String name(int column) {
        return plan.columns().get(column).name();
    }

    /** A column of streams that have visits. */
    private void ofVisits(String name, ToLongFunction<PartialPane> value) {
        if (places.containsKey(name)) {
            ofPane(name, (key, pane) -> value.applyAsLong(pane));
        }
    }

    private void ofPane(String name, BiFunction<PaneKey, PartialPane, Object> value) {
        ofPanes.add(new PaneColumn(place(name), value));
    }

    private int place(String name) {
        Integer place = places.get(name);
        if (place == null) {
            throw new ValidationException("A table of combined messages needs a column " + name + ".");
        }
        unfilled.remove(name);
        return place;
    }

    /** By column of the plan: the aggregates that there are columns for. */
    List<Set<Measured.Aggregate>> wanted() {
        return wanted;
    }

    /** Null where the stream keeps no records. */
    RecordWriter records() {
        return records;
    }

    GenericRowData pane(PaneKey key, PartialPane pane) {
        GenericRowData made = new GenericRowData(width);
        for (PaneColumn column : ofPanes) {
            made.setField(column.place, column.value.apply(key, pane));
        }
        int[] dimensions = key.breakdown.dimensions();
        for (int i = 0; i < dimensions.length; i++) {
            made.setField(ofDimensions.get(dimensions[i]), key.dimensions[i]);
        }
        return made;
    }

    GenericRowData ledger(LedgerPart part) {
        GenericRowData made = new GenericRowData(width);
        Object[] told = {
            time(part.arrived),
            part.partition,
            part.first,
            part.last,
            part.count(Outcome.ACCEPTED),
            part.count(Outcome.REJECTED),
            part.count(Outcome.HEARTBEAT),
            part.count(Outcome.DUPLICATE)
        };
        for (int i = 0; i < told.length; i++) {
            made.setField(ofLedger[i], told[i]);
        }
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
