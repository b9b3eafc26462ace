package windowpane.trino;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What grants of one stream allow together, as access/scope.py makes it for questions: of a row everything is seen that
 * any grant of it shows; what is hidden of any row in scope is hidden of all.
 */
final class Scopes {
    private Scopes() {}

    /** `grants`: at least one. `always`: columns that tell of no field. */
    static StreamSight sight(List<Grant> grants, Names names, Set<String> always) {
        // A rule of a dimension that there is not gives no row, so it hides nothing of those that others give.
        List<Grant> able = grants.stream().filter(each -> each.where().keySet().stream().allMatch(names::hasDimension))
                .toList();
        Map<Map<String, Set<String>>, Set<String>> hiddenOf = new HashMap<>();
        for (Grant grant : able.isEmpty() ? grants : able) {
            hiddenOf.merge(grant.where(), names.hiddenWith(grant.hide()), Scopes::common);
        }
        Set<Map<String, Set<String>>> rules = hiddenOf.keySet();
        List<TreeMap<String, Set<String>>> widest = rules.stream()
                .filter(rule -> rules.stream().noneMatch(other -> !other.equals(rule) && within(rule, other)))
                .map(TreeMap::new).toList();
        return StreamSight.of(names, widest, hiddenOfSomeRow(hiddenOf), always);
    }

    /**
     * What is hidden of any row, by what each rule's grants hide: of a row, what all of its grants hide. Rules of one
     * dimension are looked at value by value; of a rule of more, grants of some of its rows only are left out.
     */
    private static Set<String> hiddenOfSomeRow(Map<Map<String, Set<String>>, Set<String>> hiddenOf) {
        if (hiddenOf.containsKey(Map.<String, Set<String>>of())) {
            return hiddenOf.get(Map.<String, Set<String>>of());
        }
        Map<String, Map<String, Set<String>>> ofValue = new HashMap<>();
        Map<Map<String, Set<String>>, Set<String>> ofMore = new HashMap<>();
        hiddenOf.forEach((rule, hidden) -> {
            if (rule.size() > 1) {
                ofMore.put(rule, hidden);
            } else {
                rule.forEach((name, values) -> values.forEach(value -> ofValue
                        .computeIfAbsent(name, any -> new HashMap<>()).merge(value, hidden, Scopes::common)));
            }
        });
        Set<String> ofSome = new HashSet<>();
        ofValue.values().forEach(values -> values.values().forEach(ofSome::addAll));
        ofMore.forEach((rule, its) -> {
            Set<String> hidden = new HashSet<>(its);
            ofMore.forEach((other, others) -> {
                if (within(rule, other)) {
                    hidden.retainAll(others);
                }
            });
            rule.forEach((name, values) -> {
                Map<String, Set<String>> known = ofValue.getOrDefault(name, Map.of());
                if (known.keySet().containsAll(values)) {
                    hidden.retainAll(all(values.stream().map(known::get).toList()));
                }
            });
            ofSome.addAll(hidden);
        });
        return ofSome;
    }

    /** Whether all rows that meet one rule meet the other. */
    private static boolean within(Map<String, Set<String>> inner, Map<String, Set<String>> outer) {
        return outer.entrySet().stream().allMatch(
                each -> inner.containsKey(each.getKey()) && each.getValue().containsAll(inner.get(each.getKey())));
    }

    private static Set<String> all(Collection<Set<String>> sets) {
        Set<String> together = new HashSet<>();
        sets.forEach(together::addAll);
        return together;
    }

    private static Set<String> common(Set<String> one, Set<String> other) {
        Set<String> both = new HashSet<>(one);
        both.retainAll(other);
        return both;
    }
}
