package windowpane.trino;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What grants of one stream allow together, as access/scope.py makes it for questions: grants add up; where different
 * rows have different names hidden, all are hidden that any grant hides which no wider one covers.
 */
final class Scopes {
    private Scopes() {}

    private record Part(Map<String, Set<String>> where, Set<String> hidden) {
        boolean covers(Part other) {
            return other.hidden.containsAll(hidden) && where.keySet().stream().allMatch(
                    name -> other.where.containsKey(name) && where.get(name).containsAll(other.where.get(name)));
        }
    }

    /** `grants`: at least one. */
    static StreamSight sight(List<Grant> grants, Names names) {
        Map<Map<String, Set<String>>, Set<String>> hiddenByRows = new HashMap<>();
        for (Grant grant : grants) {
            hiddenByRows.merge(grant.where(), names.hiddenWith(grant.hide()), Scopes::common);
        }
        List<Part> parts = new ArrayList<>();
        hiddenByRows.forEach((where, hidden) -> parts.add(new Part(where, hidden)));
        List<Part> kept = parts.stream()
                .filter(part -> parts.stream().noneMatch(other -> other != part && other.covers(part))).toList();
        Set<String> hidden = new HashSet<>();
        kept.forEach(part -> hidden.addAll(part.hidden));
        return StreamSight.of(names, kept.stream().map(part -> new TreeMap<>(part.where)).toList(), hidden);
    }

    private static Set<String> common(Set<String> one, Set<String> other) {
        Set<String> both = new HashSet<>(one);
        both.retainAll(other);
        return both;
    }
}
