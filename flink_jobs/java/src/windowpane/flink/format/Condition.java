package windowpane.flink.format;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/** A condition over fields that were read before, as {@code streams/conditions.py} makes trees of them. */
interface Condition {
    /**
     * @param fields the place of a field → its String or Double, null if the message has none
     */
    boolean holds(IntFunction<Object> fields);

    /** Reads a tree; null for none. */
    static Condition parse(JsonNode tree) {
        if (tree == null) {
            return null;
        }
        String word = tree.get(0).asText();
        if (word.equals("and") || word.equals("or") || word.equals("not")) {
            List<Condition> parts = new ArrayList<>();
            for (int i = 1; i < tree.size(); i++) {
                parts.add(parse(tree.get(i)));
            }
            return switch (word) {
                case "and" -> fields -> parts.stream().allMatch(part -> part.holds(fields));
                case "or" -> fields -> parts.stream().anyMatch(part -> part.holds(fields));
                default -> fields -> !parts.get(0).holds(fields);
            };
        }
        int place = tree.get(1).asInt();
        List<Object> values = new ArrayList<>();
        JsonNode value = tree.get(2);
        Iterable<JsonNode> given = value.isArray() ? value : List.of(value);
        given.forEach(each -> values.add(each.isTextual() ? each.asText() : normal(each.asDouble())));
        return switch (word) {
            case "==", "in" -> fields -> values.contains(normal(fields.apply(place)));
            case "!=", "not in" -> fields -> fields.apply(place) != null && !values.contains(normal(fields.apply(place)));
            case "<" -> fields -> fields.apply(place) instanceof Double number && number < (Double) values.get(0);
            case "<=" -> fields -> fields.apply(place) instanceof Double number && number <= (Double) values.get(0);
            case ">" -> fields -> fields.apply(place) instanceof Double number && number > (Double) values.get(0);
            case ">=" -> fields -> fields.apply(place) instanceof Double number && number >= (Double) values.get(0);
            default -> throw new IllegalArgumentException("The plan has an unknown condition: " + tree);
        };
    }

    /** Nothing is smaller than zero by its sign alone. */
    private static Object normal(Object value) {
        return value instanceof Double number ? (Object) (number + 0.0) : value;
    }
}
