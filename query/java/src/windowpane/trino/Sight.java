package windowpane.trino;

import java.util.Map;
import java.util.Optional;

/**
 * What somebody may read. `letIn`: false for who has been removed, or disabled, since the login. `windows`: by stream, of
 * its views of panes; `records`: of that of single messages, which other grants show.
 */
record Sight(boolean letIn, boolean all, Map<String, StreamSight> windows, Map<String, StreamSight> records) {
    static final Sight NOTHING = new Sight(false, false, Map.of(), Map.of());
    static final Sight EVERYTHING = new Sight(true, true, Map.of(), Map.of());

    /** Whether a stream's view has this name. */
    static boolean isView(String table) {
        return StreamSight.isOfPanes(table) || table.equals(StreamSight.RECORDS);
    }

    /** What may be seen of a view of a stream; none: nothing, as if there were none. */
    Optional<StreamSight> of(String stream, String view) {
        return all ? Optional.of(StreamSight.EVERYTHING)
                : Optional.ofNullable((view.equals(StreamSight.RECORDS) ? records : windows).get(stream));
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
