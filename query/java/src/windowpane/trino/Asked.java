package windowpane.trino;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * In which statement a check is made, which Trino tells no check: by the calls that led to it, as they are in the one
 * version that we run. Tests fail when it has others.
 */
final class Asked {
    private static final String ANALYZER = "io.trino.sql.analyzer.StatementAnalyzer$Visitor";
    /** The last of these before a table is looked at says whether its columns are named, or all are taken. */
    private static final Set<String> LOOKS =
            Set.of("analyzeFrom", "visitQuery", "visitSetOperation", "analyzeTableArgument");

    /** What the web interface has for it is turned off, and would be refused by the same. */
    private static final List<String> OF_QUERIES = List.of(
            "io.trino.server.QueryResource", "io.trino.server.QueryStateInfoResource",
            "io.trino.server.ui.UiQueryResource", "io.trino.server.ui.WorkerResource");

    private Asked() {}

    /** Over HTTP: what became of a query, with its plan and counts. Whose it is Trino shows it without a further check. */
    static boolean ofQuery() {
        return walk(frame -> OF_QUERIES.stream().anyMatch(frame.getClassName()::startsWith)).isPresent();
    }

    /** USE says of a schema that is not there something else than of one that is filtered. */
    static boolean inUse() {
        return walk(frame -> frame.getClassName().equals("io.trino.execution.UseTask")).isPresent();
    }

    /** Its type is that of the statement in it. */
    static boolean inExplainAnalyze() {
        return walk(frame -> isAnalyzer(frame) && frame.getMethodName().equals("visitExplainAnalyze")).isPresent();
    }

    /** Which says of no table where in the statement it is. */
    static boolean inShowStats() {
        return walk(frame -> frame.getClassName().startsWith("io.trino.sql.rewrite.ShowStatsRewrite")).isPresent();
    }

    /** `table t` in place of a SELECT, or as an argument: all columns are taken, also those that are filtered. */
    static boolean asTable() {
        return walk(frame -> isAnalyzer(frame) && LOOKS.contains(frame.getMethodName()))
                .filter(look -> !look.equals("analyzeFrom")).isPresent();
    }

    private static boolean isAnalyzer(StackWalker.StackFrame frame) {
        return frame.getClassName().equals(ANALYZER);
    }

    private static Optional<String> walk(Predicate<StackWalker.StackFrame> wanted) {
        return StackWalker.getInstance().walk(
                frames -> frames.filter(wanted).findFirst().map(StackWalker.StackFrame::getMethodName));
    }
}
