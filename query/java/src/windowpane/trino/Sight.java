package windowpane.trino;

import java.util.Map;
import java.util.Optional;

/** What somebody may read. `letIn`: false for who has been removed, or disabled, since the login. */
record Sight(boolean letIn, boolean all, Map<String, StreamSight> streams) {
    static final Sight NOTHING = new Sight(false, false, Map.of());
    static final Sight EVERYTHING = new Sight(true, true, Map.of());

    /** What may be seen of a stream's views; none: nothing, as if there were no stream. */
    Optional<StreamSight> of(String stream) {
        return all ? Optional.of(StreamSight.EVERYTHING) : Optional.ofNullable(streams.get(stream));
    }

    /** Whether there is such a table: views, for those who read all also tables and their properties. */
    boolean shows(String schema, String table) {
        return all ? !table.contains("$") || table.endsWith("$properties")
                : streams.containsKey(schema) && streams.get(schema).reads(table);
    }
}
