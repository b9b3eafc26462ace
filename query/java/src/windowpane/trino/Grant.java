package windowpane.trino;

import java.util.Map;
import java.util.Set;

/** A grant to read: of rows that have one of the values in each of these dimensions, without what is hidden. */
record Grant(Map<String, Set<String>> where, Set<String> hide, boolean asks, boolean details) {}
