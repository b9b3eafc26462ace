package windowpane.trino;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What somebody may see of a stream's views. `rows`: an SQL condition; none: all rows. `columns`: those that may be
 * seen; none: all, also those that come later. `views`: those that have what the condition is about; none: all of panes.
 * `hidden`: names that may not be seen, with all that is made of them.
 */
record StreamSight(
        Optional<String> rows, Optional<Set<String>> columns, Optional<Set<String>> views, Set<String> hidden) {
    /** What views of windows have, and tells of no field. */
    static final Set<String> OF_WINDOWS = Set.of("window_start", "messages");

    /** The same of the view of records. */
    static final Set<String> OF_RECORDS = Set.of("event_time", "arrived", "partition", "offset");

    /** The view of records, which has every dimension. */
    static final String RECORDS = "records";

    /** Of panes of a grain; those of breakdowns beside the main one have its name before that. */
    private static final Set<String> OF_GRAINS = Set.of("minutes", "hours", "days");

    static final StreamSight EVERYTHING =
            new StreamSight(Optional.empty(), Optional.empty(), Optional.empty(), Set.of());

    /**
     * `rules`: alternatives, at least one, each dimension → values. `hidden`: with all that is made of them. `always`:
     * columns that tell of no field.
     */
    static StreamSight of(
            Names names, List<? extends Map<String, Set<String>>> rules, Set<String> hidden, Set<String> always) {
        Optional<String> rows = rules.stream().anyMatch(Map::isEmpty) ? Optional.empty()
                : Optional.of(rules.stream().map(rule -> condition(names, rule)).sorted().collect(Collectors.joining(" or ")));
        Optional<Set<String>> columns = hidden.isEmpty() ? Optional.empty() : Optional.of(shown(names, hidden, always));
        return new StreamSight(rows, columns, rows.map(some -> having(names, rules)), Set.copyOf(hidden));
    }

    /** Whether a view of the stream may be read. */
    boolean reads(String view) {
        return views.isEmpty() || views.get().contains(view);
    }

    /** Whether that is the name of a view that merges panes. */
    static boolean isOfPanes(String table) {
        return OF_GRAINS.contains(table.substring(table.lastIndexOf('_') + 1));
    }

    /** The views that have every dimension that a rule names: of a view that lacks one no row could be told. */
    private static Set<String> having(Names names, List<? extends Map<String, Set<String>>> rules) {
        Set<String> views = new HashSet<>(names.views());
        views.addAll(OF_GRAINS);
        for (Map<String, Set<String>> rule : rules) {
            rule.keySet().stream().filter(names::hasDimension).forEach(name -> {
                Set<String> of = names.named().get(name).views();
                views.retainAll(of.isEmpty() ? OF_GRAINS : of);
            });
        }
        views.add(RECORDS);
        return views;
    }

    boolean shows(String column) {
        return columns.isEmpty() || columns.get().contains(column);
    }

    private static Set<String> shown(Names names, Set<String> hidden, Set<String> always) {
        Set<String> shown = new HashSet<>(always);
        if (!hidden.contains(Names.EVERYTHING)) {
            names.named().values().forEach(name -> shown.addAll(name.columns()));
            names.named().forEach((name, of) -> {
                if (hidden.contains(name)) {
                    shown.removeAll(of.columns());
                }
            });
        }
        return shown;
    }

    /** No row meets the rule of a dimension that the stream does not have. */
    private static String condition(Names names, Map<String, Set<String>> rule) {
        if (!rule.keySet().stream().allMatch(names::hasDimension)) {
            return "false";
        }
        return rule.entrySet().stream().map(each -> quoted(each.getKey(), '"') + " in (" + list(each.getValue()) + ")")
                .collect(Collectors.joining(" and ", "(", ")"));
    }

    static String list(Collection<String> values) {
        return new TreeSet<>(values).stream().map(value -> quoted(value, '\'')).collect(Collectors.joining(", "));
    }

    private static String quoted(String text, char mark) {
        String one = String.valueOf(mark);
        return one + text.replace(one, one + one) + one;
    }
}
