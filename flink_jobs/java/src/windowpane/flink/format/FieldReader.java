package windowpane.flink.format;

import java.nio.charset.StandardCharsets;
import org.apache.flink.table.data.binary.BinaryStringData;

/** One field of the plan: checks by itself what the current message holds there, and keeps its value. */
final class FieldReader {
    final Plan.Field rules;
    final Node node;

    /** The value, unless it is a string; a boolean is 1 or 0, a time is in milliseconds. */
    double number;

    /** The value of a string. */
    BinaryStringData text;

    private final TextCache cache;

    /**
     * @param repeats whether its texts are few enough to be worth remembering
     */
    FieldReader(Plan.Field rules, Node node, boolean repeats) {
        this.rules = rules;
        this.node = node;
        this.cache = repeats ? new TextCache() : null;
    }

    /** Reads a value that is there and not null; returns null, or the {@link Reason} why it will not do. */
    String read() {
        return switch (rules.type()) {
            case STRING -> text();
            case NUMBER -> node.isNumber() ? within(node.number) : Reason.NOT_A_NUMBER;
            case INTEGER -> whole();
            case BOOLEAN -> bool();
            case TIME -> time();
        };
    }

    private String whole() {
        if (node.kind != Node.WHOLE) {
            return node.isNumber() ? Reason.NOT_A_WHOLE_NUMBER : Reason.NOT_A_NUMBER;
        }
        if (node.whole < -Plan.EXACT) {
            return Reason.TOO_SMALL;
        }
        return node.whole > Plan.EXACT ? Reason.TOO_LARGE : within(node.whole);
    }

    private String bool() {
        number = node.kind == Node.TRUE ? 1 : 0;
        return node.kind == Node.TRUE || node.kind == Node.FALSE ? null : Reason.NOT_A_BOOLEAN;
    }

    private String time() {
        String failure = TimeText.read(node);
        return failure != null ? failure : within(node.whole);
    }

    private String within(double value) {
        number = value;
        if (Double.isInfinite(value)) {
            return Reason.NOT_FINITE;
        }
        if (value < rules.min() || value <= rules.above()) {
            return Reason.TOO_SMALL;
        }
        return value > rules.max() || value >= rules.below() ? Reason.TOO_LARGE : null;
    }

    private String text() {
        if (node.kind != Node.STRING) {
            return Reason.NOT_A_STRING;
        }
        BinaryStringData known = cache == null ? null : cache.get(node.text, node.length);
        if (known != null) {
            text = known;
            return null;
        }
        int codePoints = codePoints(node.text, node.length);
        if (codePoints < 0) {
            return Reason.NOT_VALID_TEXT;
        }
        if (codePoints < rules.minLength()) {
            return Reason.TOO_SHORT;
        }
        if (codePoints > rules.maxLength()) {
            return Reason.TOO_LONG;
        }
        String value = new String(node.text, 0, node.length);
        if (rules.values() != null && !rules.values().contains(value)) {
            return Reason.NOT_AN_ALLOWED_VALUE;
        }
        text = BinaryStringData.fromBytes(value.getBytes(StandardCharsets.UTF_8));
        if (cache != null) {
            cache.put(node.text, node.length, text);
        }
        return null;
    }

    /** The length in code points, or -1 for text that holds a NUL or half a surrogate pair. */
    static int codePoints(char[] text, int length) {
        int count = length;
        for (int i = 0; i < length; i++) {
            char c = text[i];
            if (c == 0) {
                return -1;
            }
            if (Character.isSurrogate(c)) {
                if (Character.isLowSurrogate(c) || i + 1 == length || !Character.isLowSurrogate(text[i + 1])) {
                    return -1;
                }
                i++;
                count--;
            }
        }
        return count;
    }
}
