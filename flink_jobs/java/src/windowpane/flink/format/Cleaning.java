package windowpane.flink.format;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.JsonNode;

/**
 * What is made of a field's value before it is checked, with the same outcome as {@code streams/cleaning.py}, which says the rules.
 */
final class Cleaning {
    private static final String WHITE_SPACE =
            "\t\n\u000b\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    private static final int LONGEST_NORMALISED = 4_096;
    private static final int CASED_BELOW = 0x2c00;

    /** Of a text that is not normalised: what Python and Java have different tables for. */
    private static final Pattern YOUNGER =
            Pattern.compile("[\u0898-\u089f\u08ca-\u08d2\u0c3c\u1715\u1ac1-\u1ace\u1dfa\\x{10000}-\\x{10ffff}]");

    private static final Pattern RUN = Pattern.compile("[" + WHITE_SPACE + "]+");
    private static final Pattern POINT = Pattern.compile("([+-]?[0-9]{1,15})(?:\\.([0-9]{1,15}))?");
    private static final Pattern COMMA = Pattern.compile("([+-]?[0-9]{1,15})(?:,([0-9]{1,15}))?");

    /** Text → text, Double or Boolean. One that fills in for no value is given none. */
    private record Step(boolean fills, Condition when, Function<String, Object> make) {}

    private final List<Step> steps = new ArrayList<>();

    private Cleaning() {}

    static Cleaning parse(JsonNode rules) {
        Cleaning cleaning = new Cleaning();
        for (JsonNode rule : rules) {
            String name = rule.path("rule").asText();
            cleaning.steps.add(new Step(name.equals("default"), Condition.parse(rule.get("when")), step(name, rule)));
        }
        return cleaning;
    }

    /**
     * Cleans the value of a node, or of none if `present` is false; returns whether there is a value now.
     *
     * @param before what conditions look at: the fields that were read before
     */
    boolean clean(Node node, boolean present, IntFunction<Object> before) {
        boolean has = present;
        if (has && node.kind == Node.STRING && FieldReader.codePoints(node.text, node.length) < 0) {
            return true;
        }
        for (Step step : steps) {
            boolean isText = has && node.kind == Node.STRING;
            boolean isEmpty = !has || isText && node.length == 0;
            boolean fits = isEmpty ? step.fills : isText && !step.fills;
            if (fits && (step.when == null || step.when.holds(before))) {
                put(node, step.make.apply(isEmpty ? null : new String(node.text, 0, node.length)));
                has = true;
            }
        }
        return has;
    }

    private static void put(Node node, Object value) {
        if (value instanceof String text) {
            node.kind = Node.STRING;
            node.length = text.length();
            node.text = node.text.length < node.length ? text.toCharArray() : node.text;
            text.getChars(0, node.length, node.text, 0);
        } else if (value instanceof Boolean is) {
            node.kind = is ? Node.TRUE : Node.FALSE;
        } else if (value instanceof Long whole) {
            node.kind = Node.WHOLE;
            node.whole = whole;
            node.number = whole;
        } else {
            node.kind = Node.FRACTION;
            node.number = (Double) value;
        }
    }

    private static Function<String, Object> step(String name, JsonNode rule) {
        return switch (name) {
            case "trim" -> Cleaning::trim;
            case "collapse" -> text -> RUN.matcher(text).replaceAll(" ");
            case "nfc" -> Cleaning::nfc;
            case "lower" -> text -> cased(text, letter -> letter.toLowerCase(Locale.ROOT));
            case "upper" -> text -> cased(text, letter -> letter.toUpperCase(Locale.ROOT));
            case "number" -> text -> spelled(text, POINT);
            case "decimal_comma" -> text -> spelled(text, COMMA);
            case "remove" -> characters(rule.get("characters").asText(), false);
            case "keep" -> characters(rule.get("characters").asText(), true);
            case "unit" -> unit(rule.get("suffixes"));
            case "replace" -> new Replacing(rule.get("pattern").asText(), rule.get("into").asText())::replace;
            case "date" -> new DateText(rule)::iso;
            case "choices" -> mapped(rule.get("spellings"));
            case "words" -> mapped(rule.get("numbers"));
            case "default" -> {
                Object value = value(rule.get("value"));
                yield none -> value;
            }
            default -> throw new IllegalArgumentException("The plan has an unknown rule of cleaning: " + rule);
        };
    }

    private static String trimEnd(String text) {
        int end = text.length();
        while (end > 0 && WHITE_SPACE.indexOf(text.charAt(end - 1)) >= 0) {
            end--;
        }
        return text.substring(0, end);
    }

    private static String trim(String text) {
        int from = 0;
        while (from < text.length() && WHITE_SPACE.indexOf(text.charAt(from)) >= 0) {
            from++;
        }
        return trimEnd(text.substring(from));
    }

    private static String nfc(String text) {
        boolean fits = text.length() <= LONGEST_NORMALISED && !YOUNGER.matcher(text).find();
        return fits ? Normalizer.normalize(text, Normalizer.Form.NFC) : text;
    }

    private static String cased(String text, UnaryOperator<String> change) {
        StringBuilder cased = new StringBuilder(text.length());
        text.codePoints().forEach(letter -> {
            String changed = letter < CASED_BELOW ? change.apply(Character.toString(letter)) : "";
            cased.appendCodePoint(changed.codePointCount(0, changed.length()) == 1 ? changed.codePointAt(0) : letter);
        });
        return cased.toString();
    }

    private static Object spelled(String text, Pattern pattern) {
        Matcher found = pattern.matcher(text);
        if (!found.matches()) {
            return text;
        }
        return found.group(2) == null
                ? (Object) Long.valueOf(found.group(1))
                : Double.valueOf(found.group(1) + "." + found.group(2));
    }

    private static Function<String, Object> characters(String named, boolean keeps) {
        Set<Integer> known = named.codePoints().boxed().collect(Collectors.toSet());
        return text -> text.codePoints()
                .filter(c -> known.contains(c) == keeps)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static Function<String, Object> unit(JsonNode node) {
        List<String> suffixes = new ArrayList<>();
        node.forEach(suffix -> suffixes.add(suffix.asText()));
        return text -> {
            for (String suffix : suffixes) {
                if (text.endsWith(suffix)) {
                    return trimEnd(text.substring(0, text.length() - suffix.length()));
                }
            }
            return text;
        };
    }

    private static Function<String, Object> mapped(JsonNode node) {
        Map<String, Object> meant = new HashMap<>();
        node.fields().forEachRemaining(entry -> meant.put(entry.getKey(), value(entry.getValue())));
        return text -> meant.getOrDefault(text, text);
    }

    /** A number without a fraction is a whole one. */
    private static Object value(JsonNode node) {
        if (node.isTextual()) {
            return node.asText();
        }
        if (node.isBoolean()) {
            return node.asBoolean();
        }
        double number = node.asDouble();
        return number == Math.rint(number) ? (Object) (long) number : (Object) number;
    }
}
