package windowpane.flink.format;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.core.JsonProcessingException;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.ObjectMapper;

/**
 * How one stream's messages become rows: the stream definition, compiled to JSON by Python.
 *
 * @param eventTime path of the field that holds the event time
 * @param minMillis the earliest that it may be, in milliseconds since the epoch
 * @param maxAheadMillis how far it may be ahead of the arrival
 * @param fields what is read and checked, in the order in which failures are reported
 * @param columns what the rows hold, in order
 */
public record Plan(
        List<String> eventTime, long minMillis, long maxAheadMillis, List<Field> fields, List<Column> columns) {
    /** Measures and whole numbers stay where a double is exact. */
    static final long EXACT = 1L << 53;

    /** The JSON type a field must have. */
    public enum Type {
        STRING,
        NUMBER,
        INTEGER,
        BOOLEAN,
        TIME
    }

    /** What a column holds. */
    public enum Kind {
        /** The text of a string field, few distinct values. */
        STRING,
        /** A fixed-point number: rint(expression * 10^scale). */
        MEASURE,
        /** The text of a string field, many distinct values, to be counted distinctly. */
        HASH,
        /** The text of the field that is the Kafka key. */
        KEY,
        /** The text of the field that tells copies of a message of a key from others. */
        ID,
        /** Whether a message counts in its visit: 1 or 0 of a boolean field. */
        COUNTS,
        /** The value of a field of any type, for the message's record. */
        FIELD;

        /** Whether it is held as a whole number; the others are texts, but for fields, which are held as what they are. */
        public boolean isNumber() {
            return this == MEASURE || this == COUNTS;
        }
    }

    /**
     * Bounds that are absent are infinite; minField and maxField are -1, values, excluded and cleaning are null.
     *
     * @param min inclusive; above is exclusive; likewise max and below
     * @param minLength in code points, as is maxLength
     */
    public record Field(
            List<String> path,
            Type type,
            boolean required,
            double min,
            double above,
            double max,
            double below,
            int minField,
            int maxField,
            int minLength,
            int maxLength,
            Set<String> values,
            Exclusion excluded,
            Cleaning cleaning) {}

    /** A measure has an expression, a scale and bounds in stored units; the others have a field. */
    public record Column(
            String name, Kind kind, int field, Expression expression, double factor, double min, double max) {}

    /** Reads the JSON; an IllegalArgumentException says what is wrong with it. */
    public static Plan parse(String json) {
        JsonNode plan;
        try {
            plan = new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("The plan is not JSON: " + e.getOriginalMessage(), e);
        }
        List<Field> fields = new ArrayList<>();
        for (JsonNode field : required(plan, "fields")) {
            fields.add(field(field));
        }
        List<Column> columns = new ArrayList<>();
        for (JsonNode column : required(plan, "columns")) {
            columns.add(column(column, fields));
        }
        for (Field field : fields) {
            checkReference(field.minField, fields);
            checkReference(field.maxField, fields);
        }
        JsonNode eventTime = required(plan, "event_time");
        return new Plan(
                path(required(eventTime, "field")),
                eventTime.path("min_ms").asLong(0),
                required(eventTime, "max_ahead_ms").asLong(),
                List.copyOf(fields),
                List.copyOf(columns));
    }

    /** The places of the columns of a kind. */
    public int[] columnsOf(Kind kind) {
        return IntStream.range(0, columns.size()).filter(i -> columns.get(i).kind() == kind).toArray();
    }

    /** The type of what a column holds; of a measure that is a number in stored units. */
    public Type typeOf(int column) {
        Column asked = columns.get(column);
        return asked.kind.isNumber() ? Type.INTEGER : fields.get(asked.field).type;
    }

    private static Field field(JsonNode node) {
        Type type = Type.valueOf(required(node, "type").asText().toUpperCase(Locale.ROOT));
        Set<String> values = null;
        if (node.hasNonNull("values")) {
            values = new HashSet<>();
            for (JsonNode value : node.get("values")) {
                values.add(value.asText());
            }
        }
        return new Field(
                path(required(node, "path")),
                type,
                node.path("required").asBoolean(true),
                number(node, "min", Double.NEGATIVE_INFINITY),
                number(node, "above", Double.NEGATIVE_INFINITY),
                number(node, "max", Double.POSITIVE_INFINITY),
                number(node, "below", Double.POSITIVE_INFINITY),
                (int) number(node, "min_field", -1),
                (int) number(node, "max_field", -1),
                (int) number(node, "min_length", 0),
                (int) number(node, "max_length", Integer.MAX_VALUE),
                values,
                excluded(node.path("excluded")),
                node.hasNonNull("clean") ? Cleaning.parse(node.get("clean")) : null);
    }

    private static Exclusion excluded(JsonNode node) {
        if (node.isBoolean()) {
            return node.asBoolean() ? new Exclusion(List.of("")) : null;
        }
        List<String> texts = new ArrayList<>();
        node.forEach(text -> texts.add(text.asText()));
        return texts.isEmpty() ? null : new Exclusion(texts);
    }

    private static Column column(JsonNode node, List<Field> fields) {
        String name = required(node, "name").asText();
        Kind kind = Kind.valueOf(required(node, "kind").asText().toUpperCase(Locale.ROOT));
        if (kind != Kind.MEASURE) {
            int field = required(node, "field").asInt();
            checkReference(field, fields);
            Type type = kind == Kind.COUNTS ? Type.BOOLEAN : Type.STRING;
            if (field < 0 || (kind != Kind.FIELD && fields.get(field).type != type)) {
                throw new IllegalArgumentException(
                        "Column " + name + " must name a " + type.name().toLowerCase(Locale.ROOT) + " field, or any if it is of records.");
            }
            return new Column(name, kind, field, null, 0, 0, 0);
        }
        Expression expression = Expression.parse(required(node, "expression"));
        for (int field : expression.fields()) {
            checkReference(field, fields);
            if (field < 0 || fields.get(field).type == Type.STRING) {
                throw new IllegalArgumentException("Measure " + name + " must be made of numbers.");
            }
        }
        double min = number(node, "min", -EXACT);
        double max = number(node, "max", EXACT);
        int scale = required(node, "scale").asInt();
        if (min < -EXACT || max > EXACT || scale < 0 || scale > 15) {
            throw new IllegalArgumentException("Measure " + name + " must have bounds within 2^53 and a scale of 0 to 15.");
        }
        return new Column(name, kind, -1, expression, Math.pow(10, scale), min, max);
    }

    private static List<String> path(JsonNode node) {
        List<String> path = new ArrayList<>();
        node.forEach(part -> path.add(part.asText()));
        if (path.isEmpty()) {
            throw new IllegalArgumentException("A path in the plan is empty.");
        }
        return List.copyOf(path);
    }

    private static double number(JsonNode node, String key, double otherwise) {
        return node.hasNonNull(key) ? node.get(key).asDouble() : otherwise;
    }

    private static JsonNode required(JsonNode node, String key) {
        if (!node.hasNonNull(key)) {
            throw new IllegalArgumentException("The plan lacks " + key + " in " + node);
        }
        return node.get(key);
    }

    private static void checkReference(int field, List<Field> fields) {
        if (field >= fields.size()) {
            throw new IllegalArgumentException("The plan names field " + field + " of " + fields.size());
        }
    }
}
