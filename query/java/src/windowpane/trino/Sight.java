package windowpane.trino;

import java.util.Map;
import java.util.Optional;

/**
 * What somebody may read. `letIn`: false for who has been removed, or disabled, since the login. `windows`: by stream, of
 * its views of panes; `records`: of that of single messages, which other grants show. Both tell of results of processes.
 */
record Sight(boolean letIn, boolean all, Map<String, StreamSight> windows, Map<String, StreamSight> records) {
    static final Sight NOTHING = new Sight(false, false, Map.of(), Map.of());
    static final Sight EVERYTHING = new Sight(true, true, Map.of(), Map.of());

    /** Whether a stream's view, or its table of results, has this name. */
    static boolean isView(String table) {
        return StreamSight.isOfPanes(table) || table.equals(StreamSight.RECORDS) || table.equals(Results.TABLE);
    }

    /** What may be seen of a view of a stream; none: nothing, as if there were none. */
    Optional<StreamSight> of(String stream, String view) {
        if (all) {
            return Optional.of(StreamSight.EVERYTHING);
        }
        Optional<StreamSight> ofWindows = Optional.ofNullable(windows.get(stream));
        Optional<StreamSight> ofRecords = Optional.ofNullable(records.get(stream));
        return switch (view) {
            case StreamSight.RECORDS -> ofRecords;
            case Results.TABLE -> Results.sight(ofWindows, ofRecords);
            default -> ofWindows;
        };
    }

    /** Whether anything of the stream may be seen. */
    boolean knows(String stream) {
        return all || windows.containsKey(stream) || records.containsKey(stream);
    }

    /** Whether there is such a table: views, for those who read all also tables and their properties. */
    boolean shows(String schema, String table) {
        return all ? !table.contains("$") || table.endsWith("$properties")
                : isView(table) && of(schema, table).filter(sight -> sight.reads(table)).isPresent();
    }
}
