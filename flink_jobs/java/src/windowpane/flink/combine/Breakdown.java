package windowpane.flink.combine;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;
import org.apache.flink.table.data.StringData;
import windowpane.flink.format.Plan;

/**
 * A set of dimensions that panes are kept by, and the length of the finest of them.
 *
 * @param dimensions their places among the dimensions of the plan, in order
 * @param grain in milliseconds
 */
record Breakdown(StringData name, int[] dimensions, long grain) {
    private static final long MINUTE = 60_000;

    /**
     * Those that JSON lists, like {@code [{"name": "site", "by": ["site"], "grain_ms": 60000}]}; null for minute panes by all
     * dimensions. An IllegalArgumentException says what is wrong with it.
     */
    static List<Breakdown> parse(String json, Plan plan) {
        List<String> known = new ArrayList<>();
        for (int column : plan.columnsOf(Plan.Kind.STRING)) {
            known.add(plan.columns().get(column).name());
        }
        if (json == null) {
            int[] all = IntStream.range(0, known.size()).toArray();
            return List.of(new Breakdown(StringData.fromString(String.join("_", known)), all, MINUTE));
        }
        List<Breakdown> found = new ArrayList<>();
        try {
            for (JsonNode each : new ObjectMapper().readTree(json)) {
                int[] dimensions = new int[each.path("by").size()];
                for (int i = 0; i < dimensions.length; i++) {
                    dimensions[i] = known.indexOf(each.path("by").get(i).asText());
                }
                if (!each.hasNonNull("name") || !each.hasNonNull("grain_ms") || IntStream.of(dimensions).anyMatch(i -> i < 0)) {
                    throw new IllegalArgumentException("A breakdown has a name, known dimensions and a grain, not " + each + ".");
                }
                StringData name = StringData.fromString(each.get("name").asText());
                found.add(new Breakdown(name, dimensions, each.get("grain_ms").asLong()));
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The breakdowns are not JSON: " + e.getOriginalMessage(), e);
        }
        return List.copyOf(found);
    }
}
