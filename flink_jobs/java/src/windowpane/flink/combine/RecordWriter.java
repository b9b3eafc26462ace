package windowpane.flink.combine;

import java.util.function.ToIntFunction;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.TimestampData;
import windowpane.flink.format.Plan;

/** Fills in what the row of a single message says of its record: its fields as they were read, and that it is one. */
final class RecordWriter {
    /** The column of when the message's visit began. */
    static final String VISIT_START = "_field_visit_start";

    private final int mark;

    /** Places of the fields, and where they stand in the row that was read. */
    private final int[] fields;

    private final int[] inMessages;

    /** What records do not need of a message; -1 where the stream keeps every message too. */
    private final int payload;

    /** Where the start of the message's visit is said; -1 of a stream without visits. */
    private final int visitStart;

    private RecordWriter(Plan plan, int[] columns, ToIntFunction<String> place, boolean hasVisits, boolean everyMessage) {
        mark = place.applyAsInt("_record");
        fields = new int[columns.length];
        inMessages = new int[columns.length];
        for (int i = 0; i < columns.length; i++) {
            fields[i] = place.applyAsInt(plan.columns().get(columns[i]).name());
            inMessages[i] = Messages.FIRST_COLUMN + columns[i];
        }
        visitStart = hasVisits ? place.applyAsInt(VISIT_START) : -1;
        payload = everyMessage ? -1 : place.applyAsInt("payload");
    }

    /** Null for a plan without fields of records. */
    static RecordWriter of(Plan plan, ToIntFunction<String> place, boolean hasVisits, boolean everyMessage) {
        int[] columns = plan.columnsOf(Plan.Kind.FIELD);
        return columns.length == 0 ? null : new RecordWriter(plan, columns, place, hasVisits, everyMessage);
    }

    /** @param visit null of a stream without visits */
    void fill(RowData message, VisitStep visit, GenericRowData made) {
        GenericRowData row = (GenericRowData) message;
        made.setField(mark, true);
        for (int i = 0; i < fields.length; i++) {
            made.setField(fields[i], row.getField(inMessages[i]));
        }
        if (visitStart >= 0) {
            made.setField(visitStart, TimestampData.fromEpochMillis(visit.start));
        }
        if (payload >= 0) {
            made.setField(payload, null);
        }
    }
}
