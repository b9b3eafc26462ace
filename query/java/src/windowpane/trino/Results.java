package windowpane.trino;

import java.util.Optional;
import java.util.Set;

/**
 * What somebody may see of the table `results` of a stream, which processes write (iceberg/results.py): as
 * web/access/processes.py says it of pages and answers. Results are of all rows, so whoever sees some rows sees none.
 */
final class Results {
    static final String TABLE = "results";

    /** Without `detail`, which tells of single messages. */
    private static final Set<String> OF_MANY = Set.of(
            "process", "run", "step", "item", "fields", "result", "problem", "seconds", "snapshot", "definition",
            "declaration", "code", "seed", "rows", "sampled", "begun", "ended");
    private static final String TOLD = "(result is not null or problem is not null)";

    private Results() {}

    /** `windows`, `records`: what is seen of the stream's panes, and of its single messages; none: nothing. */
    static Optional<StreamSight> sight(Optional<StreamSight> windows, Optional<StreamSight> records) {
        return windows.filter(ask -> ask.rows().isEmpty() && !ask.hidden().contains(Names.EVERYTHING)).map(ask -> {
            boolean single = records.filter(
                    detail -> detail.rows().isEmpty() && ask.hidden().containsAll(detail.hidden())).isPresent();
            String shown = "not arrays_overlap(fields, array[" + StreamSight.list(ask.hidden()) + "])";
            String rows = ask.hidden().isEmpty() ? TOLD : single ? shown : shown + " and " + TOLD;
            boolean all = single && ask.hidden().isEmpty();
            return new StreamSight(
                    all ? Optional.empty() : Optional.of(rows), single ? Optional.empty() : Optional.of(OF_MANY),
                    Optional.empty(), ask.hidden());
        });
    }
}
