package windowpane.trino;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** What a stream has names for: dimensions, measures and distinct counts, and the fields that they are made of. */
record Names(Map<String, Name> named) {
    /** One of them, with the columns of the views that show it; of a dimension also as `view.column`. */
    record Name(boolean dimension, Set<String> columns, Set<String> madeOf) {
        /** The views that have it; none for what was noted before there were breakdowns: then all have. */
        Set<String> views() {
            return columns.stream().filter(column -> column.contains(".")).map(column -> column.substring(0, column.indexOf('.')))
                    .collect(Collectors.toSet());
        }
    }

    /** Hidden by this: all that there is and will be. No name is so short of letters. */
    static final String EVERYTHING = "*";

    /** All views that have a dimension. */
    Set<String> views() {
        return named.values().stream().flatMap(name -> name.views().stream()).collect(Collectors.toSet());
    }

    boolean hasDimension(String name) {
        return named.containsKey(name) && named.get(name).dimension();
    }

    /**
     * All names that cannot be seen when these are hidden: what is made of a hidden field tells of it. A name that the
     * stream does not have, or has no more, hides everything: what it hid may have another name now.
     */
    Set<String> hiddenWith(Set<String> hide) {
        Set<String> known = new HashSet<>(named.keySet());
        named.values().forEach(name -> known.addAll(name.madeOf()));
        Set<String> hidden = new HashSet<>(hide);
        if (!known.containsAll(hide)) {
            hidden.addAll(known);
            hidden.add(EVERYTHING);
            return hidden;
        }
        hide.stream().filter(named::containsKey).forEach(name -> hidden.addAll(named.get(name).madeOf()));
        Set<String> fields = Set.copyOf(hidden);
        named.forEach((name, made) -> {
            if (made.madeOf().stream().anyMatch(fields::contains)) {
                hidden.add(name);
            }
        });
        return hidden;
    }
}
