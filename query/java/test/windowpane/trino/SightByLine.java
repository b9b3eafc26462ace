package windowpane.trino;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * For tests: reads lines, answers each with an SQL condition, a tab, and the columns that are shown, or *; then the same of
 * results for who asks by these grants, or nothing. The first line has the names, `name:is a dimension:fields,…;…`; each has
 * one column of its own name. The others have grants, `dimension=value,…;…|hidden,…&…`, and after a tab perhaps those by
 * which single messages are seen.
 */
public final class SightByLine {
    private SightByLine() {}

    public static void main(String[] arguments) throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        Map<String, Names.Name> named = new HashMap<>();
        for (String each : lines.readLine().split(";")) {
            String[] parts = each.split(":", -1);
            named.put(parts[0], new Names.Name(parts[1].equals("True"), Set.of(parts[0]), words(parts[2])));
        }
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] kinds = line.split("\t");
            StreamSight sight = sight(kinds[0], named);
            Optional<StreamSight> single = kinds.length > 1 ? Optional.of(sight(kinds[1], named)) : Optional.empty();
            String results = Results.sight(Optional.of(sight), single).map(SightByLine::told).orElse("\t");
            System.out.println(told(sight) + "\t" + results);
        }
    }

    private static StreamSight sight(String line, Map<String, Names.Name> named) {
        List<Grant> grants = new ArrayList<>();
        for (String each : line.split("&")) {
            String[] parts = each.split("\\|", -1);
            grants.add(new Grant(rule(parts[0]), words(parts[1]), true, false));
        }
        return Scopes.sight(grants, new Names(named), Set.of());
    }

    private static String told(StreamSight sight) {
        String shown = sight.columns().map(columns -> String.join(",", new TreeSet<>(columns))).orElse("*");
        return sight.rows().orElse("true") + "\t" + shown;
    }

    private static Map<String, Set<String>> rule(String text) {
        Map<String, Set<String>> rule = new TreeMap<>();
        for (String each : words(text.replace(',', ' ').replace(';', ','))) {
            String[] parts = each.split("=");
            rule.put(parts[0], words(parts[1].replace(' ', ',')));
        }
        return rule;
    }

    private static Set<String> words(String text) {
        return text.isEmpty() ? Set.of() : new TreeSet<>(Arrays.asList(text.split(",")));
    }
}
